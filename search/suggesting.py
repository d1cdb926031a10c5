"""What may stand at the cursor of a query: what the person searched for before or saved, names of fields, and values
that they find something by."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from django.utils import timezone

from notebooks.models.space import Viewer
from search.asking import Asking
from search.language.completing import Place, as_field, fields_called, place_at, written
from search.language.fields import FIELDS
from search.language.reading import LONGEST
from search.language.tree import NOTHING
from search.remembered import RememberedFacts
from search.saved.recalling import recalled
from search.sight import Sight
from search.values import MOST, Offers

LEAST_OF_A_WORD = 2  # a single letter is the beginning of too much


class Kind(StrEnum):
    PAST = "past"  # what the person searched for
    SAVED = "saved"  # a saved search
    FIELD = "field"  # its name
    VALUE = "value"


@dataclass(frozen=True, slots=True)
class Option:
    kind: Kind
    text: str  # what comes to stand there; of a saved search its words
    label: str
    about: str = ""  # in words
    count: int | None = None  # hits; of values alone
    goes_on: bool = False  # a value comes next
    url: str = ""  # of a saved search, where all of it is opened: also what narrows it, and its order


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
    found = Suggested(text, place.start, place.end)
    options = (each for each in _options(place, viewer) if len(found.whole(each)) <= LONGEST)
    return replace(found, options=list(islice(options, MOST)))


def suggest_whole(text: str, viewer: Viewer) -> Suggested:
    """Instead of all that is typed: what of the person's own searches begins so."""
    options = [
        Option(Kind.SAVED if each.url else Kind.PAST, each.text, each.label, each.about, url=each.url)
        for each in recalled(text, viewer)
    ]
    return Suggested(text, 0, len(text), options)


def _options(place: Place, viewer: Viewer) -> Iterator[Option]:
    if place.field is None:
        yield from _names(place)
        if place.has_value or not _is_enough(place.typed):
            return
    for offers in _offers(place, viewer):
        found = list(islice(_values(offers, place), MOST))
        yield from found
        if found or not offers.is_vain:
            return


def _values(offers: Offers, place: Place) -> Iterator[Option]:
    if place.field is None:
        for name, offer in offers.by_word(place.typed):
            if text := as_field(name, offer.value):
                yield Option(Kind.VALUE, text, offer.value, str(FIELDS[name].label), offer.count)
        return
    for offer in offers.at(place):
        text = written(place, offer.value) or offer.value
        yield Option(Kind.VALUE, text, offer.value, offer.means, offer.count)


def _names(place: Place) -> Iterator[Option]:
    for field in fields_called(place.typed):
        yield Option(Kind.FIELD, f"{field.name}:", f"{field.name}:", str(field.label), goes_on=True)


def _offers(place: Place, viewer: Viewer) -> Iterator[Offers]:
    """Beside the words that are there; where these find nothing, beside words that begin so; else beside none."""
    sight = Sight(viewer)
    # Its minute, so that what was asked for is known again at the next letter.
    now = timezone.localtime().replace(second=0, microsecond=0)
    asking = Asking(RememberedFacts(sight.spaces), now)
    yield Offers(sight, asking, place.beside)
    yield Offers(sight, replace(asking, as_beginnings=True), place.beside)
    yield Offers(sight, asking, NOTHING)


def _is_enough(word: str) -> bool:
    return len(word) >= LEAST_OF_A_WORD or (bool(word) and not word.isascii())
