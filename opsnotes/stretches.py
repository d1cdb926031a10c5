"""The strip of a notebook that takes many pages: a link to each, with how its cells ended. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from notebooks.paging import CELLS, Part
from notebooks.parsing.model import Status
from notebooks.verdict import Brick, Verdict, condensed

MOST_BRICKS = 80  # told apart at the width of a phone
MOST_LINKS = 16  # wide enough to be hit


@dataclass(frozen=True, slots=True)
class Stretch:
    part: Part
    bricks: Sequence[Brick]
    failed: int
    is_here: bool


def stretches_of(verdict: Verdict, here: Part) -> list[Stretch]:
    """A page each; several where there would be too many. None for a notebook of one page."""
    if here.is_whole:
        return []
    pages = -(-here.total // CELLS)
    size = -(-pages // MOST_LINKS) * CELLS
    parts = [Part(first, min(first + size, here.total), here.total) for first in range(0, here.total, size)]
    bricks = _by_stretch(verdict.strip, size, len(parts))
    return [
        Stretch(part, condensed(each, MOST_BRICKS // len(parts)), _failed(each), here.first in part)
        for part, each in zip(parts, bricks, strict=True)
    ]


def _by_stretch(strip: Sequence[Brick], size: int, count: int) -> list[list[Brick]]:
    groups: list[list[Brick]] = [[] for _ in range(count)]
    for brick in strip:
        groups[brick.index // size].append(brick)
    return groups


def _failed(bricks: Sequence[Brick]) -> int:
    return sum(brick.status is Status.ERROR for brick in bricks)
