"""What a revision changed, counted by the cell. Pure."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from notebooks.identity import KnownCell
from notebooks.parsing import ParsedCell


@dataclass(frozen=True, slots=True)
class Changes:
    added: int
    edited: int
    removed: int
    moved: int


def count_changes(
    cells: Sequence[ParsedCell], previous: Sequence[KnownCell], matches: Sequence[int | None]
) -> Changes:
    """Counts over `matches`, which names for each cell its index in `previous`, as identity.assign() found it."""
    pairs = [(cell, match) for cell, match in zip(cells, matches, strict=True) if match is not None]
    edited = sum(cell.source != previous[match].source for cell, match in pairs)
    return Changes(
        added=len(cells) - len(pairs),
        edited=edited,
        removed=len(previous) - len(pairs),
        moved=len(pairs) - _longest_rise([match for _, match in pairs]),
    )


def _longest_rise(numbers: Sequence[int]) -> int:
    """Length of the longest increasing subsequence: the cells that kept their order."""
    ends: list[int] = []
    for number in numbers:
        place = bisect_left(ends, number)
        ends[place : place + 1] = [number]
    return len(ends)
