"""Two or three notebooks or revisions compared, as a page and the API show it.

All of it has one limit of time: when it is over, what is left is compared more plainly, and `is_plain` says so.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from lineage.comparison.aligning import Alignment, By, Row, align
from lineage.comparison.contrasting import Outputs, ShownOutputs
from lineage.comparison.marking import Piece, folded, marked
from lineage.comparison.operands import Operand
from lineage.comparison.sides import Side, SideCell, compared, sides_of
from lineage.comparison.timing import Limit
from notebooks.models.space import Viewer

LIMIT = 1.0  # seconds
ON_A_PAGE = 300  # differences

ShownSides = Sequence[Mapping[int, ShownOutputs]]  # of each side, by index


def anchor_of(number: int) -> str:
    return f"difference-{number}"


@dataclass(frozen=True, slots=True)
class ShownCell:
    """What stands in a column; `cell` is None where the side has none."""

    side: Side
    cell: SideCell | None
    url: str
    pieces: Sequence[Piece]
    outputs: ShownOutputs | None


@dataclass(frozen=True, slots=True)
class Difference:
    number: int  # among the differences, from 1
    count: int  # of all differences
    row: Row
    by: By | None  # the weakest sign that joins its cells
    has_other_outputs: bool
    cells: Sequence[ShownCell]

    # As text: a page has hundreds of each, and numbers cost more to show.
    @property
    def anchor(self) -> str:
        return anchor_of(self.number)

    @property
    def place(self) -> str:
        return f"{self.number}/{self.count}"

    @property
    def previous(self) -> str:
        return anchor_of(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        return anchor_of(self.number + 1) if self.number < self.count else ""


@dataclass(frozen=True, slots=True)
class SameCell:
    numbers: str  # on every side
    cell: SideCell


@dataclass(frozen=True, slots=True)
class Same:
    """Cells in a row that do not differ."""

    cells: Sequence[SameCell]


@dataclass(frozen=True, slots=True)
class Departure:
    """Where a moved cell stood on the first side; it is shown where it went to."""

    anchor: str  # of the difference that shows it
    cell: str  # its number there


Block = Difference | Same | Departure


@dataclass(frozen=True)
class Comparison:
    sides: Sequence[Side]
    alignment: Alignment
    outputs: Sequence[Outputs]  # one a side where they were asked for, else none
    user: Viewer
    limit: Limit
    wanted: int = 1  # the number of the first difference to show

    @classmethod
    def of(
        cls, operands: Sequence[Operand], user: Viewer, *, with_outputs: bool = False, wanted: int = 1
    ) -> Comparison:
        limit = Limit(LIMIT)
        sides = sides_of(operands, user)
        alignment = align(*compared(sides, user), is_over=limit)
        outputs = [Outputs.of(operand) for operand in operands] if with_outputs else []
        return cls(sides, alignment, outputs, user, limit, wanted)

    @property
    def is_plain(self) -> bool:
        """Whether the time was over before all was compared that is shown."""
        return bool(self.blocks) and (self.alignment.is_plain or self.limit.was_reached)

    @property
    def has_same_bytes(self) -> bool:
        return len({side.operand.revision.sha256 for side in self.sides}) == 1

    @cached_property
    def differing(self) -> Sequence[Row]:
        return [row for row in self.alignment.rows if self._differs(row)]

    @cached_property
    def first(self) -> int:
        return max(min(self.wanted, len(self.differing)), 1)

    @property
    def shown(self) -> Sequence[Row]:
        """The differences of this page."""
        return self.differing[self.first - 1 : self.first - 1 + ON_A_PAGE]

    @property
    def next_page(self) -> int | None:
        """The first difference of the next page."""
        return self.first + ON_A_PAGE if self.first + ON_A_PAGE <= len(self.differing) else None

    @property
    def previous_page(self) -> int | None:
        return max(self.first - ON_A_PAGE, 1) if self.first > 1 else None

    @cached_property
    def blocks(self) -> Sequence[Block]:
        """What the page shows from top to bottom."""
        return list(self._blocks())

    @property
    def other_outputs(self) -> int:
        """In so many cells that all sides have; 0 where outputs were not asked for."""
        return sum(self._has_other_outputs(row) for row in self.alignment.rows)

    def cells(self, row: Row) -> tuple[SideCell, ...]:
        """Of every side that has one."""
        pairs = zip(self.sides, row.indices, strict=True)
        return tuple(side.cells[index] for side, index in pairs if index is not None)

    def _differs(self, row: Row) -> bool:
        return row.is_different or self._has_other_outputs(row)

    def _has_other_outputs(self, row: Row) -> bool:
        """Or it ran on one side and not on the other."""
        if not self.outputs or None in row.indices:
            return False
        cells = self.cells(row)
        shown = {outputs.raw(cell.index) for outputs, cell in zip(self.outputs, cells, strict=True)}
        return len(shown) > 1 or len({cell.status for cell in cells}) > 1

    def _blocks(self) -> Iterator[Block]:
        numbers = {row.indices: number for number, row in enumerate(self.differing, start=1)}
        outputs = self._shown_outputs()
        for is_same, items in groupby(self._items(), key=self._is_same):
            if is_same:
                yield Same([self._same(item) for item in items if isinstance(item, Row)])
                continue
            for item in items:
                if isinstance(item, Row):
                    yield self._difference(numbers[item.indices], item, outputs)
                else:
                    yield Departure(anchor_of(numbers[item.row.indices]), str(item.index + 1))

    def _items(self) -> Iterator[Row | _Left]:
        """Those of this page: from its first difference on to the next page's."""
        number = 1
        for item in _with_departures(self.alignment.rows):
            is_difference = isinstance(item, Row) and self._differs(item)
            is_shown = self.first <= number < self.first + ON_A_PAGE
            is_at_end = number == self.first + ON_A_PAGE == len(self.differing) + 1
            if is_shown or (is_at_end and not is_difference):
                yield item
            number += is_difference

    def _is_same(self, item: Row | _Left) -> bool:
        return isinstance(item, Row) and not self._differs(item)

    def _same(self, row: Row) -> SameCell:
        cells = self.cells(row)
        return SameCell(" · ".join(cell.number for cell in cells), cells[0])

    def _shown_outputs(self) -> ShownSides:
        sides = []
        for place, outputs in enumerate(self.outputs):
            indices = [row.indices[place] for row in self.shown]
            sides.append(outputs.shown([index for index in indices if index is not None], self.user))
        return sides

    def _difference(self, number: int, row: Row, outputs: ShownSides) -> Difference:
        sources = [
            None if index is None else side.cells[index].source
            for side, index in zip(self.sides, row.indices, strict=True)
        ]
        pieces = marked(sources, self.limit)
        return Difference(
            number=number,
            count=len(self.differing),
            row=row,
            by=max((by for by in row.by if by), key=list(By).index, default=None),
            has_other_outputs=self._has_other_outputs(row),
            cells=[
                self._shown(place, index, pieces[place], outputs) for place, index in enumerate(row.indices)
            ],
        )

    def _shown(
        self, place: int, index: int | None, pieces: Sequence[Piece], outputs: ShownSides
    ) -> ShownCell:
        side = self.sides[place]
        if index is None:
            return ShownCell(side, None, "", (), None)
        shown = outputs[place][index] if outputs else None
        return ShownCell(side, side.cells[index], side.url_of(index), folded(pieces), shown)


@dataclass(frozen=True, slots=True)
class _Left:
    """The place on the first side that a moved row left."""

    row: Row
    index: int


def _with_departures(rows: Iterable[Row]) -> Iterator[Row | _Left]:
    rows = list(rows)
    moved = [_Left(row, row.indices[0]) for row in rows if row.is_moved and row.indices[0] is not None]
    waiting = deque(sorted(moved, key=lambda left: left.index))
    for row in rows:
        index = row.indices[0]
        while not row.is_moved and index is not None and waiting and waiting[0].index < index:
            yield waiting.popleft()
        yield row
    yield from waiting
