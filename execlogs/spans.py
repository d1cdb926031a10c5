"""Stretches of time that people ask for by name, and how an address says a time. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo

DAY = timedelta(days=1)
EVENING, MORNING = time(18), time(9)  # what is a night for who is called in it
FIRST_YEAR, LAST_YEAR = 1970, 9000
TODAY, NIGHT, WEEK = "today", "night", "week"


@dataclass(frozen=True, slots=True)
class Span:
    """UTC; None where it is open."""

    since: datetime | None = None
    until: datetime | None = None  # up to, and not with


def span_of(name: str, now: datetime, zone: tzinfo) -> Span:
    """By the clocks of `zone`: TODAY, NIGHT (the last one, or the one that it is), or WEEK (its last day is today)."""
    today = now.astimezone(zone).date()
    yesterday = today - DAY

    def at(day: date, clock: time) -> datetime:
        return datetime.combine(day, clock, zone).astimezone(UTC)

    if name == TODAY:
        return Span(at(today, time()))
    if name == NIGHT:
        return Span(at(yesterday, EVENING), at(today, MORNING))
    return Span(at(today - 6 * DAY, time())) if name == WEEK else Span()


def moment_in(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """`2026-05-02`, `2026-05-02T14:30` (by the clocks of `zone`), or with an offset. A day or a minute that ends
    something belongs to it. Raises ValueError."""
    read = datetime.fromisoformat(text.strip())
    if not FIRST_YEAR <= read.year <= LAST_YEAR:
        raise ValueError(text)
    if read.tzinfo is not None:
        return read.astimezone(UTC)
    if is_end and len(text.strip()) == len("2026-05-02"):
        read += DAY
    elif is_end and not read.second and not read.microsecond:
        read += timedelta(minutes=1)
    # Of an hour that comes twice, all of it.
    return read.replace(tzinfo=zone, fold=int(is_end)).astimezone(UTC)
