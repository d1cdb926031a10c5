"""What of a notebook on a server is otherwise than in the one that is to be sent there. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lineage.comparison.aligning import Change, ComparedCell, Row, align
from lineage.comparison.marking import Piece, folded, marked
from lineage.comparison.timing import Limit, within
from notebooks.parsing import parse
from notebooks.parsing.model import InvalidNotebook, ParsedCell

SECONDS = 1.0
MOST = 200


@dataclass(frozen=True, slots=True)
class Side:
    number: int  # of the cell, as people count
    cell_type: str
    pieces: Sequence[Piece]


@dataclass(frozen=True, slots=True)
class Difference:
    change: Change
    is_moved: bool
    there: Side | None
    ours: Side | None


@dataclass(frozen=True, slots=True)
class Differences:
    shown: Sequence[Difference]
    count: int
    is_notebook: bool = True  # what is there

    @property
    def is_more(self) -> bool:
        return self.count > len(self.shown)


def differences(there: bytes, ours: bytes) -> Differences:
    """In the texts of cells; outputs and metadata may differ besides."""
    try:
        sides = parse(there).cells, parse(ours).cells
    except InvalidNotebook:
        return Differences((), 0, is_notebook=False)
    limit = within(SECONDS)
    alignment = align(*([_compared(cell) for cell in side] for side in sides), is_over=limit)
    rows = [row for row in alignment.rows if row.is_different]
    return Differences([_difference(row, *sides, limit) for row in rows[:MOST]], len(rows))


def _compared(cell: ParsedCell) -> ComparedCell:
    return ComparedCell(cell.meme, assigned=False, cell_type=cell.cell_type, source=cell.source)


def _difference(
    row: Row, there: Sequence[ParsedCell], ours: Sequence[ParsedCell], limit: Limit
) -> Difference:
    cells = [
        None if index is None else side[index] for side, index in zip((there, ours), row.indices, strict=True)
    ]
    pieces = marked([cell.source if cell else None for cell in cells], limit)
    sides = [
        Side(cell.index + 1, cell.cell_type.value, folded(each)) if cell else None
        for cell, each in zip(cells, pieces, strict=True)
    ]
    return Difference(row.change, row.is_moved, *sides)
