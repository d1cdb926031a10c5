"""A calendar of days, a column a week, as it is drawn. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from lineage.panorama.window import Window

PITCH = 16  # from one day to the next
LEFT = 34  # for the names of days
TOP = 20  # for the names of months
# More work is a darker square, and a greater one: it can be told without its colour.
SIZES = (6, 9, 11, 13)


@dataclass(frozen=True, slots=True)
class Square:
    day: date
    count: int
    level: int  # 1 to 4
    x: int
    y: int
    size: int


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a month, or a day of the week, is named."""

    day: date
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class HeatMap:
    width: int
    height: int
    squares: tuple[Square, ...]  # days with work, in order
    dots: str  # a path: all the other days
    months: tuple[Mark, ...]
    weekdays: tuple[Mark, ...]


def heat_map(counts: Mapping[date, int], window: Window) -> HeatMap:
    """Days outside the window are not drawn, whatever they count."""
    first = _monday(window.since)
    most = max((counts.get(day, 0) for day in window.days), default=0)
    squares, dots = [], []
    for day in window.days:
        x, y = _middle(day, first)
        if count := counts.get(day, 0):
            level = _level(count, most)
            size = SIZES[level - 1]
            squares.append(Square(day, count, level, x - size // 2, y - size // 2, size))
        else:
            dots.append(f"M{x - 1} {y - 1}h2v2h-2z")
    weeks = (_monday(window.until) - first).days // 7 + 1
    return HeatMap(
        width=LEFT + weeks * PITCH + 2,
        height=TOP + 7 * PITCH,
        squares=tuple(squares),
        dots="".join(dots),
        months=_months(window, first),
        weekdays=tuple(_weekday(first + timedelta(days=each)) for each in (0, 2, 4)),
    )


def _level(count: int, most: int) -> int:
    """By quarters of the day with the most; where that is little, by number."""
    return max(1, -(-4 * count // max(most, 4)))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _middle(day: date, first: date) -> tuple[int, int]:
    week = (day - first).days // 7
    return LEFT + week * PITCH + PITCH // 2, TOP + day.weekday() * PITCH + PITCH // 2


def _months(window: Window, first: date) -> tuple[Mark, ...]:
    """Each above the week that has its first day."""
    starts = [day for day in window.days if day.day == 1]
    return tuple(Mark(day, _middle(day, first)[0] - PITCH // 2, TOP - 7) for day in starts)


def _weekday(day: date) -> Mark:
    return Mark(day, 0, TOP + day.weekday() * PITCH + PITCH - 4)
