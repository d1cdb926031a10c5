"""Two executions beside each other: their code and their outputs, with what differs marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from execlogs.models import Execution
from execlogs.parsing.text import plain
from execlogs.transcripts import transcript_of
from lineage.comparison.marking import Piece, folded, marked
from lineage.comparison.timing import within
from lineage.comparison.wording import IsOver

TIME_FOR_DIFFS = 1.0  # seconds; a few milliseconds are usual


@dataclass(frozen=True, slots=True)
class Beside:
    """A text of each."""

    left: Sequence[Piece]
    right: Sequence[Piece]
    is_same: bool

    @property
    def is_empty(self) -> bool:
        return not self.left and not self.right


@dataclass(frozen=True, slots=True)
class Compared:
    code: Beside
    output: Beside
    is_cut: bool  # the middle of a very long output is not looked at
    is_plain: bool  # there was not the time for a comparison by the word


def compared(left: Execution, right: Execution) -> Compared:
    one, other = transcript_of(left), transcript_of(right)
    limit = within(TIME_FOR_DIFFS)
    return Compared(
        code=_beside(one.code, other.code, limit),
        output=_beside(plain(one.output), plain(other.output), limit),
        is_cut=one.is_cut or other.is_cut,
        is_plain=limit.was_reached,
    )


def _beside(left: str, right: str, is_over: IsOver) -> Beside:
    here, there = marked([left, right], is_over)
    return Beside(folded(here), folded(there), is_same=left == right)
