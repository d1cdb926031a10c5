"""Two or three texts beside each other, with what each has new and what of it is gone in the next. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lineage.comparison.wording import IsOver, Kind, Segment, compare

CONTEXT = 4  # lines that stay beside a change, what is left of its own counted
LEAST_FOLDED = 6  # fewer are not worth a line that says so


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    is_new: bool = False  # the text before has it not
    is_gone: bool = False  # the text after has it not
    folded: int = 0  # so many lines that nobody changed: put away

    @property
    def is_marked(self) -> bool:
        return self.is_new or self.is_gone


def marked(texts: Sequence[str | None], is_over: IsOver) -> list[list[Piece]]:
    """The pieces of each text; None is no text and has none. Each is compared with the nearest on either side."""
    pieces = [[Piece(text)] if text else [] for text in texts]
    present = [number for number, text in enumerate(texts) if text is not None]
    for left, right in pairwise(present):
        wording = compare(texts[left] or "", texts[right] or "", is_over)
        pieces[left] = list(_laid_over(pieces[left], wording.before))
        pieces[right] = list(_laid_over(pieces[right], wording.after))
    return pieces


def folded(pieces: Sequence[Piece]) -> list[Piece]:
    """With long stretches that nobody changed put away but for the lines beside the changes."""
    if not any(piece.is_marked for piece in pieces):
        return list(pieces)
    last = len(pieces) - 1
    return [
        each
        for place, piece in enumerate(pieces)
        for each in _folded(piece, above=CONTEXT * (place > 0), below=CONTEXT * (place < last))
    ]


def _laid_over(pieces: Iterable[Piece], segments: Sequence[Segment]) -> Iterator[Piece]:
    """The same text cut where the segments end, each piece with their mark besides its own."""
    waiting = iter(segments)
    segment, left = None, 0
    for piece in pieces:
        start = 0
        while start < len(piece.text):
            if segment is None or not left:
                segment = next(waiting)
                left = len(segment.text)
            size = min(left, len(piece.text) - start)
            yield _with_mark(replace(piece, text=piece.text[start : start + size]), segment.kind)
            start, left = start + size, left - size


def _with_mark(piece: Piece, kind: Kind) -> Piece:
    if kind is Kind.INSERTED:
        return replace(piece, is_new=True)
    if kind is Kind.DELETED:
        return replace(piece, is_gone=True)
    return piece


def _folded(piece: Piece, *, above: int, below: int) -> Iterator[Piece]:
    """`above` and `below` say how many lines stay next to the pieces there."""
    lines = piece.text.splitlines(keepends=True)
    stop = len(lines) - below
    if piece.is_marked or stop - above < LEAST_FOLDED:
        yield piece
        return
    if above:
        yield Piece("".join(lines[:above]))
    yield Piece("".join(lines[above:stop]), folded=stop - above)
    if below:
        yield Piece("".join(lines[stop:]))
