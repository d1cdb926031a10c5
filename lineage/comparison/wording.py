"""Two texts compared line by line, and word by word where lines differ. Pure.

    compare(before, after)                      -> Wording
    compare(before, after, is_over=within(1))   -> Wording, with a limit of time

`wording.segments` are pieces of text in order, each equal, deleted or inserted: equal and deleted ones together are
the text before, equal and inserted ones the text after. `wording.before` and `wording.after` are these two, for texts
side by side. Where texts have little in common, or the time is over (`is_plain`), whole lines are deleted and inserted.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lineage.comparison.sequences import common_blocks

# As many lines, and words among changed lines, as may differ; the time grows with their square.
MOST_LINES = 800
MOST_WORDS = 500
# Changed lines that share less of their letters than this are not compared by the word: it would be confetti.
LEAST_SHARED = 0.3  # of the longer
LEAST_KEPT = 0.7  # or of the shorter, which then stands in the longer nearly whole

_TOKEN = re.compile(
    r"""
    \r\n | \n | \r
    | [^\S\r\n]+
    | 0[xXbBoO][0-9A-Fa-f_]+ | \d+(?:\.\d+)*                # numbers, versions, addresses
    | [^\W\d\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]
      [^\W\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]*         # identifiers and words
    | [\u30a1-\u30f6\u30fc]+                                # a word in katakana
    | \*\*=? | //=? | <<=? | >>=? | [=!<>+\-*/%&|^:]= | -> | => | && | \|\| | \.\.\.? | ::
    | .
    """,
    re.VERBOSE | re.DOTALL,
)
_WORTH_SEEING = re.compile(r"\n|\w\w|[^\W\u3040-\u309f]")

IsOver = Callable[[], bool]


class Kind(StrEnum):
    EQUAL = "equal"
    DELETED = "deleted"
    INSERTED = "inserted"


@dataclass(frozen=True, slots=True)
class Segment:
    kind: Kind
    text: str


@dataclass(frozen=True, slots=True)
class Wording:
    segments: tuple[Segment, ...]  # never empty ones, never two of a kind in a row
    is_plain: bool = False

    @property
    def before(self) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.kind is not Kind.INSERTED)

    @property
    def after(self) -> tuple[Segment, ...]:
        return tuple(segment for segment in self.segments if segment.kind is not Kind.DELETED)

    @property
    def is_same(self) -> bool:
        return all(segment.kind is Kind.EQUAL for segment in self.segments)


def _never() -> bool:
    return False


def compare(before: str, after: str, is_over: IsOver = _never) -> Wording:
    comparison = _Comparison(is_over)
    found = list(comparison.lines(before.splitlines(keepends=True), after.splitlines(keepends=True)))
    return Wording(tuple(_joined(found)), comparison.is_plain)


def tokens(text: str) -> list[str]:
    """Numbers, identifiers, words, operators, blanks, line ends; kanji and hiragana one by one. Joined, the text."""
    return _TOKEN.findall(text)


class _Comparison:
    def __init__(self, is_over: IsOver) -> None:
        self.is_over = is_over
        self.is_plain = False

    def lines(self, before: Sequence[str], after: Sequence[str]) -> Iterator[Segment]:
        for equal, gone, new in self._pieces(before, after, MOST_LINES):
            yield Segment(Kind.EQUAL, equal)
            yield from self._words(gone, new)

    def _words(self, gone: str, new: str) -> Iterator[Segment]:
        """Changed lines, by the word where enough of them is the same."""
        if gone and new:
            pieces = _tidied(self._pieces(tokens(gone), tokens(new), MOST_WORDS))
            shared = sum(len(equal.strip()) for equal, _, _ in pieces)
            shorter, longer = sorted((len(gone.strip()), len(new.strip())))
            if shared >= min(LEAST_SHARED * longer, LEAST_KEPT * shorter):
                for equal, less, more in pieces:
                    yield Segment(Kind.EQUAL, equal)
                    yield from _replaced(less, more)
                return
        yield from _replaced(gone, new)

    def _pieces(self, a: Sequence[str], b: Sequence[str], most: int) -> list[tuple[str, str, str]]:
        """(equal, then gone, then new) from beginning to end; any of the three may be ''."""
        blocks = common_blocks(a, b, most, self.is_over)
        if blocks is None:
            self.is_plain = True
            return [("", "".join(a), "".join(b))]
        pieces, equal, at_a, at_b = [], "", 0, 0
        for block in blocks:
            pieces.append((equal, "".join(a[at_a : block.a]), "".join(b[at_b : block.b])))
            equal = "".join(a[block.a : block.a + block.size])
            at_a, at_b = block.a + block.size, block.b + block.size
        pieces.append((equal, "".join(a[at_a:]), "".join(b[at_b:])))
        return pieces


def _replaced(gone: str, new: str) -> Iterator[Segment]:
    yield Segment(Kind.DELETED, gone)
    yield Segment(Kind.INSERTED, new)


def _tidied(pieces: Iterable[tuple[str, str, str]]) -> list[tuple[str, str, str]]:
    """A blank, a bracket or a particle between two changed words is no island worth seeing; a line end is."""
    tidy: list[tuple[str, str, str]] = []
    for equal, gone, new in pieces:
        before, was, became = tidy[-1] if tidy else ("", "", "")
        is_between = (was or became) and (gone or new) and not (was + became).endswith("\n")
        if is_between and not _WORTH_SEEING.search(equal):
            tidy[-1] = (before, was + equal + gone, became + equal + new)
        else:
            tidy.append((equal, gone, new))
    return tidy


def _joined(segments: Iterable[Segment]) -> Iterator[Segment]:
    """Without empty ones, and neighbours of a kind in one; between equal ones deleted goes before inserted."""
    changed = {Kind.DELETED: "", Kind.INSERTED: ""}
    equal = ""
    for segment in segments:
        if segment.kind is Kind.EQUAL and segment.text:
            yield from _flushed(changed)
            equal += segment.text
        elif segment.text:
            yield from _flushed(kept := {Kind.EQUAL: equal})
            equal = kept[Kind.EQUAL]
            changed[segment.kind] += segment.text
    yield from _flushed(changed)
    yield from _flushed({Kind.EQUAL: equal})


def _flushed(texts: dict[Kind, str]) -> Iterator[Segment]:
    for kind, text in texts.items():
        if text:
            yield Segment(kind, text)
            texts[kind] = ""
