"""A runbook as a page shows it: its cells as HTML in their place, its outline, how far it ran."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from notebooks import blobs, storing
from notebooks.addresses import Addresses
from notebooks.ingest import identities_of
from notebooks.memes import Meme
from notebooks.models import Cell, Fragment, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.outline import Entry, outline_of
from notebooks.parsing import ParsedCell, parse
from notebooks.parsing.model import CellType, Status
from notebooks.rendering import Heading, SafeHtml
from notebooks.verdict import Verdict, verdict_of

Filling = Callable[[int, str], SafeHtml]  # (index, fragment's html) -> the HTML in its place


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
    cells: tuple[ShownCell, ...]
    outline: tuple[Entry, ...]
    verdict: Verdict


def shown_cells(
    notebook: Notebook, user: Viewer, *, has_source: bool = True, is_whole: bool = False
) -> Showing:
    """The current revision. A report leaves the code out; a whole one has its images and long outputs inside."""
    rows = list(notebook.cells.select_related("fragment"))
    addresses = Addresses.of(notebook, [row.fragment for row in rows], user)
    fill = addresses.filling(has_source=has_source, is_whole=is_whole)
    return _showing([_shown_row(row, fill) for row in rows])


def shown_revision(
    revision: Revision, user: Viewer, *, has_source: bool = True, is_whole: bool = False
) -> Showing:
    """An old revision, read again from its bytes; what nobody rendered yet is kept for the next reader."""
    parsed = parse(blobs.get(revision.sha256))
    fragments = storing.Fragments.of(parsed)
    storing.keep_fragments(revision.notebook, fragments)
    by_digest = Fragment.objects.in_bulk(set(fragments.digests))
    rows = [by_digest[digest] for digest in fragments.digests]
    addresses = Addresses.of(revision.notebook, rows, user)
    fill = addresses.filling(has_source=has_source, is_whole=is_whole)
    return _showing(
        [
            _shown_parsed(cell, identity.meme, fragment, fill, assigned=identity.assigned)
            for cell, identity, fragment in zip(parsed.cells, identities_of(revision), rows, strict=True)
        ]
    )


def _showing(cells: Sequence[ShownCell]) -> Showing:
    return Showing(
        cells=tuple(cells),
        outline=outline_of((cell.index, cell.headings, cell.status) for cell in cells),
        verdict=verdict_of((cell.index, cell.status) for cell in cells),
    )


def _shown_row(row: Cell, fill: Filling) -> ShownCell:
    return ShownCell(
        index=row.index,
        cell_type=CellType(row.cell_type),
        meme=row.meme,
        branch=row.branch,
        assigned=row.assigned,
        html=fill(row.index, row.fragment.html),
        headings=_headings(row.fragment.headings),
        source=row.source,
        status=Status(row.status),
        execution_count=row.execution_count,
        executed_at=row.executed_at,
    )


def _shown_parsed(
    cell: ParsedCell, meme: Meme, fragment: Fragment, fill: Filling, *, assigned: bool
) -> ShownCell:
    return ShownCell(
        index=cell.index,
        cell_type=cell.cell_type,
        meme=meme.uuid,
        branch=meme.branch,
        assigned=assigned,
        html=fill(cell.index, fragment.html),
        headings=_headings(fragment.headings),
        source=cell.source,
        status=cell.status,
        execution_count=cell.execution_count,
        executed_at=cell.executed_at,
    )


def _headings(stored: Iterable[tuple[int, str, str]]) -> tuple[Heading, ...]:
    return tuple(Heading(level, text, anchor) for level, text, anchor in stored)
