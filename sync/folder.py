"""Reads a folder of this server. No symbolic link leads out of it, not even one that is put there meanwhile."""

from __future__ import annotations

import errno
import os
import stat
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from itertools import islice
from pathlib import Path

from notebooks import paths
from sync import roots
from sync.handles import FOLDER, closing, handle_below, whole
from sync.listing import Entry, Kind, Listing, kind_of
from sync.models import Source
from sync.patterns import Patterns
from sync.steps import Step, What
from sync.trouble import Problem, Trouble

# A write within one tick of a file system's clock does not show in its time; FAT's, the coarsest, ticks every 2 s.
SETTLED = 2.5  # seconds
_TRIES, _PAUSE = 3, 0.2
_PROBED = 2000  # folders that a test looks into

# Gone, or replaced by something else, while we look.
_GONE = (FileNotFoundError, NotADirectoryError)


class FolderReader:
    def __init__(self, source: Source, only: Sequence[str] = ()) -> None:
        """`only`: files and folders below the top; empty for everything."""
        self._source = source
        self._only = only
        self._patterns = Patterns.of(source)

    def folders(self) -> Iterator[Listing]:
        been: set[tuple[int, int]] = set()
        for path in _topmost(self._only) or ("",):
            yield from self._at(path, been)

    def read(self, entry: Entry) -> bytes:
        for attempt in range(_TRIES):
            if attempt:
                time.sleep(_PAUSE)
            with self._file(entry.path) as file:
                raw = whole(file, entry.kind)
            if raw is not None:
                return raw
        raise Trouble(Problem.CHANGING, entry.path)

    def probe(self) -> Iterator[Step]:
        try:
            roots.allowed(self._source.address)
        except Trouble as trouble:
            yield Step.failed(What.ADDRESS, trouble)
            return
        yield Step.ok(What.ADDRESS)
        try:
            listed = list(islice(self.folders(), _PROBED))
        except Trouble as trouble:
            yield Step.failed(What.FOLDER, trouble)
            return
        yield from _steps(listed, takes_logs=self._source.takes_logs)

    def close(self) -> None:
        if "_top" in self.__dict__:
            os.close(self._top)
            del self._top

    @cached_property
    def _root(self) -> Path:
        """Raises Trouble."""
        return roots.allowed(str(Path(self._source.address, self._source.start)))

    @cached_property
    def _top(self) -> int:
        """A handle of it. Raises Trouble."""
        with _told(str(self._root)):
            return os.open(self._root, FOLDER)

    def _at(self, path: str, been: set[tuple[int, int]]) -> Iterator[Listing]:
        """The file there, or the folder with all below it; nothing where nothing is."""
        if not self._patterns.reaches(path):
            return
        try:
            is_folder = self._is_folder(path)
        except OSError as error:
            if not isinstance(error, _GONE):
                yield Listing(path, trouble=_trouble(error, path))
            return
        if not is_folder:
            yield from self._single(path)
        elif not path or self._patterns.enters(path):
            yield from self._below(path, been)

    def _is_folder(self, path: str) -> bool:
        """A link is none, wherever it leads."""
        try:
            with closing(handle_below(self._top, path)) as handle:
                return stat.S_ISDIR(os.fstat(handle).st_mode)
        except OSError as error:
            if error.errno == errno.ELOOP:
                return False
            raise

    def _single(self, path: str) -> Iterator[Listing]:
        folder, _, name = path.rpartition("/")
        with (
            suppress(OSError),
            closing(handle_below(self._top, folder)) as handle,
            os.scandir(handle) as found,
        ):
            entries, _folders, skipped = self._sorted((each for each in found if each.name == name), folder)
            yield Listing(folder, entries, skipped=skipped)

    def _below(self, top: str, been: set[tuple[int, int]]) -> Iterator[Listing]:
        """Without recursion: whoever writes there decides how deep it goes."""
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            try:
                listing, folders = self._look_into(folder, been)
            except OSError as error:
                if not isinstance(error, _GONE):
                    yield Listing(folder, trouble=_trouble(error, folder))
                continue
            yield listing
            waiting += [_joined(folder, name) for name in sorted(folders, reverse=True)]

    def _look_into(self, folder: str, been: set[tuple[int, int]]) -> tuple[Listing, list[str]]:
        """Its files, and the names of its folders."""
        if len(folder) > paths.LONGEST:
            return Listing(folder, trouble=Trouble(Problem.UNSAYABLE, folder)), []
        with closing(handle_below(self._top, folder, FOLDER)) as handle:
            here = os.fstat(handle)
            if (here.st_dev, here.st_ino) in been:  # mounted in a second place
                return Listing(folder), []
            been.add((here.st_dev, here.st_ino))
            with os.scandir(handle) as found:
                entries, folders, skipped = self._sorted(found, folder)
        return Listing(folder, entries, skipped=skipped), folders

    def _sorted(
        self, found: Iterator[os.DirEntry[str]], folder: str
    ) -> tuple[list[Entry], list[str], Counter[str]]:
        """The files that are taken, the folders to look into, and why what else might have been meant is left out."""
        entries: list[Entry] = []
        folders: list[str] = []
        skipped: Counter[str] = Counter()
        now = time.time_ns()
        for each in found:
            path = _joined(folder, each.name)
            if each.is_dir(follow_symlinks=False):
                if self._patterns.enters(path):
                    folders.append(each.name)
            elif kind := self._kind_of(path):
                with suppress(FileNotFoundError):  # gone while we walk
                    self._take(each, path, kind, now, entries, skipped)
        return entries, folders, skipped

    def _kind_of(self, path: str) -> Kind | None:
        kind = kind_of(path)
        return kind if kind and self._patterns.takes(path, kind) else None

    def _take(
        self,
        each: os.DirEntry[str],
        path: str,
        kind: Kind,
        now: int,
        entries: list[Entry],
        skipped: Counter[str],
    ) -> None:
        found = each.stat(follow_symlinks=False)
        if stat.S_ISREG(found.st_mode):
            entries.append(_entry(path, kind, found, now))
        elif not stat.S_ISLNK(found.st_mode):
            skipped["special"] += 1
        elif kind is Kind.LOG:
            return  # .log/<meme>/ has links to what lies in .log/<day>/
        elif target := self._inside(path, kind):
            entries.append(_entry(path, kind, target, now))
        else:
            skipped["symlink"] += 1

    def _inside(self, link: str, kind: Kind) -> os.stat_result | None:
        """What a link leads to, where that is a file that is taken itself."""
        try:
            target = self._target(link)
            if target is None or kind_of(target) is not kind:
                return None
            with closing(handle_below(self._top, target)) as handle:
                found = os.fstat(handle)
        except OSError:
            return None
        is_taken = self._patterns.reaches(target) and self._patterns.takes(target, kind)
        return found if is_taken and stat.S_ISREG(found.st_mode) else None

    def _target(self, link: str) -> str | None:
        """Where a link leads, below our top; None where it leads out."""
        try:
            real = (self._root / link).resolve()
        except RuntimeError:  # a ring of links
            return None
        return str(real.relative_to(self._root)) if real.is_relative_to(self._root) else None

    @contextmanager
    def _file(self, path: str) -> Iterator[int]:
        with _told(path), closing(self._handle_of(path)) as handle:
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise Trouble(Problem.NOT_A_FILE, path)
            yield handle

    def _handle_of(self, path: str) -> int:
        try:
            return handle_below(self._top, path)
        except OSError:
            target = self._target(path)
            if target is None or target == path or self._inside(path, kind_of(path) or Kind.NOTEBOOK) is None:
                raise
            return handle_below(self._top, target)


def _topmost(named: Sequence[str]) -> list[str]:
    """Without what lies in another of them, which would be listed twice."""
    top: list[str] = []
    for path in sorted(named, key=lambda path: path.split("/")):
        if not top or not path.startswith(f"{top[-1]}/"):
            top.append(path)
    return top


def _entry(path: str, kind: Kind, found: os.stat_result, now: int) -> Entry:
    is_settled = found.st_mtime_ns < now - SETTLED * 1e9
    return Entry(path, kind, found.st_size, str(found.st_mtime_ns), is_settled=is_settled)


def _steps(listed: Sequence[Listing], *, takes_logs: bool) -> Iterator[Step]:
    denied = [listing.trouble for listing in listed if listing.trouble]
    if denied and not listed[0].folder and listed[0].trouble:
        yield Step.failed(What.FOLDER, denied[0])
        return
    yield Step.note(What.FOLDER, denied[0]) if denied else Step.ok(What.FOLDER)
    is_more = len(listed) >= _PROBED
    kinds = Counter(entry.kind for listing in listed for entry in listing.entries)
    yield Step.ok(What.NOTEBOOKS, kinds[Kind.NOTEBOOK], is_more=is_more)
    if takes_logs:
        yield Step.ok(What.LOGS, kinds[Kind.LOG], is_more=is_more)


def _trouble(error: OSError, path: str) -> Trouble:
    match error:
        case PermissionError():
            return Trouble(Problem.NO_PERMISSION, path)
        case FileNotFoundError():
            return Trouble(Problem.NOT_THERE, path)
    return Trouble(Problem.UNREADABLE, f"{path}: {error.strerror}")


@contextmanager
def _told(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise _trouble(error, path) from error


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
