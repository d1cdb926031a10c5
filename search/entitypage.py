"""The page of a host, a command, a service or a package: all runbooks and executions that name it, newest first."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils import timezone
from haystack.query import SQ

from execlogs.lists import Step
from execlogs.parsing.text import plain
from notebooks.models.space import Viewer
from search.analysis import normalise
from search.asking import NAMED
from search.entities import Kind
from search.entities.ansible import Outcome, told_in
from search.hits import Hit
from search.loghits import LogHit
from search.showing import made_of
from search.sight import NEWEST, Answer, Sight

PAGE_SIZE = 50
LAST_PAGE = 1000
BESIDE = 12  # of a kind

FIELDS = {kind: NAMED[str(kind)] for kind in Kind}


@dataclass(frozen=True, slots=True)
class Event:
    """A runbook that names it, or an execution in which it was named."""

    hit: Hit | LogHit
    outcome: Outcome | None  # what ansible said of this host

    @property
    def step(self) -> Step | None:
        return Step(self.hit.execution) if isinstance(self.hit, LogHit) else None


@dataclass(frozen=True, slots=True)
class Day:
    date: date
    events: Sequence[Event]


@dataclass(frozen=True, slots=True)
class EntityPage:
    kind: Kind
    name: str
    runbooks: int
    executions: int
    days: Sequence[Day]
    beside: Mapping[Kind, Sequence[str]]  # what else is named in the same cells and logs, most often first
    number: int
    has_more: bool

    @property
    def query(self) -> str:
        """As it is searched for."""
        return f'{self.kind}:"{self.name}"'

    @property
    def is_empty(self) -> bool:
        return not (self.runbooks or self.executions)


def entity_page(kind: Kind, name: str, viewer: Viewer, number: int) -> EntityPage:
    """Raises haystack.exceptions.SearchBackendError."""
    name, sight = normalise(name), Sight(viewer)
    named = SQ(**{f"{FIELDS[kind]}__exact": name})
    offset = (number - 1) * PAGE_SIZE
    shown = sight.ask(
        named & SQ(kind__in=["notebook", "log"]),
        order=NEWEST,
        facets=["kind"],
        offset=offset,
        size=PAGE_SIZE,
    )
    around = sight.ask(named & SQ(kind__in=["code", "log"]), facets=list(FIELDS.values()))
    counts = dict(shown.counted.get("kind", ()))
    return EntityPage(
        kind=kind,
        name=name,
        runbooks=counts.get("notebook", 0),
        executions=counts.get("log", 0),
        days=list(_days(_events(sight, shown, kind, name))),
        beside=_beside(around, kind, name),
        number=number,
        has_more=shown.count > offset + PAGE_SIZE,
    )


def _events(sight: Sight, shown: Answer, kind: Kind, name: str) -> list[Event]:
    hits = made_of(shown.results, (), sight.spaces)
    return [Event(hit, _outcome(hit, kind, name)) for hit in hits if isinstance(hit, Hit | LogHit)]


def _outcome(hit: Hit | LogHit, kind: Kind, name: str) -> Outcome | None:
    if kind is not Kind.HOST or not isinstance(hit, LogHit):
        return None
    told = told_in(plain(hit.execution.transcript.output))
    return next((each.outcome for each in told if normalise(each.host) == name), None)


def _days(events: Sequence[Event]) -> Iterator[Day]:
    for day, of_day in groupby(events, key=lambda event: _date(event.hit.updated_at)):
        yield Day(day, list(of_day))


def _date(moment: datetime) -> date:
    return timezone.localtime(moment).date()


def _beside(around: Answer, kind: Kind, name: str) -> Mapping[Kind, Sequence[str]]:
    found = {
        each: [value for value, _ in around.counted.get(field, ()) if (each, value) != (kind, name)][:BESIDE]
        for each, field in FIELDS.items()
    }
    return {each: names for each, names in found.items() if names}
