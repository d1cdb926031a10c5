"""A runbook as a page shows it: its cells as HTML in their place, its outline, how far it ran.

A very long one is shown in parts: the cells of one page, the rest told of.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from notebooks.addresses import Addresses
from notebooks.anchors import Anchors
from notebooks.contents import Content, CurrentContent, OldContent, Span, content_of, headings_of
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.outline import Entry, outline_of
from notebooks.paging import CELLS, Part
from notebooks.parsing.model import CellType, Status
from notebooks.rendering import Heading, SafeHtml, outputs_in
from notebooks.verdict import Verdict, verdict_of

# Characters of cells on a page at first. Where there are more, the longest outputs are left to be asked for.
MOST_AT_FIRST = 600_000
LEAST_LEFT = 1_000  # the line that asks for an output has a length of its own

Anchored = Callable[[str], str | None]  # "anchor" as written -> where it is


@dataclass(frozen=True, slots=True)
class ShownCell:
    index: int
    cell_type: CellType
    meme: UUID
    branch: str
    assigned: bool
    html: SafeHtml
    headings: tuple[Heading, ...]
    source: str
    status: Status
    execution_count: int | None
    executed_at: datetime | None

    @property
    def full_meme(self) -> str:
        return str(Meme(self.meme, self.branch))


@dataclass(frozen=True, slots=True)
class Showing:
    """The cells of a part; all else is told of the whole notebook."""

    title: str
    part: Part
    cells: tuple[ShownCell, ...]
    borne_before: frozenset[UUID]  # MEMEs of these cells that an earlier part bears already
    outline: tuple[Entry, ...]
    verdict: Verdict
    ran: Span | None  # the first and the last time that its cells tell


@dataclass(frozen=True, slots=True)
class Manner:
    """How cells are shown."""

    has_source: bool = True  # a report leaves the code out
    is_whole: bool = False  # a copy to take away has its images and long outputs inside
    address: str = "./"  # where the notebook's other parts are shown, as seen from the page


def shown_cells(
    notebook: Notebook, user: Viewer, *, at: int = 0, has_source: bool = True, address: str = "./"
) -> Showing:
    """The current revision, on the page that has the cell `at`."""
    return _showing(CurrentContent(notebook), at, user, Manner(has_source, address=address))


def shown_revision(revision: Revision, user: Viewer, *, at: int = 0) -> Showing:
    """The same of an old revision."""
    return _showing(OldContent(revision), at, user, Manner())


def shown_part(notebook: Notebook, first: int, user: Viewer) -> tuple[ShownCell, ...]:
    """Only a part's cells, from `first` on."""
    content, part = CurrentContent(notebook), Part.beginning(first, notebook.cell_count)
    return tuple(_shown(content, content.rows(part), part, user, Manner(address=notebook.get_absolute_url())))


def whole_showing(content: Content) -> Showing:
    """What a copy to take away says before its cells, which whole_cells() gives."""
    return _told(content, Part.whole(content.total), (), frozenset())


def whole_cells(content: Content, user: Viewer) -> Iterator[ShownCell]:
    """Every cell with its images and whole outputs inside: one at a time, since they may be hundreds of megabytes."""
    whole = Part.whole(content.total)
    for first in range(0, content.total, CELLS):
        rows = content.rows(Part.beginning(first, content.total))
        yield from _shown(content, rows, whole, user, Manner(is_whole=True))


def shown_outputs(
    notebook: Notebook, index: int, user: Viewer, revision: Revision | None = None
) -> SafeHtml | None:
    """The outputs of one cell, of the current revision or an old one; None where there is no such cell."""
    content = content_of(notebook, revision)
    if index >= content.total:
        return None
    rows = content.rows(Part(index, index + 1, content.total))
    html = outputs_in(rows[0].fragment.html)
    anchored = _anchored(content, rows, Part.holding(index, content.total), Manner())
    fill = Addresses.of(notebook, [rows[0].fragment], user).filling(anchored)
    return fill(index, html)


def bearer_of(notebook: Notebook, meme: UUID, revision: Revision | None = None) -> int | None:
    """The index of the first cell that bears a MEME."""
    return content_of(notebook, revision).bearer_of(meme)


def _showing(content: Content, at: int, user: Viewer, manner: Manner) -> Showing:
    part = Part.holding(at, content.total)
    cells = tuple(_shown(content, content.rows(part), part, user, manner))
    borne_before = content.borne_before({cell.meme for cell in cells}, part.first)
    return _told(content, part, cells, borne_before)


def _told(
    content: Content, part: Part, cells: tuple[ShownCell, ...], borne_before: frozenset[UUID]
) -> Showing:
    statuses, headings = list(content.statuses()), content.headings()
    return Showing(
        title=content.title,
        part=part,
        cells=cells,
        borne_before=borne_before,
        outline=outline_of((index, headings.get(index, ()), status) for index, status in statuses),
        verdict=verdict_of(statuses),
        ran=content.ran(),
    )


def _shown(
    content: Content, rows: Sequence[Cell], part: Part, user: Viewer, manner: Manner
) -> Iterator[ShownCell]:
    """`rows` on a page that has `part`."""
    fill = Addresses.of(content.notebook, [row.fragment for row in rows], user).filling(
        _anchored(content, rows, part, manner), has_source=manner.has_source, is_whole=manner.is_whole
    )
    later = set() if manner.is_whole else _left_for_later(rows)
    for row in rows:
        asked_at = reverse("cell-outputs", args=[content.notebook.pk, row.index]) + content.query
        html = fill(row.index, row.fragment.html, asked_at if row.index in later else "")
        yield _cell(row, html)


def _anchored(content: Content, rows: Sequence[Cell], part: Part, manner: Manner) -> Anchored:
    """Where links within the notebook lead; on another page only to what its prose names."""
    here = Anchors.in_html((row.index, row.fragment.html) for row in rows)
    if len(rows) == content.total:
        return here.url
    anywhere = Anchors.in_html(content.prose())  # read only if there is such a link

    def url(written: str) -> str | None:
        found = anywhere.element_id(written) or here.element_id(written)
        return part.url_of(found, manner.address) if found else None

    return url


def _left_for_later(rows: Sequence[Cell]) -> set[int]:
    """The cells whose outputs are too long for the page that all of them make; errors go last of all."""
    over = sum(len(row.fragment.html) for row in rows) - MOST_AT_FIRST
    later: set[int] = set()
    if over <= 0:
        return later
    sizes = {row.index: len(outputs_in(row.fragment.html)) for row in rows}
    for row in sorted(rows, key=lambda each: (each.status == Status.ERROR, -sizes[each.index])):
        if over > 0 and sizes[row.index] > LEAST_LEFT:
            later.add(row.index)
            over -= sizes[row.index]
    return later


def _cell(row: Cell, html: SafeHtml) -> ShownCell:
    return ShownCell(
        index=row.index,
        cell_type=CellType(row.cell_type),
        meme=row.meme,
        branch=row.branch,
        assigned=row.assigned,
        html=html,
        headings=headings_of(row.fragment.headings),
        source=row.source,
        status=Status(row.status),
        execution_count=row.execution_count,
        executed_at=row.executed_at,
    )
