"""What the index holds of a notebook: one document for itself, one for each of its cells.

Made from rows read in bulk, some hundred notebooks at a time: a constant number of queries for each five thousand
cells, whatever their length.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID

from haystack.constants import DJANGO_CT, ID

from notebooks.models import Asset, Cell, Fragment, Notebook
from notebooks.parsing.model import CellType, Status
from notebooks.portions import portions
from search.analysis import normalise, parts
from search.entities import Kind, entities_of
from search.equals import fold_of, precedence_of
from search.naming import CELL, NOTEBOOK, Name
from search.standing import standings_of
from search.tagging import tags_of
from stickies.digests import digest_of
from stickies.references import folded

Document = dict[str, Any]
Heading = tuple[int, str]  # level, text

# Within one time, a notebook's cells are ordered as they stand in it: so many places has a second.
A_MOMENT = 10_000
# Of hosts and the like, for a notebook as a whole.
MOST_NAMES = 1000
ENTITIES = {Kind.HOST: "hosts", Kind.COMMAND: "commands", Kind.SERVICE: "services", Kind.PACKAGE: "packages"}


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
    kernel: str
    tags: list[str]
    created_at: datetime

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
    is_assigned: bool  # it carries no MEME


_NOTEBOOK_COLUMNS = (
    "pk", "space_id", "path", "title", "owner", "language", "meme", "branch",
    "revision__saved_at", "revision__ingested_at", "updated_at", "kernel", "tags", "created_at",
)  # fmt: skip
_CELL_COLUMNS = (
    "notebook_id", "index", "cell_type", "meme", "branch", "source", "output",
    "error_name", "error_message", "status", "fragment_id", "assigned",
)  # fmt: skip


def documents_of(notebooks: Collection[int]) -> Iterator[Document]:
    """All documents of those among `notebooks` that are there and not deleted."""
    rows = Notebook.objects.alive().filter(pk__in=notebooks).values_list(*_NOTEBOOK_COLUMNS)
    cells = _cells_of(notebooks)
    shown = _shown_of(cell for of_one in cells.values() for cell in of_one)
    standings = standings_of(notebooks)
    for row in rows:
        notebook = _Notebook(*row)
        shared = _shared(notebook, standings.get(notebook.pk, ()))
        yield from _documents(notebook, shared, cells.get(notebook.pk, []), shown)


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


class _Shown(NamedTuple):
    """What a cell's fragment tells of it."""

    headings: Sequence[Heading]
    has_image: bool


_NOTHING_SHOWN = _Shown((), has_image=False)


def _shown_of(cells: Iterable[_Cell]) -> dict[str, _Shown]:
    found: dict[str, _Shown] = {}
    for some in portions({cell.fragment for cell in cells}, 5000):
        telling = Fragment.objects.filter(pk__in=some).exclude(headings=[], assets=[])
        rows = list(telling.values_list("pk", "headings", "assets"))
        images = _images_among({sha256 for _, _, assets in rows for sha256 in assets})
        found |= {
            digest: _Shown([(level, text) for level, text, _ in headings], not images.isdisjoint(assets))
            for digest, headings, assets in rows
        }
    return found


def _images_among(assets: Collection[str]) -> set[str]:
    images = Asset.objects.filter(media_type__startswith="image/")
    return {
        pk
        for some in portions(assets, 5000)
        for pk in images.filter(pk__in=some).values_list("pk", flat=True)
    }


def folders_above(path: str) -> list[str]:
    """The outermost first: "a", "a/b" of "a/b/c.ipynb"."""
    return [path[:end] for end, character in enumerate(path) if character == "/" and end]


def _documents(
    notebook: _Notebook, shared: Document, cells: Sequence[_Cell], shown: Mapping[str, _Shown]
) -> Iterator[Document]:
    chain: list[Heading] = []
    every: list[str] = []
    tags = {folded(tag) for tag in notebook.tags}
    has: set[str] = set()
    named: dict[str, dict[str, None]] = {each: {} for each in ENTITIES.values()}
    for cell in cells:
        of_cell = shown.get(cell.fragment, _NOTHING_SHOWN)
        for heading in of_cell.headings:
            chain = [*(above for above in chain if above[0] < heading[0]), heading]
            every.append(heading[1])
        document = _cell_document(cell, shared, chain, of_cell) | _named_in(cell, notebook.language)
        document["precedence"] = precedence_of(notebook.changed_at, has_succeeded=cell.status == Status.OK)
        document["context"] = "\n".join([document["context"], normalise(notebook.owner)])
        tags.update(document["tags"])
        has.update(document["has"])
        for field, names in named.items():
            names.update(dict.fromkeys(document[field]))
        yield document
    of_all = {field: list(names)[:MOST_NAMES] for field, names in named.items()}
    ended = {cell.status for cell in cells}
    succeeded = Status.OK in ended and Status.ERROR not in ended
    yield {
        **_notebook_document(notebook, shared, every),
        **of_all,
        "tags": sorted(tags),
        "has": sorted(has),
        "precedence": precedence_of(notebook.changed_at, has_succeeded=succeeded),
    }


def _shared(notebook: _Notebook, standing: Collection[str]) -> Document:
    changed_at = notebook.changed_at
    return {
        "notebook": notebook.pk,
        "space": notebook.space,
        "owner": notebook.owner,
        "owners": normalise(notebook.owner),
        "language": notebook.language,
        "languages": normalise(notebook.language),
        "kernels": normalise(notebook.kernel),
        "folders": folders_above(notebook.path),
        "titled": normalise(notebook.title),
        "placed": normalise(notebook.path),
        "standing": sorted(standing),
        "year": changed_at.year,
        "updated": changed_at,
        "created": notebook.created_at.astimezone(UTC),
        "recency": int(changed_at.timestamp()) * A_MOMENT + A_MOMENT - 1,
    }


def _cell_document(cell: _Cell, shared: Document, chain: Sequence[Heading], shown: _Shown) -> Document:
    error = f"{cell.error_name} {cell.error_message}".strip()
    return {
        **shared,
        ID: f"{CELL}.{cell.notebook}-{cell.place}",
        DJANGO_CT: CELL,
        "kind": cell.kind,
        "meme": str(cell.meme),
        "fold": _fold(cell),
        "full_meme": f"{cell.meme}-{cell.branch}" if cell.branch else str(cell.meme),
        "wording": digest_of(cell.source) if cell.is_assigned and cell.source.strip() else "",
        "status": cell.status,
        "recency": shared["recency"] - min(cell.place + 1, A_MOMENT - 1),
        "source": normalise(cell.source),
        "output": normalise(cell.output),
        "error": normalise(error),
        "headings": normalise("\n".join(text for _, text in shown.headings)),
        "context": "\n".join(normalise(text) for _, text in chain),
        "tags": tags_of(cell.source) if cell.kind == CellType.MARKDOWN else [],
        "has": [name for name, is_there in _had(cell, shown) if is_there],
        "parts": " ".join(parts(cell.source) | parts(cell.output) | parts(error)),
    }


def _fold(cell: _Cell) -> int | None:
    """Whose copy it is: of what carries no MEME, that of the same text."""
    return fold_of(cell.kind, cell.source.strip()) if cell.is_assigned else fold_of("cell", str(cell.meme))


def _named_in(cell: _Cell, language: str) -> Document:
    """Prose runs nothing: of it only hosts are taken, as of an output."""
    is_code = cell.kind == CellType.CODE
    found = entities_of(cell.source, cell.output, language) if is_code else entities_of("", cell.source, "")
    return {field: [normalise(name) for name in found.of(kind)] for kind, field in ENTITIES.items()}


def _had(cell: _Cell, shown: _Shown) -> tuple[tuple[str, bool], ...]:
    return (
        ("error", cell.status == Status.ERROR),
        ("image", shown.has_image),
        ("output", bool(cell.output)),
    )


def _notebook_document(notebook: _Notebook, shared: Document, headings: Sequence[str]) -> Document:
    meme = str(notebook.meme) if notebook.meme else ""
    return {
        **shared,
        ID: str(Name(notebook.pk)),
        DJANGO_CT: NOTEBOOK,
        "kind": "notebook",
        "meme": meme,
        "fold": fold_of("notebook", meme),
        "full_meme": f"{meme}-{notebook.branch}" if meme and notebook.branch else meme,
        "title": normalise(notebook.title),
        "headings": normalise("\n".join(headings)),
        "place": normalise(f"{notebook.path}\n{notebook.owner}"),
        "parts": " ".join(parts(f"{notebook.title}\n{notebook.path}\n{notebook.owner}")),
    }
