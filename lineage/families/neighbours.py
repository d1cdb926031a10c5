"""Which cells usually stand before and after those of a family, in the runbooks of today."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, F, OuterRef, QuerySet, Subquery

from lineage.sight import Sight
from notebooks.models import Cell

MOST = 4  # on either side


@dataclass(frozen=True, slots=True)
class Neighbour:
    uuid: UUID | None  # None: the beginning or the end of the runbook
    copies: int  # in so many copies of the family it stands there


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The most usual first."""

    before: tuple[Neighbour, ...]
    after: tuple[Neighbour, ...]

    @property
    def uuids(self) -> set[UUID]:
        return {each.uuid for each in (*self.before, *self.after) if each.uuid is not None}


def neighbours_of(uuid: UUID, sight: Sight) -> Neighbours:
    """Two queries, however large the family."""
    cells = sight.cells.filter(meme=uuid)
    return Neighbours(_beside(cells, -1), _beside(cells, +1))


def _beside(cells: QuerySet[Cell], step: int) -> tuple[Neighbour, ...]:
    there = Cell.objects.filter(notebook=OuterRef("notebook"), index=OuterRef("place"))
    placed = cells.annotate(place=F("index") + step)  # no cell is at -1
    rows = (
        placed.annotate(beside=Subquery(there.values("meme")[:1]))
        .values_list("beside")
        .annotate(copies=Count("pk"))
        .order_by("-copies", "beside")
    )
    return tuple(Neighbour(uuid, copies) for uuid, copies in rows[:MOST])
