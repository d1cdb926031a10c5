"""Which boxes of a graph stand in which column, in which order from the top, and what each line passes. Pure.

The usual way to draw what flows one way (Sugiyama's): turn the few lines that close a circle, put each box one
column right of the last that leads to it, let long lines pass in a place of their own, and order every column by
the middle of its neighbours.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from lineage.graph.folding import Arc, Key

SWEEPS = 6  # more of them change nothing that can be seen
MOST_BENDS = 1200  # a line that would bend beyond these runs straight, behind the boxes

Place = Key | tuple[int, int]  # a box, or (number of the line, column) where a line passes
Columns = list[list[Place]]


@dataclass(frozen=True, slots=True)
class Chain:
    """A line from the left to the right, whichever way its arc goes."""

    arc: Arc
    places: tuple[Place, ...]

    @property
    def first(self) -> Key:
        return _box(self.places[0])

    @property
    def last(self) -> Key:
        return _box(self.places[-1])

    @property
    def is_forward(self) -> bool:
        return self.arc.start == self.first


def layered(keys: Sequence[Key], arcs: Sequence[Arc]) -> tuple[Columns, list[Chain]]:
    """Columns from the left, each from the top, and one chain an arc."""
    order = {key: place for place, key in enumerate(_flowing(keys, arcs))}
    steps = [sorted((arc.start, arc.end), key=order.__getitem__) for arc in arcs]
    column_of = _columns(sorted(keys, key=order.__getitem__), steps)
    chains = _chains(arcs, steps, column_of)
    columns: Columns = [[] for _ in range(max(column_of.values(), default=-1) + 1)]
    for key in sorted(keys, key=order.__getitem__):
        columns[column_of[key]].append(key)
    for chain in chains:
        for place in chain.places[1:-1]:
            if isinstance(place, tuple):
                columns[place[1]].append(place)
    _untangle(columns, chains)
    return columns, chains


def neighbours(chains: Iterable[Chain]) -> tuple[dict[Place, list[Place]], dict[Place, list[Place]]]:
    """What stands left, and what stands right of each place, along the lines."""
    left: dict[Place, list[Place]] = defaultdict(list)
    right: dict[Place, list[Place]] = defaultdict(list)
    for chain in chains:
        for one, next_one in pairwise(chain.places):
            right[one].append(next_one)
            left[next_one].append(one)
    return left, right


def _flowing(keys: Sequence[Key], arcs: Sequence[Arc]) -> list[Key]:
    """An order in which few families go backwards (Eades, Lin and Smyth): givers first, takers last."""
    gives: dict[Key, Counter[Key]] = {key: Counter() for key in keys}
    takes: dict[Key, Counter[Key]] = {key: Counter() for key in keys}
    for arc in arcs:
        gives[arc.start][arc.end] += arc.families
        takes[arc.end][arc.start] += arc.families
    surplus = {key: gives[key].total() - takes[key].total() for key in keys}
    left = dict.fromkeys(keys)
    head: list[Key] = []
    tail: list[Key] = []
    while left:
        ends = [key for key in left if not gives[key]]
        starts = [key for key in left if gives[key] and not takes[key]]
        gone = [*ends, *starts] or [max(left, key=surplus.__getitem__)]
        head += starts or (gone if not ends else [])
        tail[:0] = ends
        for key in gone:
            del left[key]
            _take_out(key, gives, takes, surplus)
    return head + tail


def _take_out(
    key: Key, gives: dict[Key, Counter[Key]], takes: dict[Key, Counter[Key]], surplus: dict[Key, int]
) -> None:
    for taker, families in gives.pop(key).items():
        surplus[taker] += families
        if taker in takes:
            takes[taker].pop(key, None)
    for giver, families in takes.pop(key).items():
        surplus[giver] -= families
        if giver in gives:
            gives[giver].pop(key, None)


def _columns(ordered: Sequence[Key], steps: Sequence[Sequence[Key]]) -> dict[Key, int]:
    """As far left as what leads to it allows; what nothing leads to, right beside what it leads to."""
    before: dict[Key, list[Key]] = defaultdict(list)
    after: dict[Key, list[Key]] = defaultdict(list)
    for one, next_one in steps:
        before[next_one].append(one)
        after[one].append(next_one)
    column_of: dict[Key, int] = {}
    for key in ordered:
        column_of[key] = max((column_of[one] + 1 for one in before[key]), default=0)
    for key in ordered:
        if after[key] and not before[key]:
            column_of[key] = min(column_of[one] for one in after[key]) - 1
    return column_of


def _chains(arcs: Sequence[Arc], steps: Sequence[Sequence[Key]], column_of: Mapping[Key, int]) -> list[Chain]:
    bends = MOST_BENDS
    chains = []
    for number, (arc, (first, last)) in enumerate(zip(arcs, steps, strict=True)):
        passed: range = range(column_of[first] + 1, column_of[last])
        bends -= len(passed)
        passes = [(number, column) for column in passed] if bends >= 0 else []
        chains.append(Chain(arc, (first, *passes, last)))
    return chains


def _untangle(columns: Columns, chains: Sequence[Chain]) -> None:
    """Orders each column by the middle of its neighbours, there and back again."""
    left, right = neighbours(chains)
    rank = {place: float(number) for column in columns for number, place in enumerate(column)}
    for _ in range(SWEEPS // 2):
        for column in columns[1:]:
            _sort(column, left, rank)
        for column in columns[-2::-1]:
            _sort(column, right, rank)


def _sort(column: list[Place], beside: Mapping[Place, Sequence[Place]], rank: dict[Place, float]) -> None:
    def middle(place: Place) -> float:
        others = beside.get(place)
        return sum(rank[other] for other in others) / len(others) if others else rank[place]

    column.sort(key=middle)
    rank.update({place: float(number) for number, place in enumerate(column)})


def _box(place: Place) -> Key:
    if isinstance(place, tuple):
        raise TypeError(f"A line ends at a box, not at {place}.")
    return place
