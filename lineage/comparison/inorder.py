"""What keeps its order between two sequences. Pure."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterable, Sequence


def kept_in_order(numbers: Sequence[int]) -> frozenset[int]:
    """The places in `numbers` of a longest rising subsequence: those that did not move."""
    ends: list[int] = []  # the place of the smallest number that ends a rise of each length
    values: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        length = bisect_left(values, number)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [place]
        values[length : length + 1] = [number]
    kept = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(kept)


def heaviest_in_order(weights: Iterable[Iterable[float]], width: int) -> list[tuple[int, int]]:
    """Of a table of weights, row by row, the cells of the greatest sum that stand each below and right of the last.

    A weight of 0 is never chosen.
    """
    best = [0.0] * (width + 1)
    steps = []  # for each cell which way led to the best: from above, from the left, or by choosing it
    for row in weights:
        sums, ways = [0.0], bytearray()
        for place, weight in enumerate(row):
            options = (best[place + 1], sums[place], best[place] + weight if weight else -1.0)
            way = max(range(3), key=options.__getitem__)
            sums.append(options[way])
            ways.append(way)
        best = sums
        steps.append(ways)
    return _chosen(steps, width)


def _chosen(steps: Sequence[bytearray], width: int) -> list[tuple[int, int]]:
    chosen = []
    row, column = len(steps), width
    while row and column:
        way = steps[row - 1][column - 1]
        if way == 2:
            chosen.append((row - 1, column - 1))
        row -= way != 1
        column -= way != 0
    return chosen[::-1]


class Places:
    """Where something of one sequence would stand in the other if it had gone with its neighbour before it."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        self._pairs = list(pairs)
        self._starts = [a for a, _ in self._pairs]

    def expected(self, index: int) -> int:
        place = bisect_left(self._starts, index)
        a, b = self._pairs[place - 1] if place else (0, 0)
        return b + index - a


def once(values: Iterable[Hashable]) -> dict[Hashable, int]:
    """The places of what is there once, in order."""
    listed = list(values)
    counts = Counter(listed)
    return {value: place for place, value in enumerate(listed) if counts[value] == 1}
