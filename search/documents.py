"""What the index holds of a notebook: one document for itself, one for each of its cells.

Made from rows read in bulk, some hundred notebooks at a time: four queries, whatever their length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from haystack.constants import DJANGO_CT, ID

from notebooks.models import Cell, Fragment, Notebook
from notebooks.parsing.model import CellType
from notebooks.portions import portions
from search.analysis import normalise, parts
from search.naming import CELL, NOTEBOOK, Name

Document = dict[str, Any]
Heading = tuple[int, str]  # level, text

# Within one time, a notebook's cells are ordered as they stand in it: so many places has a second.
A_MOMENT = 10_000


class _Notebook(NamedTuple):
    pk: int
    space: int
    path: str
    title: str
    owner: str
    language: str
    meme: UUID | None
    branch: str
    saved_at: datetime | None
    ingested_at: datetime | None
    updated_at: datetime

    @property
    def changed_at(self) -> datetime:
        return (self.saved_at or self.ingested_at or self.updated_at).astimezone(UTC)


class _Cell(NamedTuple):
    notebook: int
    place: int  # its index
    kind: str
    meme: UUID
    branch: str
    source: str
    output: str
    error_name: str
    error_message: str
    status: str
    fragment: str


_NOTEBOOK_COLUMNS = (
    "pk", "space_id", "path", "title", "owner", "language", "meme", "branch",
    "revision__saved_at", "revision__ingested_at", "updated_at",
)  # fmt: skip
_CELL_COLUMNS = (
    "notebook_id", "index", "cell_type", "meme", "branch", "source", "output",
    "error_name", "error_message", "status", "fragment_id",
)  # fmt: skip


def documents_of(notebooks: Collection[int]) -> Iterator[Document]:
    """All documents of those among `notebooks` that are there and not deleted."""
    rows = Notebook.objects.alive().filter(pk__in=notebooks).values_list(*_NOTEBOOK_COLUMNS)
    cells = _cells_of(notebooks)
    headings = _headings_of(cell for of_one in cells.values() for cell in of_one)
    for row in rows:
        notebook = _Notebook(*row)
        yield from _documents(notebook, cells.get(notebook.pk, []), headings)


def _cells_of(notebooks: Collection[int]) -> dict[int, list[_Cell]]:
    cells = defaultdict(list)
    rows = (
        Cell.objects.filter(notebook__in=notebooks)
        .order_by("notebook_id", "index")
        .values_list(*_CELL_COLUMNS)
    )
    for row in rows.iterator(chunk_size=2000):
        cells[row[0]].append(_Cell(*row))
    return cells


def _headings_of(cells: Iterable[_Cell]) -> dict[str, list[Heading]]:
    digests = {cell.fragment for cell in cells if cell.kind == CellType.MARKDOWN}
    found: dict[str, list[Heading]] = {}
    for some in portions(digests, 5000):
        rows = Fragment.objects.filter(pk__in=some).values_list("pk", "headings")
        found |= {
            digest: [(level, text) for level, text, _ in headings] for digest, headings in rows if headings
        }
    return found


def _documents(
    notebook: _Notebook, cells: Sequence[_Cell], headings: dict[str, list[Heading]]
) -> Iterator[Document]:
    shared = _shared(notebook)
    place = normalise(f"{notebook.title}\n{notebook.path}\n{notebook.owner}")
    chain: list[Heading] = []
    every: list[str] = []
    for cell in cells:
        own = headings.get(cell.fragment, ())
        for heading in own:
            chain = [*(above for above in chain if above[0] < heading[0]), heading]
            every.append(heading[1])
        yield _cell_document(cell, shared, place, chain, own)
    yield _notebook_document(notebook, shared, every)


def _shared(notebook: _Notebook) -> Document:
    changed_at = notebook.changed_at
    return {
        "notebook": notebook.pk,
        "space": notebook.space,
        "owner": notebook.owner,
        "language": notebook.language,
        "year": changed_at.year,
        "updated": changed_at,
        "recency": int(changed_at.timestamp()) * A_MOMENT + A_MOMENT - 1,
    }


def _cell_document(
    cell: _Cell, shared: Document, place: str, chain: Sequence[Heading], own: Sequence[Heading]
) -> Document:
    error = f"{cell.error_name} {cell.error_message}".strip()
    return {
        **shared,
        ID: f"{CELL}.{cell.notebook}-{cell.place}",
        DJANGO_CT: CELL,
        "kind": cell.kind,
        "meme": str(cell.meme),
        "full_meme": f"{cell.meme}-{cell.branch}" if cell.branch else str(cell.meme),
        "status": cell.status,
        "recency": shared["recency"] - min(cell.place + 1, A_MOMENT - 1),
        "source": normalise(cell.source),
        "output": normalise(cell.output),
        "error": normalise(error),
        "headings": normalise("\n".join(text for _, text in own)),
        "context": "\n".join([place, *(normalise(text) for _, text in chain)]),
        "parts": " ".join(parts(cell.source) | parts(cell.output) | parts(error)),
    }


def _notebook_document(notebook: _Notebook, shared: Document, headings: Sequence[str]) -> Document:
    meme = str(notebook.meme) if notebook.meme else ""
    return {
        **shared,
        ID: str(Name(notebook.pk)),
        DJANGO_CT: NOTEBOOK,
        "kind": "notebook",
        "meme": meme,
        "full_meme": f"{meme}-{notebook.branch}" if meme and notebook.branch else meme,
        "title": normalise(notebook.title),
        "headings": normalise("\n".join(headings)),
        "place": normalise(f"{notebook.path}\n{notebook.owner}"),
        "parts": " ".join(parts(f"{notebook.title}\n{notebook.path}\n{notebook.owner}")),
    }
