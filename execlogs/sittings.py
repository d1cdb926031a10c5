"""Executions as sittings: what one person did in one copy of a notebook without pausing for long. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from execlogs.models import Status

PAUSE = timedelta(minutes=30)  # after so long without a cell running, another sitting begins
FEW = 32  # bricks that a line has room for
_WORST_FIRST = (Status.ERROR, Status.ABORTED, Status.RUNNING, Status.UNKNOWN, Status.OK)


class Copy(NamedTuple):
    """Who worked on what: one copy of a notebook, as far as it can be told from others."""

    space: int
    notebook: int | None
    path: str  # as logged, and the server's name: only where no notebook is known
    host: str
    who: str


@dataclass(frozen=True, slots=True)
class Line:
    """What of an execution its sitting is told from."""

    pk: int
    at: datetime
    ended_at: datetime | None
    status: Status
    copy: Copy
    cell: UUID | str  # its MEME; where it has none, the digest of its code
    is_weak: bool = False

    @property
    def end(self) -> datetime:
        return self.at if self.ended_at is None else max(self.at, self.ended_at)

    @property
    def place(self) -> Place:
        return Place(self.at, self.pk)


class Place(NamedTuple):
    """Where an execution stands among all: the newest is the greatest."""

    at: datetime
    pk: int


class Ending(StrEnum):
    CLEAN = "clean"  # all succeeded
    MENDED = "mended"  # whatever failed succeeded later
    PASSED = "passed"  # a cell failed, and others were run after it
    STOPPED = "stopped"  # at a failure
    OPEN = "open"  # the last one has no end
    UNTOLD = "untold"  # nothing failed that is known of


@dataclass(frozen=True, slots=True)
class Sitting:
    copy: Copy
    lines: Sequence[Line]  # the newest first; one at least
    goes_on_before: bool = False  # longer than was read
    goes_on_after: bool = False

    @property
    def newest(self) -> Line:
        return self.lines[0]

    @property
    def oldest(self) -> Line:
        return self.lines[-1]

    @property
    def began_at(self) -> datetime:
        return self.oldest.at

    @property
    def ended_at(self) -> datetime:
        return max(line.end for line in self.lines)

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def failed(self) -> int:
        return sum(line.status is Status.ERROR for line in self.lines)

    @property
    def is_weak(self) -> bool:
        """Whether notebooks alone tell of it."""
        return all(line.is_weak for line in self.lines)

    @property
    def ending(self) -> Ending:
        return ending_of(self.lines)

    @property
    def bricks(self) -> Sequence[Status]:
        """How each ended, the first one first; of many, each stands for several, and tells the worst of them."""
        told = [line.status for line in reversed(self.lines)]
        size = -(-len(told) // FEW)
        parts = (told[start : start + size] for start in range(0, len(told), size))
        return [min(part, key=_WORST_FIRST.index) for part in parts]


def is_near(older: Line, newer: Line) -> bool:
    """A cell that ran for hours was no pause."""
    return newer.at - older.end < PAUSE


def sittings_of(lines: Iterable[Line]) -> list[Sitting]:
    """Those of `lines`, which come the newest first; so do the sittings, by their newest."""
    stretches: list[list[Line]] = []
    latest: dict[Copy, list[Line]] = {}
    for line in lines:
        stretch = latest.get(line.copy)
        if stretch is None or not is_near(line, stretch[-1]):
            stretch = latest[line.copy] = []
            stretches.append(stretch)
        stretch.append(line)
    return [Sitting(stretch[0].copy, tuple(stretch)) for stretch in stretches]


def ending_of(lines: Sequence[Line]) -> Ending:
    """`lines` are the newest first."""
    last = lines[0].status
    if last in {Status.ERROR, Status.ABORTED}:
        return Ending.STOPPED
    if last is Status.RUNNING:
        return Ending.OPEN
    if any(line.status is Status.ERROR for line in lines):
        return Ending.MENDED if _is_mended(lines) else Ending.PASSED
    return Ending.CLEAN if all(line.status is Status.OK for line in lines) else Ending.UNTOLD


def _is_mended(lines: Sequence[Line]) -> bool:
    succeeded: set[UUID | str] = set()
    for line in lines:
        if line.status is Status.OK:
            succeeded.add(line.cell)
        elif line.status is Status.ERROR and line.cell not in succeeded:
            return False
    return True
