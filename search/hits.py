"""A page of hits from rows that the person may see: the index only says which to look at."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer
from notebooks.parsing.model import CellType
from search.marking import Wanted, pieces, spans
from search.naming import Name
from search.snippets import Pieces, Snippet, snippet

Heading = tuple[int, str]  # index of its cell, text


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str  # notebook, code, markdown, raw
    notebook: Notebook
    score: float
    title: Pieces
    section: Pieces  # the heading that a cell stands under
    snippet: Snippet
    why: tuple[str, ...]  # where the words stand: title, heading, path, code, text, error, output, meme
    updated_at: datetime
    cell: Cell | None = None

    @property
    def url(self) -> str:
        address = self.notebook.get_absolute_url()
        return address if self.cell is None else f"{address}#cell-{self.cell.index}"

    @property
    def title_text(self) -> str:
        title = "".join(text for text, _ in self.title)
        section = "".join(text for text, _ in self.section)
        return f"{title} › {section}" if section else title

    @property
    def meme(self) -> str:
        if self.cell is not None:
            return self.cell.full_meme
        if self.notebook.meme is None:
            return ""
        return f"{self.notebook.meme}-{self.notebook.branch}".rstrip("-")


def hits_of(found: Sequence[tuple[Name, float]], wanted: Wanted, user: Viewer) -> tuple[Hit, ...]:
    """In the order they were found; what is gone since, or may not be seen, is left out."""
    notebooks = _notebooks({name.notebook for name, _ in found}, user)
    cells = _cells([name for name, _ in found if name.index is not None and name.notebook in notebooks])
    headings = _headings(notebooks)
    hits = []
    for name, score in found:
        notebook = notebooks.get(name.notebook)
        if notebook is None:
            continue
        over = headings.get(notebook.pk, ())
        if name.index is None:
            hits.append(_notebook_hit(notebook, over, score, wanted))
        elif (cell := cells.get((name.notebook, name.index))) is not None:
            hits.append(_cell_hit(notebook, cell, _section(over, cell), score, wanted))
    return tuple(hits)


def _notebooks(ids: Iterable[int], user: Viewer) -> dict[int, Notebook]:
    return Notebook.objects.visible_to(user).alive().with_place().in_bulk(ids)


def _cells(names: Iterable[Name]) -> dict[tuple[int, int], Cell]:
    by_notebook: dict[int, list[int]] = {}
    for name in names:
        by_notebook.setdefault(name.notebook, []).append(name.index or 0)
    if not by_notebook:
        return {}
    wanted = Q()
    for notebook, indexes in by_notebook.items():
        wanted |= Q(notebook=notebook, index__in=indexes)
    return {(cell.notebook_id, cell.index): cell for cell in Cell.objects.filter(wanted)}


def _headings(notebooks: Collection[int]) -> dict[int, list[Heading]]:
    """By notebook, in order."""
    headings: dict[int, list[Heading]] = {}
    rows = Cell.objects.filter(notebook__in=notebooks, cell_type=CellType.MARKDOWN)
    for notebook, index, found in rows.order_by("index").values_list(
        "notebook_id", "index", "fragment__headings"
    ):
        headings.setdefault(notebook, []).extend((index, text) for _, text, _ in found)
    return headings


def _section(headings: Sequence[Heading], cell: Cell) -> str:
    """The last heading at or before a cell."""
    return next((text for index, text in reversed(headings) if index <= cell.index), "")


def _notebook_hit(notebook: Notebook, headings: Sequence[Heading], score: float, wanted: Wanted) -> Hit:
    inside = "\n".join(text for _, text in headings)
    where = {"title": notebook.title, "heading": inside, "path": notebook.path, "owner": notebook.owner}
    lines = snippet([("heading", inside)], wanted)
    return Hit(
        kind="notebook",
        notebook=notebook,
        score=score,
        title=tuple(pieces(notebook.title, wanted)),
        section=(),
        snippet=lines if lines.is_marked else Snippet(()),
        why=_why(where, wanted),
        updated_at=_changed_at(notebook),
    )


def _cell_hit(notebook: Notebook, cell: Cell, section: str, score: float, wanted: Wanted) -> Hit:
    error = f"{cell.error_name}: {cell.error_message}" if cell.error_name else cell.error_message
    texts = [("source", cell.source), ("error", error), ("output", cell.output)]
    source = "code" if cell.cell_type == CellType.CODE else "text"
    where = {
        "title": notebook.title,
        "heading": section,
        source: cell.source,
        "error": error,
        "output": cell.output,
        "path": notebook.path,
        "owner": notebook.owner,
    }
    return Hit(
        kind=cell.cell_type,
        notebook=notebook,
        score=score,
        title=tuple(pieces(notebook.title, wanted)),
        section=tuple(pieces(section, wanted)),
        snippet=snippet(texts, wanted),
        why=_why(where, wanted),
        updated_at=_changed_at(notebook),
        cell=cell,
    )


def _why(texts: Mapping[str, str], wanted: Wanted) -> tuple[str, ...]:
    found = tuple(name for name, text in texts.items() if text and spans(text, wanted))
    return found or (("meme",) if wanted else ())


def _changed_at(notebook: Notebook) -> datetime:
    return notebook.revision.changed_at if notebook.revision else notebook.updated_at
