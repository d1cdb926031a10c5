"""A page of hits from rows that the person may see: the index only says which to look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notebooks import memes
from notebooks.models import Cell, Notebook, Space
from notebooks.parsing.model import CellType
from search.copies import NO_COPIES, Copies
from search.headings import Heading, headings_of
from search.marking import Wanted
from search.naming import Name
from search.snippets import Line, Marked, Pieces, snippet

# What a hit shows; a revision's MEMEs alone are as long as a notebook.
_OF_NOTEBOOKS = (
    "space_id", "path", "title", "owner", "meme", "branch", "updated_at",
    "cell_count", "revision__sha256", "revision__saved_at", "revision__ingested_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hit:
    kind: str  # notebook, code, markdown, raw
    notebook: Notebook
    score: float
    title: Pieces
    section: Pieces  # the heading that a cell stands under
    snippet: tuple[Line, ...]
    why: tuple[str, ...]  # where the words stand: title, heading, path, code, text, error, output, meme
    updated_at: datetime
    cell: Cell | None = None
    copies: Copies = NO_COPIES

    @property
    def url(self) -> str:
        notebook = self.notebook
        return notebook.get_absolute_url() if self.cell is None else notebook.url_of_cell(self.cell.index)

    @property
    def index(self) -> int | None:
        return None if self.cell is None else self.cell.index

    @property
    def happened_at(self) -> datetime:
        """When its output came about, where that is told; else when it was saved."""
        return (self.cell.executed_at if self.cell else None) or self.updated_at

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


def hits_of(
    found: Sequence[tuple[Name, float]], wanted: Wanted, spaces: Mapping[int, Space]
) -> dict[Name, Hit]:
    """What is gone since, or is in none of `spaces`, is left out."""
    if not found:
        return {}
    notebooks = _notebooks({name.notebook for name, _ in found}, spaces)
    cells = _cells([name for name, _ in found if name.notebook in notebooks])
    headings = headings_of({pk: row.revision.sha256 for pk, row in notebooks.items() if row.revision})
    hits: dict[Name, Hit] = {}
    for name, score in found:
        notebook = notebooks.get(name.notebook)
        if notebook is None:
            continue
        over = headings.get(notebook.pk, ())
        if name.index is None:
            hits[name] = _notebook_hit(notebook, over, score, wanted)
        elif (cell := cells.get((name.notebook, name.index))) is not None:
            hits[name] = _cell_hit(notebook, cell, _section(over, cell), score, wanted)
    return hits


def _notebooks(ids: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Notebook]:
    """`spaces` are what Space.objects.visible_to() gave for this search; asking it again would cost a third of
    the whole search."""
    alive = Notebook.objects.alive().filter(pk__in=ids, space__in=list(spaces))
    rows = {row.pk: row for row in alive.select_related("revision").only(*_OF_NOTEBOOKS)}
    for row in rows.values():
        row.space = spaces[row.space_id]
    return rows


def _cells(names: Collection[Name]) -> dict[tuple[int, int], Cell]:
    wanted = {(name.notebook, name.index) for name in names if name.index is not None}
    if not wanted:
        return {}
    ids, cells = _cells_at(wanted)
    if len(cells) < len(ids):  # a notebook came in again in between, and its cells are other rows now
        ids, cells = _cells_at(wanted)
    return cells


def _cells_at(places: Collection[tuple[int, int]]) -> tuple[list[int], dict[tuple[int, int], Cell]]:
    """First their row ids, from the index over both columns alone: a row holds a whole output."""
    rows = Cell.objects.filter(
        notebook__in={notebook for notebook, _ in places}, index__in={index for _, index in places}
    ).values_list("pk", "notebook_id", "index")
    ids = [pk for pk, *place in rows if tuple(place) in places]
    cells = Cell.objects.filter(pk__in=ids).defer("execution_count")
    return ids, {(cell.notebook_id, cell.index): cell for cell in cells}


def _section(headings: Sequence[Heading], cell: Cell) -> str:
    """The last heading at or before a cell."""
    return next((text for index, text in reversed(headings) if index <= cell.index), "")


def _notebook_hit(notebook: Notebook, headings: Sequence[Heading], score: float, wanted: Wanted) -> Hit:
    marked = _marked(
        wanted, title=notebook.title, heading="\n".join(text for _, text in headings), **_place(notebook)
    )
    return Hit(
        kind="notebook",
        notebook=notebook,
        score=score,
        title=marked["title"].pieces,
        section=(),
        snippet=snippet([marked["heading"]]) if marked["heading"].spans else (),
        why=_why(marked, wanted),
        updated_at=_changed_at(notebook),
    )


def _cell_hit(notebook: Notebook, cell: Cell, section: str, score: float, wanted: Wanted) -> Hit:
    source = "code" if cell.cell_type == CellType.CODE else "text"
    error = f"{cell.error_name}: {cell.error_message}" if cell.error_name else cell.error_message
    texts = {source: cell.source, "error": error, "output": cell.output}
    marked = _marked(wanted, title=notebook.title, heading=section, **texts, **_place(notebook))
    if cell.cell_type == CellType.MARKDOWN:
        marked[source] = Marked.of_prose(source, cell.source, wanted)
    return Hit(
        kind=cell.cell_type,
        notebook=notebook,
        score=score,
        title=marked["title"].pieces,
        section=marked["heading"].pieces if section != notebook.title else (),
        snippet=snippet([marked[name] for name in texts]),
        why=_why(marked, wanted),
        updated_at=_changed_at(notebook),
        cell=cell,
    )


def _place(notebook: Notebook) -> dict[str, str]:
    return {"path": notebook.path, "owner": notebook.owner}


def _marked(wanted: Wanted, **texts: str) -> dict[str, Marked]:
    return {name: Marked.of(name, text, wanted) for name, text in texts.items()}


def _why(marked: Mapping[str, Marked], wanted: Wanted) -> tuple[str, ...]:
    """A hit without a single mark is one by its MEME, if one was asked for."""
    found = tuple(name for name, text in marked.items() if text.spans)
    has_meme = not found and any(memes.parse("-".join(each)) for each in wanted)
    return ("meme",) if has_meme else found


def _changed_at(notebook: Notebook) -> datetime:
    return notebook.revision.changed_at if notebook.revision else notebook.updated_at
