"""Watches folder sources between their runs: what is closed after writing is asked for at once."""

from __future__ import annotations

import logging
import select
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from django.db import DatabaseError, close_old_connections

from notebooks.paths import storable
from sync import roots
from sync.asking import ask
from sync.folder import FolderReader
from sync.inotify import Change, Inotify, NoRoom, TopGone
from sync.listing import kind_of
from sync.models import Run, Source
from sync.models.run import MOST_PATHS
from sync.patterns import InvalidPattern, Patterns
from sync.trouble import Trouble

logger = logging.getLogger(__name__)

_TICK = 0.25  # seconds
_SOURCES_EVERY = 5.0  # it is looked which sources there are
# Several notices of one file are one change: so long it has to be quiet, and so long it waits at most.
QUIET, BEGUN, LONGEST = 0.4, 2.0, 4.0
POLLED_EVERY = 3.0
_OF_A_WALK = 10  # a tenth of the time at most is spent on walking


class Folder(Protocol):
    """Says what changed in one source's folder."""

    def fileno(self) -> int | None: ...
    def changes(self) -> Iterator[Change]: ...
    def close(self) -> None: ...


class Polled:
    """Looks again and again, where the kernel does not tell."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._before = self._look()
        self._next = time.monotonic() + POLLED_EVERY

    def fileno(self) -> int | None:
        return None

    def close(self) -> None:
        return

    def changes(self) -> Iterator[Change]:
        began = time.monotonic()
        if began < self._next:
            return
        now = self._look()
        self._next = time.monotonic() + max(POLLED_EVERY, _OF_A_WALK * (time.monotonic() - began))
        changed = [path for path, state in now.items() if self._before.get(path) != state]
        yield from (Change(path) for path in [*changed, *(self._before.keys() - now.keys())])
        self._before = now

    def _look(self) -> Mapping[str, tuple[int | None, str]]:
        with closing(FolderReader(self._source)) as reader:
            entries = (entry for listing in reader.folders() for entry in listing.entries)
            return {entry.path: (entry.size, entry.modified) for entry in entries}


class Watched:
    """One source, and what of it waits to be asked for."""

    def __init__(self, source: Source) -> None:
        """Raises Trouble, InvalidPattern."""
        self.source = source
        self._patterns = Patterns.of(source)
        self.folder = _folder_of(source, self._patterns)
        self._due: dict[str, tuple[float, float]] = {"": (0.0, 0.0)}  # path -> when, and at the latest

    def hear(self) -> None:
        """Raises NoRoom, TopGone, Trouble."""
        for change in self.folder.changes():
            if self._concerns(change):
                self._note(change)

    def ask(self) -> None:
        """For what has been quiet since. Raises DatabaseError, nothing forgotten, and Source.DoesNotExist."""
        now = time.monotonic()
        ready = [path for path, (when, _latest) in self._due.items() if when <= now]
        if ready:
            only = [] if "" in ready or len(ready) > MOST_PATHS else sorted(ready)
            ask(self.source, Run.Why.CHANGE, only)
            for path in ready:
                del self._due[path]

    def _concerns(self, change: Change) -> bool:
        if change.is_folder or not change.path:
            return True
        kind = kind_of(change.path)
        return kind is not None and self._patterns.takes(change.path, kind)

    def _note(self, change: Change) -> None:
        # What cannot be stored is looked for with everything.
        path = change.path if change.path == storable(change.path) else ""
        now = time.monotonic()
        _when, latest = self._due.get(path, (0.0, now + LONGEST))
        self._due[path] = min(now + (BEGUN if change.is_begun else QUIET), latest), latest


def _folder_of(source: Source, patterns: Patterns) -> Folder:
    try:
        return Inotify(Path(roots.allowed(source.address), source.start), patterns.enters)
    except NoRoom as error:
        logger.warning(
            "%s is looked through every few seconds: the kernel does not watch it (%s)", source, error
        )
        return Polled(source)


class Watching:
    """All folder sources that are to be watched, as the database has them now."""

    def __init__(self) -> None:
        self._watched: dict[tuple[object, ...], Watched] = {}
        self._next_look = 0.0

    def go_on(self, stop: Callable[[], bool]) -> None:
        """Until `stop()`."""
        try:
            while not stop():
                self.tick()
        finally:
            for watched in self._watched.values():
                watched.folder.close()

    def tick(self) -> None:
        """Waits a moment for something to happen, and deals with it."""
        try:
            if time.monotonic() >= self._next_look:
                close_old_connections()
                self._look_at_sources()
                self._next_look = time.monotonic() + _SOURCES_EVERY
            self._wait()
            for key, watched in list(self._watched.items()):
                self._deal_with(key, watched)
        except DatabaseError:
            logger.warning("The database does not answer; nothing that changed is forgotten", exc_info=True)
            time.sleep(_TICK)

    def _wait(self) -> None:
        handles = [number for each in self._watched.values() if (number := each.folder.fileno()) is not None]
        if handles:
            poll = select.poll()
            for handle in handles:
                poll.register(handle, select.POLLIN)
            poll.poll(_TICK * 1000)
        else:
            time.sleep(_TICK)

    def _deal_with(self, key: tuple[object, ...], watched: Watched) -> None:
        try:
            watched.hear()
            watched.ask()
        except (TopGone, NoRoom, Trouble, Source.DoesNotExist):
            # Begun anew at the next look at the sources, with everything: what is missed until then is seen then.
            self._forget(key)

    def _look_at_sources(self) -> None:
        wanted = {_key(source): source for source in _watchable()}
        for key in self._watched.keys() - wanted.keys():
            self._forget(key)
        for key in wanted.keys() - self._watched.keys():
            self._begin(key, wanted[key])

    def _begin(self, key: tuple[object, ...], source: Source) -> None:
        try:
            self._watched[key] = Watched(source)
        except (Trouble, TopGone, InvalidPattern) as error:
            logger.debug("%s cannot be watched now: %s", source, error)

    def _forget(self, key: tuple[object, ...]) -> None:
        self._watched.pop(key).folder.close()


def _watchable() -> Sequence[Source]:
    folders = Source.objects.at_work().filter(kind=Source.Kind.FOLDER, is_watched=True)
    return list(folders.select_related("space", "by"))


def _key(source: Source) -> tuple[object, ...]:
    """What makes it another watch when it is changed."""
    taken = source.include, source.exclude, source.owner_pattern, source.takes_logs
    return (source.pk, source.address, source.start, *taken)
