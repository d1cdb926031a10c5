"""What a page about a runbook's content shows, worked out before the template. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.utils import timezone

from notebooks.outline import Entry
from notebooks.parsing.model import Status
from notebooks.showing import Showing, ShownCell
from notebooks.verdict import Verdict

# In a longer notebook the browser lays out what is in sight first.
LONG = 40


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
class Reading:
    cells: Sequence[PageCell]
    outline: Sequence[Entry]
    verdict: Verdict
    first_error: int | None  # index of a cell
    ran: tuple[datetime, datetime] | None  # the first and the last time that its cells tell
    is_one_day: bool  # in the reader's time zone: then a cell's time goes without its date

    @classmethod
    def of(cls, title: str, showing: Showing) -> Reading:
        """`title` stands above on the page; '' where it does not."""
        ran = _span(showing.cells)
        return cls(
            cells=list(_page_cells(title, showing)),
            outline=_outline(title, showing.outline),
            verdict=showing.verdict,
            first_error=next((b.index for b in showing.verdict.strip if b.status is Status.ERROR), None),
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


def _page_cells(title: str, showing: Showing) -> Iterator[PageCell]:
    steps = {brick.index: step for step, brick in enumerate(showing.verdict.strip, start=1)}
    seen = set()
    for cell in showing.cells:
        has_title = cell.index == 0 and bool(cell.headings) and _is_title(cell.headings[0].text, title)
        yield PageCell(cell, cell.meme not in seen, steps.get(cell.index), has_title)
        seen.add(cell.meme)


def _outline(title: str, entries: Sequence[Entry]) -> list[Entry]:
    """Without the title, unless cells hang right below it; the outermost of the rest at the left edge."""
    is_repeated = bool(entries) and entries[0].index == 0 and _is_title(entries[0].text, title)
    rest = entries[1:] if is_repeated and not entries[0].bricks else entries
    edge = min((entry.depth for entry in rest), default=0)
    return [replace(entry, depth=entry.depth - edge) for entry in rest]


def _is_title(heading: str, title: str) -> bool:
    """Whether a first heading is what the notebook is called after; "About: <title>" is."""
    return bool(title) and heading.endswith(title)


def _span(cells: Sequence[ShownCell]) -> tuple[datetime, datetime] | None:
    times = [cell.executed_at for cell in cells if cell.executed_at is not None]
    return (min(times), max(times)) if times else None


def _day(moment: datetime) -> object:
    return timezone.localtime(moment).date()
