"""Who shares cells with a runbook, and who is kin only by way of a third one. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lineage.graph.folding import Arc, Held, Kinship


@dataclass(frozen=True, slots=True)
class Pair:
    """A family that one runbook has, and what the other has of it: the same, or one that is kin."""

    here: UUID
    there: UUID
    how: str = ""  # of a kinship
    is_sure: bool = True


@dataclass(frozen=True, slots=True)
class Sharing:
    runbook: int
    pairs: tuple[Pair, ...]  # what is the same first, then the surest

    @property
    def families(self) -> int:
        """That are surely shared."""
        return sum(pair.is_sure for pair in self.pairs)

    @property
    def alike(self) -> int:
        return len(self.pairs) - self.families


class Way(StrEnum):
    """How two runbooks hang together by a third, X, that both share cells with."""

    BOTH_FROM = "both_from"  # both copy cells from X
    BOTH_INTO = "both_into"  # X copies cells from both
    ON = "on"  # X copies cells from here, and the other from X
    BACK = "back"  # X copies cells from the other, and this one from X


@dataclass(frozen=True, slots=True)
class Hop:
    runbook: int
    over: int  # X
    way: Way
    families: int  # of the thinner of its two lines


def sharings(
    own: Collection[UUID], held: Iterable[Held], kinships: Iterable[Kinship], runbook: int
) -> list[Sharing]:
    """Who else holds `own`, the families of `runbook`, or their kin: who shares most comes first."""
    kin = _kin(own, kinships)
    found: dict[int, dict[UUID, Pair]] = defaultdict(dict)
    for row in held:
        if row.runbook == runbook:
            continue
        pairs = [Pair(row.family, row.family)] if row.family in own else kin.get(row.family, [])
        for pair in pairs:
            known = found[row.runbook].get(pair.here)
            if known is None or _doubt(pair) < _doubt(known):
                found[row.runbook][pair.here] = pair
    shared = [
        Sharing(other, tuple(sorted(pairs.values(), key=_order))) for other, pairs in found.items() if pairs
    ]
    return sorted(shared, key=lambda each: (-each.families, -each.alike, each.runbook))


def hops(arcs: Iterable[Arc], runbook: int, direct: Collection[int]) -> list[Hop]:
    """Those that share nothing with `runbook` but something with one of `direct`, who do; each by its best way."""
    gives: dict[int, Counter[int]] = defaultdict(Counter)
    for arc in arcs:
        if isinstance(arc.start, int) and isinstance(arc.end, int):
            gives[arc.start][arc.end] += arc.families
    found = [hop for over in direct for hop in _over(over, runbook, gives)]
    best: dict[int, Hop] = {}
    for hop in sorted(found, key=lambda hop: (-hop.families, list(Way).index(hop.way), hop.over)):
        if hop.runbook not in direct and hop.runbook != runbook:
            best.setdefault(hop.runbook, hop)
    return sorted(best.values(), key=lambda hop: (-hop.families, hop.over, hop.runbook))


def _over(over: int, here: int, gives: Mapping[int, Counter[int]]) -> Iterable[Hop]:
    from_over, into_over = gives[over], {one: taken[over] for one, taken in gives.items() if taken[over]}
    ways = (
        (from_over[here], from_over, Way.BOTH_FROM),
        (into_over.get(here, 0), into_over, Way.BOTH_INTO),
        (into_over.get(here, 0), from_over, Way.ON),
        (from_over[here], into_over, Way.BACK),
    )
    for mine, others, way in ways:
        if mine:
            yield from (Hop(other, over, way, min(mine, count)) for other, count in others.items() if count)


def _kin(own: Collection[UUID], kinships: Iterable[Kinship]) -> dict[UUID, list[Pair]]:
    """By the family that another runbook may hold."""
    kin: dict[UUID, list[Pair]] = defaultdict(list)
    for each in kinships:
        for here, there in ((each.child, each.parent), (each.parent, each.child)):
            if here in own and there not in own:
                kin[there].append(Pair(here, there, each.how, each.is_sure))
    return kin


def _doubt(pair: Pair) -> int:
    """0 where it is the same family."""
    return 0 if not pair.how else 1 if pair.is_sure else 2


def _order(pair: Pair) -> tuple[int, str]:
    return _doubt(pair), str(pair.here)
