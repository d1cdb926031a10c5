"""The files below folders, files and zips that somebody named on the command line."""

import os
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import IO

from notebooks.door import Incoming


def gather(roots: Sequence[Path]) -> Iterator[Incoming]:
    """What lies at and below `roots`, sorted. With several, each one's own name goes before its paths."""
    for root in roots:
        before = _own_name(root) if len(roots) > 1 else ""
        if root.is_dir():
            yield from _below(root, before)
        else:
            # What a zip holds comes in where the zip lies.
            folder = f"{root.stem}/" if before and _is_zip(root) else ""
            yield _incoming(root, f"{folder}{root.name}", is_chosen=True)


def _below(root: Path, before: str) -> Iterator[Incoming]:
    inside = root.resolve()
    for folder, folders, names in os.walk(root):
        folders.sort()
        linked = [name for name in folders if (Path(folder) / name).is_symlink()]
        for name in sorted([*names, *linked]):
            file = Path(folder) / name
            path = f"{before}/{file.relative_to(root)}" if before else str(file.relative_to(root))
            yield _incoming(file, path, left_out=_left_out(file, inside))


def _left_out(file: Path, inside: Path) -> str:
    """Links are followed only to files of the same folder."""
    if file.is_symlink() and not (file.is_file() and file.resolve().is_relative_to(inside)):
        return "symlink"
    return "" if file.is_file() else "special"


def _incoming(file: Path, path: str, *, left_out: str = "", is_chosen: bool = False) -> Incoming:
    found = file.lstat() if left_out else file.stat()
    return Incoming(
        path=path,
        size=found.st_size,
        open=partial(_open, file),
        saved_at=datetime.fromtimestamp(found.st_mtime, UTC),
        left_out=left_out,
        is_chosen=is_chosen,
    )


def _open(file: Path) -> IO[bytes]:
    return file.open("rb")


def _is_zip(file: Path) -> bool:
    return file.suffix.lower() == ".zip"


def _own_name(root: Path) -> str:
    return root.resolve().name
