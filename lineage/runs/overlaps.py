"""Which notebooks have enough cells in common, found without comparing each with each. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from itertools import chain

from lineage.families.branches import Families

Rule = Callable[[Families, Families], bool]  # must want at least half of the smaller one


SPEAKERS = 8  # of a group, under each family


def are_alike(one: Families, other: Families) -> bool:
    """Whether at least half of both is the same."""
    return 2 * len(one.keys() & other.keys()) >= max(len(one), len(other), 1)


def is_half_of_the_smaller(one: Families, other: Families) -> bool:
    return 2 * len(one.keys() & other.keys()) >= max(min(len(one), len(other)), 1)


def _never(_listed: Sequence[int], _pk: int) -> bool:
    return False


class Overlaps:
    """Those among the notebooks added so far that overlap with a given one.

    Two of which one has half its cells in common with the other share one of the rarer half of those: the common
    cells, which thousands may have, need not be looked up.
    """

    def __init__(self, notebooks: Mapping[int, Families], rule: Rule) -> None:
        self._notebooks = notebooks
        self._rule = rule
        self._commonness = Counter(uuid for families in notebooks.values() for uuid in families)
        self._added: dict[int, int] = {}  # notebook -> place in the order of adding
        self._by_any: defaultdict[str, list[int]] = defaultdict(list)
        self._by_rare: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, pk: int, have_enough: Callable[[Sequence[int], int], bool] = _never) -> None:
        """`have_enough` of those listed under one family: then it is not listed there."""
        self._added[pk] = len(self._added)
        listed = [self._by_any[uuid] for uuid in self._notebooks[pk]]
        listed += [self._by_rare[uuid] for uuid in self._rarer_half(pk)]
        for each in listed:
            if not have_enough(each, pk):
                each.append(pk)

    def of(self, pk: int) -> list[int]:
        """In the order in which they were added."""
        mine = self._notebooks[pk]
        kin = [other for other in self.candidates(pk) if self._rule(mine, self._notebooks[other])]
        return sorted(kin, key=self._added.__getitem__)

    def candidates(self, pk: int) -> set[int]:
        half_of_its_own = [self._by_any.get(uuid, ()) for uuid in self._rarer_half(pk)]
        half_of_the_others = [self._by_rare.get(uuid, ()) for uuid in self._notebooks[pk]]
        return set(chain(*half_of_its_own, *half_of_the_others))

    def _rarer_half(self, pk: int) -> list[str]:
        """One more than half."""
        rarest = sorted(self._notebooks[pk], key=lambda uuid: (self._commonness[uuid], uuid))
        return rarest[: len(rarest) // 2 + 1]


def clusters(notebooks: Mapping[int, Families], rule: Rule) -> list[list[int]]:
    """Groups between which nothing overlaps: who is in one does not depend on who is in the others."""
    joining = _Joining(notebooks, rule)
    for pk in sorted(notebooks):
        joining.join(pk)
    groups: defaultdict[int, list[int]] = defaultdict(list)
    for pk in sorted(notebooks):
        groups[joining.root(pk)].append(pk)
    return list(groups.values())


class _Joining:
    """Union-find. Of thousands in one group some speak for the rest, or all would be compared with all."""

    def __init__(self, notebooks: Mapping[int, Families], rule: Rule) -> None:
        self._notebooks = notebooks
        self._rule = rule
        self._overlaps = Overlaps(notebooks, rule)
        self._above = {pk: pk for pk in notebooks}

    def root(self, pk: int) -> int:
        above = self._above
        while above[pk] != pk:
            above[pk] = pk = above[above[pk]]
        return pk

    def join(self, pk: int) -> None:
        for other in self._overlaps.candidates(pk):
            if self.root(other) != self.root(pk) and self._rule(self._notebooks[pk], self._notebooks[other]):
                self._above[self.root(pk)] = self.root(other)
        self._overlaps.add(pk, self._have_enough)

    def _have_enough(self, listed: Sequence[int], pk: int) -> bool:
        return sum(self.root(other) == self.root(pk) for other in listed) >= SPEAKERS
