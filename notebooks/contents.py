"""The cells of a notebook, of its current revision or an old one, as much of them as is asked for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from typing import Any, Protocol
from uuid import UUID

from django.db.models import Max, Min, QuerySet

from notebooks import blobs, storing
from notebooks.describing import title_of
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.models import Cell, Fragment, Notebook, Revision
from notebooks.paging import CELLS, Part
from notebooks.parsing import ParsedCell, parse
from notebooks.parsing.model import CellType, Status
from notebooks.rendering import Heading, fragment_digest
from notebooks.rendering.marks import ID_PREFIX

AT_ONCE = 900  # parameters that any database takes in a query
Span = tuple[datetime, datetime]


class Content(Protocol):
    """What a page reads of a notebook. Only rows() and prose() bring any HTML."""

    notebook: Notebook
    query: str  # what names the revision in addresses; '' for the current one

    @property
    def title(self) -> str: ...

    @property
    def total(self) -> int: ...

    def rows(self, part: Part) -> Sequence[Cell]:
        """With their fragments."""
        ...

    def statuses(self) -> Iterable[tuple[int, Status]]:
        """Of every cell, by index, in order."""
        ...

    def headings(self) -> Mapping[int, tuple[Heading, ...]]:
        """By index, of the cells that have any."""
        ...

    def prose(self) -> Iterable[tuple[int, str]]:
        """Index and HTML of the Markdown cells that name places to lead to, in order."""
        ...

    def ran(self) -> Span | None:
        """The first and the last time that its cells tell."""
        ...

    def borne_before(self, memes: Collection[UUID], index: int) -> frozenset[UUID]:
        """Which of `memes` a cell before `index` bears already."""
        ...

    def bearer_of(self, meme: UUID) -> int | None:
        """The index of the first cell that bears it."""
        ...

    def assets(self) -> set[str]:
        """The sha256 of all images and long outputs of its cells."""
        ...


def content_of(notebook: Notebook, revision: Revision | None = None) -> Content:
    """Of the revision, or of the current one."""
    if revision is None or revision.pk == notebook.revision_id:
        return CurrentContent(notebook)
    return OldContent(revision)


class CurrentContent:
    query = ""

    def __init__(self, notebook: Notebook) -> None:
        self.notebook = notebook

    @property
    def title(self) -> str:
        return self.notebook.title

    @property
    def total(self) -> int:
        return self.notebook.cell_count

    @property
    def _cells(self) -> QuerySet[Cell]:
        return self.notebook.cells.order_by("index")

    @property
    def _prose(self) -> QuerySet[Cell]:
        return self._cells.filter(cell_type=CellType.MARKDOWN)

    def rows(self, part: Part) -> list[Cell]:
        # The outputs are in the fragments; as text they may be a megabyte each.
        found = self._cells.select_related("fragment").defer("output")
        return list(found.filter(index__gte=part.first, index__lt=part.stop))

    def statuses(self) -> Iterator[tuple[int, Status]]:
        return ((index, Status(status)) for index, status in self._cells.values_list("index", "status"))

    def headings(self) -> dict[int, tuple[Heading, ...]]:
        rows = self._prose.values_list("index", "fragment__headings")
        return {index: headings_of(stored) for index, stored in rows if stored}

    def prose(self) -> Iterator[tuple[int, str]]:
        naming = self._prose.filter(fragment__html__contains=f' id="{ID_PREFIX}')
        return naming.values_list("index", "fragment__html").iterator()

    def ran(self) -> Span | None:
        found = self.notebook.cells.aggregate(first=Min("executed_at"), last=Max("executed_at"))
        return (found["first"], found["last"]) if found["first"] else None

    def borne_before(self, memes: Collection[UUID], index: int) -> frozenset[UUID]:
        if not index:
            return frozenset()
        earlier = self.notebook.cells.filter(index__lt=index, meme__in=memes)
        return frozenset(earlier.order_by().values_list("meme", flat=True))

    def assets(self) -> set[str]:
        found = self._cells.exclude(fragment__assets=[]).values_list("fragment__assets", flat=True)
        return {sha256 for digests in found for sha256 in digests}

    def bearer_of(self, meme: UUID) -> int | None:
        return self._cells.filter(meme=meme).values_list("index", flat=True).first()


class OldContent:
    """Read again from its bytes; what nobody rendered yet is kept for the next reader."""

    def __init__(self, revision: Revision) -> None:
        self.notebook = revision.notebook
        self.query = f"?revision={revision.number}"
        self._revision = revision
        self._parsed = parse(blobs.get(revision.sha256))

    @property
    def title(self) -> str:
        return title_of(self._parsed, self.notebook.path)

    @property
    def total(self) -> int:
        return len(self._parsed.cells)

    @cached_property
    def _identities(self) -> tuple[Identity, ...]:
        return identities_of(self._revision)

    @cached_property
    def _prose(self) -> tuple[ParsedCell, ...]:
        return tuple(cell for cell in self._parsed.cells if cell.cell_type is CellType.MARKDOWN)

    def rows(self, part: Part) -> list[Cell]:
        cells = self._parsed.cells[part.first : part.stop]
        identities = self._identities[part.first : part.stop]
        fragments = self._fragments(cells)
        return [
            _unsaved(cell, identity, fragment)
            for cell, identity, fragment in zip(cells, identities, fragments, strict=True)
        ]

    def statuses(self) -> Iterator[tuple[int, Status]]:
        return ((cell.index, cell.status) for cell in self._parsed.cells)

    def headings(self) -> dict[int, tuple[Heading, ...]]:
        kept = self._of_prose("headings")
        return {
            index: headings_of(stored) for index, digest in self._prose_digests if (stored := kept[digest])
        }

    def prose(self) -> Iterator[tuple[int, str]]:
        kept = self._of_prose("html")
        return ((index, kept[digest]) for index, digest in self._prose_digests)

    def ran(self) -> Span | None:
        times = [cell.executed_at for cell in self._parsed.cells if cell.executed_at is not None]
        return (min(times), max(times)) if times else None

    def borne_before(self, memes: Collection[UUID], index: int) -> frozenset[UUID]:
        return frozenset(memes) & {identity.uuid for identity in self._identities[:index]}

    def bearer_of(self, meme: UUID) -> int | None:
        return next((index for index, each in enumerate(self._identities) if each.uuid == meme), None)

    def assets(self) -> set[str]:
        parts = (self._parsed.cells[first : first + CELLS] for first in range(0, self.total, CELLS))
        return {sha256 for cells in parts for each in self._fragments(cells) for sha256 in each.assets}

    def _fragments(self, cells: Sequence[ParsedCell]) -> list[Fragment]:
        """Of these cells, in order."""
        return storing.with_fragments(lambda: self._look(cells))

    def _look(self, cells: Sequence[ParsedCell]) -> list[Fragment]:
        fragments = storing.Fragments.of(replace(self._parsed, cells=tuple(cells)))
        storing.keep_fragments(self.notebook, fragments)
        kept = Fragment.objects.in_bulk(set(fragments.digests))
        if kept.keys() < set(fragments.digests):
            raise storing.FragmentsGone
        return [kept[digest] for digest in fragments.digests]

    @cached_property
    def _prose_digests(self) -> list[tuple[int, str]]:
        language = self._parsed.language
        return [(cell.index, fragment_digest(cell, language)) for cell in self._prose]

    def _of_prose(self, field: str) -> dict[str, Any]:
        """A field of the fragments of all Markdown cells, by digest."""
        digests = {digest for _, digest in self._prose_digests}
        kept = _kept(digests, field)
        if missing := digests - kept.keys():
            pairs = zip(self._prose, self._prose_digests, strict=True)
            self._fragments([cell for cell, (_, digest) in pairs if digest in missing])
            kept |= _kept(missing, field)
        return kept


def _kept(digests: Collection[str], field: str) -> dict[str, Any]:
    found: dict[str, Any] = {}
    waiting = list(digests)
    for start in range(0, len(waiting), AT_ONCE):
        rows = Fragment.objects.filter(pk__in=waiting[start : start + AT_ONCE])
        found.update(rows.values_list("pk", field))
    return found


def headings_of(stored: Iterable[tuple[int, str, str]]) -> tuple[Heading, ...]:
    """As a fragment keeps them."""
    return tuple(Heading(level, text, anchor) for level, text, anchor in stored)


def _unsaved(cell: ParsedCell, identity: Identity, fragment: Fragment) -> Cell:
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
        fragment=fragment,
    )
