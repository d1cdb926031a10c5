"""What becomes of one file at the door: kept for the workers, left out, or refused with a reason."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import IO

from django.conf import settings
from django.utils.translation import gettext_noop

from notebooks import blobs, paths
from notebooks.diskspace import is_full
from notebooks.models import BatchItem
from notebooks.refusals import Refusal
from notebooks.sidefiles import is_side_file

Kind = BatchItem.Kind

MEGABYTE = 1024**2
UNSUPPORTED = "kind"  # why a file of another kind is left out

# Why files are left out; paths.skip_reason() and this module give the keys.
SKIPS = {
    "checkpoint": gettext_noop("in .ipynb_checkpoints"),
    "temporary": gettext_noop("in a temporary folder"),
    "dot_folder": gettext_noop("in a folder whose name begins with a dot"),
    "dot_file": gettext_noop("hidden files"),
    "pickle": gettext_noop("pickles (*.pkl)"),
    "symlink": gettext_noop("symbolic links"),
    "special": gettext_noop("devices, pipes and sockets"),
    UNSUPPORTED: gettext_noop("neither notebooks nor READMEs nor images"),
}


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file on its way in."""

    path: str  # as its source names it
    size: int  # bytes
    open: Callable[[], AbstractContextManager[IO[bytes]]]  # a file that can be rewound
    saved_at: datetime | None = None
    left_out: str = ""  # why its source leaves it out, a key of SKIPS
    is_chosen: bool = False  # by itself, not found in a folder: then we say that its kind is not kept


@dataclass(frozen=True, slots=True)
class Received:
    """A file that came through the door, or why it did not."""

    path: str  # in the space; as it was named, where that was refused
    kind: BatchItem.Kind = Kind.NOTEBOOK
    sha256: str = ""  # '' where the bytes were not kept
    size: int = 0
    saved_at: datetime | None = None
    skipped: str = ""  # a key of SKIPS
    refusal: str = ""
    detail: str = ""

    def refused(self, code: str, detail: str = "") -> "Received":
        return replace(self, sha256="", refusal=str(code), detail=detail)


def take(incoming: Incoming, folder: str = "") -> Received:
    """Keeps the bytes of `incoming`, to be stored below `folder` of the space.

    Raises OSError where our own disk is full.
    """
    named = Received(paths.one_way(incoming.path)[: paths.LONGEST], size=incoming.size)
    left_out = incoming.left_out or paths.skip_reason(paths.one_way(incoming.path))
    if left_out:
        return replace(named, skipped=left_out)
    try:
        path = paths.clean(paths.joined(folder, paths.clean(incoming.path)))
    except paths.UnsafePath as error:
        return named.refused(error.code)
    kind = kind_of(path)
    if kind is None:
        return named.refused(Refusal.KIND) if incoming.is_chosen else replace(named, skipped=UNSUPPORTED)
    return _kept(incoming, replace(named, path=path, kind=kind, saved_at=incoming.saved_at))


def kind_of(path: str) -> BatchItem.Kind | None:
    """What a file is, by its name; None where it is nothing that is kept."""
    name = path.rpartition("/")[2].lower()
    if name.endswith(".ipynb"):
        return Kind.NOTEBOOK
    if name.endswith(".zip"):
        return Kind.ARCHIVE
    return Kind.SIDE_FILE if is_side_file(name) else None


def too_large(kind: BatchItem.Kind, size: int) -> str:
    """The limit in words, where a file of this kind is above it; else ''."""
    limit = settings.MAX_ARCHIVE_BYTES if kind is Kind.ARCHIVE else settings.MAX_NOTEBOOK_BYTES
    return f"{size / MEGABYTE:.1f} MB > {limit / MEGABYTE:g} MB" if size > limit else ""


def _kept(incoming: Incoming, received: Received) -> Received:
    above = too_large(received.kind, incoming.size)
    if above:
        is_archive = received.kind is Kind.ARCHIVE
        return received.refused(Refusal.ARCHIVE_TOO_LARGE if is_archive else Refusal.TOO_LARGE, above)
    try:
        with incoming.open() as file:
            sha256, size = blobs.put_file(file)
    except OSError as error:
        if is_full(error):
            raise  # nothing is wrong with this file, and the next would fare no better
        return received.refused(Refusal.UNREADABLE, error.strerror or "")
    return replace(received, sha256=sha256, size=size)
