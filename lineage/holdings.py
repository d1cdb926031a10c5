"""Counts how often each family of cells occurs within each runbook and its runs, space by space."""

from collections.abc import Collection, Iterator, Sequence

from django.db import models, transaction
from django.db.models import Case, Count, F, Max, Min, Q, Value, When
from django.db.models.functions import Cast, Coalesce, StrIndex, Substr

from lineage.models import Holding, RunOf
from notebooks.models import Cell, Notebook
from notebooks.portions import portions

HEADS_AT_ONCE = 50  # in one transaction, for which others wait

# The number before the first "-" of a branch; an id that was never branched has none.
_BRANCH_COUNT = Case(
    When(branch="", then=Value(0)),
    default=Cast(Substr("branch", 1, StrIndex("branch", Value("-")) - 1), models.BigIntegerField()),
    output_field=models.BigIntegerField(),
)
_HEAD = Coalesce("notebook__run_of__template_id", "notebook_id")
_WORKED = Coalesce("notebook__trace__worked_at", "notebook__created_at")


def recount(heads: Collection[int]) -> None:
    """Makes the rows of these runbooks what the cells say now; who is a run of whom must be known before."""
    for some in portions(sorted(heads), HEADS_AT_ONCE):
        _replace(some)


def _replace(heads: Sequence[int]) -> None:
    counted = list(_counted(heads))
    with transaction.atomic():
        Holding.objects.filter(head__in=heads).delete()
        Holding.objects.bulk_create(counted)


def _counted(heads: Sequence[int]) -> Iterator[Holding]:
    runs = RunOf.objects.filter(template__in=heads).values("notebook")
    heads_without_template = Q(pk__in=heads, run_of=None)
    members = Notebook.objects.alive().filter(heads_without_template | Q(pk__in=runs))
    groups = (
        Cell.objects.filter(notebook__in=members)
        .order_by()
        .values(uuid=F("meme"), holder=F("notebook__space"), runbook=_HEAD)
        .annotate(
            cell_count=Count("pk"),
            notebook_count=Count("notebook", distinct=True),
            least=Min(_BRANCH_COUNT),
            first=Min(_WORKED),
            last=Max(_WORKED),
        )
    )
    for group in groups.iterator():
        yield Holding(
            uuid=group["uuid"],
            space_id=group["holder"],
            head_id=group["runbook"],
            cells=group["cell_count"],
            notebooks=group["notebook_count"],
            least_branched=group["least"],
            first_at=group["first"],
            last_at=group["last"],
        )
