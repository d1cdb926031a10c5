"""Which cells went from which runbook to which, as far as a reader may see them."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Case, Max, Min, Q, QuerySet, When

from lineage.graph import Arc, Held, Kinship, arcs_of
from lineage.models import Descent, Holding
from lineage.sight import Sight
from notebooks.models import Notebook

# What one picture is made of at most; nobody could read more.
MOST_FAMILIES = 10_000
MOST_DESCENTS = 5_000
MOST_ROWS = 20_000
SURE = (Descent.How.NEW_ROOT, Descent.How.HISTORY, Descent.How.ADOPTED)

# Of two families what is sure goes before what is only likely.
_SURE = Max(Case(When(how__in=SURE, then=1), default=0))


def journeys(sight: Sight, space: str = "") -> list[Arc]:
    """Between all runbooks, the strongest first; with a space's slug, of cells in that space alone."""
    kinships = kinships_of(sight)
    families = sight.families_of_several()[:MOST_FAMILIES]
    held = sight.holdings.filter(**({"space__slug": space} if space else {}))
    return arcs_of(_held(held, {*families, *_named(kinships)}), kinships)


def family_journeys(sight: Sight, families: Collection[UUID]) -> list[Arc]:
    """Those of some families, and of what they come from and what came of them."""
    kinships = kinships_of(sight, Q(child__in=families) | Q(parent__in=families))
    return arcs_of(_held(sight.holdings, {*families, *_named(kinships)}), kinships)


def runbook_journeys(sight: Sight, notebook: Notebook) -> list[Arc]:
    """Those that begin or end at one runbook."""
    own = sight.holdings.filter(head=notebook).values_list("uuid", flat=True)
    families = set(own.order_by("uuid").distinct()[:MOST_FAMILIES])
    return [arc for arc in family_journeys(sight, families) if notebook.pk in (arc.start, arc.end)]


def kinships_of(sight: Sight, which: Q | None = None) -> list[Kinship]:
    """Each child and parent once, the sure ones first."""
    told = sight.descents.filter(which or Q()).values("child", "parent").annotate(sure=_SURE)
    rows = told.order_by("-sure", "child", "parent").values_list("child", "parent", "sure")
    return [Kinship(child, parent, bool(sure)) for child, parent, sure in rows[:MOST_DESCENTS]]


def _named(kinships: Iterable[Kinship]) -> Iterator[UUID]:
    return (family for kin in kinships for family in (kin.child, kin.parent))


def _held(holdings: QuerySet[Holding], families: Collection[UUID]) -> list[Held]:
    """A runbook's cells of all spaces together."""
    rows = holdings.filter(uuid__in=families).values("uuid", "head")
    merged = rows.annotate(branchings=Min("least_branched"), first=Min("first_at"))
    fields = merged.values_list("uuid", "head", "branchings", "first")
    return [Held(*row) for row in fields.order_by("uuid", "head")[:MOST_ROWS]]
