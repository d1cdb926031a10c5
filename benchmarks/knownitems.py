"""Questions whose answer is known, drawn from what a library holds. Seeded; after library.start().

Somebody looks for one thing that they have seen: a heading, a cell, an error. Copies are the same thing by their text,
so each text is drawn from once. What stands in more than MOST_TEXTS different texts is no question about a known one,
and is drawn again: that is decided on the texts themselves, not by any engine.
"""

from __future__ import annotations

import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from execlogs.parsing.complaints import complains
from notebooks.models import Cell
from notebooks.parsing.model import CellType
from search.analysis import atoms, normalise
from search.errors.recognising import recognised

MOST_TEXTS = 5
TRIES = 400  # of a kind, for each question that is wanted

_HEADING = re.compile(r"^ {0,3}#{1,6}[ \t]+(\S.*?)[ \t#]*$", re.MULTILINE)
_JAPANESE = re.compile(r"[\u3041-\u3096\u30a1-\u30fa\u30fc\u4e00-\u9fff]{6,}")
_WORD = re.compile(r"[a-z][a-z_]{2,24}")
_COMMAND = re.compile(
    r"(?:^|[|;&!]|\bsudo)\s*([a-z][\w.-]{1,20})\s[^|;&\n]*?(?<=\s)(--?[a-z][\w-]+)", re.MULTILINE
)
_DIGITS = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class Question:
    kind: str
    text: str
    sought: str  # the text that a hit has to have, as `same` makes it


@dataclass(frozen=True, slots=True)
class Text:
    """A cell, once for all its copies."""

    source: str
    output: str
    kind: str

    @property
    def headings(self) -> list[str]:
        return _HEADING.findall(self.source) if self.kind == CellType.MARKDOWN else []

    @property
    def error_lines(self) -> list[str]:
        """With digits, so that there is something to change."""
        telling = recognised(self.output).telling if self.output else ()
        return [line for line in telling if complains(line) and _DIGITS.search(line) and 20 < len(line) < 300]


def same(text: str) -> str:
    return " ".join(normalise(text).split())


def but_for_numbers(text: str) -> str:
    return re.sub(r"\d+", "0", same(text))


class Library:
    """The texts of cells, and in how many of them a word stands."""

    def __init__(self) -> None:
        texts: dict[tuple[str, str], Text] = {}
        for each in Cell.objects.order_by("pk").values_list("source", "output", "cell_type").iterator():
            text = Text(*each)
            texts.setdefault((same(text.source), but_for_numbers(text.output)), text)
        self.texts = [texts[key] for key in sorted(texts)]

    @cached_property
    def by_source(self) -> list[Text]:
        return list({same(text.source): text for text in self.texts}.values())

    @cached_property
    def standing_in(self) -> dict[str, set[int]]:
        """Atoms, and in which sources."""
        found: defaultdict[str, set[int]] = defaultdict(set)
        for number, text in enumerate(self.by_source):
            for atom in set(atoms(text.source)):
                found[atom].add(number)
        return found

    @cached_property
    def headings(self) -> Counter[str]:
        return Counter(same(each) for text in self.by_source for each in set(text.headings))

    def with_all(self, words: Sequence[str]) -> int:
        """Sources that have all these atoms."""
        return len(set.intersection(*(self.standing_in[word] for word in words))) if words else 0

    def with_stretch(self, stretch: str) -> int:
        wanted = normalise(stretch)
        return sum(wanted in text for text in self.normal)

    @cached_property
    def normal(self) -> list[str]:
        return [normalise(text.source) for text in self.by_source]


def questions(library: Library, of_each: int, seed: int) -> list[Question]:
    """As many of each kind; the same seed gives the same."""
    return [
        question for kind, draw in KINDS.items() for question in _drawn(library, kind, draw, of_each, seed)
    ]


Draw = Callable[[Library, random.Random], tuple[str, str] | None]


def _drawn(library: Library, kind: str, draw: Draw, count: int, seed: int) -> Iterator[Question]:
    chance, seen = random.Random(f"{seed} {kind}"), set()
    for _ in range(count * TRIES):
        found = draw(library, chance)
        if found is None or found[0] in seen:
            continue
        seen.add(found[0])
        yield Question(kind, *found)
        if len(seen) == count:
            return


def _heading(library: Library, chance: random.Random) -> tuple[str, str] | None:
    """Its words, or most of them: an item is the heading, wherever it stands."""
    headings = chance.choice(library.by_source).headings
    if not headings:
        return None
    heading = chance.choice(headings)
    words = re.findall(r"[^\s`*_#()\[\]<>\"':]+", heading)
    if not 2 <= len(words) <= 12:
        return None
    start = chance.randrange(max(1, len(words) - 4))
    asked = words[start : start + 5]
    found = atoms(" ".join(asked))
    fitting = [each for each in library.headings if set(found) <= set(atoms(each))]
    return (" ".join(asked), same(heading)) if len(found) > 1 and len(fitting) <= MOST_TEXTS else None


def _rare_words(library: Library, chance: random.Random) -> tuple[str, str] | None:
    text = chance.choice(library.by_source)
    words = {atom for atom in atoms(text.source) if _WORD.fullmatch(atom)}
    if len(words) < 6:
        return None
    rare = sorted(words, key=lambda word: (len(library.standing_in[word]), word))[:6]
    asked = chance.sample(rare, 3)
    return (" ".join(asked), same(text.source)) if library.with_all(asked) <= MOST_TEXTS else None


def _japanese(library: Library, chance: random.Random) -> tuple[str, str] | None:
    text = chance.choice(library.by_source)
    stretches = _JAPANESE.findall(text.source)
    if not stretches:
        return None
    stretch = chance.choice(stretches)
    length = chance.randint(5, min(10, len(stretch)))
    start = chance.randrange(len(stretch) - length + 1)
    asked = stretch[start : start + length]
    return (asked, same(text.source)) if library.with_stretch(asked) <= MOST_TEXTS else None


def _option(library: Library, chance: random.Random) -> tuple[str, str] | None:
    text = chance.choice(library.by_source)
    found = _COMMAND.findall(text.source)
    if not found:
        return None
    command, option = chance.choice(found)
    asked = atoms(f"{command} {option}")
    is_known = len(asked) > 1 and library.with_all(asked) <= MOST_TEXTS
    # One dash is that of a query's "not": who means an option quotes it.
    asked_for = option if option.startswith("--") else f'"{option}"'
    return (f"{command} {asked_for}", same(text.source)) if is_known else None


def _error(library: Library, chance: random.Random) -> tuple[str, str] | None:
    """With every digit another: an item is the error, whichever cell met it."""
    lines = chance.choice(library.texts).error_lines
    if not lines:
        return None
    line = chance.choice(lines)
    changed = _DIGITS.sub(lambda match: chance.choice("123456789".replace(match[0], "")), line)
    return changed, but_for_numbers(line)


KINDS: dict[str, Draw] = {
    "heading words": _heading,
    "three rare words": _rare_words,
    "Japanese phrase": _japanese,
    "option with its command": _option,
    "error line, other numbers": _error,
}
