"""What a page about a runbook's content shows, worked out before the template. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from notebooks.outline import Entry, shortened
from notebooks.paging import Part
from notebooks.parsing.model import Status
from notebooks.showing import Showing, ShownCell
from notebooks.verdict import Brick, Verdict, condensed
from opsnotes.stretches import MOST_BRICKS, Stretch, stretches_of

# In a longer notebook the browser lays out what is in sight first.
LONG = 40
BESIDE_HEADING = 12  # bricks that an entry of the outline has room for


@dataclass(frozen=True, slots=True)
class PageCell:
    cell: ShownCell
    is_first_bearer: bool  # "#meme-<uuid>" leads to it
    step: int | None  # counted among the cells that can run
    has_title: bool  # begins with the heading that stands above the page already

    @property
    def short_meme(self) -> str:
        return str(self.cell.meme)[:8]


@dataclass(frozen=True, slots=True)
class OutlineLink:
    entry: Entry
    url: str  # from this page: the heading may be on another
    bricks: Sequence[Brick]


@dataclass(frozen=True, slots=True)
class Reading:
    part: Part
    cells: Sequence[PageCell]  # of the part; all else is about the whole notebook
    outline: Sequence[OutlineLink]
    is_outline_short: bool  # headings of other pages are left out
    verdict: Verdict
    bricks: Sequence[Brick]
    stretches: Sequence[Stretch]  # instead of the bricks, where there are other pages
    error_url: str  # where it stopped, or else first failed; '' where nothing failed
    ran: tuple[datetime, datetime] | None  # the first and the last time that its cells tell
    is_one_day: bool  # in the reader's time zone: then a cell's time goes without its date

    @classmethod
    def of(cls, title: str, showing: Showing) -> Reading:
        """`title` stands above on the page; '' where it does not."""
        part, verdict, ran = showing.part, showing.verdict, showing.ran
        entries = _outline(title, showing.outline)
        listed = shortened(entries, part)
        return cls(
            part=part,
            cells=list(page_cells(title, verdict, showing.cells, showing.borne_before)),
            outline=[_link(entry, part) for entry in listed],
            is_outline_short=len(listed) < len(entries),
            verdict=verdict,
            bricks=condensed(verdict.strip, MOST_BRICKS),
            stretches=stretches_of(verdict, part),
            error_url=_error_url(verdict, part),
            ran=ran,
            is_one_day=ran is not None and _day(ran[0]) == _day(ran[1]),
        )

    @property
    def is_long(self) -> bool:
        return len(self.cells) > LONG

    @property
    def told(self) -> Sequence[PageCell]:
        """The cells that show anything, for a report: without its code a cell may be nothing."""
        return [each for each in self.cells if each.cell.html.strip()]


def page_cells(
    title: str, verdict: Verdict, cells: Iterable[ShownCell], borne_before: Collection[UUID] = ()
) -> Iterator[PageCell]:
    steps = {brick.index: step for step, brick in enumerate(verdict.strip, start=1)}
    seen = set(borne_before)
    for cell in cells:
        has_title = cell.index == 0 and bool(cell.headings) and _is_title(cell.headings[0].text, title)
        yield PageCell(cell, cell.meme not in seen, steps.get(cell.index), has_title)
        seen.add(cell.meme)


def _outline(title: str, entries: Sequence[Entry]) -> list[Entry]:
    """Without the title, unless cells hang right below it; the outermost of the rest at the left edge."""
    is_repeated = bool(entries) and entries[0].index == 0 and _is_title(entries[0].text, title)
    rest = entries[1:] if is_repeated and not entries[0].bricks else entries
    edge = min((entry.depth for entry in rest), default=0)
    return [replace(entry, depth=entry.depth - edge) for entry in rest]


def _link(entry: Entry, part: Part) -> OutlineLink:
    return OutlineLink(entry, part.url_of(entry.element_id), condensed(entry.bricks, BESIDE_HEADING))


def _is_title(heading: str, title: str) -> bool:
    """Whether a first heading is what the notebook is called after; "About: <title>" is."""
    return bool(title) and heading.endswith(title)


def _error_url(verdict: Verdict, part: Part) -> str:
    first = next((brick.index for brick in verdict.strip if brick.status is Status.ERROR), None)
    index = first if verdict.stopped_at is None else verdict.stopped_at
    return "" if index is None else part.url_of(f"cell-{index}")


def _day(moment: datetime) -> object:
    return timezone.localtime(moment).date()
