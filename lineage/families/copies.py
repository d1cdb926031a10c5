"""The occurrences of a family, as far as a person may see them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Case, Count, F, Q, Sum, When
from django.db.models.functions import MD5, Coalesce

from lineage.families.occurrences import Family, Occurrence
from lineage.models import Holding
from lineage.sight import Sight
from notebooks.models import Space
from notebooks.models.notebook import NotebookQuerySet
from notebooks.models.space import Viewer

# In the order of Occurrence's fields: rows become occurrences by the thousand.
_FIELDS = (
    "pk", "notebook", "index", "cell_type", "branch", "assigned", "status", "text", "notebook__space",
    "notebook__folder", "runbook", "who", "at",
)  # fmt: skip


def family_of(uuid: UUID, sight: Sight) -> Family:
    """One query, however many occurrences. Without a visible one it is empty."""
    saved = Coalesce(
        "notebook__revision__saved_at", "notebook__revision__ingested_at", "notebook__created_at"
    )
    rows = (
        sight.cells.filter(meme=uuid)
        .annotate(
            text=MD5("source"),
            runbook=_runbook_as_seen(sight),
            who=Coalesce("notebook__trace__who", "notebook__owner"),
            at=Coalesce("executed_at", "notebook__trace__worked_at", saved),
        )
        .values_list(*_FIELDS)
    )
    return Family(uuid, [Occurrence(*row) for row in rows])


def _runbook_as_seen(sight: Sight) -> Case:
    """As Sight.head_of(), but by a join: here nearly every row is a run."""
    template = "notebook__run_of__template"
    seen = {f"{template}__space__in": sight.spaces, f"{template}__deleted_at": None}
    return Case(When(**seen, then=F(f"{template}_id")), default=F("notebook_id"))


def copies_of(uuid: UUID, sight: Sight) -> NotebookQuerySet:
    """The notebooks that bear it themselves, the one that was worked on last first."""
    bearing = sight.notebooks.filter(meme=uuid)
    saved = Coalesce("trace__worked_at", "revision__saved_at", "revision__ingested_at")
    return bearing.annotate(worked=saved).order_by("-worked", "-pk")


@dataclass(frozen=True, slots=True)
class Size:
    copies: int
    runbooks: int


def sizes(uuids: Collection[UUID], user: Viewer) -> dict[UUID, Size]:
    """How large the families are of which more than one cell may be seen. One query.

    Runs of a template that may not be seen count as runbooks of their own, since they are shown as such.
    """
    is_seen = Q(head__space__in=Space.objects.visible_to(user), head__deleted_at=None)
    rows = (
        Holding.objects.visible_to(user)
        .filter(uuid__in=uuids)
        .values_list("uuid")
        .annotate(
            copies=Sum("cells"),
            heads=Count("head", distinct=True, filter=is_seen),
            others=Sum("notebooks", filter=~is_seen, default=0),
        )
        .filter(copies__gt=1)
    )
    return {uuid: Size(copies, heads + others) for uuid, copies, heads, others in rows}
