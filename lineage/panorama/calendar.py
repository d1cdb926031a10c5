"""Twelve months of days, each leading to its work, and the same as a list of months."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.panorama.activity import Day
from lineage.panorama.addresses import Addresses
from lineage.panorama.heat import HeatMap, Square, heat_map
from lineage.panorama.window import Window, month_of


@dataclass(frozen=True, slots=True)
class ShownDay:
    square: Square
    stopped: int
    url: str

    @property
    def label(self) -> str:
        count = self.square.count
        text = ngettext("%(day)s: %(count)d piece of work", "%(day)s: %(count)d pieces of work", count)
        told = text % {"day": self.square.day, "count": count}
        return f"{told}, {_('%(count)d stopped') % {'count': self.stopped}}" if self.stopped else told


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    count: int
    days: int  # with work
    stopped: int
    url: str


@dataclass(frozen=True, slots=True)
class Calendar:
    year: Window
    heat: HeatMap
    days: tuple[ShownDay, ...]
    months: tuple[Month, ...]  # the latest first, without those in which nothing was done
    earlier_url: str
    later_url: str


def calendar_of(days: Mapping[date, Day], year: Window, today: date, addresses: Addresses) -> Calendar:
    heat = heat_map({day: each.count for day, each in days.items()}, year)
    return Calendar(
        year=year,
        heat=heat,
        days=tuple(
            ShownDay(square, days[square.day].stopped, addresses.of(Window(square.day, square.day)))
            for square in heat.squares
        ),
        months=_months(days, addresses),
        earlier_url=addresses.of(year.before),
        later_url=addresses.of(year.after) if year.until < today else "",
    )


def _months(days: Mapping[date, Day], addresses: Addresses) -> tuple[Month, ...]:
    found: dict[Window, list[Day]] = defaultdict(list)
    for day in sorted(days, reverse=True):
        found[month_of(day)].append(days[day])
    return tuple(
        Month(
            first=month.since,
            count=sum(day.count for day in worked),
            days=len(worked),
            stopped=sum(day.stopped for day in worked),
            url=addresses.of(month),
        )
        for month, worked in found.items()
    )
