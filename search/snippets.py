"""The lines of a cell that a search found it by, cut and marked. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from search.marking import Span, Wanted, cut, spans

# What is shown of one text, and of one line.
MOST_LINES = 3
LINE_LENGTH = 220
BEFORE_MARK = 80

Pieces = tuple[tuple[str, bool], ...]  # text, is it marked


@dataclass(frozen=True, slots=True)
class Line:
    field: str  # source, error, output
    pieces: Pieces

    @property
    def text(self) -> str:
        return "".join(text for text, _ in self.pieces)


@dataclass(frozen=True, slots=True)
class Snippet:
    lines: tuple[Line, ...]

    @property
    def is_marked(self) -> bool:
        return any(is_marked for line in self.lines for _, is_marked in line.pieces)


def snippet(texts: Sequence[tuple[str, str]], wanted: Wanted) -> Snippet:
    """Of texts by the name of their field, the lines with marks; where none has any, the first lines."""
    lines = tuple(line for field, text in texts for line in _marked_lines(field, text, wanted))
    if lines:
        return Snippet(_without_repetition(lines))
    field, text = next(((field, text) for field, text in texts if text.strip()), ("source", ""))
    return Snippet(tuple(_first_lines(field, text)))


def _marked_lines(field: str, text: str, wanted: Wanted) -> Iterator[Line]:
    marked = spans(text, wanted)
    at, shown = -1, 0
    for start, _ in marked:
        if start < at:
            continue
        if shown == MOST_LINES:
            return
        begin, at = _line_around(text, start)
        yield Line(field, _window(text, begin, at, marked))
        shown += 1


def _line_around(text: str, place: int) -> Span:
    begin = text.rfind("\n", 0, place) + 1
    end = text.find("\n", place)
    return begin, len(text) if end < 0 else end


def _window(text: str, begin: int, end: int, marked: Sequence[Span]) -> Pieces:
    """The line, or of a long one the part around its first mark."""
    first = next((start for start, stop in marked if begin <= start < end), begin)
    if end - begin > LINE_LENGTH:
        low = max(begin, min(first - BEFORE_MARK, end - LINE_LENGTH))
        high = min(end, low + LINE_LENGTH)
    else:
        low, high = begin, end
    inside = [
        (max(start, low) - low, min(stop, high) - low)
        for start, stop in marked
        if start < high and stop > low
    ]
    pieces = cut(text[low:high].rstrip("\r"), inside)
    return (*([("…", False)] if low > begin else []), *pieces, *([("…", False)] if high < end else []))


def _first_lines(field: str, text: str) -> Iterator[Line]:
    for line in [line for line in text.splitlines() if line.strip()][:MOST_LINES]:
        yield Line(field, ((line[:LINE_LENGTH] + ("…" if len(line) > LINE_LENGTH else ""), False),))


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
