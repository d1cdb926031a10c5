"""Looks into the folders of a Jupyter Server, one request each.

A server does not tell which folders are symbolic links, so they may lead round in circles.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from notebooks import paths
from sync import listing
from sync.jupyter import entries
from sync.jupyter.contents import Contents
from sync.jupyter.entries import Folder, joined
from sync.listing import LOGS, Kind, Listing, kind_of, moment_of
from sync.patterns import Patterns
from sync.trouble import Problem, Trouble

# What was saved so shortly before it was listed may be saved once more within the same tick of a file system's clock.
SETTLED = timedelta(seconds=2.5)
# Folders in each other that have the same folders, and no file to know them by: more are a circle.
_MOST_ALIKE = 8
_LINKS = re.compile(rf"(?:^|/){re.escape(LOGS)}/[0-9a-fA-F]{{8}}(-[0-9a-fA-F]{{4}}){{3}}-[0-9a-fA-F]{{12}}$")


@dataclass(frozen=True, slots=True)
class _Way:
    """A folder, and what was seen of those around it."""

    path: str  # below the source's start
    above: tuple[frozenset[object], ...] = ()


@dataclass(frozen=True, slots=True)
class Walk:
    """`start`: the folder at the server; `prefix`: what it is called in the source's paths."""

    contents: Contents
    patterns: Patterns
    start: str = ""
    prefix: str = ""

    def there(self, path: str) -> str:
        """Where at the server a path of the source is."""
        inside = path[len(self.prefix) :].lstrip("/") if self.prefix else path
        return joined(self.start, inside) if inside else self.start

    def listings(self) -> Iterator[Listing]:
        """One after the other: a Jupyter Server works on them in one process, with a thread for each file that it
        looks at, and two at a time took it twice as long as one after the other, four three times.

        Raises Trouble where the whole server is in it, or the first folder is not there.
        """
        waiting = [_Way(self.prefix)]
        while waiting:
            found, folders = self._look_into(waiting.pop())
            waiting += folders
            yield found

    def _look_into(self, way: _Way) -> tuple[Listing, list[_Way]]:
        """Its files, and the ways to its folders."""
        if len(way.path) > paths.LONGEST:
            return Listing(way.path, trouble=Trouble(Problem.UNSAYABLE, way.path)), []
        try:
            folder = self.contents.folder(self.there(way.path))
        except Trouble as trouble:
            if trouble.is_whole or not way.above:
                raise
            return Listing(way.path, trouble=trouble), []
        seen = _seen(folder)
        if _goes_in_circles(folder, seen, way.above):
            return Listing(way.path, skipped={"symlink": 1}), []
        names = [entry.name for entry in folder.entries if entry.kind == "directory"]
        inside = [joined(way.path, name) for name in sorted(names, reverse=True)]
        above = (*way.above, seen)
        return self._listed(way.path, folder), [
            _Way(path, above) for path in inside if self.patterns.enters(path)
        ]

    def _listed(self, path: str, folder: Folder) -> Listing:
        files, skipped = [], Counter[str]()
        holds_links = _LINKS.search(path) is not None
        for entry in folder.entries:
            name = joined(path, entry.name)
            kind = kind_of(name) if entry.kind != "directory" else None
            # lc_wrapper's links to logs by day, which are listed there.
            is_link = holds_links and name.endswith(".log")
            if kind and not is_link and self.patterns.takes(name, kind):
                files.append(_entry(name, kind, entry, folder.looked_at))
        return Listing(path, files, skipped=skipped)


def _entry(path: str, kind: Kind, entry: entries.Entry, looked_at: datetime | None) -> listing.Entry:
    saved_at, now = moment_of(entry.modified), looked_at or datetime.now(UTC)
    is_settled = saved_at is not None and saved_at < now - SETTLED
    return listing.Entry(path, kind, entry.size, entry.modified, is_settled=is_settled)


def _seen(folder: Folder) -> frozenset[object]:
    return frozenset((entry.name, entry.kind, entry.size, entry.modified) for entry in folder.entries)


def _goes_in_circles(folder: Folder, seen: frozenset[object], above: tuple[frozenset[object], ...]) -> bool:
    """A folder in which all is as in one around it, to the fraction of a second, is that one once more."""
    if not any(entry.kind == "directory" for entry in folder.entries):
        return False
    has_files = any(entry.kind != "directory" for entry in folder.entries)
    return above.count(seen) >= (1 if has_files else _MOST_ALIKE)
