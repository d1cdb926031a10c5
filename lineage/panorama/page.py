"""Everything on the page, from its address."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property

from django.http import QueryDict
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lineage.graph.pictures import Look, Picture, picture_of_all
from lineage.heads import Head
from lineage.models import Due
from lineage.panorama.activity import Activity, Lane
from lineage.panorama.addresses import Addresses
from lineage.panorama.calendar import Calendar, calendar_of
from lineage.panorama.form import ActivityForm
from lineage.panorama.lanes import TRACK, Track, Work, tracks_of
from lineage.panorama.markup import days_markup, shape_markup, tracks_markup
from lineage.panorama.shown import Ruler, ShownLane, ShownMark, ShownTrack, ShownWork
from lineage.panorama.window import year_around
from lineage.sight import Sight
from lineage.slices import Slice, number_in, sliced
from notebooks.models import Notebook
from notebooks.models.space import Viewer

LANES = 20
WORKS = 30
JOURNEYS = 20


class Panorama:
    """What `asked`, the query of an address, wants to see. Each question goes to the database once."""

    def __init__(self, user: Viewer, asked: QueryDict) -> None:
        self.sight = Sight(user)
        self.asked = asked
        self.addresses = Addresses(asked)
        self.form = ActivityForm(asked)
        self.wish = self.form.wish()
        self.activity = Activity(self.sight, self.wish)
        self.window = self.activity.window
        self.people = self.activity.people()
        self.form.offer(self.sight.spaces, self.people)

    # ----- in numbers

    @cached_property
    def count(self) -> int:
        return sum(lane.count for lane in self._all_lanes)

    @property
    def stopped(self) -> int:
        return sum(lane.stopped for lane in self._all_lanes)

    @property
    def runbook_count(self) -> int:
        return len(self._all_lanes)

    @property
    def runbook(self) -> Head | None:
        """The one that all of it is about, where the address names one."""
        return self._heads.get(self.wish.runbook) if self.wish.runbook else None

    # ----- where else there is something

    @property
    def is_narrowed(self) -> bool:
        return any(self.asked.get(name) for name in self.form.fields)

    @property
    def all_runbooks_url(self) -> str:
        return self.addresses.narrowed(runbook=None)

    @property
    def unrun_url(self) -> str:
        """Offered where nothing was run, but something is there."""
        is_left_out = not self.wish.has_unrun and self.activity.has_unrun()
        return self.addresses.narrowed(unrun="on") if is_left_out else ""

    @property
    def is_behind(self) -> bool:
        """Whether something that this person may see waits to be read."""
        visible = Notebook.objects.visible_to(self.sight.user)
        return Due.objects.filter(notebook_id__in=visible.values("pk")).exists()

    # ----- what is shown

    @cached_property
    def calendar(self) -> Calendar:
        today = self.activity.today
        year = year_around(self.window, today, self.activity.last_worked)
        return calendar_of(self.activity.days(year), year, today, self.addresses)

    @property
    def days(self) -> SafeString:
        return days_markup(self.calendar.days)

    @property
    def ruler(self) -> Ruler:
        return Ruler.of(self.window)

    @property
    def legend(self) -> list[tuple[SafeString, str]]:
        """Shapes, and what they mean."""
        texts = {"ok": _("done"), "err": _("stopped at an error"), "part": _("not all of it was run")}
        if self.wish.has_unrun:
            texts["none"] = _("not run")
        return [(shape_markup(shape), text) for shape, text in texts.items()]

    @cached_property
    def lane_slice(self) -> Slice:
        return sliced(self.asked, "lanes", self.runbook_count, LANES, "#lanes")

    @property
    def lanes(self) -> list[ShownLane]:
        works: dict[int, list[Work]] = defaultdict(list)
        for work in self.activity.works_on([lane.head for lane in self._lanes]):
            works[work.head].append(work)
        return [
            self._lane(lane, self._heads[lane.head], works[lane.head])
            for lane in self._lanes
            if lane.head in self._heads
        ]

    @cached_property
    def work_slice(self) -> Slice:
        return sliced(self.asked, "page", self.count, WORKS, "#all")

    @property
    def works(self) -> list[ShownWork]:
        known = self._heads
        return [
            ShownWork(
                work, known[work.notebook].notebook, known[work.head], self.addresses.narrowed(who=work.who)
            )
            for work in self._works
            if {work.notebook, work.head} <= known.keys()
        ]

    @cached_property
    def picture(self) -> Picture | None:
        look = Look(
            opened=self.asked.get("open"),
            skip=number_in(self.asked, "skip", least=0),
            first=(number_in(self.asked, "journeys") - 1) * JOURNEYS,
            most=JOURNEYS,
        )
        active = [lane.head for lane in self._all_lanes]
        return picture_of_all(self.sight, self.wish.space, active, look, self.addresses.opening)

    @property
    def is_list_open(self) -> bool:
        return "journeys" in self.asked

    @property
    def journey_slice(self) -> Slice:
        return sliced(self.asked, "journeys", self.picture.count if self.picture else 0, JOURNEYS, "#graph")

    # ----- from the database

    @cached_property
    def _all_lanes(self) -> list[Lane]:
        return self.activity.lanes()

    @property
    def _lanes(self) -> list[Lane]:
        return self._all_lanes[self.lane_slice.first : self.lane_slice.last]

    @cached_property
    def _works(self) -> list[Work]:
        return self.activity.works(self.work_slice.first, self.work_slice.last)

    @cached_property
    def _heads(self) -> dict[int, Head]:
        """All that lanes and list name, in one go."""
        named = {lane.head for lane in self._lanes}
        for work in self._works:
            named |= {work.head, work.notebook}
        return self.sight.heads(named)

    def _lane(self, lane: Lane, head: Head, works: list[Work]) -> ShownLane:
        tracks = tracks_of(works, self.window, timezone.get_current_timezone())
        url = self.addresses.narrowed(runbook=lane.head)
        drawn = tracks_markup(self._track(track) for track in tracks)
        return ShownLane(head, lane.count, drawn, len(tracks) * TRACK, url)

    def _track(self, track: Track) -> ShownTrack:
        return ShownTrack(track, [ShownMark(mark, self.addresses) for mark in track.marks])
