"""The one search behind the page, the API and the command."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from typing import Any, NamedTuple

from django.utils import timezone
from haystack.query import SQ, SearchQuerySet

from notebooks import memes
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from search.asking import Asking, wanted, words_of
from search.facts import Facts
from search.hits import Hit, hits_of
from search.language import Query, read
from search.language.tree import Word, positives
from search.loghits import LogHit, log_hits_of
from search.marking import Wanted
from search.models import Due, DueNote
from search.naming import AnyName, LogName, Name, NoteName, named
from search.notehits import NoteHit, note_hits_of
from stickies.models import Note

AnyHit = Hit | NoteHit | LogHit

PAGE_SIZE = 20
# Nobody reads so far, and an engine has to rank all that comes before.
LAST_PAGE = 500
# So many are looked through where only the notebooks are wanted.
MOST_HITS = 1000

BEST, NEWEST = "best", "newest"
# What a result can be narrowed by: its name in an address, and the field of the index.
FACETS = {
    "kind": "kind",
    "note": "note_kind",
    "space": "space",
    "owner": "owner",
    "status": "status",
    "language": "language",
    "year": "year",
}
# So many can be named in a query; of more, the rows decide anyway.
MOST_STALE = 10_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for."""

    text: str = ""
    sort: str = BEST
    page: int = 1
    narrowed: Mapping[str, str] = field(default_factory=dict)  # by the names of FACETS; a space by its slug
    with_facets: bool = True
    size: int = PAGE_SIZE

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.narrowed


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a facet. A space is its slug, with its name to show."""

    value: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Found:
    query: Query
    wish: Wish
    count: int = 0
    hits: tuple[AnyHit, ...] = ()
    facets: Mapping[str, tuple[Value, ...]] = field(default_factory=dict)
    is_understood: bool = True  # there is something in the words that can be looked up
    are_beginnings: bool = False  # nothing had the words as they are: these have words that begin so
    behind: int = 0  # notebooks that the person may see and the index has yet to look at
    notes_behind: int = 0
    milliseconds: int = 0

    @property
    def page_count(self) -> int:
        return min(-(-self.count // self.wish.size), LAST_PAGE)


def find(wish: Wish, user: Viewer) -> Found:
    """Raises haystack.exceptions.SearchBackendError where the engine fails."""
    began = time.perf_counter()
    query = read(wish.text)
    spaces = {space.pk: space for space in Space.objects.visible_to(user)}
    asking = Asking(Facts(spaces), timezone.localtime())
    due = Due.objects.notebook_count()
    stale = _stale(user) if due else ()
    due_notes = set(DueNote.objects.values_list("note_id", flat=True)[:MOST_STALE])
    stale_notes = _stale_notes(due_notes, spaces) if due_notes else ()
    within = _within(wish, spaces, stale, stale_notes)
    sought = asking.of(query.tree)
    found = _Answer.of(sought, wish, within, is_ranked=_is_ranked(query, wish))
    are_beginnings = not found.count and any(isinstance(each, Word) for each in positives(query.tree))
    if are_beginnings:
        begun = replace(asking, as_beginnings=True).of(query.tree)
        found = _Answer.of(begun, wish, within, is_ranked=_is_ranked(query, wish))
    hits = _hits(found.results, wanted(query.tree), spaces)
    if _is_ranked(query, wish):
        hits = tuple(sorted(hits, key=_rank))
    return Found(
        query,
        wish,
        # A document that the index still has and the person may not see is not counted either.
        count=found.count - (len(found.results) - len(hits)),
        hits=hits,
        facets=_facets(found.facets, spaces),
        is_understood=bool(sought) or not wish.text.strip(),
        are_beginnings=are_beginnings and found.count > 0,
        behind=max(due - len(stale), 0),
        notes_behind=len(due_notes) - len(stale_notes),
        milliseconds=round((time.perf_counter() - began) * 1000),
    )


def best_notebooks(text: str, user: Viewer) -> list[int]:
    """Ids of the notebooks that MOST_HITS best hits stand in, the best first. Raises as find() does."""
    wish = Wish(text, with_facets=False, size=MOST_HITS)
    spaces = {space.pk: space for space in Space.objects.visible_to(user)}
    within = _within(wish, spaces, _stale(user)) & ~SQ(kind__exact="note")
    asking = Asking(Facts(spaces), timezone.localtime())
    results = _Answer.of(asking.of(read(text).tree), wish, within, is_ranked=True).results
    return list(dict.fromkeys(Name.of(result.id).notebook for result in results))


def hits_for(asked: SQ, user: Viewer, size: int) -> tuple[AnyHit, ...]:
    """The best hits of a question that is no query of ours, as far as the person may see. Raises as find() does."""
    spaces = {space.pk: space for space in Space.objects.visible_to(user)}
    wish = Wish(with_facets=False, size=size)
    found = _Answer.of(asked, wish, _within(wish, spaces, _stale(user)), is_ranked=True)
    return _hits(found.results, (), spaces)


class Totals(NamedTuple):
    notebooks: int
    cells: int
    notes: int
    logs: int


def totals(user: Viewer) -> Totals:
    """How much the person can search."""
    seen = SQ(space__in=list(Space.objects.visible_to(user).values_list("pk", flat=True)))
    everything = SearchQuerySet().filter(seen).count()
    notebooks = SearchQuerySet().filter(seen).filter(kind__exact="notebook").count()
    notes = SearchQuerySet().filter(seen).filter(kind__exact="note").count()
    logs = SearchQuerySet().filter(seen).filter(kind__exact="log").count()
    return Totals(notebooks, everything - notebooks - notes - logs, notes, logs)


@dataclass(frozen=True, slots=True)
class _Answer:
    results: Sequence[Any]
    count: int
    facets: Mapping[str, Sequence[tuple[Any, int]]]

    @classmethod
    def of(cls, sought: SQ, wish: Wish, within: SQ, *, is_ranked: bool) -> _Answer:
        """One call of the engine."""
        if wish.text.strip() and not sought:  # all of it is punctuation
            return cls((), 0, {})
        # The query of a SearchQuerySet, which would copy all of it at each step.
        asked = SearchQuerySet().query
        asked.add_filter(within & sought if sought else within)
        if not is_ranked:
            asked.add_order_by("-recency")
        for name in FACETS.values() if wish.with_facets else ():
            asked.add_field_facet(name)
        offset = (min(max(wish.page, 1), LAST_PAGE) - 1) * wish.size
        asked.set_limits(offset, offset + wish.size)
        counted = asked.get_facet_counts().get("fields", {})
        return cls(asked.get_results(), asked.get_count(), counted)


def _hits(results: Iterable[Any], wanted: Wanted, spaces: Mapping[int, Space]) -> tuple[AnyHit, ...]:
    """In the order they were found."""
    names = [(named(result.id), result.score) for result in results]
    cells = hits_of([(name, score) for name, score in names if isinstance(name, Name)], wanted, spaces)
    notes = note_hits_of(
        [(name, score) for name, score in names if isinstance(name, NoteName)], wanted, spaces
    )
    logs = log_hits_of([(name, score) for name, score in names if isinstance(name, LogName)], wanted, spaces)
    pairs: Iterable[tuple[AnyName, AnyHit]] = chain(cells.items(), notes.items(), logs.items())
    made = dict(pairs)
    return tuple(made[name] for name, _ in names if name in made)


def _is_ranked(query: Query, wish: Wish) -> bool:
    """Whether some hits are better than others: all that bear a MEME, or are of one owner, are so equally."""
    return wish.sort != NEWEST and any(memes.parse(each.text) is None for each in words_of(query.tree))


def _rank(hit: AnyHit) -> tuple[float, float]:
    """Runs of one template are equally good, cell by cell: then the newest comes first, on its page."""
    return -round(hit.score, 3), -hit.updated_at.timestamp()


def _within(
    wish: Wish, spaces: Mapping[int, Space], stale: Collection[int], stale_notes: Collection[int] = ()
) -> SQ:
    """What the person may see and narrowed to, as the database has it at this moment."""
    wanted = wish.narrowed.get("space")
    seen = [pk for pk, space in spaces.items() if wanted in (None, space.slug)]
    within = SQ(space__in=seen)
    for name, value in wish.narrowed.items():
        if name == "year":
            within &= SQ(year=int(value)) if value.isdecimal() and len(value) < 5 else SQ(year__in=[])
        elif name != "space":
            within &= SQ(**{f"{FACETS[name]}__exact": value})
    if stale:
        within &= ~SQ(notebook__in=list(stale))
    return within & ~SQ(note__in=list(stale_notes)) if stale_notes else within


def _stale(user: Viewer) -> Collection[int]:
    """Notebooks that the index may still show although they are deleted, or now where the person sees nothing."""
    visible = Notebook.objects.visible_to(user).alive()
    return list(
        Due.objects.exclude(notebook_id__in=visible.values("pk"))
        .values_list("notebook_id", flat=True)
        .distinct()[:MOST_STALE]
    )


def _stale_notes(due: Collection[int], spaces: Collection[int]) -> Collection[int]:
    """Of the notes that are due, those that the person may not see any more."""
    seen = Note.objects.alive().filter(pk__in=due, space__in=list(spaces))
    return set(due) - set(seen.values_list("pk", flat=True))


def _facets(
    counted: Mapping[str, Sequence[tuple[Any, int]]], spaces: Mapping[int, Space]
) -> dict[str, tuple[Value, ...]]:
    facets = {}
    for name, index_field in FACETS.items():
        values = [
            _value(name, value, count, spaces) for value, count in counted.get(index_field, ()) if count
        ]
        facets[name] = tuple(value for value in values if value is not None)
    return facets


def _value(name: str, value: Any, count: int, spaces: Mapping[int, Space]) -> Value | None:
    if name != "space":
        return Value(str(value), str(value), count)
    space = spaces.get(int(value))
    return Value(space.slug, space.name, count) if space else None
