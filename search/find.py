"""The one search behind the page, the API and the command."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from django.utils import timezone
from haystack.query import SQ, SearchQuerySet

from notebooks import memes
from notebooks.models import Space
from notebooks.models.space import Viewer
from search.analysis import normalise
from search.asking import Asking, wanted, words_of
from search.errors.asking import is_error_line
from search.errors.meeting import Met, met_before
from search.errors.recognising import recognised
from search.facts import Facts
from search.folding import COUNTED, folded_page
from search.language import Query, read, write
from search.language.tree import Word, positives
from search.marking import Wanted
from search.meaning import Meaning
from search.naming import Name
from search.showing import AnyHit, made_of, shown_of
from search.sight import NEWEST as BY_TIME
from search.sight import Answer, Sight

PAGE_SIZE = 20
# Nobody reads so far, and an engine has to rank all that comes before.
LAST_PAGE = 500
# So many are looked through where only the notebooks are wanted.
MOST_HITS = 1000
# Of an error that was typed as words.
MOST_MET, FEW_LOOKED_AT = 3, 60

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
    "host": "hosts",
    "tag": "tags",
}
FOLDED = {"host", "tag"}  # as the index holds them
MOST_VALUES = 50  # of a facet, those with most hits


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody asks for."""

    text: str = ""
    sort: str = BEST
    page: int = 1
    narrowed: Mapping[str, str] = field(default_factory=dict)  # by the names of FACETS; a space by its slug
    with_facets: bool = True
    is_folded: bool = False  # copies of one cell are one hit
    fold: int = 0  # of one hit its copies alone
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
    meant: str = ""  # a query that finds more, of words that stand where the person may look
    met: tuple[Met, ...] = ()  # where the error was met before that the words are the line of
    pages: int | None = None  # of folds, as many as are known of: all, or one more than this

    @property
    def page_count(self) -> int:
        pages = -(-self.count // self.wish.size) if self.pages is None else self.pages
        return min(pages, LAST_PAGE)

    @property
    def folded_away(self) -> int:
        return sum(hit.copies.count for hit in self.hits)


def find(wish: Wish, user: Viewer) -> Found:
    """Raises haystack.exceptions.SearchBackendError where the engine fails."""
    began = time.perf_counter()
    query = read(wish.text)
    sight = Sight(user)
    asking = Asking(Facts(sight.spaces), timezone.localtime())
    sought = asking.of(query.tree)
    is_understood = bool(sought) or not wish.text.strip()
    is_ranked = _is_ranked(query, wish)
    looking = _Looking(
        sight, wish, wanted(query.tree), is_ranked, wish.is_folded and not _is_of_copies(query)
    )
    found = looking.for_what(sought) if is_understood else _Seen()
    are_beginnings = (
        is_understood and not found.count and any(isinstance(each, Word) for each in positives(query.tree))
    )
    if are_beginnings:
        found = looking.for_what(replace(asking, as_beginnings=True).of(query.tree))
    return Found(
        query,
        wish,
        count=found.count,
        hits=found.hits,
        pages=found.pages,
        meant=_meant(query, wish, asking, sight, found.count) if is_understood else "",
        met=_met(query, wish, user),
        facets=_facets(found.counted, sight.spaces),
        is_understood=is_understood,
        are_beginnings=are_beginnings and found.count > 0,
        behind=sight.behind,
        notes_behind=sight.notes_behind,
        milliseconds=round((time.perf_counter() - began) * 1000),
    )


def best_notebooks(text: str, user: Viewer) -> list[int]:
    """Ids of the notebooks that MOST_HITS best hits stand in, the best first. Raises as find() does."""
    sight = Sight(user)
    sought = Asking(Facts(sight.spaces), timezone.localtime()).of(read(text).tree)
    if not sought:
        return []
    found = sight.ask(sought & ~SQ(kind__in=["note", "log"]), size=MOST_HITS)
    return list(dict.fromkeys(Name.of(result.id).notebook for result in found.results))


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


def _meant(query: Query, wish: Wish, asking: Asking, sight: Sight, count: int) -> str:
    tree = (
        Meaning(sight, asking, narrowed(wish, sight.spaces)).of(query.tree, count) if wish.is_folded else None
    )
    return "" if tree is None else write(tree)


def _met(query: Query, wish: Wish, user: Viewer) -> tuple[Met, ...]:
    """Beside the first page of all that has the words: numbers and names may be others in them."""
    if not wish.is_folded or wish.page > 1 or wish.narrowed or not is_error_line(query):
        return ()
    return met_before(recognised(query.raw), user, looked_at=FEW_LOOKED_AT)[:MOST_MET]


@dataclass(frozen=True, slots=True)
class _Seen:
    """A page. A document that the index still has and the person may not see is not counted either."""

    count: int = 0
    hits: tuple[AnyHit, ...] = ()
    counted: Mapping[str, Sequence[tuple[Any, int]]] = field(default_factory=dict)
    pages: int | None = None


@dataclass(frozen=True, slots=True)
class _Looking:
    """How a page of one wish is looked up."""

    sight: Sight
    wish: Wish
    wanted: Wanted
    is_ranked: bool
    is_folded: bool

    def for_what(self, sought: SQ) -> _Seen:
        sought = narrowed(self.wish, self.sight.spaces) & sought
        if self.wish.fold:
            sought &= SQ(fold=self.wish.fold)
        return self._folded(sought) if self.is_folded else self._each(sought)

    def _each(self, sought: SQ) -> _Seen:
        answer = self._ask(sought, (self._page - 1) * self.wish.size, self.wish.size)
        hits = made_of(answer.results, self.wanted, self.sight.spaces)
        return _Seen(answer.count - (len(answer.results) - len(hits)), hits, answer.counted)

    def _folded(self, sought: SQ) -> _Seen:
        def ask(offset: int, size: int) -> Answer:
            return self._ask(sought, offset, size)

        page = folded_page(ask, self.sight, sought, self._page, self.wish.size, is_ranked=self.is_ranked)
        hits, gone = shown_of(page, self.wanted, self.sight.spaces)
        return _Seen(page.answer.count - gone, hits, page.answer.counted, page.pages)

    @property
    def _page(self) -> int:
        return min(max(self.wish.page, 1), LAST_PAGE)

    def _ask(self, sought: SQ, offset: int, size: int) -> Answer:
        facets: dict[str, Mapping[str, Any]] = {}
        if self.wish.with_facets and (offset == 0 or not self.is_folded):
            facets |= {name: {"limit": MOST_VALUES} for name in FACETS.values()}
        if self.is_folded and offset == 0:
            facets |= COUNTED
        order = () if self.is_ranked else BY_TIME
        return self.sight.ask(sought, order=order, facets=facets, offset=offset, size=size)


def _is_ranked(query: Query, wish: Wish) -> bool:
    """Whether some hits are better than others: all that bear a MEME, or are of one owner, are so equally."""
    return wish.sort != NEWEST and any(memes.parse(each.text) is None for each in words_of(query.tree))


def _is_of_copies(query: Query) -> bool:
    """Who asks by a MEME asks for the copies."""
    return any(memes.parse(each.text) is not None for each in positives(query.tree))


def narrowed(wish: Wish, spaces: Mapping[int, Space]) -> SQ:
    found = SQ()
    for name, value in wish.narrowed.items():
        if name == "space":
            found &= SQ(space__in=[pk for pk, space in spaces.items() if space.slug == value])
        elif name == "year":
            found &= SQ(year=int(value)) if value.isdecimal() and len(value) < 5 else SQ(year__in=[])
        else:
            asked = normalise(value) if name in FOLDED else value
            found &= SQ(**{f"{FACETS[name]}__exact": asked})
    return found


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
