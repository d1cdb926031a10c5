"""Work as it is shown: in a lane, or in a line of the list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import ngettext

from lineage.endings import SHAPES, ending_of, told
from lineage.graph.fitting import fitted
from lineage.heads import Head
from lineage.panorama.addresses import Addresses
from lineage.panorama.lanes import MOST_TRACKS, NAMES, TRACK, WIDTH, Mark, Track, Work, ticks_of
from lineage.panorama.window import Window
from notebooks.models import Notebook

NAME = 12  # size of type


@dataclass(frozen=True, slots=True)
class Ruler:
    """The line of time above the lanes, and what of it goes down through them."""

    names: Sequence[tuple[int, str]]  # how far right, and what stands there
    grid: str  # a path
    width: int = WIDTH

    @classmethod
    def of(cls, window: Window) -> Ruler:
        ticks = ticks_of(window)
        has_months = len(ticks) < window.length
        names = [(tick.x, _name_of(tick.day, has_months=has_months)) for tick in ticks if tick.has_name]
        return cls(names, "".join(f"M{tick.x} 0v{TRACK * MOST_TRACKS}" for tick in ticks))


def _name_of(day: date, *, has_months: bool) -> str:
    if not has_months:
        return f"{day:%m-%d}"
    return str(day.year) if day.month == 1 else date_format(day, "M")


@dataclass(frozen=True, slots=True)
class ShownMark:
    mark: Mark
    addresses: Addresses

    @property
    def count(self) -> int:
        return len(self.mark.works)

    @property
    def label(self) -> str:
        return told(self.mark)

    @property
    def shape(self) -> str:
        return SHAPES[self.mark.ending]

    @property
    def url(self) -> str:
        """To the notebook; of several to the list of them."""
        latest, first = self.mark.works[0], self.mark.works[-1]
        if self.count == 1:
            return reverse("runbook-short", args=[latest.notebook])
        window = Window(timezone.localdate(first.at), timezone.localdate(latest.at))
        people = {work.who for work in self.mark.works}
        who = latest.who if len(people) == 1 else None
        return f"{self.addresses.of(window, runbook=latest.head, who=who)}#all"


@dataclass(frozen=True, slots=True)
class ShownTrack:
    track: Track
    marks: Sequence[ShownMark]

    @property
    def name(self) -> str:
        """As far as there is room."""
        if len(self.track.who) > 1:
            text = ngettext("%(count)d more", "%(count)d more", len(self.track.who))
            return text % {"count": len(self.track.who)}
        return fitted(self.track.who[0] or "?", NAMES - 8, NAME)

    @property
    def name_y(self) -> int:
        return self.track.y + 4

    @property
    def whole_name(self) -> str:
        return ", ".join(self.track.who)


@dataclass(frozen=True, slots=True)
class ShownLane:
    head: Head
    count: int
    drawn: SafeString  # its tracks
    height: int
    url: str  # its work alone


@dataclass(frozen=True, slots=True)
class ShownWork:
    work: Work
    notebook: Notebook
    head: Head
    who_url: str

    @property
    def is_run(self) -> bool:
        return self.notebook.pk != self.head.notebook.pk

    @property
    def ending(self) -> str:
        return ending_of(self.work)

    @property
    def shape(self) -> str:
        return SHAPES[self.work.ending]
