"""What may be believed of the outputs that a notebook shows. Pure.

    marks_of(cells, now, stale)   -> by index, what speaks against an output
    account_of(cells, marks)      -> whether it ran clean from top to bottom

Only what is known speaks: a time that nothing tells, or code that no log kept, makes no mark.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from notebooks.parsing.model import Status

# Logs tell whole seconds; what lies closer together is told apart by its execution count.
CLOSE = timedelta(seconds=1)

MOST = 2  # marks at a cell; of more, those that weigh most

_Cause = tuple["Kind", int | None]


class Kind(StrEnum):
    NEVER = "never"  # no output, and no log of this copy knows of an execution
    CLEARED = "cleared"  # no output, though a log does
    CHANGED = "changed"  # run before the cell's last change
    ORDER = "order"  # a cell above was run later
    AFTER_FAILURE = "after-failure"  # a cell above had failed
    OLD = "old"


@dataclass(frozen=True, slots=True)
class Shown:
    """A cell that can run, with what its output and the logs tell of its last execution in this copy."""

    index: int
    step: int  # counted among the cells that can run
    status: Status
    at: datetime | None = None
    count: int | None = None  # the execution count
    is_changed: bool = False  # the code that ran is known, and is not the cell's
    tries: int = 1  # executions of it in this work, failed ones included
    who: str = ""

    @property
    def has_run(self) -> bool:
        return self.status in (Status.OK, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Mark:
    kind: Kind
    because: Shown | None = None  # the cell above that speaks against it
    at: datetime | None = None  # when it ran
    below: int = 0  # further cells below of which the same is true


@dataclass(frozen=True, slots=True)
class Account:
    """Of the whole notebook."""

    is_clean: bool = False  # every cell succeeded, in order, as it stands
    at: datetime | None = None  # when the last cell ran
    who: str = ""  # who ran all of it, where one person did
    spoilers: tuple[tuple[Shown, Mark], ...] = ()  # why it is not clean, the first cell first
    retried: tuple[Shown, ...] = ()  # failed at first
    is_old: bool = False  # every output

    @property
    def says_anything(self) -> bool:
        return self.is_clean or bool(self.spoilers or self.retried) or self.is_old


def marks_of(cells: Sequence[Shown], now: datetime, stale: timedelta) -> dict[int, tuple[Mark, ...]]:
    """By the index of the cell; cells of which nothing is to be said are left out."""
    found: dict[int, tuple[Mark, ...]] = {}
    above = _Above()
    for cell in cells:
        marks = _marks_at(cell, above, now - stale)
        if marks:
            found[cell.index] = marks
        above.add(cell)
    return found


def account_of(cells: Sequence[Shown], marks: Mapping[int, Sequence[Mark]]) -> Account:
    ran = [cell for cell in cells if cell.has_run]
    if not ran:
        return Account()
    told = [(cell, mark) for cell in ran for mark in marks.get(cell.index, ())]
    spoilers = tuple((cell, mark) for cell, mark in told if mark.kind in _SPOILERS)
    is_whole = len(ran) == len(cells) and all(map(_succeeded, ran))
    people = {cell.who for cell in ran}
    return Account(
        is_clean=is_whole and not spoilers,
        at=max((cell.at for cell in ran if cell.at is not None), default=None),
        who=people.pop() if len(people) == 1 else "",
        spoilers=spoilers,
        retried=tuple(cell for cell in ran if cell.tries > 1),
        is_old=all(any(mark.kind is Kind.OLD for mark in marks.get(cell.index, ())) for cell in ran),
    )


def quiet(marks: Mapping[int, Sequence[Mark]], account: Account) -> dict[int, tuple[Mark, ...]]:
    """As the page shows them: what one cause does to a row of cells is said once, at the first of them.

    Where every output is old, or nothing ever ran, the statement above the cells says it for all.
    """
    places: defaultdict[_Cause, list[int]] = defaultdict(list)
    for index, some in marks.items():
        for mark in some:
            places[_cause(mark, index)].append(index)
    shown: defaultdict[int, tuple[Mark, ...]] = defaultdict(tuple)
    for index, some in marks.items():
        for mark in some:
            same = places[_cause(mark, index)]
            if same[0] == index and not _is_said(mark, account):
                shown[index] += (replace(mark, below=len(same) - 1),)
    return {index: kept[:MOST] for index, kept in shown.items()}


def ran_later(one: Shown, other: Shown) -> bool:
    """Whether it is known that `one` was run after `other`."""
    if one.at is not None and other.at is not None and abs(one.at - other.at) > CLOSE:
        return one.at > other.at
    return one.count is not None and other.count is not None and one.count > other.count


_SPOILERS = (Kind.CHANGED, Kind.ORDER, Kind.AFTER_FAILURE)


class _Above:
    """The cells above the one in hand, as far as they bear on it."""

    def __init__(self) -> None:
        self.ran: list[Shown] = []
        self.failed: Shown | None = None  # the nearest
        self._latest: Shown | None = None
        self._highest: Shown | None = None

    def add(self, cell: Shown) -> None:
        if not cell.has_run:
            return
        self.ran.append(cell)
        if cell.status is Status.ERROR:
            self.failed = cell
        if cell.at is not None and (self._latest is None or cell.at >= (self._latest.at or cell.at)):
            self._latest = cell
        if cell.count is not None and cell.count >= (self._highest.count or 0 if self._highest else 0):
            self._highest = cell

    def later_than(self, cell: Shown) -> Shown | None:
        """One that was run after it."""
        for extreme in (self._latest, self._highest):
            if extreme is not None and ran_later(extreme, cell):
                return extreme
        if self._highest is None or cell.count is None or (self._highest.count or 0) <= cell.count:
            return None
        return next((each for each in reversed(self.ran) if ran_later(each, cell)), None)


def _marks_at(cell: Shown, above: _Above, oldest: datetime) -> tuple[Mark, ...]:
    """What weighs most first."""
    if cell.status is Status.NOT_RUN:
        return (Mark(Kind.NEVER if cell.at is None else Kind.CLEARED, at=cell.at),)
    if not cell.has_run:
        return ()
    later, failed = above.later_than(cell), above.failed
    found = (
        Mark(Kind.CHANGED, at=cell.at) if cell.is_changed else None,
        Mark(Kind.AFTER_FAILURE, failed, cell.at) if failed and not ran_later(failed, cell) else None,
        Mark(Kind.ORDER, later, cell.at) if later else None,
        Mark(Kind.OLD, at=cell.at) if cell.at is not None and cell.at < oldest else None,
    )
    return tuple(mark for mark in found if mark is not None)


def _cause(mark: Mark, index: int) -> _Cause:
    """What CHANGED and CLEARED say is the cell's own matter."""
    if mark.because is not None:
        return mark.kind, mark.because.index
    return mark.kind, None if mark.kind in (Kind.OLD, Kind.NEVER) else index


def _is_said(mark: Mark, account: Account) -> bool:
    """Elsewhere on the page: what did not run says so already."""
    return mark.kind is Kind.NEVER or (mark.kind is Kind.OLD and account.is_old)


def _succeeded(cell: Shown) -> bool:
    """And it is known when: else nobody knows in what order."""
    return cell.status is Status.OK and (cell.at is not None or cell.count is not None)
