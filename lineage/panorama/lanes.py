"""A runbook's work along a line of time, a track for each person, as it is drawn. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from lineage.panorama.window import Window
from notebooks.verdict import Ending

NAMES = 92  # where the people stand, left of the line
WIDTH = 860
STEP = 15  # what lies within it is one mark
TRACK = 22  # the height of a person's
MOST_TRACKS = 5  # of more people, those who did least share the last
# Of several works in one mark the worst is told.
_WORST = (Ending.STOPPED, Ending.OPEN, Ending.DONE, Ending.NEVER, Ending.NOTHING)


@dataclass(frozen=True, slots=True)
class Work:
    """One notebook that somebody worked through."""

    head: int  # the runbook that it belongs to
    notebook: int
    who: str
    at: datetime
    ending: Ending
    stopped_step: int | None
    ran: int
    steps: int


@dataclass(frozen=True, slots=True)
class Mark:
    x: int
    ending: Ending  # the worst of them
    works: tuple[Work, ...]  # the newest first


@dataclass(frozen=True, slots=True)
class Track:
    who: tuple[str, ...]  # several share the last one
    y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """Where a month begins, or a day in a short window."""

    day: date
    x: int
    has_name: bool


def tracks_of(works: Iterable[Work], window: Window, zone: tzinfo) -> list[Track]:
    """Of one runbook; who did most comes first. `works` are the newest first."""
    by_person: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        by_person[work.who].append(work)
    place = _scale(window, zone)
    return [
        Track(people, number * TRACK + TRACK // 2, tuple(_marks(own, place)))
        for number, (people, own) in enumerate(_shared(by_person))
    ]


def ticks_of(window: Window) -> list[Tick]:
    """Months where there are any, else days; only so many are named that the names do not touch."""
    starts = [day for day in window.days if day.day == 1]
    days = starts if len(starts) > 1 else list(window.days)
    nameless = -(-len(days) * 52 // (WIDTH - NAMES))
    return [Tick(day, _at(_share(day, window)), number % nameless == 0) for number, day in enumerate(days)]


def _shared(by_person: Mapping[str, Sequence[Work]]) -> list[tuple[tuple[str, ...], list[Work]]]:
    ranked = sorted(by_person.items(), key=lambda item: (-len(item[1]), item[0]))
    room = MOST_TRACKS if len(ranked) <= MOST_TRACKS else MOST_TRACKS - 1
    tracks: list[tuple[tuple[str, ...], list[Work]]]
    tracks = [((who,), list(works)) for who, works in ranked[:room]]
    if rest := ranked[room:]:
        together = sorted(
            (work for _, works in rest for work in works), key=lambda work: work.at, reverse=True
        )
        tracks.append((tuple(who for who, _ in rest), together))
    return tracks


def _marks(works: Sequence[Work], place: Callable[[datetime], int]) -> list[Mark]:
    """From the left; each stands in the middle of the step that its works lie in, so that none touch."""
    near: dict[int, list[Work]] = defaultdict(list)
    for work in works:
        near[place(work.at) // STEP].append(work)
    return [
        Mark(NAMES + step * STEP + STEP // 2, _worst(together), tuple(together))
        for step, together in sorted(near.items())
    ]


def _worst(works: Sequence[Work]) -> Ending:
    found = Counter(work.ending for work in works)
    return next(ending for ending in _WORST if found[ending])


def _scale(window: Window, zone: tzinfo) -> Callable[[datetime], int]:
    """How far right of the names a moment lies."""
    begin = datetime.combine(window.since, time(), zone)
    length = datetime.combine(window.until, time(), zone) + timedelta(days=1) - begin
    room = WIDTH - NAMES - STEP

    def place(moment: datetime) -> int:
        return min(room, max(0, int((moment - begin) / length * room)))

    return place


def _share(day: date, window: Window) -> float:
    return (day - window.since).days / window.length


def _at(share: float) -> int:
    return NAMES + int(share * (WIDTH - NAMES - STEP))
