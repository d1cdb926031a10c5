"""The kernel's word on what changes below a folder. Linux only.

The packages for this follow symbolic links out of the folder (one to "/" would have the whole disk watched), or are
silent about the folders for which the kernel has no room. Neither will do here.
"""

from __future__ import annotations

import ctypes
import errno
import os
import struct
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import IntFlag
from pathlib import Path

_BUFFER = 256 * 1024
_EVENT = struct.Struct("iIII")  # watch, mask, cookie, length of the name behind it


class In(IntFlag):
    """Of <sys/inotify.h>."""

    CLOSE_WRITE = 0x8
    MOVED_FROM = 0x40
    MOVED_TO = 0x80
    CREATE = 0x100
    DELETE = 0x200
    Q_OVERFLOW = 0x4000
    IGNORED = 0x8000
    ONLYDIR = 0x1000000
    DONT_FOLLOW = 0x2000000
    ISDIR = 0x40000000


_WANTED = In.CLOSE_WRITE | In.MOVED_FROM | In.MOVED_TO | In.CREATE | In.DELETE | In.ONLYDIR | In.DONT_FOLLOW
_NO_ROOM = {errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.ENOSYS}


class NoRoom(Exception):
    """The kernel has no watches left for us, or has none at all."""


class TopGone(Exception):
    """The folder itself was removed or moved away."""


@dataclass(frozen=True, slots=True)
class Change:
    path: str  # below the top; "" where events were lost, and anything may have changed
    is_folder: bool = False
    is_begun: bool = False  # a file that was made just now, and may be written to


class Inotify:
    def __init__(self, top: Path, enters: Callable[[str], bool]) -> None:
        """Watches all folders below `top` that `enters` lets in, by their paths below it. Raises NoRoom, TopGone."""
        self._top, self._enters = top, enters
        self._folders: dict[int, str] = {}  # watch -> folder
        self._handle = _call("inotify_init1", os.O_CLOEXEC | os.O_NONBLOCK)
        try:
            self._add("")
        except BaseException:
            self.close()
            raise
        if not self._folders:
            self.close()
            raise TopGone

    def fileno(self) -> int:
        return self._handle

    def close(self) -> None:
        if self._handle >= 0:
            os.close(self._handle)
            self._handle = -1

    def changes(self) -> Iterator[Change]:
        """What happened since the last call; nothing, without waiting, where nothing did. Raises NoRoom, TopGone."""
        try:
            raw = os.read(self._handle, _BUFFER)
        except BlockingIOError:
            return
        start = 0
        while start < len(raw):
            watch, mask, _cookie, length = _EVENT.unpack_from(raw, start)
            start += _EVENT.size + length
            name = os.fsdecode(raw[start - length : start].rstrip(b"\0"))
            yield from self._changes(watch, In(mask), name)

    def _changes(self, watch: int, what: In, name: str) -> Iterator[Change]:
        if what & In.Q_OVERFLOW:
            yield Change("", is_folder=True)
        elif what & In.IGNORED:
            if self._folders.pop(watch, None) == "":
                raise TopGone
        elif watch in self._folders and name:
            path = _joined(self._folders[watch], name)
            if what & In.ISDIR:
                yield from self._folder_changes(path, what)
            else:
                yield Change(path, is_begun=bool(what & In.CREATE))

    def _folder_changes(self, path: str, what: In) -> Iterator[Change]:
        if not self._enters(path):
            return
        if what & In.MOVED_FROM:
            self._leave(path)
        elif what & (In.CREATE | In.MOVED_TO):
            self._add(path)  # what was put into it before is for whoever looks into it now
        yield Change(path, is_folder=True)

    def _add(self, top: str) -> None:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            # Before looking into it: what is made after that is told.
            if not self._watch(folder):
                continue
            try:
                with os.scandir(self._top / folder) as found:
                    names = [each.name for each in found if each.is_dir(follow_symlinks=False)]
            except OSError:  # gone already, or closed to us
                continue
            waiting += [path for path in (_joined(folder, name) for name in names) if self._enters(path)]

    def _watch(self, folder: str) -> bool:
        where = os.fsencode(self._top / folder)
        try:
            self._folders[_call("inotify_add_watch", self._handle, where, int(_WANTED))] = folder
        except OSError:
            return False
        return True

    def _leave(self, top: str) -> None:
        """Where it went to, if it still is in here, it is met again."""
        for watch, folder in list(self._folders.items()):
            if folder == top or folder.startswith(f"{top}/"):
                del self._folders[watch]
                try:
                    _call("inotify_rm_watch", self._handle, watch)
                except OSError:  # removed by the kernel already
                    continue


def _call(name: str, *args: int | bytes) -> int:
    """Raises NoRoom, or OSError for what concerns one folder."""
    if sys.platform != "linux":
        raise NoRoom
    result = int(getattr(_LIBC, name)(*args))
    if result < 0:
        number = ctypes.get_errno()
        if number in _NO_ROOM:
            raise NoRoom(os.strerror(number))
        raise OSError(number, os.strerror(number))
    return result


_LIBC = ctypes.CDLL(None, use_errno=True)


def _joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name
