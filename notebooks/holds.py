"""Folders that something of its own fills: nobody else puts anything there."""

from __future__ import annotations

from collections.abc import Mapping

from notebooks.models import FolderHold, Space
from notebooks.paths import storable


def holder_of(space: Space, path: str) -> str:
    """Who fills the folder that `path` lies in, by name; '' where nobody does."""
    return Holds.of(space).holder_of(path)


class Holds:
    """Those of one space, to be asked about many files."""

    def __init__(self, holders: Mapping[str, str]) -> None:
        self._holders = holders  # folder -> by name

    @classmethod
    def of(cls, space: Space) -> Holds:
        return cls(dict(FolderHold.objects.filter(space=space).values_list("folder", "holder")))

    def holder_of(self, path: str) -> str:
        if not self._holders:
            return ""
        folder = storable(path)
        while folder:
            folder = folder.rpartition("/")[0]
            if folder in self._holders:
                return self._holders[folder]
        return ""
