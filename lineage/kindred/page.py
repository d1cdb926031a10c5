"""Runbooks that hang together with one: by cells that they share, by a third that both share with, by links."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Q, Sum

from lineage.families.holders import held, without_those_everywhere
from lineage.graph.drawing import compared
from lineage.graph.folding import Kinship, arcs_of
from lineage.graph.journeys import kinships_of
from lineage.heads import Head
from lineage.kindred.hops import Hop, Pair, Sharing, Way, hops, sharings
from lineage.kindred.sharedcells import Places
from lineage.models import Descent, Due
from lineage.sight import Sight
from notebooks.models import Cell, Link, Notebook
from notebooks.models.content import linked_from

MOST_FAMILIES = 2_000  # of one runbook; of more, those that the most of its runs have
MOST_OVER = 20  # runbooks by way of which others are looked for
MOST_HOPS = 20
MOST_LINKS = 200
LOOKED_AT = 150  # shared cells of a runbook, to name the first of them in order


@dataclass(frozen=True, slots=True)
class SharedCell:
    pair: Pair
    name: str
    is_code: bool
    here_url: str
    there_url: str

    @property
    def meme(self) -> UUID:
        return self.pair.here

    @property
    def there(self) -> UUID:
        return self.pair.there

    @property
    def how(self) -> str:
        return self.pair.how

    @property
    def kinship(self) -> str:
        """In words; '' where it is the same cell."""
        return str(Descent.How(self.how).label) if self.how else ""


@dataclass(frozen=True, slots=True)
class Shared:
    head: Head
    families: int
    alike: int
    cells: tuple[SharedCell, ...]  # the first of them
    compare_url: str

    @property
    def more(self) -> int:
        return self.families + self.alike - len(self.cells)


@dataclass(frozen=True, slots=True)
class Third:
    """A runbook that is kin by way of another."""

    head: Head
    over: Head
    way: Way
    families: int


@dataclass(frozen=True, slots=True)
class Linked:
    head: Head
    notebooks: int  # it and its runs, as many as are linked


class Related:
    """What hangs together with `notebook`, which the reader may see. A run is looked at with its template."""

    def __init__(self, sight: Sight, notebook: Notebook) -> None:
        self.notebook = notebook
        self._sight = sight
        self._runbook = sight.templates([notebook.pk]).get(notebook.pk, notebook.pk)

    # ----- of its own

    @property
    def template(self) -> Head | None:
        """Of which it is a run."""
        return self._heads.get(self._runbook) if self._runbook != self.notebook.pk else None

    @property
    def runs(self) -> int:
        """Of it, or of its template."""
        own = self._heads.get(self._runbook)
        return own.runs if own else 0

    @property
    def family_count(self) -> int:
        return len(self._families)

    @property
    def everywhere(self) -> int:
        """How many of its cells are in so many runbooks that they make nobody kin."""
        return len(set(self._families) - self._own_telling[1])

    @property
    def is_behind(self) -> bool:
        """Whether its cells wait to be read."""
        return Due.objects.filter(notebook_id=self.notebook.pk).exists()

    # ----- what hangs together with it

    @cached_property
    def sharings(self) -> list[Sharing]:
        """Who shares most comes first."""
        kinships, telling = self._own_telling
        found = held(self._sight, telling)
        return sharings(set(self._families), found, kinships, self._runbook)

    def shared(self, first: int, last: int, most_cells: int) -> list[Shared]:
        """A slice of the sharings, each with so many of its cells by name."""
        some = self.sharings[first:last]
        heads = self._sight.heads(sharing.runbook for sharing in some)
        seen = [sharing for sharing in some if sharing.runbook in heads]
        named = {sharing.runbook: sharing.pairs[:LOOKED_AT] for sharing in seen}
        families = {
            family for pairs in named.values() for pair in pairs for family in (pair.here, pair.there)
        }
        places = Places([self.notebook, *(head.notebook for head in heads.values())], families)
        return [
            Shared(
                heads[sharing.runbook],
                sharing.families,
                sharing.alike,
                tuple(self._cells(sharing.runbook, named[sharing.runbook], places)[:most_cells]),
                compared(self.notebook.pk, sharing.runbook),
            )
            for sharing in seen
        ]

    @property
    def thirds(self) -> list[Third]:
        heads = self._heads
        return [
            Third(heads[hop.runbook], heads[hop.over], hop.way, hop.families)
            for hop in self._hops
            if {hop.runbook, hop.over} <= heads.keys()
        ]

    @property
    def links_to(self) -> list[Linked]:
        return self._linked(self._linked_to)

    @property
    def linked_from(self) -> list[Linked]:
        return self._linked(self._linking)

    @property
    def is_empty(self) -> bool:
        return not (self.sharings or self._linked_to or self._linking)

    # ----- from the database

    @cached_property
    def _families(self) -> list[UUID]:
        """Those that its template and the most of its runs have come first."""
        rows = (
            self._sight.holdings.filter(head=self._runbook).values("uuid").annotate(spread=Sum("notebooks"))
        )
        families = list(rows.order_by("-spread", "uuid").values_list("uuid", flat=True)[:MOST_FAMILIES])
        if families:
            return families
        # A run whose template may not be seen is counted with that one alone.
        cells = Cell.objects.filter(notebook=self.notebook).order_by().values_list("meme", flat=True)
        return list(cells.distinct()[:MOST_FAMILIES])

    @cached_property
    def _own_telling(self) -> tuple[list[Kinship], set[UUID]]:
        return self._telling(self._families)

    def _telling(self, families: Collection[UUID]) -> tuple[list[Kinship], set[UUID]]:
        """What is kin to these families, and those of both that can tell of kin among runbooks."""
        kinships = kinships_of(self._sight, Q(child__in=families) | Q(parent__in=families))
        named = {family for kin in kinships for family in (kin.child, kin.parent)}
        return kinships, without_those_everywhere(self._sight, named.union(families))

    @cached_property
    def _hops(self) -> list[Hop]:
        direct = [sharing.runbook for sharing in self.sharings]
        over = direct[:MOST_OVER]
        if not over:
            return []
        theirs = self._sight.holdings.filter(head__in=[self._runbook, *over]).values_list("uuid", flat=True)
        families = list(theirs.order_by("uuid").distinct()[:MOST_FAMILIES])
        kinships, telling = self._telling(families)
        found = hops(arcs_of(held(self._sight, telling), kinships), self._runbook, over)
        return [hop for hop in found if hop.runbook not in set(direct)][:MOST_HOPS]

    @cached_property
    def _linked_to(self) -> list[int]:
        """What stands, or stood before it was moved, where its links lead."""
        paths = list(Link.objects.filter(notebook=self.notebook).values_list("path", flat=True)[:MOST_LINKS])
        space = self.notebook.space_id
        there = Q(space=space, path__in=paths) | Q(signposts__space=space, signposts__path__in=paths)
        found = (
            Notebook.objects.visible_to(self._sight.user).alive().filter(there).exclude(pk=self.notebook.pk)
        )
        return list(found.order_by("pk").values_list("pk", flat=True).distinct()[:MOST_LINKS])

    @cached_property
    def _linking(self) -> list[int]:
        found = linked_from(self.notebook, self._sight.user).order_by("pk")
        return list(found.values_list("pk", flat=True)[:MOST_LINKS])

    @cached_property
    def _head_of(self) -> dict[int, int]:
        """Of what is linked."""
        linked = [*self._linked_to, *self._linking]
        return {pk: pk for pk in linked} | self._sight.templates(linked)

    @cached_property
    def _heads(self) -> dict[int, Head]:
        """All that is named besides who shares cells, in one go."""
        named = {self._runbook, *self._head_of.values()}
        named |= {pk for hop in self._hops for pk in (hop.runbook, hop.over)}
        return self._sight.heads(named)

    def _linked(self, notebooks: Iterable[int]) -> list[Linked]:
        """By runbook: the runs of one that link alike are one line."""
        counted = Counter(self._head_of[pk] for pk in notebooks)
        counted.pop(self._runbook, None)
        linked = [Linked(self._heads[pk], count) for pk, count in counted.items() if pk in self._heads]
        return sorted(linked, key=lambda each: (each.head.title, each.head.notebook.pk))

    def _cells(self, other: int, pairs: Iterable[Pair], places: Places) -> list[SharedCell]:
        """In order. What only runs have is counted, not named."""
        found = []
        for pair in pairs:
            place = places.first(self.notebook.pk, pair.here) or places.first(other, pair.there)
            if place is not None:
                urls = places.url(self.notebook.pk, pair.here), places.url(other, pair.there)
                cell = SharedCell(pair, place.name, place.is_code, *urls)
                found.append((not pair.is_sure, place.index, cell))
        return [cell for _, _, cell in sorted(found, key=lambda each: each[:2])]
