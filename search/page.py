"""What the results page shows besides the hits: chips, facets and pages as links."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from search.analysis import normalise
from search.asking import words_of
from search.copies import Copies
from search.entities import Kind as Entity
from search.find import FACETS, LAST_PAGE, NEWEST, Found, Value, Wish
from search.labels import FACETS as FACET_LABELS
from search.labels import STATUS_MARKS, hint, label
from search.language import write
from search.language.fields import FIELDS
from search.language.reading import LONGEST
from search.language.tree import Field, Phrase, Prefix, Word, conjunction, parts
from search.solrquery import translated
from search.understanding import Kind, parts_of

# What a facet shows before "more"; pages on either side of the current one.
FEW = 8
NEARBY = 2
MOST, LONGEST_NUMBER = 2**63 - 1, 19  # what an engine takes for a whole number, and its digits


@dataclass(frozen=True, slots=True)
class Chip:
    kind: str  # of the term, or the facet
    text: str
    label: str = ""
    without: str = ""  # the address of the search without it
    is_negated: bool = False

    @property
    def removing(self) -> str:
        """What its cross does, for who hears of that alone."""
        words = [gettext("not") if self.is_negated else "", self.label, self.text]
        return gettext("Without %(what)s") % {"what": " ".join(word for word in words if word)}


@dataclass(frozen=True, slots=True)
class Option:
    label: str
    count: int
    url: str
    is_chosen: bool
    mark: str = ""  # of a status
    share: int = 0  # of a year: how many hits it has, in hundredths of the year that has most


@dataclass(frozen=True, slots=True)
class Facet:
    name: str
    label: str
    options: tuple[Option, ...]
    more: tuple[Option, ...]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Page:
    """The links of one result."""

    found: Found

    @property
    def is_newest(self) -> bool:
        return self.found.wish.sort == NEWEST

    @property
    def sort_url(self) -> str:
        """To the other order."""
        return self._url(sort=None if self.is_newest else NEWEST, page=None)

    @property
    def chips(self) -> tuple[Chip, ...]:
        return (*self._term_chips(), *self._facet_chips())

    @property
    def is_rankable(self) -> bool:
        """Whether there are words that make one hit better than another."""
        return any(True for _ in words_of(self.found.query.tree))

    @property
    def has_several_parts(self) -> bool:
        return len(parts_of(self.found.query)) > 1

    @property
    def hints(self) -> tuple[str, ...]:
        """What of the words was read otherwise than it may have been meant."""
        return tuple(hint(advice) for advice in self.found.query.advice)

    @property
    def entities(self) -> tuple[tuple[str, str, str], ...]:
        """What is asked for and has a page of its own, a host say: what it is, its name, its page."""
        asked = dict.fromkeys(self._named()) if self.found.count else {}
        return tuple(
            (str(FIELDS[kind].label), name, reverse("entity", args=[kind, name]))
            for kind, name in asked
            if "\n" not in name  # the only character that no page's address has
        )

    @property
    def asked_url(self) -> str:
        """All that was asked for, from its first page."""
        return self._url(page=None)

    @property
    def plain_url(self) -> str:
        """The same words, narrowed to nothing."""
        return _address({"q": self.found.wish.text})

    @property
    def facets(self) -> tuple[Facet, ...]:
        made = (self._facet(name) for name in FACET_LABELS)
        return tuple(facet for facet in made if facet.is_chosen or len(facet.options) > 1)

    @property
    def meant_url(self) -> str:
        return self._url(q=self.found.meant, page=None)

    @property
    def unfolded_url(self) -> str:
        """Every copy of a cell as a hit of its own."""
        return self._url(fold=0, page=None)

    @property
    def folded_url(self) -> str:
        return self._url(fold=None, page=None)

    def within(self, copies: Copies) -> str:
        """The same search in the copies alone that are folded into a hit."""
        if not copies.meme:
            return self._url(fold=copies.fold, page=None)
        asked = conjunction((self.found.query.tree, Field("meme", (Word(copies.meme),))))
        return self._url(q=write(asked), page=None)

    @property
    def pages(self) -> tuple[tuple[int, str], ...]:
        """Numbers and addresses; a gap is number 0."""
        last, here = self.found.page_count, self.found.wish.page
        numbers = sorted({1, last, *range(max(1, here - NEARBY), min(last, here + NEARBY) + 1)})
        shown: list[tuple[int, str]] = []
        for number in numbers:
            if shown and number > shown[-1][0] + 1:
                shown.append((0, ""))
            shown.append((number, self._url(page=number if number > 1 else None)))
        return tuple(shown) if last > 1 else ()

    @property
    def previous_url(self) -> str:
        page = self.found.wish.page
        return self._url(page=page - 1 if page > 2 else None) if page > 1 else ""

    @property
    def next_url(self) -> str:
        page = self.found.wish.page
        return self._url(page=page + 1) if page < self.found.page_count else ""

    def _named(self) -> Iterator[tuple[str, str]]:
        """By a field, by the facet, or by a word that is the name of a host."""
        hosts = {value.value for value in self.found.facets.get("host", ())}
        for part in parts(self.found.query.tree):
            if isinstance(part, Field) and part.name in set(Entity):
                yield from (
                    (part.name, normalise(each.text)) for each in part.values if not isinstance(each, Prefix)
                )
            elif isinstance(part, Word | Phrase) and normalise(part.text) in hosts:
                yield "host", normalise(part.text)
        if host := self.found.wish.narrowed.get("host"):
            yield "host", normalise(host)

    def _term_chips(self) -> Iterator[Chip]:
        for part in parts_of(self.found.query):
            yield Chip(
                str(part.kind),
                f"“{part.text}”" if part.kind is Kind.PHRASE else part.said or part.text,
                part.label,
                self._url(q=part.without, page=None),
                part.is_negated,
            )

    def _facet_chips(self) -> Iterator[Chip]:
        for name, value in self.found.wish.narrowed.items():
            known = next(
                (each.label for each in self.found.facets.get(name, ()) if each.value == value), value
            )
            yield Chip(
                name,
                label(name, value, known),
                str(FACET_LABELS[name]),
                self._url(**{name: None, "page": None}),
            )

    def _facet(self, name: str) -> Facet:
        values = [
            value for value in self.found.facets.get(name, ()) if (name, value.value) != ("status", "none")
        ]
        if name == "year":
            values.sort(key=lambda value: value.value, reverse=True)
        most = max((value.count for value in values), default=1)
        options = tuple(self._option(name, value, most) for value in values if value.value)
        is_chosen = name in self.found.wish.narrowed
        return Facet(name, str(FACET_LABELS[name]), options[:FEW], options[FEW:], is_chosen and bool(options))

    def _option(self, name: str, value: Value, most: int) -> Option:
        is_chosen = self.found.wish.narrowed.get(name) == value.value
        return Option(
            label(name, value.value, value.label),
            value.count,
            self._url(**{name: None if is_chosen else value.value, "page": None}),
            is_chosen,
            STATUS_MARKS.get(value.value, "") if name == "status" else "",
            round(100 * value.count / most) if name == "year" else 0,
        )

    def _url(self, **changed: Any) -> str:
        wish = self.found.wish
        asked: dict[str, Any] = {
            "q": wish.text,
            "sort": wish.sort if self.is_newest else None,
            "page": wish.page if wish.page > 1 else None,
            "fold": None if wish.is_folded else wish.fold,
            **wish.narrowed,
        }
        return _address({**asked, **changed})


def wish_of(asked: QueryDict) -> Wish:
    """Whatever stands in an address: what it cannot mean is left out."""
    page, fold = asked.get("page", ""), asked.get("fold", "")
    return Wish(
        text=asked.get("q", "").strip() or translated(asked.get("solrquery", "")[:LONGEST]),
        is_folded=not fold.isdecimal(),
        fold=min(int(fold), MOST) if fold.isdecimal() and len(fold) <= LONGEST_NUMBER else 0,
        sort=NEWEST if asked.get("sort") == NEWEST else "best",
        page=min(max(int(page), 1), LAST_PAGE) if page.isdecimal() and len(page) < 5 else 1,
        narrowed={name: value for name in FACETS if (value := asked.get(name, "").strip().replace("\0", ""))},
    )


def _address(asked: dict[str, Any]) -> str:
    query = QueryDict(mutable=True)
    for name, value in asked.items():
        if value not in (None, ""):
            query[name] = str(value)
    return f"?{query.urlencode()}"
