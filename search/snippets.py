"""The lines that a search found something by, cut and marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from search.marking import Span, Wanted, cut, spans
from search.prose import readable

# What is shown of one text, and of one line.
MOST_LINES = 3
LINE_LENGTH = 220
BEFORE_MARK = 80
SHORT = 2_000  # characters: prose that runs have from their template

_known = lru_cache(maxsize=1024)(readable)

Pieces = tuple[tuple[str, bool], ...]  # text, is it marked


@dataclass(frozen=True, slots=True)
class Marked:
    """A text of a hit, and where in it the words stand."""

    field: str
    text: str
    spans: tuple[Span, ...]

    @classmethod
    def of(cls, field: str, text: str, wanted: Wanted) -> Marked:
        return cls(field, text, tuple(spans(text, wanted)) if text else ())

    @classmethod
    def of_prose(cls, field: str, text: str, wanted: Wanted) -> Marked:
        """Of Markdown, as it reads; as it is written where the words stand in what a reader does not see."""
        read = cls.of(field, (_known if len(text) <= SHORT else readable)(text), wanted)
        if read.spans:
            return read
        written = cls.of(field, text, wanted)
        return written if written.spans else read

    @property
    def pieces(self) -> Pieces:
        return tuple(cut(self.text, self.spans))


@dataclass(frozen=True, slots=True)
class Line:
    field: str  # code, text, error, output, heading
    pieces: Pieces

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


def snippet(texts: Sequence[Marked]) -> tuple[Line, ...]:
    """Of each text the lines with marks; where none has any, the first lines of the first that says something."""
    lines = [line for text in texts for line in _marked_lines(text)]
    if lines:
        return _without_repetition(lines)
    told = next((text for text in texts if text.text.strip()), None)
    return tuple(_first_lines(told)) if told else ()


def _marked_lines(marked: Marked) -> Iterator[Line]:
    end, shown = -1, 0
    for start, _ in marked.spans:
        if start < end:
            continue
        if shown == MOST_LINES:
            return
        begin, end = _line_around(marked.text, start)
        yield Line(marked.field, _window(marked, begin, end, start))
        shown += 1


def _line_around(text: str, place: int) -> Span:
    begin = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return begin, len(text) if end < 0 else end


def _window(marked: Marked, begin: int, end: int, first: int) -> Pieces:
    """The line, or of a long one the part around its first mark."""
    low, high = begin, end
    if end - begin > LINE_LENGTH:
        low = max(begin, min(first - BEFORE_MARK, end - LINE_LENGTH))
        high = min(end, low + LINE_LENGTH)
    inside = [
        (max(start, low) - low, min(stop, high) - low)
        for start, stop in marked.spans
        if start < high and stop > low
    ]
    pieces = cut(marked.text[low:high].rstrip("\r"), inside)
    return (*_dots(low > begin), *pieces, *_dots(high < end))


def _dots(is_cut: bool) -> Pieces:  # noqa: FBT001
    return (("…", False),) if is_cut else ()


def _first_lines(marked: Marked) -> Iterator[Line]:
    for line in [line for line in marked.text.splitlines() if line.strip()][:MOST_LINES]:
        yield Line(marked.field, ((line[:LINE_LENGTH], False), *_dots(len(line) > LINE_LENGTH)))


def _without_repetition(lines: Sequence[Line]) -> tuple[Line, ...]:
    """An error's message stands in its output too, and a loop prints the same line again and again."""
    seen: list[str] = []
    kept = []
    for line in lines:
        text = line.text.strip()
        if not any(text in each for each in seen):
            seen.append(text)
            kept.append(line)
    return tuple(kept)
