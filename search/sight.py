"""What of the index a person may see at this moment: in spaces as the database has them, without what changed since."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from django.db.models import Exists, OuterRef
from haystack.query import SQ, SearchQuerySet

from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from search.engines.backend import Ranked
from search.models import Due, DueNote
from stickies.models import Note

# So many can be named in a query; of more, the rows decide anyway.
MOST_STALE = 10_000
NEWEST = ("-recency",)


Counted = Mapping[str, Sequence[tuple[Any, int]]]  # values and their hits, by the fields of the index


@dataclass(frozen=True, slots=True)
class Answer:
    """Of one call of the engine."""

    results: Sequence[Ranked] = ()
    count: int = 0  # need not be told where nothing but facets was asked for
    counted: Counted = field(default_factory=dict)


class Sight:
    """One for each question: it is of the moment at which it was made."""

    def __init__(self, viewer: Viewer) -> None:
        self.spaces: Mapping[int, Space] = {space.pk: space for space in Space.objects.visible_to(viewer)}
        self._due = Due.objects.notebook_count()
        self._due_notes = set(DueNote.objects.values_list("note_id", flat=True)[:MOST_STALE])

    def ask(
        self,
        asked: SQ,
        *,
        order: Sequence[str] = (),
        facets: Sequence[str] | Mapping[str, Mapping[str, Any]] = (),
        offset: int = 0,
        size: int = 0,
    ) -> Answer:
        """The best first, or in this order. What facets count can be told each: the `prefix` of its values, the
        `limit` of how many; and `among` how many hits at most, where an engine may leave it out. Raises
        haystack.exceptions.SearchBackendError."""
        # The query of a SearchQuerySet, which would copy all of it at each step.
        query = SearchQuerySet().query
        query.set_result_class(Ranked)
        query.add_filter(self._within & asked if asked else self._within)
        for name in order:
            query.add_order_by(name)
        for name in facets:
            query.add_field_facet(name, **(facets[name] if isinstance(facets, Mapping) else {}))
        query.set_limits(offset, offset + size)
        counted = query.get_facet_counts().get("fields", {})
        return Answer(query.get_results(), query.get_count(), counted)

    @property
    def behind(self) -> int:
        """Notebooks that the person may see and the index has yet to look at."""
        return max(self._due - len(self._stale), 0)

    @property
    def notes_behind(self) -> int:
        return len(self._due_notes) - len(self._stale_notes)

    @cached_property
    def _within(self) -> SQ:
        within = SQ(space__in=list(self.spaces))
        if self._stale:
            within &= ~SQ(notebook__in=list(self._stale))
        return within & ~SQ(note__in=list(self._stale_notes)) if self._stale_notes else within

    @cached_property
    def _stale(self) -> Collection[int]:
        """Notebooks that the index may still show although they are deleted, or now where the person sees nothing."""
        if not self._due:
            return ()
        seen = Notebook.objects.alive().filter(pk=OuterRef("notebook_id"), space__in=list(self.spaces))
        due = Due.objects.filter(~Exists(seen))
        return list(due.values_list("notebook_id", flat=True).distinct()[:MOST_STALE])

    @cached_property
    def _stale_notes(self) -> Collection[int]:
        """Of the notes that are due, those that the person may not see any more."""
        if not self._due_notes:
            return ()
        seen = Note.objects.alive().filter(pk__in=self._due_notes, space__in=list(self.spaces))
        return self._due_notes - set(seen.values_list("pk", flat=True))
