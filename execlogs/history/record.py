"""The history of a cell: how often it ran, how that ended, when last. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from django.urls import reverse

from execlogs.models import Status

RECENT = 30  # outcomes in the strip
_OK = Status.OK.value[0]
_BY_LETTER = {status.value[0]: status for status in Status}  # no two begin alike


@dataclass(frozen=True, slots=True)
class Outcome:
    """Of one execution."""

    at: datetime
    ended_at: datetime | None
    status: Status

    @property
    def duration(self) -> timedelta | None:
        return None if self.ended_at is None else max(self.ended_at - self.at, timedelta())


@dataclass(frozen=True, slots=True)
class Past:
    """An execution that is named: when, by whom, where."""

    pk: int
    at: datetime
    status: Status
    who: str
    host: str
    place: str
    error: str
    started_text: str = ""

    @property
    def started_at(self) -> datetime:
        """As it was told: logs tell whole seconds."""
        return self.at.replace(microsecond=0) if self.started_text else self.at

    @property
    def url(self) -> str:
        return reverse("execution", args=[self.pk])


@dataclass(frozen=True)
class History:
    counts: Mapping[Status, int] = field(default_factory=dict)
    is_capped: bool = False  # there were more: counting stopped
    last_ok: Past | None = None
    last_error: Past | None = None
    told: Sequence[str] = ()  # the last outcomes, as the database gave them

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def ran(self) -> int:
        """What was never begun did not run."""
        return sum(count for status, count in self.counts.items() if status is not Status.ABORTED)

    @property
    def ok(self) -> int:
        return self.counts.get(Status.OK, 0)

    @property
    def failed(self) -> int:
        return self.counts.get(Status.ERROR, 0)

    @property
    def open(self) -> int:
        """Of which nothing tells how they ended."""
        return self.counts.get(Status.RUNNING, 0) + self.counts.get(Status.UNKNOWN, 0)

    @property
    def statuses(self) -> Sequence[Status]:
        """Of the last outcomes, the oldest first: the strip."""
        return [_BY_LETTER[each[0]] for each in reversed(self.told)]

    @cached_property
    def recent(self) -> Sequence[Outcome]:
        """The last outcomes, the oldest first."""
        return [_outcome(each) for each in reversed(self.told)]

    @cached_property
    def typical(self) -> timedelta | None:
        """How long it takes when it succeeds: the median among the last outcomes."""
        took = sorted(_took(each) for each in self.told if each[0] == _OK and each[-1] != "/")
        return (took[(len(took) - 1) // 2] + took[len(took) // 2]) / 2 if took else None


def latest(told: Collection[Sequence[str]]) -> Sequence[str]:
    """The last outcomes of several ids that are one cell, the newest first."""
    if len(told) == 1:
        return next(iter(told))
    every = [each for some in told for each in some]
    return sorted(every, key=lambda each: _outcome(each).at, reverse=True)[:RECENT]


def _outcome(told: str) -> Outcome:
    """Of "o2026-11-21 14:35:58/2026-11-21 14:36:02"; nothing after the stroke where no end is known."""
    at, _, ended = told[1:].partition("/")
    return Outcome(_moment(at), _moment(ended) if ended else None, _BY_LETTER[told[0]])


def _took(told: str) -> timedelta:
    """Of an outcome whose end is known; a page has thousands."""
    at, _, ended = told[1:].partition("/")
    return max(datetime.fromisoformat(ended) - datetime.fromisoformat(at), timedelta())


def _moment(text: str) -> datetime:
    """As the database writes it: UTC, said or not."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
