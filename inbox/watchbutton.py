"""The button that watches one thing: what it sends, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from inbox.watching import is_watching
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer


@dataclass(frozen=True, slots=True)
class WatchButton:
    sent: Mapping[str, str]  # the form's fields
    is_on: bool

    @classmethod
    def of(
        cls,
        user: Viewer,
        *,
        notebook: Notebook | None = None,
        space: Space | None = None,
        folder: str = "",
        family: UUID | None = None,
    ) -> WatchButton:
        if notebook is not None:
            return cls({"notebook": str(notebook.pk)}, is_watching(user, notebook=notebook))
        if family is not None:
            return cls({"family": str(family)}, is_watching(user, family=family))
        sent = {"space": space.slug, "folder": folder} if space else {}
        return cls(sent, is_watching(user, space=space, folder=folder))
