"""A page of sittings, the newest first.

A sitting stands on the page that has the newest of its executions which are meant, and stands there whole: what of
it was not met on the way is read for it. So none is on two pages, and none is cut where a page ends. One that lasts
longer than anybody sits is shown as far as it was read, and says so.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Q

from execlogs.models import Execution
from execlogs.models.execution import ExecutionQuerySet
from execlogs.scanning import Scan, lines_of
from execlogs.sittings import PAUSE, Copy, Line, Place, Sitting, sittings_of
from execlogs.wishes import Reader, Wish, narrowed_after, of_meme, of_text

PAGE = 30  # sittings
LONGEST = timedelta(hours=12)  # that is read of a sitting before and after what was met of it
MOST_LINES = 6_000  # read to make the sittings of a page whole


@dataclass(frozen=True, slots=True)
class Met:
    """A sitting, and which of its executions are meant."""

    sitting: Sitting
    meant: frozenset[int]


@dataclass(frozen=True, slots=True)
class Page:
    sittings: Sequence[Met]
    older: Place | None  # where the next page begins; None on the last
    looked_back_to: (
        datetime | None
    )  # where the page ends since enough was looked at, and not since it is full


def page_of(reader: Reader, wish: Wish, below: Place | None = None) -> Page:
    """However many executions there are, a few queries: two for each portion, one or two to make sittings whole."""
    met, floor = _met(reader, wish, below)
    shown, rest = met[:PAGE], met[PAGE:]
    older = _just_above(rest[0].newest.place) if rest else Place(floor, 0) if floor else None
    return Page(_begun_here(shown, floor, below, reader, wish), older, None if rest else floor)


def sitting_around(execution: Execution) -> Sitting:
    """The whole sitting of an execution; whoever may read the one may read all of it."""
    line = next(lines_of(Execution.objects.filter(pk=execution.pk)))
    met = Sitting(line.copy, (line,))
    return _whole_of(met, _by_copy(lines_of(_around([met]))))


def _met(reader: Reader, wish: Wish, below: Place | None) -> tuple[list[Sitting], datetime | None]:
    """Of what is meant; and since when everything was looked at, None where that is all."""
    lines: list[Line] = []
    floor: datetime | None = None
    for portion in Scan(reader, wish).portions(below):
        lines += portion.lines
        floor = portion.floor
        if len(found := sittings_of(lines)) > PAGE:
            return found, floor
    if floor and wish.since and floor <= wish.since:
        floor = None
    return sittings_of(lines), floor


def _just_above(place: Place) -> Place:
    """A page holds what is below where it begins: so this one is on it."""
    return Place(place.at, place.pk + 1)


def _begun_here(
    shown: Sequence[Sitting], floor: datetime | None, below: Place | None, reader: Reader, wish: Wish
) -> list[Met]:
    """Whole, without those that have something that is meant on a page before."""
    edge = below.at if below else wish.until
    partly = {
        part.newest.pk: part
        for part in shown
        if wish.picks_cells or _is_at_floor(part, floor) or _is_at_edge(part, edge)
    }
    read = _by_copy(lines_of(_around(partly.values()))) if partly else {}
    meant = _meant(partly.values(), wish, reader) if partly and wish.picks_cells else None
    found: dict[Place, Met] = {}
    for part in shown:
        whole = _whole_of(part, read) if part.newest.pk in partly else part
        lines = [line for line in whole.lines if _is_meant(line, wish, meant)]
        if lines and not (below and lines[0].place >= below):
            # Two parts that were met are one where what lies between is not meant.
            found.setdefault(whole.newest.place, Met(whole, frozenset(line.pk for line in lines)))
    return list(found.values())


def _is_meant(line: Line, wish: Wish, meant: Collection[int] | None) -> bool:
    if (wish.until and line.at >= wish.until) or (wish.since and line.at < wish.since):
        return False
    return meant is None or line.pk in meant


def _is_at_floor(sitting: Sitting, floor: datetime | None) -> bool:
    # A cell that began long before may have ended here.
    return floor is not None and sitting.began_at - floor < LONGEST


def _is_at_edge(sitting: Sitting, edge: datetime | None) -> bool:
    return edge is not None and edge - sitting.ended_at < PAUSE


def _around(sittings: Iterable[Sitting]) -> ExecutionQuerySet:
    """All executions of these copies about that time, the newest first. Each copy lies in one space, which is
    read already: to ask for it again would lead the database to another index."""
    about = reduce(or_, (_about(each) for each in sittings))
    return Execution.objects.filter(about).order_by("-at", "-pk")[:MOST_LINES]


def _about(sitting: Sitting) -> Q:
    copy = sitting.copy
    when = Q(at__gte=sitting.began_at - LONGEST, at__lte=sitting.ended_at + LONGEST)
    if copy.notebook:
        return Q(notebook=copy.notebook) & when
    return Q(space=copy.space, who=copy.who, notebook=None, notebook_path=copy.path, host=copy.host) & when


def _by_copy(lines: Iterable[Line]) -> dict[Copy, list[Line]]:
    found: dict[Copy, list[Line]] = {}
    for line in lines:
        found.setdefault(line.copy, []).append(line)
    return found


def _meant(sittings: Iterable[Sitting], wish: Wish, reader: Reader) -> set[int]:
    around = Execution.objects.filter(reduce(or_, (_about(each) for each in sittings)))
    if wish.status:
        around = narrowed_after(around, status=wish.status)
    if wish.meme:
        around = around.filter(of_meme(wish.meme))
    return set(around.filter(*of_text(wish, reader.viewer)).values_list("pk", flat=True)[:MOST_LINES])


def _whole_of(sitting: Sitting, read: dict[Copy, list[Line]]) -> Sitting:
    mine = sitting.newest.pk
    stretches = sittings_of(read.get(sitting.copy, ()))
    whole = next((each for each in stretches if any(line.pk == mine for line in each.lines)), sitting)
    return replace(
        whole,
        goes_on_before=sitting.began_at - whole.began_at > LONGEST - PAUSE,
        goes_on_after=whole.newest.at - sitting.ended_at > LONGEST - PAUSE,
    )
