"""Which runbooks hold cells of some families, as far as a reader may see them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import Count, Min, TextField
from django.db.models.functions import Cast

from lineage.graph.folding import Held
from lineage.sight import Sight
from notebooks.memes import Meme
from notebooks.models import Cell

# A family that more runbooks hold than these is everywhere: it makes nobody kin.
EVERYWHERE = 50
MOST_ROWS = 20_000
MOST_ALONE = 300  # runs whose template may not be seen


def held(sight: Sight, families: Collection[UUID], space: str = "") -> list[Held]:
    """A runbook and a family once, its cells of all spaces and of all runs together; or those of one space."""
    within = {"space__slug": space} if space else {}
    rows = sight.holdings.filter(uuid__in=families, **within).values("uuid", "head")
    merged = rows.annotate(branchings=Min("least_branched"), since=Cast(Min("first_at"), TextField()))
    fields = merged.values_list("uuid", "head", "branchings", "since").order_by("uuid", "head")
    return [*(Held(*row) for row in fields[:MOST_ROWS]), *_held_alone(sight, families, space)]


def without_those_everywhere(sight: Sight, families: Collection[UUID]) -> set[UUID]:
    """Of these families those that can tell of kin."""
    counted = sight.holdings.filter(uuid__in=families).values("uuid")
    heads = counted.annotate(heads=Count("head", distinct=True))
    return set(families).difference(heads.filter(heads__gt=EVERYWHERE).values_list("uuid", flat=True))


def _held_alone(sight: Sight, families: Collection[UUID], space: str) -> Iterator[Held]:
    """Runs whose template the reader may not see stand for themselves; the newest of them."""
    alone = sight.alone(MOST_ALONE)
    if not alone:
        return
    within = {"notebook__space__slug": space} if space else {}
    cells = Cell.objects.filter(notebook__in=alone, meme__in=families, **within).order_by("meme", "notebook")
    fields = cells.annotate(since=Cast("notebook__trace__worked_at", TextField()))
    nearest: dict[tuple[UUID, int], Held] = {}
    for uuid, notebook, branch, since in fields.values_list("meme", "notebook", "branch", "since"):
        found = Held(uuid, notebook, Meme(uuid, branch).count, since or "")
        known = nearest.setdefault((uuid, notebook), found)
        if found.branchings < known.branchings:
            nearest[uuid, notebook] = found
    yield from nearest.values()
