"""Files and folders below one that is open, where other people write: no name on the way is a link, not even one that
is put there while we go."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings

from notebooks.door import MEGABYTE
from sync.listing import Kind
from sync.trouble import Problem, Trouble

FILE = (
    os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK
)  # what was a file a moment ago may be a pipe
FOLDER = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_DIRECTORY
# A notebook that does not end as one does is being written, until it has been lying like that for so long.
HALF_WRITTEN = 10.0  # seconds


def handle_below(top: int, path: str, how: int = FILE) -> int:
    """Of what lies at `path` below the folder `top`. Raises OSError."""
    handle = os.dup(top)
    names = path.split("/") if path else []
    for number, name in enumerate(names, start=1):
        above = handle
        try:
            handle = os.open(name, FOLDER if number < len(names) else how, dir_fd=above)
        finally:
            os.close(above)
    return handle


@contextmanager
def closing(handle: int) -> Iterator[int]:
    try:
        yield handle
    finally:
        os.close(handle)


def whole(handle: int, kind: Kind) -> bytes | None:
    """None where it changed while it was read."""
    before = os.fstat(handle)
    if before.st_size > settings.MAX_NOTEBOOK_BYTES:
        limit = settings.MAX_NOTEBOOK_BYTES / MEGABYTE
        raise Trouble(Problem.TOO_LARGE, f"{before.st_size / MEGABYTE:.1f} MB > {limit:g} MB")
    with os.fdopen(os.dup(handle), "rb") as file:
        raw = file.read(before.st_size + 1)
    after = os.fstat(handle)
    is_same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    if not is_same or len(raw) != before.st_size:
        return None
    if kind is Kind.NOTEBOOK and _is_half(raw) and time.time() - before.st_mtime < HALF_WRITTEN:
        return None
    return raw


def _is_half(raw: bytes) -> bool:
    return not raw.rstrip().endswith(b"}")
