"""Where a family comes from and what came of it, beyond what its ids show: `Descent`, walked both ways."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from lineage.models import Descent
from lineage.sight import Sight

FARTHEST = 8  # generations; each takes a query
MOST = 60  # families on either side
MOST_EDGES = 400  # of one generation
_SUREST = {how: rank for rank, how in enumerate(Descent.How.values)}


@dataclass(frozen=True, slots=True)
class Kin:
    """Another family, and by which word it is joined."""

    uuid: UUID
    how: Descent.How
    through: UUID  # the family next to it on the way
    distance: int  # generations


@dataclass(frozen=True, slots=True)
class Kindred:
    """The nearest first. Families that nobody may see any more are among them where a visible file names them."""

    ancestors: tuple[Kin, ...]
    descendants: tuple[Kin, ...]
    is_cut: bool  # there are more

    @property
    def uuids(self) -> set[UUID]:
        return {kin.uuid for kin in (*self.ancestors, *self.descendants)}


Edge = tuple[UUID, UUID, str]  # child, parent, how


class _Way:
    """One direction of the walk. A family that was met is not met again, so circles end."""

    def __init__(self, start: UUID) -> None:
        self.ends: set[UUID] = {start}
        self.met: dict[UUID, Kin | None] = {start: None}
        self.is_cut = False

    @property
    def kin(self) -> tuple[Kin, ...]:
        return tuple(kin for kin in self.met.values() if kin is not None)

    def go_on(self, steps: Iterable[tuple[UUID, UUID, str]], distance: int) -> None:
        """From (near, far, how) of all edges at hand."""
        known = [step for step in steps if step[0] in self.ends and step[1] not in self.met]
        self.ends = set()
        for near, far, how in sorted(known, key=lambda step: (_SUREST[step[2]], step[1], step[0])):
            if far in self.met:
                continue
            if len(self.met) > MOST:
                self.is_cut = True
                return
            self.met[far] = Kin(far, Descent.How(how), near, distance)
            self.ends.add(far)


def kindred_of(uuid: UUID, sight: Sight) -> Kindred:
    """By what files tell that the reader may see. One query a generation."""
    up, down = _Way(uuid), _Way(uuid)
    is_cut = False
    for distance in range(1, FARTHEST + 1):
        edges = _edges(up.ends, down.ends, sight)
        is_cut = is_cut or len(edges) == MOST_EDGES
        up.go_on(((child, parent, how) for child, parent, how in edges), distance)
        down.go_on(((parent, child, how) for child, parent, how in edges), distance)
        if not (up.ends or down.ends):
            break
    else:
        is_cut = True
    return Kindred(up.kin, down.kin, is_cut or up.is_cut or down.is_cut)


def _edges(children: Collection[UUID], parents: Collection[UUID], sight: Sight) -> list[Edge]:
    told = sight.descents.filter(Q(child__in=children) | Q(parent__in=parents))
    return list(
        told.order_by("child", "parent", "how").values_list("child", "parent", "how").distinct()[:MOST_EDGES]
    )
