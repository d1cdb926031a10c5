"""Runs along the time, drawn as dots that stand on each other where they are close."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from django.utils.html import format_html_join
from django.utils.safestring import SafeString

WIDTH = 960  # of the drawing; it shrinks with the page
SIDE = 12  # left and right of the first and the last
COLUMN = 12  # a dot's place
MOST_HIGH = 8  # dots on each other; where there are more, one stands for several
FOOT = 20  # for the dates below
MOST_TICKS = 10
# Round, lozenge, ring and square: a state is never told by its colour alone.
_OUTLINES = {
    "ok": "m-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0z",
    "err": "m0 -5l5 5l-5 5l-5 -5z",
    "none": "m-3.5 0a3.5 3.5 0 1 0 7 0a3.5 3.5 0 1 0 -7 0z",
    "part": "m-3.5 -3.5h7v7h-7z",
}
SHAPES = ("err", "part", "none", "ok")  # from the bottom up


@dataclass(frozen=True, slots=True)
class Point:
    at: datetime
    shape: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: int
    y: int
    shape: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: int
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    dots: tuple[Dot, ...]
    ticks: tuple[Tick, ...]
    height: int
    stands_for: int  # so many runs a dot

    @property
    def width(self) -> int:
        return WIDTH

    @property
    def base(self) -> int:
        return self.height - FOOT

    @property
    def drawn(self) -> SafeString:
        return format_html_join(
            "",
            '<path class="{}" d="M{} {}{}"/>',
            ((dot.shape, dot.x, dot.y, _OUTLINES[dot.shape]) for dot in self.dots),
        )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: float
    last: float

    def column(self, time: float) -> int:
        share = (min(max(time, self.first), self.last) - self.first) / (self.last - self.first)
        return round(share * ((WIDTH - 2 * SIDE) // COLUMN - 1))

    @staticmethod
    def x(column: int) -> int:
        return SIDE + column * COLUMN + COLUMN // 2


def timeline_of(points: Sequence[Point], zone: tzinfo) -> Timeline | None:
    """None where there is no time between the runs to be shown."""
    times = [point.at.timestamp() for point in points]
    if len(points) < 2 or max(times) == min(times):
        return None
    scale = _Scale(min(times), max(times))
    columns: defaultdict[int, list[str]] = defaultdict(list)
    for point, time in zip(points, times, strict=True):
        columns[scale.column(time)].append(point.shape)
    highest = max(map(len, columns.values()))
    stands_for = -(-highest // MOST_HIGH)
    height = COLUMN * min(highest, MOST_HIGH) + COLUMN // 2 + FOOT
    dots = [dot for number, shapes in columns.items() for dot in _stack(number, shapes, stands_for, height)]
    return Timeline(tuple(dots), tuple(_ticks(scale, zone)), height, stands_for)


def _stack(column: int, shapes: Sequence[str], stands_for: int, height: int) -> Iterator[Dot]:
    ordered = sorted(shapes, key=SHAPES.index)[::stands_for]
    for level, shape in enumerate(ordered):
        yield Dot(_Scale.x(column), height - FOOT - COLUMN // 2 - level * COLUMN, shape)


def _ticks(scale: _Scale, zone: tzinfo) -> Iterator[Tick]:
    """Beginnings of weeks, months, quarters or years: as fine as there is room. Else the two ends."""
    first, last = (datetime.fromtimestamp(time, zone).date() for time in (scale.first, scale.last))
    days = [date.fromordinal(day) for day in range(first.toordinal() + 1, last.toordinal() + 1)]
    months = [day for day in days if day.day == 1]
    steps = (
        [day for day in days if day.weekday() == 0],
        months,
        [day for day in months if day.month in {1, 4, 7, 10}],
        [day for day in months if day.month == 1],
    )
    marked = next(
        (some for some in steps if len(some) <= MOST_TICKS), steps[-1][:: len(steps[-1]) // MOST_TICKS + 1]
    )
    for day in marked or [first, last]:
        moment = datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
        yield Tick(_Scale.x(scale.column(moment)), day.isoformat())
