"""Who worked which runbook through, when, and how it ended, as far as a reader may see it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db.models import Count, Max, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from lineage.models import Trace
from lineage.panorama.lanes import Work
from lineage.panorama.window import Window, latest_year
from lineage.sight import Sight
from notebooks.verdict import Ending

NOT_WORK = (Ending.NEVER, Ending.NOTHING)  # only saved
MOST_MARKS = 4_000  # of the lanes of one page, the newest
MOST_PEOPLE = 200  # to choose from

_STOPPED = Count("pk", filter=Q(ending=Ending.STOPPED))
_NEWEST = ("-worked_at", "-pk")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a reader wants to see; '' and None narrow nothing."""

    space: str = ""  # its slug
    who: str = ""
    since: date | None = None
    until: date | None = None
    has_unrun: bool = False  # also what was only saved
    runbook: int | None = None  # its work and that of its runs


@dataclass(frozen=True, slots=True)
class Day:
    count: int
    stopped: int  # of those, at an error


@dataclass(frozen=True, slots=True)
class Lane:
    """A runbook and the work on it."""

    head: int
    count: int
    stopped: int  # of those, at an error
    last_at: datetime


class Activity:
    """The work that `wish` means. Days are those of the current time zone."""

    def __init__(self, sight: Sight, wish: Wish) -> None:
        self.sight = sight
        self.wish = wish
        self.today = timezone.localdate()
        self.last_worked = self._last_worked()
        self.window = self._window()

    def days(self, window: Window) -> dict[date, Day]:
        """Those on which anything was done."""
        day = TruncDate("worked_at", tzinfo=timezone.get_current_timezone())
        rows = self._within(window).values(day=day).annotate(count=Count("pk"), stopped=_STOPPED)
        return {row["day"]: Day(row["count"], row["stopped"]) for row in rows}

    def lanes(self) -> list[Lane]:
        """The runbook that was worked on last comes first."""
        rows = self._within(self.window).values(head=self.sight.head_of("notebook"))
        counted = rows.annotate(count=Count("pk"), stopped=_STOPPED, last=Max("worked_at"))
        return [
            Lane(row["head"], row["count"], row["stopped"], row["last"])
            for row in counted.order_by("-last", "head")
        ]

    def works_on(self, heads: Collection[int]) -> list[Work]:
        """The newest first."""
        of_heads = Q(notebook__in=heads) | Q(notebook__run_of__template__in=heads)
        found = self._works(self._within(self.window).filter(of_heads), 0, MOST_MARKS)
        return [work for work in found if work.head in heads]

    def works(self, first: int, last: int) -> list[Work]:
        """A slice of all of it, the newest first."""
        return self._works(self._within(self.window), first, last)

    def people(self) -> list[tuple[str, int]]:
        """Everybody who worked in the window, whoever is asked for: who did most comes first."""
        rows = self._worked_where().filter(_in(self.window)).exclude(who="")
        counted = rows.values("who").annotate(count=Count("pk")).order_by("-count", "who")
        return list(counted.values_list("who", "count")[:MOST_PEOPLE])

    def has_unrun(self) -> bool:
        """Whether there is anything that was only saved."""
        return self.sight.traces.filter(ending__in=NOT_WORK).exists()

    def _last_worked(self) -> date | None:
        """Not after today, unless there is nothing else: a folder may bear the date of what is planned."""
        latest = self._asked().order_by("-worked_at").values_list("worked_at", flat=True)
        tomorrow = _start(self.today + timedelta(days=1))
        found = latest.filter(worked_at__lt=tomorrow).first() or latest.first()
        return timezone.localdate(found) if found else None

    def _window(self) -> Window:
        usual = latest_year(self.today, self.last_worked)
        since, until = self.wish.since, self.wish.until
        if since is None and until is None:
            return usual
        if until is None:
            until = max(usual.until, since or usual.until)
        if since is None:
            since = min(usual.since, until)
        return Window(*sorted((since, until)))

    def _within(self, window: Window) -> QuerySet[Trace]:
        return self._asked().filter(_in(window))

    def _asked(self) -> QuerySet[Trace]:
        works = self._worked_where()
        if self.wish.who:
            works = works.filter(who=self.wish.who)
        if self.wish.runbook:
            head = self.sight.head_of("notebook")
            works = works.annotate(head=head).filter(head=self.wish.runbook)
        return works

    def _worked_where(self) -> QuerySet[Trace]:
        works = self.sight.traces
        if not self.wish.has_unrun:
            works = works.exclude(ending__in=NOT_WORK)
        return works.filter(notebook__space__slug=self.wish.space) if self.wish.space else works

    def _works(self, traces: QuerySet[Trace], first: int, last: int) -> list[Work]:
        rows = list(traces.order_by(*_NEWEST)[first:last])
        templates = self.sight.templates([trace.pk for trace in rows])
        return [_work(trace, templates.get(trace.pk, trace.pk)) for trace in rows]


def _work(trace: Trace, head: int) -> Work:
    return Work(
        head=head,
        notebook=trace.pk,
        who=trace.who,
        at=trace.worked_at,
        ending=Ending(trace.ending),
        stopped_step=trace.stopped_step,
        ran=trace.ran,
        steps=trace.steps,
    )


def _in(window: Window) -> Q:
    return Q(worked_at__gte=_start(window.since), worked_at__lt=_start(window.until + timedelta(days=1)))


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), timezone.get_current_timezone()).astimezone(UTC)
