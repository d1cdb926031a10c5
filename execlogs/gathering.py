"""The logs and histories below folders that somebody named on the command line, as lc_wrapper leaves them."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from execlogs.parsing.history import family_of

_LOG = re.compile(r"\d{8}-\d{6}-\d{3,6}\.log", re.ASCII)
_NEVER = {".ipynb_checkpoints", "nbsearch-tmp", ".git"}


@dataclass(frozen=True, slots=True)
class Found:
    file: Path
    folder: str | None  # where its notebook lies, relative to what was named; None where that is not told
    is_history: bool


def gather(roots: Sequence[Path]) -> Iterator[Found]:
    """With several roots each one's own name goes before, as `ingest` does with notebooks."""
    for root in roots:
        before = root.resolve().name if len(roots) > 1 else ""
        if root.is_dir():
            yield from _below(root, before)
        else:
            yield Found(root, None, is_history=root.suffix == ".json")


def _below(root: Path, before: str) -> Iterator[Found]:
    for folder, folders, names in os.walk(root):
        # Logs and histories of one notebook come one after the other, so that they are put together at once.
        folders[:] = sorted(name for name in folders if name not in _NEVER)
        for name in sorted(names):
            file = Path(folder) / name
            # lc_wrapper links every log a second time, from the folder of its cell.
            if (_LOG.fullmatch(name) or _is_history(file)) and not file.is_symlink() and file.is_file():
                yield Found(file, _beside(file, root, before), is_history=file.suffix == ".json")


def _is_history(file: Path) -> bool:
    return file.suffix == ".json" and file.stem == file.parent.name and family_of(file.name) is not None


def _beside(file: Path, root: Path, before: str) -> str | None:
    """The folder that holds `.log`. Where somebody collected logs elsewhere, none is beside its notebook."""
    parts = file.relative_to(root).parts[:-1]
    if ".log" not in parts:
        return None
    return "/".join([before, *parts[: parts.index(".log")]]).strip("/")
