"""A runbook as a page shows it: its cells as HTML in their place, its outline, how far it ran."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.urls import reverse

from notebooks import blobs, storing
from notebooks.addresses import Addresses
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.memes import Meme
from notebooks.models import Cell, Fragment, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.outline import Entry, outline_of
from notebooks.parsing import ParsedCell, parse
from notebooks.parsing.model import CellType, Status
from notebooks.rendering import Heading, SafeHtml, outputs_in
from notebooks.verdict import Verdict, verdict_of

# Characters of cells on a page at first. Where there are more, the longest outputs are left to be asked for.
MOST_AT_FIRST = 600_000
LEAST_LEFT = 1_000  # the line that asks for an output has a length of its own


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


@dataclass(frozen=True, slots=True)
class Manner:
    """How cells are shown."""

    has_source: bool  # a report leaves the code out
    is_whole: bool  # a copy to take away has its images and long outputs inside
    is_limited: bool  # a page leaves the longest outputs of a very long notebook to be asked for


def shown_cells(
    notebook: Notebook,
    user: Viewer,
    *,
    has_source: bool = True,
    is_whole: bool = False,
    is_limited: bool = True,
) -> Showing:
    """The current revision."""
    # The outputs are in the fragments; as text they may be a megabyte each.
    rows = list(notebook.cells.select_related("fragment").defer("output"))
    fragments = [row.fragment for row in rows]
    manner = Manner(has_source, is_whole, is_limited)
    return _showing(rows, _filled(notebook, rows, fragments, user, manner), fragments)


def shown_revision(
    revision: Revision,
    user: Viewer,
    *,
    has_source: bool = True,
    is_whole: bool = False,
    is_limited: bool = True,
) -> Showing:
    """An old revision, read again from its bytes; what nobody rendered yet is kept for the next reader."""
    rows, fragments = _read_again(revision)
    manner = Manner(has_source, is_whole, is_limited)
    query = f"?revision={revision.number}"
    return _showing(rows, _filled(revision.notebook, rows, fragments, user, manner, query), fragments)


def shown_outputs(
    notebook: Notebook, index: int, user: Viewer, revision: Revision | None = None
) -> SafeHtml | None:
    """The outputs of one cell, of the current revision or an old one; None where there is no such cell."""
    fragments = (
        _read_again(revision)[1]
        if revision
        else [row.fragment for row in notebook.cells.select_related("fragment").defer("output", "source")]
    )
    if not 0 <= index < len(fragments):
        return None
    fill = Addresses.of(notebook, fragments, user).filling()
    return fill(index, outputs_in(fragments[index].html))


def _read_again(revision: Revision) -> tuple[list[Cell], list[Fragment]]:
    parsed = parse(blobs.get(revision.sha256))
    fragments = storing.Fragments.of(parsed)
    storing.keep_fragments(revision.notebook, fragments)
    kept = Fragment.objects.in_bulk(set(fragments.digests))
    identities = identities_of(revision)
    cells = [_unsaved(*pair) for pair in zip(parsed.cells, identities, strict=True)]
    return cells, [kept[digest] for digest in fragments.digests]


def _unsaved(cell: ParsedCell, identity: Identity) -> Cell:
    """A cell of an old revision in the form of a current one."""
    return Cell(
        index=cell.index,
        cell_type=cell.cell_type,
        meme=identity.uuid,
        branch=identity.branch,
        assigned=identity.assigned,
        source=cell.source,
        status=cell.status,
        execution_count=cell.execution_count,
        executed_at=cell.executed_at,
    )


def _filled(
    notebook: Notebook,
    rows: Sequence[Cell],
    fragments: Sequence[Fragment],
    user: Viewer,
    manner: Manner,
    query: str = "",
) -> list[SafeHtml]:
    fill = Addresses.of(notebook, fragments, user).filling(
        has_source=manner.has_source, is_whole=manner.is_whole
    )
    is_limited = manner.is_limited and not manner.is_whole
    later = _left_for_later(rows, [fragment.html for fragment in fragments]) if is_limited else set()
    return [
        fill(
            index,
            fragment.html,
            reverse("cell-outputs", args=[notebook.pk, index]) + query if index in later else "",
        )
        for index, fragment in enumerate(fragments)
    ]


def _left_for_later(rows: Sequence[Cell], htmls: Sequence[str]) -> set[int]:
    """The cells whose outputs are too long for the page that all of them make; errors go last of all."""
    over = sum(map(len, htmls)) - MOST_AT_FIRST
    later: set[int] = set()
    if over <= 0:
        return later
    sizes = [len(outputs_in(html)) for html in htmls]
    for index in sorted(range(len(rows)), key=lambda each: (rows[each].status == Status.ERROR, -sizes[each])):
        if over > 0 and sizes[index] > LEAST_LEFT:
            later.add(index)
            over -= sizes[index]
    return later


def _showing(rows: Sequence[Cell], htmls: Sequence[SafeHtml], fragments: Sequence[Fragment]) -> Showing:
    cells = tuple(
        _shown(row, html, _headings(fragment.headings))
        for row, html, fragment in zip(rows, htmls, fragments, strict=True)
    )
    return Showing(
        cells=cells,
        outline=outline_of((cell.index, cell.headings, cell.status) for cell in cells),
        verdict=verdict_of((cell.index, cell.status) for cell in cells),
    )


def _shown(row: Cell, html: SafeHtml, headings: tuple[Heading, ...]) -> ShownCell:
    return ShownCell(
        index=row.index,
        cell_type=CellType(row.cell_type),
        meme=row.meme,
        branch=row.branch,
        assigned=row.assigned,
        html=html,
        headings=headings,
        source=row.source,
        status=Status(row.status),
        execution_count=row.execution_count,
        executed_at=row.executed_at,
    )


def _headings(stored: Iterable[tuple[int, str, str]]) -> tuple[Heading, ...]:
    return tuple(Heading(level, text, anchor) for level, text, anchor in stored)
