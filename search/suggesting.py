"""What may stand at the cursor of a query: names of fields, and values that the person finds something by.

Values come from the index through Sight: one that stands only where the person may not look is not among them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_

from django.utils import timezone
from django.utils.translation import get_language
from haystack.query import SQ

from execlogs.names import names_in
from notebooks.models.space import Viewer
from search.analysis import normalise
from search.asking import NAMED, Asking
from search.facts import Facts
from search.language import read
from search.language.completing import Place, as_field, fields_called, place_at, written
from search.language.dates import stretch_of
from search.language.fields import FIELDS, FieldKind, Values
from search.language.reading import LONGEST
from search.language.tree import Field, Node, Not, Or, Word, conjunction, parts
from search.saying import said
from search.sight import Sight

MOST = 10
# In a facet, of whose values some are told apart here.
MOST_COUNTED = 200
# Of what a plain word may be the beginning; a single letter is that of too much.
BY_WORD = ("host", "command", "service", "package", "tag", "owner")
MOST_BY_WORD = 6
LEAST_OF_A_WORD = 2
# The index has these as they are written, beside their folded form.
_AS_WRITTEN = {"owner": "owner", "lang": "language"}
# Asking the database for all that was executed takes longer than somebody types.
_SLOW = {"by", "ran", "failed", "has", "is"}
_NOTED = {"note", "hazard"}  # of what it has; the database knows

DAYS = {
    "en": (
        "today", "yesterday", "this-week", "last-week", "this-month", "last-month", "this-year", "last-year",
        "7d", "30d", "1y",
    ),
    "ja": ("今日", "昨日", "今週", "先週", "今月", "先月", "今年", "昨年", "7日", "30日", "1年"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Option:
    text: str  # what comes to stand there
    label: str
    about: str = ""  # in words
    count: int | None = None  # hits, where it is known
    goes_on: bool = False  # a value comes next


@dataclass(frozen=True, slots=True)
class Suggested:
    text: str
    start: int
    end: int
    options: Sequence[Option] = ()

    def whole(self, option: Option) -> str:
        return f"{self.text[: self.start]}{option.text}{self.text[self.end :]}"


def suggest(text: str, cursor: int, viewer: Viewer) -> Suggested:
    """Raises haystack.exceptions.SearchBackendError."""
    text = text[:LONGEST].replace("\0", " ")
    cursor = max(0, min(cursor, len(text)))
    place = place_at(text, cursor)
    if place is None:
        return Suggested(text, cursor, cursor)
    return Suggested(text, place.start, place.end, list(islice(_options(place, viewer), MOST)))


def _options(place: Place, viewer: Viewer) -> Iterator[Option]:
    if place.field is None:
        yield from _names(place)
        if place.has_value or not _is_enough(place.typed):
            return
    sight = Sight(viewer)
    asking = Asking(Facts(sight.spaces), timezone.localtime())
    narrowed = asking.of(_around(place.rest))
    found = list(_Values(sight, asking, narrowed).at(place))
    if not found and narrowed:
        # Beside words that find nothing yet, as they are not typed to their end.
        found = list(_Values(sight, asking, SQ()).at(place))
    yield from found


def _names(place: Place) -> Iterator[Option]:
    for field in fields_called(place.typed):
        yield Option(f"{field.name}:", f"{field.name}:", str(field.label), goes_on=True)


def _is_enough(word: str) -> bool:
    return len(word) >= LEAST_OF_A_WORD or (bool(word) and not word.isascii())


def _around(rest: str) -> Node:
    """What holds beside the place, whatever comes to stand there."""
    query = read(rest)
    if query.advice or isinstance(query.tree, Or):
        return conjunction(())
    return conjunction(tuple(each for each in parts(query.tree) if not _is_slow(each)))


def _is_slow(node: Node) -> bool:
    if isinstance(node, Not):
        return _is_slow(node.of)
    if isinstance(node, Field):
        return node.name in _SLOW
    return any(_is_slow(each) for each in getattr(node, "of", ()))


@dataclass(frozen=True, slots=True)
class _Values:
    sight: Sight
    asking: Asking
    narrowed: SQ

    def at(self, place: Place) -> Iterator[Option]:
        if place.field is None:
            yield from self._by_word(place.typed)
            return
        for value, label, count in self.of(place.field, place.typed):
            yield Option(written(place, value), value, label if label != value else "", count)

    def _by_word(self, word: str) -> list[Option]:
        """Of all kinds of names those that begin so, asked for at once."""
        folded = normalise(word)
        begun = reduce(or_, (SQ(**{f"{NAMED[name]}__startswith": folded}) for name in BY_WORD))
        options = {"limit": MOST_BY_WORD, "prefix": folded}
        counted = self.sight.ask(
            self.narrowed & begun, facets={NAMED[name]: options for name in BY_WORD}
        ).counted
        found = [
            Option(as_field(name, value), value, str(FIELDS[name].label), count)
            for name in BY_WORD
            for value, count in counted.get(NAMED[name], ())
        ]
        return sorted(found, key=lambda option: -(option.count or 0))[:MOST_BY_WORD]

    def of(self, field: FieldKind, typed: str) -> Iterable[tuple[str, str, int | None]]:
        """Values, what to say of them, and how many hits they have."""
        if field.values is Values.CHOICE:
            return self._existing(
                field, [each for each in field.choices if each.startswith(typed.casefold())]
            )
        if field.values is Values.DATE:
            return self._dates(field, typed)
        ask = _ASKED.get(field.name)
        return ask(self, field.name, typed) if ask else ()

    def _counted(self, field: str, typed: str, asked: SQ | None = None) -> Sequence[tuple[str, int]]:
        options = {"limit": MOST_COUNTED, "prefix": typed}
        narrowed = self.narrowed & asked if asked else self.narrowed
        return self.sight.ask(narrowed, facets={field: options}).counted.get(field, ())

    def _named(self, name: str, typed: str) -> Iterator[tuple[str, str, int | None]]:
        folded = normalise(typed.lstrip("#") if name == "tag" else typed)
        for value, count in self._counted(NAMED[name], folded):
            yield value, "", count

    def _as_written(self, name: str, typed: str) -> Iterator[tuple[str, str, int | None]]:
        folded = normalise(typed)
        begun = SQ(**{f"{NAMED[name]}__startswith": folded}) if folded else None
        for value, count in self._counted(_AS_WRITTEN[name], "", begun):
            yield value, "", count

    def _folders(self, _name: str, typed: str) -> Iterator[tuple[str, str, int | None]]:
        """The next folders on the way down."""
        counts: dict[str, int] = {}
        for folder, count in self._counted("folder", typed):
            end = folder.find("/", len(typed) + 1)
            upper = folder if end < 0 else folder[:end]
            counts[upper] = counts.get(upper, 0) + count
        for folder in sorted(counts, key=lambda each: -counts[each]):
            yield folder, "", counts[folder]

    def _spaces(self, _name: str, typed: str) -> Iterator[tuple[str, str, int | None]]:
        folded = normalise(typed)
        for pk, count in self.sight.ask(self.narrowed, facets=["space"]).counted.get("space", ()):
            space = self.sight.spaces.get(int(pk))
            if space and any(normalise(each).startswith(folded) for each in (space.slug, space.name)):
                yield space.slug, space.name, count

    def _people(self, _name: str, typed: str) -> Iterator[tuple[str, str, int | None]]:
        """Who executed something in the person's spaces."""
        folded = normalise(typed)
        for who in names_in(list(self.sight.spaces), "who"):
            if normalise(who).startswith(folded):
                yield who, "", None

    def _dates(self, field: FieldKind, typed: str) -> Iterator[tuple[str, str, int | None]]:
        language = (get_language() or "en").split("-")[0] if not typed else "en" if typed.isascii() else "ja"
        begun = [each for each in DAYS.get(language, DAYS["en"]) if each.startswith(typed.casefold())]
        if field.name != "ran":
            yield from self._existing(field, begun)
            return
        for value in begun:
            if self.asking.facts.is_executed(stretch_of(value, self.asking.now)):
                yield value, said(field, Word(value)), None

    def _existing(self, field: FieldKind, values: Iterable[str]) -> Iterator[tuple[str, str, int | None]]:
        for value in values:
            if field.name == "has" and value in _NOTED:
                if self.asking.facts.is_noted(only_hazards=value == "hazard"):
                    yield value, said(field, Word(value)), None
                continue
            asked = self.asking.of(Field(field.name, (Word(value),)))
            if count := self.sight.ask(self.narrowed & asked).count:
                yield value, said(field, Word(value)), count


_ASKED: dict[str, Callable[[_Values, str, str], Iterator[tuple[str, str, int | None]]]] = {
    **dict.fromkeys(NAMED, _Values._named),
    **dict.fromkeys(_AS_WRITTEN, _Values._as_written),
    "folder": _Values._folders,
    "space": _Values._spaces,
    "by": _Values._people,
}
