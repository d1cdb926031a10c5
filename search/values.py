"""Which values of a field may stand at a place of a query, each with the hits that it has beside the rest of the query.

They come from the index through Sight, or from rows that the person may see: one that stands only where they may not
look is not among them, and none is without hits.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import islice
from operator import or_

from django.utils.translation import get_language
from haystack.query import SQ

from execlogs.names import names_in
from search.analysis import normalise
from search.asking import NAMED, Asking
from search.language.completing import Place, leaf_of, written
from search.language.fields import FieldKind, Values
from search.language.tree import NOTHING, Field, Leaf, Node, Word, conjunction, parts
from search.remembered import is_slow, remembered
from search.saying import said
from search.sight import Sight
from search.texts import Texts

MOST = 10
# In a facet: of all its values, and where those with a beginning are told apart here.
MOST_COUNTED, MOST_LOOKED_AT = 50, 300
# Of what a plain word may be the beginning.
BY_WORD = ("host", "command", "service", "package", "tag", "owner")
MOST_BY_WORD = 6
MOST_TEXTS = 5  # each is counted by itself, and long
LEAST_OF_A_MEME = 2  # of its characters
# The index has these as they are written, beside their folded form.
_AS_WRITTEN = {"owner": "owner", "lang": "language"}
_NUMBERS = ("1", "2", "5", "10")
_DAYS = {
    "en": (
        "today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year",
        "7d", "30d", "1y",
    ),
    "ja": ("今日", "昨日", "今週", "先週", "今月", "先月", "今年", "昨年", "7日", "30日", "1年"),
}  # fmt: skip
# Where nothing is typed: of executions the last, since all that were in a year are gone through for one number.
_FIRST_DAYS = {"updated": slice(0, 8), "created": slice(0, 8), "ran": slice(0, 4)}
_FIRST_PEOPLE = 6
_KINDS = {"code": "kind", "markdown": "kind", "note": "kind", "log": "kind", "output": "has", "error": "has"}


@dataclass(frozen=True, slots=True)
class Offer:
    value: str
    count: int
    means: str = ""


@dataclass(frozen=True)
class Offers:
    sight: Sight
    asking: Asking
    beside: Node  # what else of the query holds

    def at(self, place: Place) -> Iterator[Offer]:
        """The likeliest first; what stands in the same list already is left out."""
        if place.field is None:
            return
        offered = set(place.others)
        for offer in self._of(place.field, place):
            if normalise(offer.value) not in offered and written(place, offer.value) is not None:
                offered.add(normalise(offer.value))
                yield offer

    def by_word(self, word: str) -> list[tuple[str, Offer]]:
        """Of all kinds of names those that begin so, asked for at once."""
        folded = normalise(word)
        begun = reduce(or_, (SQ(**{f"{NAMED[name]}__startswith": folded}) for name in BY_WORD))
        counted = self._begun({NAMED[name]: folded for name in BY_WORD}, begun)
        found = [(name, Offer(*each)) for name in BY_WORD for each in counted[NAMED[name]]]
        return sorted(found, key=lambda each: -each[1].count)[:MOST_BY_WORD]

    @cached_property
    def is_vain(self) -> bool:
        """Whether the rest finds nothing as it is: its words may not be typed to their end."""
        return self.beside != NOTHING and not self.sight.ask(self._narrowed).count

    def _of(self, field: FieldKind, place: Place) -> Iterable[Offer]:
        if field.values is Values.CHOICE:
            return self._choices(field, place)
        if field.values is Values.DATE:
            return self._dates(field, place)
        ask = _ASKED.get(field.name)
        return ask(self, field, place) if ask else ()

    @cached_property
    def _narrowed(self) -> SQ:
        return self.asking.of(self.beside)

    def _count(self, name: str, value: Leaf) -> int:
        field = Field(name, (value,))
        asked = conjunction((*parts(self.beside), field))
        if not is_slow(field):
            return self._hits(asked)
        told = ("hits", sorted(self.sight.spaces), asked, self.asking.now, self.asking.as_beginnings)
        return remembered(told, lambda: self._hits(asked))

    def _hits(self, asked: Node) -> int:
        sought = self.asking.of(asked)
        return self.sight.ask(sought).count if sought else 0

    def _each(self, field: FieldKind, place: Place, values: Iterable[str]) -> Iterator[Offer]:
        """Those of them that are begun and have hits, with the sign that stands before them."""
        for value in values:
            leaf = Word(place.sign + value)
            if value.startswith(place.typed.casefold()) and (count := self._count(field.name, leaf)):
                yield Offer(value, count, said(field, leaf))

    # --- Facets

    def _facet(self, field: str, asked: SQ | None = None) -> Sequence[tuple[str, int]]:
        narrowed = self._narrowed & asked if asked else self._narrowed
        return self.sight.ask(narrowed, facets={field: {"limit": MOST_COUNTED}}).counted.get(field, ())

    def _begun(
        self, prefixes: Mapping[str, str], asked: SQ | None
    ) -> Mapping[str, Sequence[tuple[str, int]]]:
        """By field, the values with such a beginning, of documents that were asked for. That an engine leaves out
        the others costs more than leaving them out here, unless these are too many to be told."""
        narrowed = self._narrowed & asked if asked else self._narrowed
        limits = {field: MOST_LOOKED_AT if prefix else MOST_COUNTED for field, prefix in prefixes.items()}
        options = {field: {"limit": limit} for field, limit in limits.items()}
        counted = self.sight.ask(narrowed, facets=options).counted
        begun = {field: _begun_with(prefix, counted.get(field, ())) for field, prefix in prefixes.items()}
        cut = [
            field
            for field, limit in limits.items()
            if len(begun[field]) < MOST and len(counted.get(field, ())) >= limit
        ]
        if cut:
            told = {field: {"limit": MOST_COUNTED, "prefix": prefixes[field]} for field in cut}
            counted = self.sight.ask(narrowed, facets=told).counted
            begun |= {field: list(counted.get(field, ())) for field in cut}
        return begun

    def _names(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        kept, folded = (
            NAMED[field.name],
            normalise(place.typed.lstrip("#") if field.name == "tag" else place.typed),
        )
        # Of all documents those that have any: it is cheaper to find these than to look through all.
        asked = SQ(**{f"{kept}__startswith": folded}) if folded or self.beside == NOTHING else None
        for value, count in self._begun({kept: folded}, asked)[kept]:
            yield Offer(value, count)

    def _as_written(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        """Spellings that are asked for alike count as one: the most usual."""
        folded = normalise(place.typed)
        begun = SQ(**{f"{NAMED[field.name]}__startswith": folded}) if folded else None
        counts: defaultdict[str, int] = defaultdict(int)
        spelt: dict[str, str] = {}
        for value, count in self._facet(_AS_WRITTEN[field.name], begun):
            counts[spelt.setdefault(normalise(value), value)] += count
        for value in sorted(counts, key=lambda each: -counts[each]):
            yield Offer(value, counts[value])

    def _folders(self, _field: FieldKind, place: Place) -> Iterator[Offer]:
        """The next ones on the way down. Case makes no difference for what is offered."""
        typed = normalise(place.typed)
        begun = SQ(folders__startswith=place.typed) if place.typed else None
        counted = self._begun({"folders": place.typed}, begun)["folders"] or self._facet("folders")
        for folder, count in counted:
            if normalise(folder).startswith(typed) and "/" not in folder[len(typed) + 1 :]:
                yield Offer(folder, count)

    def _spaces(self, _field: FieldKind, place: Place) -> Iterator[Offer]:
        folded = normalise(place.typed)
        for pk, count in self._facet("space"):
            space = self.sight.spaces.get(int(pk))
            if space and any(normalise(each).startswith(folded) for each in (space.slug, space.name)):
                yield Offer(space.slug, count, space.name if space.name != space.slug else "")

    def _memes(self, _field: FieldKind, place: Place) -> Iterator[Offer]:
        typed = normalise(place.typed)
        if len(typed) < LEAST_OF_A_MEME:
            return
        kept = "meme" if len(typed) <= LENGTH_OF_A_MEME else "full_meme"
        counted = self._facet(kept, SQ(**{f"{kept}__startswith": typed}))[:MOST]
        lines = Texts(self.sight).first_lines([value for value, _ in counted])
        for value, count in counted:
            yield Offer(value, count, lines.get(value, ""))

    # --- What the database tells

    def _people(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        """Who executed something in the person's spaces."""
        folded = normalise(place.typed)
        names = sorted(names_in(list(self.sight.spaces), "who"), key=normalise)
        begun = [name for name in names if normalise(name).startswith(folded)]
        counted = ((name, self._count(field.name, _leaf(place, name))) for name in begun)
        found = (Offer(name, count) for name, count in counted if count)
        yield from found if folded else islice(found, _FIRST_PEOPLE)

    def _failures(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        values = _NUMBERS if place.sign else [f">={number}" for number in _NUMBERS]
        yield from self._each(field, place, values)

    def _dates(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        language = (get_language() or "en").split("-")[0]
        if place.typed:
            language = "en" if place.typed.isascii() else "ja"
        days = _DAYS.get(language, _DAYS["en"])
        yield from self._each(field, place, days if place.typed else days[_FIRST_DAYS[field.name]])

    def _choices(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        begun = [each for each in field.choices if each.startswith(place.typed.casefold())]
        if field.name != "in" or self.beside != NOTHING:
            yield from self._each(field, place, begun)
            return
        counted = self.sight.ask(SQ(), facets=["kind", "has"]).counted
        for value in begun:
            if count := dict(counted.get(_KINDS[value], ())).get(value):
                yield Offer(value, count, said(field, Word(value)))

    # --- Texts, which hold more words than they are asked by

    def _texts(self, field: FieldKind, place: Place) -> Iterator[Offer]:
        for text in islice(Texts(self.sight).of(field.name, place.typed, self._narrowed), MOST_TEXTS):
            if count := self._count(field.name, _leaf(place, text)):
                yield Offer(text, count)


def _begun_with(prefix: str, counted: Sequence[tuple[str, int]]) -> list[tuple[str, int]]:
    return [(value, count) for value, count in counted if value.startswith(prefix)]


def _leaf(place: Place, value: str) -> Leaf:
    """As it will be read."""
    text = written(place, value)
    return Word(value) if text is None else leaf_of(text)


LENGTH_OF_A_MEME = 36  # without its branch
_ASKED: dict[str, Callable[[Offers, FieldKind, Place], Iterator[Offer]]] = {
    **dict.fromkeys(NAMED, Offers._names),
    **dict.fromkeys(_AS_WRITTEN, Offers._as_written),
    **dict.fromkeys(("title", "heading", "path"), Offers._texts),
    "folder": Offers._folders,
    "space": Offers._spaces,
    "meme": Offers._memes,
    "by": Offers._people,
    "failed": Offers._failures,
}
