"""Which families of cells are one for the notes on them: as far as `Descent` joins them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Q

from lineage.models import Descent
from lineage.models.descent import DescentQuerySet
from notebooks.models.space import Viewer
from notebooks.portions import portions

FARTHEST = 8  # steps; each takes a query
MOST_EDGES = 2_000  # of one query

Edge = tuple[UUID, UUID, str]  # child, parent, how
Is = Callable[[str], bool]
_NONE: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Joins:
    """What of some families hangs together. Likeness joins weakly: one step, and nothing beyond it."""

    surely: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)  # each with all of its group
    adopted: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)  # the same cell by another id
    alike: Mapping[UUID, frozenset[UUID]] = field(default_factory=dict)

    def of(self, uuid: UUID) -> frozenset[UUID]:
        """All that is surely joined to it, itself included."""
        return self.surely.get(uuid, frozenset({uuid}))

    def same_as(self, uuid: UUID) -> frozenset[UUID]:
        return self.adopted.get(uuid, frozenset({uuid}))

    def like(self, uuid: UUID) -> frozenset[UUID]:
        """What is only like it, or like something that it is surely joined to."""
        return frozenset().union(*(self.alike.get(each, _NONE) for each in self.of(uuid))) - self.of(uuid)

    def all_of(self, uuids: Collection[UUID]) -> set[UUID]:
        found = set(uuids)
        for uuid in uuids:
            found |= self.of(uuid) | self.like(uuid)
        return found


def joins_of(uuids: Collection[UUID], user: Viewer) -> Joins:
    """By what files tell that `user` may read."""
    return joins_told(uuids, Descent.objects.visible_to(user))


def joins_told(uuids: Collection[UUID], told: DescentQuerySet) -> Joins:
    """One query for each portion where nothing is joined, else one a step."""
    edges: set[Edge] = set()
    known, ends = set(uuids), set(uuids)
    for _step in range(FARTHEST):
        found = _edges(ends, told) if ends else []
        edges.update(found)
        met = {uuid for child, parent, how in found if how != Descent.How.ALIKE for uuid in (child, parent)}
        ends = met - known
        known |= ends
        if not ends:
            break
    return Joins(_groups(edges, _is_sure), _groups(edges, _is_adopted), _neighbours(edges))


def _edges(ends: Collection[UUID], told: DescentQuerySet) -> list[Edge]:
    distinct = told.order_by("child", "parent", "how").values_list("child", "parent", "how").distinct()
    return [
        edge
        for some in portions(ends)
        for edge in distinct.filter(Q(child__in=some) | Q(parent__in=some))[:MOST_EDGES]
    ]


def _is_sure(how: str) -> bool:
    return how != Descent.How.ALIKE


def _is_adopted(how: str) -> bool:
    return how == Descent.How.ADOPTED


def _groups(edges: Iterable[Edge], counts: Is) -> dict[UUID, frozenset[UUID]]:
    """Each uuid with all that it is joined to, in any direction and over any number of steps."""
    groups: dict[UUID, set[UUID]] = {}
    for child, parent, how in edges:
        if counts(how):
            group = groups.get(child, {child}) | groups.get(parent, {parent})
            groups.update(dict.fromkeys(group, group))
    return {uuid: frozenset(group) for uuid, group in groups.items()}


def _neighbours(edges: Iterable[Edge]) -> dict[UUID, frozenset[UUID]]:
    alike: defaultdict[UUID, set[UUID]] = defaultdict(set)
    for child, parent, how in edges:
        if how == Descent.How.ALIKE:
            alike[child].add(parent)
            alike[parent].add(child)
    return {uuid: frozenset(others) for uuid, others in alike.items()}
