"""How much what failed once is like what was pasted. Pure."""

from __future__ import annotations

from dataclasses import dataclass

from search.errors.folding import folded, without_quoted
from search.errors.recognising import Pasted, recognised

# The message says most, then that of other lines, then where it happened, and least the name of the error alone.
_SAME_MESSAGE, _SAME_BUT_NAMES, _SAME_LINE, _SAME_FRAME, _SAME_NAME, _SAME_WORDS = (
    10.0,
    7.0,
    3.0,
    1.0,
    1.5,
    4.0,
)


@dataclass(frozen=True, slots=True)
class Likeness:
    score: float
    why: tuple[str, ...]  # message, lines, frames, name

    def __bool__(self) -> bool:
        return self.score > 0


def likeness(pasted: Pasted, failed: str) -> Likeness:
    """Of the text of an error, an output or a log."""
    other = recognised(failed)
    lines = {folded(line.strip()) for line in other.text.splitlines() if line.strip()}
    parts = (
        ("message", _of_message(pasted, other, lines)),
        ("lines", _SAME_LINE * len(pasted.skeletons & lines)),
        ("frames", _SAME_FRAME * len(pasted.frames & other.frames)),
        ("name", _SAME_NAME * (bool(pasted.name) and pasted.name == other.name)),
    )
    return Likeness(sum(score for _, score in parts), tuple(name for name, score in parts if score))


def _of_message(pasted: Pasted, other: Pasted, lines: set[str]) -> float:
    if not pasted.telling:
        return 0.0
    wanted = folded(pasted.telling[0])
    if wanted in lines:
        return _SAME_MESSAGE
    if folded(without_quoted(pasted.telling[0])) in {folded(without_quoted(line)) for line in other.telling}:
        return _SAME_BUT_NAMES
    return _SAME_WORDS * _overlap(wanted, lines)


def _overlap(wanted: str, lines: set[str]) -> float:
    """How many of its words the line has that has most of them; less than half is nothing."""
    words = set(wanted.split())
    most = max((len(words & set(line.split())) / len(words) for line in lines), default=0.0) if words else 0.0
    return most if most > 0.5 else 0.0
