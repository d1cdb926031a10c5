"""How far a runbook was worked through, told from its cells: "12 of 15 cells ran, stopped at 13". Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from notebooks.parsing.model import Status

FEW = 32  # bricks that a line of a list has room for


class Ending(StrEnum):
    NOTHING = "nothing"  # no cell that could run
    NEVER = "never"  # none ran
    DONE = "done"  # all ran; one that failed was passed over
    STOPPED = "stopped"  # failed, and nothing ran after it
    OPEN = "open"  # some are left, though the last to run ended well


@dataclass(frozen=True, slots=True)
class Brick:
    """A code cell in the strip."""

    index: int
    status: Status


@dataclass(frozen=True, slots=True)
class Verdict:
    strip: tuple[Brick, ...]
    ran: int  # however they ended
    failed: int
    ending: Ending
    stopped_at: int | None = None  # the index of the cell
    stopped_step: int | None = None  # the same cell counted among the code cells, the first being 1

    @property
    def total(self) -> int:
        return len(self.strip)

    @property
    def few(self) -> Sequence[Brick]:
        return condensed(self.strip, FEW)


def verdict_of(cells: Iterable[tuple[int, Status]]) -> Verdict:
    """From (index, status) of each cell in order. Prose and empty cells count for nothing."""
    strip = tuple(Brick(index, status) for index, status in cells if status is not Status.NONE)
    ran = [step for step, brick in enumerate(strip, start=1) if brick.status is not Status.NOT_RUN]
    failed = sum(brick.status is Status.ERROR for brick in strip)
    ending = _ending(strip, ran)
    if ending is not Ending.STOPPED:
        return Verdict(strip, len(ran), failed, ending)
    return Verdict(strip, len(ran), failed, ending, strip[ran[-1] - 1].index, ran[-1])


def condensed(strip: Sequence[Brick], most: int) -> Sequence[Brick]:
    """At most so many bricks: of more, each stands for several. A failure among them is told first."""
    size = -(-len(strip) // most)
    if size <= 1:
        return strip
    groups = [strip[start : start + size] for start in range(0, len(strip), size)]
    return [Brick(group[0].index, _status_of(group)) for group in groups]


def _status_of(group: Sequence[Brick]) -> Status:
    statuses = [brick.status for brick in group]
    if Status.ERROR in statuses:
        return Status.ERROR
    return Status.OK if statuses.count(Status.OK) * 2 > len(statuses) else Status.NOT_RUN


def _ending(strip: tuple[Brick, ...], ran: list[int]) -> Ending:
    if not strip:
        return Ending.NOTHING
    if not ran:
        return Ending.NEVER
    if strip[ran[-1] - 1].status is Status.ERROR:
        return Ending.STOPPED
    return Ending.DONE if len(ran) == len(strip) else Ending.OPEN
