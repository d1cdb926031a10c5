"""A page of hits from rows that the person may see: the index only says which to look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from notebooks import memes
from notebooks.models import Cell, Notebook, Revision, Space
from notebooks.parsing.model import CellType
from notebooks.portions import portions
from search.copies import NO_COPIES, Copies
from search.headings import Heading, headings_of
from search.marking import Wanted
from search.naming import Name
from search.snippets import Line, Marked, Pieces, snippet

# What a hit shows, and nothing long; `updated_at` is here the time at which its content changed. By hand, since Django
# takes three times as long to write it as the database to answer. What is put in are names of tables, by Django.
_NOTEBOOKS = f"""
    SELECT n.id, n.space_id, n.path, n.folder, n.title, n.owner, n.meme, n.branch, n.cell_count, n.revision_id,
        COALESCE(r.saved_at, r.ingested_at, n.updated_at) AS updated_at, r.sha256 AS sha256
    FROM {Notebook._meta.db_table} n LEFT JOIN {Revision._meta.db_table} r ON r.id = n.revision_id
    WHERE n.deleted_at IS NULL AND n.id IN (%(ids)s) AND n.space_id IN (%(spaces)s)
"""  # noqa: S608


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
    digests = {pk: getattr(row, "sha256", None) for pk, row in notebooks.items()}
    headings = headings_of({pk: sha256 for pk, sha256 in digests.items() if sha256})
    hits: dict[Name, Hit] = {}
    for name, score in found:
        notebook = notebooks.get(name.notebook)
        if notebook is None:
            continue
        over = headings.get(notebook.pk, ())
        if name.index is None:
            hits[name] = _notebook_hit(notebook, over, score, wanted)
        elif (cell := cells.get(name)) is not None:
            hits[name] = _cell_hit(notebook, cell, _section(over, cell), score, wanted)
    return hits


def _notebooks(ids: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Notebook]:
    """`spaces` are what Space.objects.visible_to() gave for this search; asking it again would cost a third of
    the whole search."""
    if not ids or not spaces:
        return {}
    asked = _NOTEBOOKS % {"ids": ", ".join(["%s"] * len(ids)), "spaces": ", ".join(["%s"] * len(spaces))}
    rows = {row.pk: row for row in Notebook.objects.raw(asked, [*ids, *spaces])}
    for row in rows.values():
        row.space = spaces[row.space_id]
    return rows


def _cells(names: Collection[Name]) -> dict[Name, Cell]:
    places = [(name.notebook, name.index) for name in names if name.index is not None]
    cells = (cell for some in portions(places) for cell in Cell.objects.at(some).order_by())
    return {Name(cell.notebook_id, cell.index): cell for cell in cells}


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
        updated_at=notebook.updated_at,
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
        updated_at=notebook.updated_at,
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
