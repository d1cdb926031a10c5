"""Which days a picture of work is about. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Window:
    """From one day to another, both within it."""

    since: date
    until: date

    def __contains__(self, other: Window) -> bool:
        return self.since <= other.since and other.until <= self.until

    @property
    def length(self) -> int:
        return (self.until - self.since).days + 1

    @property
    def days(self) -> Iterator[date]:
        return (self.since + DAY * number for number in range(self.length))

    def last(self, days: int) -> Window:
        """No more than so many of its days."""
        return Window(max(self.since, self.until - DAY * (days - 1)), self.until)

    @property
    def before(self) -> Window:
        """As long, ending where this one begins."""
        return Window(self.since - DAY * self.length, self.since - DAY)

    @property
    def after(self) -> Window:
        return Window(self.until + DAY, self.until + DAY * self.length)


def year_until(day: date) -> Window:
    """Twelve months, ending with `day`."""
    last_february = day.month == 2 and day.day == 29
    return Window((day - DAY if last_february else day).replace(year=day.year - 1) + DAY, day)


def latest_year(today: date, last_worked: date | None) -> Window:
    """The twelve months until today, if anybody worked in them; else those until somebody did."""
    year = year_until(today)
    if last_worked is None or last_worked >= year.since:
        return year
    return year_until(last_worked)


def year_around(chosen: Window, today: date, last_worked: date | None) -> Window:
    """The twelve months that a calendar shows of `chosen`: those that it would show anyway, where they hold it."""
    for year in (latest_year(today, last_worked), year_until(today)):
        if chosen in year:
            return year
    whole = Window(chosen.since, chosen.since + DAY * 364)
    return whole if chosen in whole else year_until(chosen.until)


def month_of(day: date) -> Window:
    first = day.replace(day=1)
    return Window(first, (first + DAY * 31).replace(day=1) - DAY)
