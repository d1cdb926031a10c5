"""The runs of a template as its page lists them, as far as a reader may see them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.db.models import Count, F, Min, Q, QuerySet
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lineage.endings import SHAPES
from lineage.models import Deviation, RunOf
from lineage.runs.beside import StepChoice, steps_of
from lineage.runs.differing import Words
from lineage.runs.timeline import Point, Timeline, timeline_of
from lineage.runs.track import Track
from lineage.sight import Sight
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from notebooks.verdict import Ending

PAGE = 50
MOST_NUMBERED = 16  # steps
MOST_PEOPLE = 200  # in the choice of who

# What "differs" asks for. A note filled in is no edit of the procedure, a step never reached was not passed over.
DIFFERS: dict[str, Q] = {
    "edited": Q(edited__gt=F("prose_edited")),
    "values": Q(values_changed__gt=0),
    "added": Q(added__gt=0),
    "removed": Q(removed__gt=0),
    "skipped": Q(skipped__gt=F("not_reached")),
    "repeated": Q(repeated__gt=0),
    "disordered": Q(disordered__gt=0),
    "moved": Q(moved__gt=0),
}
_AS_WRITTEN = Q(
    edited=F("prose_edited"), added=0, removed=0, skipped=F("not_reached"), repeated=0, disordered=0, moved=0
)
ENDINGS = [
    (Ending.DONE, _("done")),
    (Ending.STOPPED, _("stopped at an error")),
    (Ending.OPEN, _("not to the end")),
    (Ending.NEVER, _("not run")),
]
_SORTS = {
    "when": ("notebook__trace__worked_at", "notebook"),
    "who": ("notebook__trace__who", "-notebook__trace__worked_at", "notebook"),
    "ended": ("notebook__trace__ending", "-notebook__trace__worked_at", "notebook"),
}


class _AnyChoice(forms.ChoiceField):
    """Of whom there are no runs, nothing is found."""

    def valid_value(self, value: Any) -> bool:
        return True


class RunsQuery(forms.Form):
    """What of the runs is asked for; what cannot be meant is passed over."""

    who = _AnyChoice(label=_("Who"), required=False)
    ended = forms.ChoiceField(label=_("Ended"), required=False, choices=[("", _("in any way")), *ENDINGS])
    differs = forms.ChoiceField(
        label=_("Differs"),
        required=False,
        choices=[
            ("", _("in anything or nothing")),
            *Deviation.Kind.choices,
            ("nothing", _("in no step: as written")),
        ],
    )
    since = forms.DateField(
        label=_("Since"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, asked: Any, people: Sequence[str]) -> None:
        super().__init__(asked)
        choices = [(name, name or _("unknown")) for name in people if name]
        self.fields["who"].choices = [("", _("anybody")), *choices]  # type: ignore[attr-defined]
        self.is_valid()

    @property
    def is_asked(self) -> bool:
        return any(self.cleaned_data.values())

    def narrowed(self, runs: QuerySet[RunOf]) -> QuerySet[RunOf]:
        asked = self.cleaned_data
        if asked.get("who"):
            runs = runs.filter(notebook__trace__who=asked["who"])
        if asked.get("ended"):
            runs = runs.filter(notebook__trace__ending__in=_ending(asked["ended"]))
        if asked.get("differs"):
            runs = runs.filter(DIFFERS.get(asked["differs"], _AS_WRITTEN))
        if asked.get("since"):
            day = asked["since"]
            midnight = datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())
            runs = runs.filter(notebook__trace__worked_at__gte=midnight)
        return runs


def _ending(asked: str) -> list[str]:
    return [Ending.NEVER, Ending.NOTHING] if asked == Ending.NEVER else [asked]


@dataclass(frozen=True, slots=True)
class Row:
    run: RunOf
    url: str
    day: str
    track: Track
    shape: str  # of how it ended, as the status has it
    ended: str
    lasted: timedelta | None
    counted: SafeString  # what it did otherwise
    listed: SafeString

    @classmethod
    def of(cls, run: RunOf, deviations: Sequence[Deviation], words: Words) -> Row:
        trace = run.notebook.trace
        return cls(
            run=run,
            url=run.notebook.get_absolute_url(),
            day=f"{timezone.localtime(trace.worked_at):%Y-%m-%d}",
            track=Track.of(run.steps),
            shape=SHAPES[Ending(trace.ending)],
            ended=words.ended(run, trace),
            lasted=trace.worked_until - trace.worked_at if trace.worked_until else None,
            counted=words.counted(run),
            listed=words.listed(run, deviations),
        )


@dataclass(frozen=True, slots=True)
class Summary:
    runs: int
    people: int
    since: datetime
    done: int
    last_clean: RunOf | None  # reached the end, with nothing failed or repeated


class RunList:
    """All queries are made for the page as a whole: their number does not depend on how many runs there are."""

    def __init__(self, template: Notebook, user: Viewer, asked: Any) -> None:
        self.template = template
        self.runs = Sight(user).runs.filter(template=template, notebook__trace__isnull=False)
        self.asked = asked
        self.query = RunsQuery(asked, self.people)

    @cached_property
    def people(self) -> list[str]:
        names = self.runs.values_list("notebook__trace__who", flat=True)
        return list(names.distinct().order_by("notebook__trace__who")[:MOST_PEOPLE])

    @cached_property
    def summary(self) -> Summary | None:
        counted = self.runs.aggregate(
            runs=Count("pk"),
            people=Count("notebook__trace__who", distinct=True, filter=~Q(notebook__trace__who="")),
            since=Min("notebook__trace__worked_at"),
            done=Count("pk", filter=Q(notebook__trace__ending=Ending.DONE)),
        )
        if not counted["runs"]:
            return None
        clean = self.runs.filter(notebook__trace__ending=Ending.DONE, notebook__trace__failed=0, repeated=0)
        last = clean.select_related("notebook__trace").defer("steps")
        return Summary(**counted, last_clean=last.order_by("-notebook__trace__worked_at").first())

    @cached_property
    def sort(self) -> str:
        asked = self.asked.get("sort", "")
        return asked if asked.removeprefix("-") in _SORTS else "-when"

    @cached_property
    def timeline(self) -> Timeline | None:
        """Of the runs that were asked for."""
        told = self.query.narrowed(self.runs).values_list(
            "notebook__trace__worked_at", "notebook__trace__ending"
        )
        points = [Point(at, SHAPES[Ending(ending)]) for at, ending in told]
        return timeline_of(points, timezone.get_current_timezone())

    @property
    def found(self) -> QuerySet[RunOf]:
        """Those that were asked for, in order, with what a line about them shows."""
        rows = self.query.narrowed(self.runs).select_related("notebook__trace", "notebook__space", "revision")
        rows = rows.select_related("template_revision").defer("revision__memes", "template_revision__memes")
        column, *further = _SORTS[self.sort.removeprefix("-")]
        return rows.order_by(f"-{column}" if self.sort.startswith("-") else column, *further)

    @cached_property
    def page(self) -> Page[RunOf]:
        return Paginator(self.found, PAGE).get_page(self.asked.get("page"))

    @cached_property
    def rows(self) -> list[Row]:
        runs = list(self.page)
        deviations: dict[int, list[Deviation]] = {run.pk: [] for run in runs}
        for each in Deviation.objects.filter(run__in=runs).order_by("index", "template_index", "pk"):
            deviations[each.run_id].append(each)
        words = Words()
        return [Row.of(run, deviations[run.pk], words) for run in runs]

    @cached_property
    def steps(self) -> list[StepChoice]:
        return steps_of(
            self.template.cells.order_by("index").only("notebook", "index", "meme", "source", "status")
        )

    @cached_property
    def step_numbers(self) -> range | None:
        """To stand above the tracks, where all have the same few steps."""
        lengths = {len(row.track.bricks) for row in self.rows}
        if len(lengths) != 1 or max(lengths) > MOST_NUMBERED:
            return None
        return range(1, max(lengths) + 1)
