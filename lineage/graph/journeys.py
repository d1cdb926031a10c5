"""Which cells went from which runbook to which, as far as a reader may see them."""

from collections.abc import Collection, Iterable, Iterator
from uuid import UUID

from django.db.models import Case, Min, Q, When

from lineage.families.holders import held
from lineage.graph.folding import Arc, Kinship, arcs_of
from lineage.models import Descent
from lineage.sight import Sight
from notebooks.models import Notebook

# What one picture is made of at most; nobody could read more.
MOST_FAMILIES = 10_000
MOST_DESCENTS = 5_000
# The surest word first: of two families the first that is said counts.
SUREST = (Descent.How.NEW_ROOT, Descent.How.HISTORY, Descent.How.ADOPTED, Descent.How.ALIKE)
_RANK = Min(Case(*(When(how=how, then=rank) for rank, how in enumerate(SUREST)), default=len(SUREST)))


def journeys(sight: Sight, space: str = "") -> list[Arc]:
    """Between all runbooks, the strongest first; with a space's slug, of cells in that space alone."""
    kinships = kinships_of(sight)
    families = sight.families_of_several()[:MOST_FAMILIES]
    return arcs_of(held(sight, {*families, *_named(kinships)}, space), kinships)


def family_journeys(sight: Sight, families: Collection[UUID]) -> list[Arc]:
    """Those of some families, and of what they come from and what came of them."""
    kinships = kinships_of(sight, Q(child__in=families) | Q(parent__in=families))
    return arcs_of(held(sight, {*families, *_named(kinships)}), kinships)


def runbook_journeys(sight: Sight, notebook: Notebook) -> list[Arc]:
    """Those that begin or end at one runbook."""
    own = sight.holdings.filter(head=notebook).values_list("uuid", flat=True)
    families = set(own.order_by("uuid").distinct()[:MOST_FAMILIES])
    return [arc for arc in family_journeys(sight, families) if notebook.pk in (arc.start, arc.end)]


def kinships_of(sight: Sight, which: Q | None = None) -> list[Kinship]:
    """Each child and parent once, the surest first."""
    told = sight.descents.filter(which or Q()).values("child", "parent").annotate(rank=_RANK)
    rows = told.order_by("rank", "child", "parent").values_list("child", "parent", "rank")
    return [
        Kinship(child, parent, SUREST[rank], SUREST[rank] != Descent.How.ALIKE)
        for child, parent, rank in rows[:MOST_DESCENTS]
    ]


def _named(kinships: Iterable[Kinship]) -> Iterator[UUID]:
    return (family for kin in kinships for family in (kin.child, kin.parent))
