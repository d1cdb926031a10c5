"""Two or three notebooks laid beside each other, cell by cell. Pure.

    align(before, after)                      -> Alignment
    align(one, two, three, is_over=within(1)) -> Alignment, with a limit of time

In goes a sequence of ComparedCell a side. Out come rows in the order to read them: `row.indices` has one index a side,
or None where the side has no such cell; every cell of every side is in exactly one row. How a row relates its cells:

    row.change     unchanged, edited (type or source), added (the first side lacks it), removed (a later side lacks it)
    row.is_moved   stands in another order; it may be edited besides. Such a row stands where the last side has it
    row.by         what tells that a side's cell is the one of the nearest earlier side: By.MEME, FAMILY, TEXT,
                   LIKENESS; None for the row's first cell and where there is none

As few rows as can be are called moved. Where the time is over, or too much would have to be weighed, `is_plain` is
True: then only ids and equal texts were looked at, so that an edited cell without ids is a removed and an added one.
Without such a limit of time the same cells always give the same answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lineage.comparison.inorder import kept_in_order
from lineage.comparison.pairing import By, ComparedCell, IsOver, pair
from notebooks.parsing.model import CellType

__all__ = ["Alignment", "By", "Change", "ComparedCell", "Row", "align"]

Side = Sequence[ComparedCell]


class Change(StrEnum):
    UNCHANGED = "unchanged"
    EDITED = "edited"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class Row:
    indices: tuple[int | None, ...]
    by: tuple[By | None, ...]
    change: Change
    is_moved: bool

    @property
    def is_different(self) -> bool:
        return self.is_moved or self.change is not Change.UNCHANGED


@dataclass(frozen=True, slots=True)
class Alignment:
    rows: tuple[Row, ...]
    is_plain: bool

    @property
    def counts(self) -> Mapping[Change, int]:
        """Rows of each change; 0 where there is none."""
        return Counter(row.change for row in self.rows)

    @property
    def moved(self) -> int:
        return sum(row.is_moved for row in self.rows)

    @property
    def is_same(self) -> bool:
        return not any(row.is_different for row in self.rows)


def _never() -> bool:
    return False


def align(first: Side, *others: Side, is_over: IsOver = _never) -> Alignment:
    """Lays one or two more sides beside the first. `is_over` is asked again and again while cells are weighed."""
    table = _Table(is_over)
    for side in (first, *others):
        table.lay(side)
    return Alignment(tuple(_row(draft, table.sides) for draft in table.drafts), table.is_plain)


@dataclass(frozen=True, slots=True)
class _Draft:
    """A row of the sides laid so far."""

    indices: tuple[int | None, ...] = ()
    by: tuple[By | None, ...] = ()
    is_moved: bool = False

    def beside(self, index: int | None, by: By | None, *, is_moved: bool = False) -> _Draft:
        return _Draft((*self.indices, index), (*self.by, by), self.is_moved or is_moved)

    def ends_on(self, side: int) -> bool:
        return self.indices[side] is not None and all(index is None for index in self.indices[side + 1 :])


@dataclass(frozen=True, slots=True)
class _Match:
    draft: int  # its place among the drafts
    by: By
    is_kept: bool


class _Table:
    """The sides laid so far and the rows that they make."""

    def __init__(self, is_over: IsOver) -> None:
        self.is_over = is_over
        self.sides: list[Side] = []
        self.drafts: list[_Draft] = []
        self.is_plain = False

    def lay(self, side: Side) -> None:
        matches = self._matches(side)
        self.drafts = list(self._beside(side, matches))
        self.sides.append(side)

    def _matches(self, side: Side) -> dict[int, _Match]:
        """By index in `side`: with the side beside it, and what is left with those before that one."""
        found: dict[int, _Match] = {}
        for number in range(len(self.sides) - 1, -1, -1):
            found |= self._matches_on(number, side, found)
        return found if len(self.sides) == 1 else _kept(found)

    def _matches_on(self, number: int, side: Side, found: Mapping[int, _Match]) -> dict[int, _Match]:
        """With the cells of side `number` that no later side explains; what was found already holds the places."""
        taken = {match.draft: index for index, match in found.items()}
        places = {
            draft.indices[number]: place
            for place, draft in enumerate(self.drafts)
            if draft.ends_on(number) or (place in taken and draft.indices[number] is not None)
        }
        mine = [index for index in range(len(self.sides[number])) if index in places]
        held = {taken[place] for place in places.values() if place in taken}
        theirs = [index for index in range(len(side)) if index in held or index not in found]
        at = {index: place for place, index in enumerate(theirs)}
        known = [(a, at[taken[places[index]]]) for a, index in enumerate(mine) if places[index] in taken]
        pairing = pair(
            [self.sides[number][index] for index in mine],
            [side[index] for index in theirs],
            self.is_over,
            known,
        )
        self.is_plain = self.is_plain or pairing.is_plain
        return {
            theirs[each.b]: _Match(places[mine[each.a]], each.by, each.is_kept)
            for each in pairing.pairs
            if theirs[each.b] not in found
        }

    def _beside(self, side: Side, matches: Mapping[int, _Match]) -> Iterator[_Draft]:
        """The drafts with one side more; between two kept rows, what is gone stands before what is new."""
        moved = {match.draft for match in matches.values() if not match.is_kept}
        waiting: list[_Draft] = []  # new or moved to here
        reached = 0
        for index in range(len(side)):
            match = matches.get(index)
            if match is None or not match.is_kept:
                waiting.append(self._new(index, match))
                continue
            yield from self._gone(reached, match.draft, moved)
            yield from waiting
            yield self.drafts[match.draft].beside(index, match.by)
            waiting, reached = [], match.draft + 1
        yield from self._gone(reached, len(self.drafts), moved)
        yield from waiting

    def _new(self, index: int, match: _Match | None) -> _Draft:
        if match is not None:
            return self.drafts[match.draft].beside(index, match.by, is_moved=True)
        return _Draft((None,) * len(self.sides), (None,) * len(self.sides)).beside(index, None)

    def _gone(self, start: int, stop: int, moved: Collection[int]) -> Iterator[_Draft]:
        return (self.drafts[place].beside(None, None) for place in range(start, stop) if place not in moved)


def _kept(found: Mapping[int, _Match]) -> dict[int, _Match]:
    """Which keep their order, seen from all the sides before."""
    ordered = sorted(found.items())
    kept = kept_in_order([match.draft for _, match in ordered])
    return {index: replace(match, is_kept=place in kept) for place, (index, match) in enumerate(ordered)}


def _row(draft: _Draft, sides: Sequence[Side]) -> Row:
    texts = [
        None if index is None else side[index].text for side, index in zip(sides, draft.indices, strict=True)
    ]
    return Row(draft.indices, draft.by, _change(texts), draft.is_moved)


def _change(texts: Sequence[tuple[CellType, str] | None]) -> Change:
    if texts[0] is None:
        return Change.ADDED
    if None in texts:
        return Change.REMOVED
    return Change.UNCHANGED if len(set(texts)) == 1 else Change.EDITED
