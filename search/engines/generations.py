"""Where an index lies: one folder a generation, and a link that says which of them is searched.

PATH/current -> g-<uuid>    replaced in one step when a rebuilt index is published
PATH/g-<uuid>/              the engine's files, and `layout`: what they were built as
PATH/lock                   held by whoever writes; others wait
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from haystack.exceptions import SearchBackendError


class IndexMissing(SearchBackendError):  # type: ignore[misc]
    """There is no index that this version can read. The next sweep builds it."""


class OneWriter:
    """A lock on a folder. Who holds it may take it once more."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._depth = 0
        self._handle = -1

    @contextmanager
    def alone(self) -> Iterator[None]:
        """As the one writer; waits for another. A process that dies lets go of it."""
        self._enter()
        try:
            yield
        finally:
            self._leave()

    def _enter(self) -> None:
        if self._depth == 0:
            self.path.mkdir(parents=True, exist_ok=True)
            self._handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
            fcntl.flock(self._handle, fcntl.LOCK_EX)
        self._depth += 1

    def _leave(self) -> None:
        self._depth -= 1
        if self._depth == 0:
            os.close(self._handle)


class Generations(OneWriter):
    def __init__(self, path: Path, layout: str) -> None:
        super().__init__(path)
        self.layout = layout  # changes whenever an index built before cannot be used any more

    def current(self) -> Path:
        """The generation that is searched. Raises IndexMissing."""
        generation, before = self._linked(), None
        while generation is not None and generation != before:
            if self._is_ours(generation):
                return generation
            # Another may have been published since the link was read, and this one removed.
            generation, before = self._linked(), generation
        raise IndexMissing("The search index is not there yet, or was built by another version.")

    def _linked(self) -> Path | None:
        try:
            return self.path / (self.path / "current").readlink()
        except OSError:
            return None

    def _is_ours(self, generation: Path) -> bool:
        try:
            return (generation / "layout").read_text() == self.layout
        except OSError:
            return False

    def exists(self) -> bool:
        try:
            return bool(self.current())
        except IndexMissing:
            return False

    @contextmanager
    def replacing(self) -> Iterator[Path]:
        """A new generation, searched once the block has ended well. Inside alone()."""
        generation = self.path / f"g-{uuid4().hex}"
        generation.mkdir(parents=True)
        try:
            yield generation
            (generation / "layout").write_text(self.layout)
            self._publish(generation)
        except BaseException:
            shutil.rmtree(generation, ignore_errors=True)
            raise
        self._remove_others(generation)

    def tidy(self) -> None:
        """Removes what a writer left that was killed before its index was published, or right after. Inside alone()."""
        (self.path / "next").unlink(missing_ok=True)
        self._remove_others(self.current())

    def _publish(self, generation: Path) -> None:
        link = self.path / "next"
        link.unlink(missing_ok=True)
        link.symlink_to(generation.name)
        link.replace(self.path / "current")

    def _remove_others(self, generation: Path) -> None:
        """Searches that still read an older one keep its files open."""
        for other in self.path.glob("g-*"):
            if other.name != generation.name:
                shutil.rmtree(other, ignore_errors=True)
