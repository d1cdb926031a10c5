"""What an export says, before it has a form. Values alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Ran:
    """One execution. '' and None are what nobody told."""

    pk: int
    url: str
    at: datetime
    ended_at: datetime | None
    duration: timedelta | None
    status: str
    ended: str  # the status in words
    who: str
    host: str
    space: str
    runbook: str  # its title, where the reader may see it
    notebook: int | None
    path: str
    meme: str  # the full id
    language: str
    code: str
    output: str
    error: str
    witnesses: Sequence[str]
    is_weak: bool
    started_text: str
    log_path: str
    code_sha256: str
    output_sha256: str  # of all of it, as it was logged; '' where its bytes are lost
    left_out: int = 0  # characters of the output that are not here


@dataclass(frozen=True, slots=True)
class Reply:
    author: str
    at: datetime
    body: str


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody said at a cell or a notebook that was executed."""

    url: str
    kind: str
    author: str
    at: datetime
    is_resolved: bool
    body: str
    quote: str
    about: str  # the full id it hangs on
    replies: Sequence[Reply] = ()


@dataclass(frozen=True, slots=True)
class Report:
    made_at: datetime
    made_by: str
    url: str  # of the page that shows the same
    since: datetime | None
    until: datetime | None
    narrowed: Sequence[tuple[str, str]]  # by what else, and to what
    count: int
    is_cut: bool  # there are more than MOST
    zone: tzinfo  # the reader's
    executions: Iterable[Ran]  # in the order of time; each once
    notes: Callable[[], Iterable[Note]]  # to be asked once the executions were told

    def here(self, moment: datetime) -> str:
        """By the reader's clocks."""
        return moment.astimezone(self.zone).strftime("%Y-%m-%d %H:%M:%S %Z")


def in_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
