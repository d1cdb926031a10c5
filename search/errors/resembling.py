"""How much what failed once is like what was pasted. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
# Of several lines that are the same a rare one tells nearly as much as the message.
_RARE_LINE = 6.0

Rarity = Callable[[str], float]  # of a line, folded: 1 where one cell alone has it, less the more have it


@dataclass(frozen=True, slots=True)
class Shared:
    """A line that both have, or the name of the error."""

    key: str  # by which it is rare
    text: str  # as it stands in what failed
    points: float
    worth: float  # where it is rare
    is_whole: bool = True  # not only like it


@dataclass(frozen=True, slots=True)
class Likeness:
    score: float
    why: tuple[str, ...]  # message, lines, frames, name
    shared: tuple[Shared, ...] = ()

    def __bool__(self) -> bool:
        return self.score > 0

    def weighed(self, rarity: Rarity) -> float:
        """`Unexpected exit code: 1` says little, the line before it that stands nowhere else says all."""
        known = sum(each.points for each in self.shared)
        return self.score - known + sum(each.worth * rarity(each.key) for each in self.shared)

    def telling(self, rarity: Rarity) -> str:
        """The line that says most."""
        lines = [each for each in self.shared if each.text]
        most = max(lines, key=lambda each: each.worth * rarity(each.key), default=None)
        return most.text if most else ""


def likeness(pasted: Pasted, failed: str) -> Likeness:
    """Of the text of an error, an output or a log."""
    other = recognised(failed)
    lines = {folded(line.strip()): line.strip() for line in other.text.splitlines() if line.strip()}
    message = _of_message(pasted, other, lines)
    same = [
        Shared(each, lines[each], _SAME_LINE, 0.0 if message and each == message.key else _RARE_LINE)
        for each in sorted(pasted.skeletons & lines.keys())
    ]
    is_named_so = bool(pasted.name) and pasted.name == other.name
    named = [Shared(f"name {pasted.name}", "", _SAME_NAME, _SAME_NAME)] if is_named_so else []
    parts = (
        ("message", message.points if message else 0.0),
        ("lines", _SAME_LINE * len(same)),
        ("frames", _SAME_FRAME * len(pasted.frames & other.frames)),
        ("name", _SAME_NAME * is_named_so),
    )
    why = tuple(name for name, score in parts if score)
    return Likeness(sum(score for _, score in parts), why, (*([message] if message else []), *same, *named))


def _of_message(pasted: Pasted, other: Pasted, lines: Mapping[str, str]) -> Shared | None:
    if not pasted.telling:
        return None
    wanted = folded(pasted.telling[0])
    if wanted in lines:
        return Shared(wanted, lines[wanted], _SAME_MESSAGE, _SAME_MESSAGE)
    but_for_names = folded(without_quoted(pasted.telling[0]))
    for line in other.telling:
        if folded(without_quoted(line)) == but_for_names:
            return Shared(wanted, line, _SAME_BUT_NAMES, _SAME_BUT_NAMES, is_whole=False)
    return _overlapping(wanted, lines)


def _overlapping(wanted: str, lines: Mapping[str, str]) -> Shared | None:
    """The line that has most of its words; less than half is nothing."""
    words = set(wanted.split())
    shares = {line: len(words & set(line.split())) / len(words) for line in lines} if words else {}
    best = max(shares, key=lambda line: shares[line], default="")
    if not best or shares[best] <= 0.5:
        return None
    points = _SAME_WORDS * shares[best]
    return Shared(wanted, lines[best], points, points, is_whole=False)
