"""Which cell of one notebook is which of another. Pure.

The surest signs first: the whole MEME, its base UUID, then, between the cells that these hold in their order, equal
texts and texts that are alike. Assigned MEMEs are no special case: those of two notebooks differ, those of two
revisions of one notebook are equal. A MEME may stand in a notebook more than once; then text and place decide.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from lineage.comparison.inorder import Places, heaviest_in_order, kept_in_order, once
from lineage.comparison.vocabulary import Vocabulary
from notebooks.memes import Meme
from notebooks.parsing.model import CellType

# Two texts are taken for one that was edited from this share of common words on.
ALIKE = 0.5
ALIKE_ALONE = 0.25  # nothing else stands between the same neighbours
ALIKE_AGAINST_IDS = 0.75  # both carry ids, of different families
# Beyond this many pairs of cells to be weighed nobody waits, whatever the clock says.
MOST_WEIGHED = 200_000
CLOCK = 64  # weighings between two looks at it
DEEPEST = 30  # gaps within gaps

IsOver = Callable[[], bool]


class By(StrEnum):
    """What tells that two cells are one."""

    MEME = "meme"
    FAMILY = "family"  # the base UUID
    TEXT = "text"  # equal texts
    LIKENESS = "likeness"


@dataclass(frozen=True, slots=True)
class ComparedCell:
    meme: Meme | None
    assigned: bool
    cell_type: CellType
    source: str

    @property
    def text(self) -> tuple[CellType, str]:
        return self.cell_type, self.source


@dataclass(frozen=True, slots=True)
class Pair:
    a: int
    b: int
    by: By
    is_kept: bool = False  # as many as can be kept their order; the others moved

    def mirrored(self) -> Pair:
        return Pair(self.b, self.a, self.by, self.is_kept)


@dataclass(frozen=True, slots=True)
class Pairing:
    pairs: tuple[Pair, ...]  # in the order of `a`
    is_plain: bool  # there was no time: only ids and equal texts were looked at

    def mirrored(self) -> Pairing:
        pairs = sorted((pair.mirrored() for pair in self.pairs), key=lambda pair: pair.a)
        return Pairing(tuple(pairs), self.is_plain)


def pair(
    a: Sequence[ComparedCell],
    b: Sequence[ComparedCell],
    is_over: IsOver,
    known: Sequence[tuple[int, int]] = (),
) -> Pairing:
    """Pairs each cell at most once; the same pairs whichever side is called `a`. `known` are pairs already."""
    if _rank(b) < _rank(a):
        return pair(b, a, is_over, [(right, left) for left, right in known]).mirrored()
    try:
        pairs, is_plain = _Pairs(a, b, is_over, known).found(), False
    except _TooLong:
        pairs, is_plain = _Pairs(a, b, is_over, known).found_plainly(), True
    kept = kept_in_order([each.b for each in pairs])
    return Pairing(tuple(replace(each, is_kept=place in kept) for place, each in enumerate(pairs)), is_plain)


def _rank(cells: Sequence[ComparedCell]) -> list[tuple[str, str, str, bool]]:
    """An order of notebooks: what has more than one best answer is answered from the same side always."""
    return [(cell.source, cell.cell_type, str(cell.meme), cell.assigned) for cell in cells]


class _TooLong(Exception):
    pass


class _Pairs:
    def __init__(
        self,
        a: Sequence[ComparedCell],
        b: Sequence[ComparedCell],
        is_over: IsOver,
        known: Sequence[tuple[int, int]],
    ) -> None:
        self.a = a
        self.b = b
        self.is_over = is_over
        self.weighed = 0
        self.matches = {left: (right, By.MEME) for left, right in known}  # by index in `a`
        self.free_b = set(range(len(b))) - {right for _, right in known}
        self.vocabulary = Vocabulary()

    def found(self) -> tuple[Pair, ...]:
        self._by_id(lambda cell: cell.meme, By.MEME, self._best_first)
        self._by_id(lambda cell: cell.meme and cell.meme.uuid, By.FAMILY, self._best_first)
        self._equal_in_gaps()
        self._equal_elsewhere(is_single=True)
        for left, right in self._gaps():
            self._alike_in_gap(left, right)
        self._equal_elsewhere(is_single=False)
        return self._sorted()

    def found_plainly(self) -> tuple[Pair, ...]:
        """Without weighing anything: it takes as long as reading the cells."""
        self._by_id(lambda cell: cell.meme, By.MEME, self._in_order)
        self._by_id(lambda cell: cell.meme and cell.meme.uuid, By.FAMILY, self._in_order)
        self._equal_in_gaps()
        self._equal_elsewhere(is_single=False)
        return self._sorted()

    def _sorted(self) -> tuple[Pair, ...]:
        return tuple(Pair(a, b, by) for a, (b, by) in sorted(self.matches.items()))

    def _match(self, a: int, b: int, by: By) -> None:
        self.matches[a] = (b, by)
        self.free_b.discard(b)

    def _free(self) -> tuple[list[int], list[int]]:
        return [index for index in range(len(self.a)) if index not in self.matches], sorted(self.free_b)

    def _weighed(self, indices: Sequence[int]) -> Iterator[tuple[int, int]]:
        """The indices with their places, as long as there is time to weigh them."""
        for place, index in enumerate(indices):
            if place % CLOCK == 0:
                self.weighed += min(CLOCK, len(indices) - place)
                if self.weighed > MOST_WEIGHED or self.is_over():
                    raise _TooLong
            yield place, index

    # ----- by id

    def _by_id(
        self,
        id_of: Callable[[ComparedCell], Hashable],
        by: By,
        choose: Callable[[list[int], list[int], By, Places], None],
    ) -> None:
        several = []
        for left, right in self._groups(id_of):
            if len(left) == len(right) == 1:
                self._match(left[0], right[0], by)
            else:
                several.append((left, right))
        places = Places((a, b) for a, (b, _) in sorted(self.matches.items()))
        for left, right in several:
            choose(left, right, by, places)

    def _groups(self, key_of: Callable[[ComparedCell], Hashable]) -> Iterator[tuple[list[int], list[int]]]:
        """The free cells of either side that have the same key; None is no key."""
        free_a, free_b = self._free()
        left = _by_key((index, key_of(self.a[index])) for index in free_a)
        right = _by_key((index, key_of(self.b[index])) for index in free_b)
        return iter([(indices, right[key]) for key, indices in left.items() if key in right])

    def _in_order(self, left: list[int], right: list[int], by: By, _places: Places) -> None:
        for a, b in zip(left, right, strict=False):
            self._match(a, b, by)

    def _best_first(self, left: list[int], right: list[int], by: By, places: Places) -> None:
        """The nearest copies in branching, then in text, then in place."""
        scored = []
        for a in left:
            expected = places.expected(a)
            scored += [(*self._distance(a, b), abs(b - expected), a, b) for _, b in self._weighed(right)]
        taken_a, taken_b = set(), set()
        for *_, a, b in sorted(scored):
            if a not in taken_a and b not in taken_b:
                taken_a.add(a)
                taken_b.add(b)
                self._match(a, b, by)

    def _distance(self, a: int, b: int) -> tuple[int, float]:
        mine, theirs = self.a[a].meme, self.b[b].meme
        branchings = abs(mine.count - theirs.count) if mine and theirs else 0
        return branchings, -self.vocabulary.likeness(self.a[a].source, self.b[b].source)

    # ----- by text

    def _gaps(self) -> list[tuple[list[int], list[int]]]:
        """The free cells of either side between those that are matched and kept their order."""
        pairs = self._sorted()
        kept = kept_in_order([pair.b for pair in pairs])
        free_a, free_b = self._free()
        gaps = []
        edges = [(pair.a, pair.b) for place, pair in enumerate(pairs) if place in kept]
        first_a = first_b = 0
        for a, b in [*edges, (len(self.a), len(self.b))]:
            last_a, last_b = bisect_left(free_a, a), bisect_left(free_b, b)
            if first_a < last_a and first_b < last_b:
                gaps.append((free_a[first_a:last_a], free_b[first_b:last_b]))
            first_a, first_b = last_a, last_b
        return gaps

    def _equal_in_gaps(self) -> None:
        waiting = [(gap, 0) for gap in self._gaps()]
        while waiting:
            (left, right), depth = waiting.pop()
            left, right = self._equal_ends(left, right)
            edges = self._equal_once(left, right) if left and right and depth < DEEPEST else []
            start_a = start_b = 0
            for a, b in [*edges, (len(left), len(right))] if edges else []:
                waiting.append(((left[start_a:a], right[start_b:b]), depth + 1))
                start_a, start_b = a + 1, b + 1

    def _equal_ends(self, left: list[int], right: list[int]) -> tuple[list[int], list[int]]:
        """Matches what the two begin and end with alike; the rest of both."""
        most = min(len(left), len(right))
        head = 0
        while head < most and self._is_equal(left[head], right[head]):
            self._match(left[head], right[head], By.TEXT)
            head += 1
        tail = 0
        while tail < most - head and self._is_equal(left[-1 - tail], right[-1 - tail]):
            self._match(left[-1 - tail], right[-1 - tail], By.TEXT)
            tail += 1
        return left[head : len(left) - tail], right[head : len(right) - tail]

    def _equal_once(self, left: list[int], right: list[int]) -> list[tuple[int, int]]:
        """Matches texts that either has once, as far as they kept their order; their places in the two."""
        once_a = once(self.a[index].text for index in left)
        once_b = once(self.b[index].text for index in right)
        common = [(place, once_b[text]) for text, place in once_a.items() if text in once_b]
        kept = kept_in_order([b for _, b in common])
        edges = [edge for place, edge in enumerate(common) if place in kept]
        for a, b in edges:
            self._match(left[a], right[b], By.TEXT)
        return edges

    def _equal_elsewhere(self, *, is_single: bool) -> None:
        """Equal texts wherever they stand: cells that moved. With `is_single` those that cannot be others."""

        def text_of(cell: ComparedCell) -> Hashable:
            return cell.text if cell.source.strip() else None

        for left, right in self._groups(text_of):
            if not is_single or len(left) == len(right) == 1:
                for a, b in zip(left, right, strict=False):
                    self._match(a, b, By.TEXT)

    def _alike_in_gap(self, left: list[int], right: list[int]) -> None:
        """The pairs, none crossing another, that are most alike in sum."""
        is_alone = len(left) == len(right) == 1
        weights = (
            (self._weight(self.a[a], self.b[b], is_alone=is_alone) for _, b in self._weighed(right))
            for a in left
        )
        for place, other in heaviest_in_order(weights, len(right)):
            a, b = left[place], right[other]
            self._match(a, b, By.TEXT if self._is_equal(a, b) else By.LIKENESS)

    def _weight(self, a: ComparedCell, b: ComparedCell, *, is_alone: bool) -> float:
        """What pairing the two is worth; 0 where they are no pair."""
        if a.cell_type != b.cell_type:
            return 0.0
        if a.source == b.source:
            return 1.5 if a.source.strip() else 0.5
        is_against_ids = a.meme and b.meme and not a.assigned and not b.assigned
        least = ALIKE_AGAINST_IDS if is_against_ids else ALIKE_ALONE if is_alone else ALIKE
        likeness = self.vocabulary.likeness(a.source, b.source)
        return likeness if likeness >= least else 0.0

    def _is_equal(self, a: int, b: int) -> bool:
        return self.a[a].text == self.b[b].text


def _by_key(keyed: Iterable[tuple[int, Hashable]]) -> dict[Hashable, list[int]]:
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for index, key in keyed:
        if key is not None:
            groups[key].append(index)
    return groups
