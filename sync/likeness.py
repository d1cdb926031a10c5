"""What the bytes of a notebook tell for recognising it under another name."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from notebooks import blobs
from notebooks.parsing import InvalidNotebook, ParsedNotebook, parse
from sync.renames import File, are_one_notebooks


def meme_of(sha256: str) -> UUID | None:
    parsed = _parsed(sha256)
    return parsed.meme.uuid if parsed and parsed.meme else None


def are_alike(old: File, new: File) -> bool:
    before, now = _parsed(old.sha256), _parsed(new.sha256)
    return bool(before and now) and are_one_notebooks(_cells(before), _cells(now), _executed(before))


def _parsed(sha256: str) -> ParsedNotebook | None:
    try:
        return parse(blobs.get(sha256))
    except (blobs.BlobMissing, InvalidNotebook):
        return None


def _cells(notebook: ParsedNotebook | None) -> Sequence[str]:
    """Of each all that execution and editing change."""
    cells = notebook.cells if notebook else ()
    return [repr((cell.cell_type, cell.source, cell.execution_count, cell.outputs)) for cell in cells]


def _executed(notebook: ParsedNotebook | None) -> Sequence[str]:
    cells = notebook.cells if notebook else ()
    return [key for key, cell in zip(_cells(notebook), cells, strict=True) if cell.outputs]
