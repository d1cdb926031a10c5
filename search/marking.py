"""Where in a text the words of a query stand. Pure."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, pairwise

from django.utils.html import format_html, format_html_join

from search.analysis import NOT_AN_ATOM, PART_OF_A_WORD, SINGLE, clusters, normalise

Span = tuple[int, int]
Wanted = Sequence[tuple[str, ...]]  # atoms side by side, as analysis gives them

# Nobody reads more marks in one text, and an output may hold a million.
MOST_SPANS = 200
SHORT = 200  # characters: titles, headings and paths, which many hits have in common


def spans(text: str, wanted: Wanted) -> list[Span]:
    """What to mark, in order, not overlapping. A word that stands only inside others is marked there."""
    normal = normalise(text)
    if not any(each[0] in normal for each in wanted):
        return []
    normal, origins = (_known_origins if len(text) <= SHORT else _with_origins)(text, normal)
    found = sorted(span for each in wanted for span in _found(normal, each))
    if origins is not None:
        # A character may come from a part of another (㌔ is キロ): then all of that is marked.
        found = sorted((origins.start_of(start), origins.end_of(end)) for start, end in found)
    return list(_merged(found))


def pieces(text: str, wanted: Wanted) -> list[tuple[str, bool]]:
    """The text cut into what is marked (True) and what is not."""
    return cut(text, spans(text, wanted))


def cut(text: str, marked: Iterable[Span]) -> list[tuple[str, bool]]:
    result, at = [], 0
    for start, end in marked:
        result += [(text[at:start], False), (text[start:end], True)]
        at = end
    result.append((text[at:], False))
    return [piece for piece in result if piece[0]]


def highlighted(text: str, wanted: Wanted) -> str:
    """The text as HTML, with what is found in <em>: what Haystack's engines call highlighting."""
    return format_html_join(
        "",
        "{}",
        (
            (format_html("<em>{}</em>", each) if is_marked else each,)
            for each, is_marked in pieces(text, wanted)
        ),
    )


def _found(normal: str, atoms: tuple[str, ...]) -> Iterator[Span]:
    for pattern in _patterns(atoms):
        marked = list(islice(_matches(normal, atoms[0], pattern), MOST_SPANS))
        if marked:
            yield from marked
            return


def _matches(normal: str, first: str, pattern: re.Pattern[str]) -> Iterator[Span]:
    """What pattern.finditer() gives, twenty times as fast in a large output: str.find() looks for the first atom."""
    at = normal.find(first)
    while at >= 0:
        match = pattern.match(normal, at)
        if match is not None:
            yield match.span()
        at = normal.find(first, at + 1 if match is None else match.end())


@lru_cache(maxsize=512)
def _patterns(atoms: tuple[str, ...]) -> tuple[re.Pattern[str], ...]:
    """As whole words, and as stretches of text."""
    loose = re.escape(atoms[0])
    for last, atom in pairwise(atoms):
        apart = "*" if SINGLE.match(last) or SINGLE.match(atom) else "+"
        loose += f"{NOT_AN_ATOM}{apart}{re.escape(atom)}"
    before = "" if SINGLE.match(atoms[0]) else f"(?<!{PART_OF_A_WORD})"
    after = "" if SINGLE.match(atoms[-1]) else f"(?!{PART_OF_A_WORD})"
    return re.compile(f"{before}{loose}{after}"), re.compile(loose)


class _Origins:
    """Where the characters of a normalised text come from, by the stretches that it was made of."""

    def __init__(self, text: str) -> None:
        self._at: list[int] = []  # where each stretch begins in the normalised text
        self._stretches: list[tuple[int, int, bool]] = []
        made, at = [], 0
        for start, end, each, is_run in clusters(text):
            if each:
                self._at.append(at)
                self._stretches.append((start, end, is_run))
                made.append(each)
                at += len(each)
        self.normal = "".join(made)

    def start_of(self, place: int) -> int:
        stretch = bisect_right(self._at, place) - 1
        start, _, is_run = self._stretches[stretch]
        return start + place - self._at[stretch] if is_run else start

    def end_of(self, place: int) -> int:
        """`place` is where something ends in the normalised text."""
        stretch = bisect_left(self._at, place) - 1
        start, end, is_run = self._stretches[stretch]
        return start + place - self._at[stretch] if is_run else end


def _with_origins(text: str, normal: str) -> tuple[str, _Origins | None]:
    """The normalised text, and where its characters come from; None where nothing moved."""
    if text.isascii():
        return normal, None
    if len(normal) == len(text) and unicodedata.is_normalized("NFKC", text):
        return normal, None  # folding case never shortens, so equal length means character by character
    origins = _Origins(text)
    return origins.normal, origins


_known_origins = lru_cache(maxsize=2048)(_with_origins)


def _merged(found: Iterable[Span]) -> Iterator[Span]:
    last: Span | None = None
    for start, end in found:
        if last is None or start > last[1]:
            if last is not None:
                yield last
            last = (start, end)
        else:
            last = (last[0], max(last[1], end))
    if last is not None:
        yield last
