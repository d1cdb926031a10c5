"""Hits that are notes, from rows that the person may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.db.models import Min
from django.urls import reverse

from notebooks.memes import Meme
from notebooks.models import Cell, Notebook, Space
from notebooks.paging import query_of
from search.copies import NO_COPIES, Copies
from search.marking import Wanted
from search.naming import NoteName
from search.snippets import Line, Marked, Pieces, snippet
from stickies.models import Note

Places = Mapping[tuple[int, UUID], int]  # of a notebook and a MEME, the index of the first cell that bears it

_OF_NOTES = (
    "space_id", "author_name", "meme", "branch", "path", "is_of_notebook", "title", "kind", "body", "created_at",
    "resolved_at", "notebook_id", "parent__kind", "parent__title", "parent__resolved_at",
)  # fmt: skip
_OF_NOTEBOOKS = ("space_id", "path", "title", "cell_count")


@dataclass(frozen=True, slots=True)
class NoteHit:
    note: Note
    notebook: Notebook | None  # where it was written, if the person may see that
    index: int | None  # of the cell there that bears its MEME
    score: float
    title: Pieces
    snippet: tuple[Line, ...]
    why: tuple[str, ...]
    updated_at: datetime
    copies: Copies = NO_COPIES
    kind: ClassVar[str] = "note"

    @property
    def thread(self) -> Note:
        return self.note.parent or self.note

    @property
    def url(self) -> str:
        """To the note at its cell; to its own page where that is gone, or out of sight."""
        anchor = f"#note-{self.note.pk}"
        if self.notebook is None or (self.index is None and not self.note.is_of_notebook):
            return reverse("note", args=[self.thread.pk]) + anchor
        part = "" if self.index is None else query_of(self.index, self.notebook.cell_count)
        return f"{self.notebook.get_absolute_url()}{part}{anchor}"

    @property
    def title_text(self) -> str:
        return "".join(text for text, _ in self.title)

    @property
    def meme(self) -> str:
        return str(Meme(self.note.meme, self.note.branch)) if self.note.meme else ""


def note_hits_of(
    found: Iterable[tuple[NoteName, float]], wanted: Wanted, spaces: Mapping[int, Space]
) -> dict[NoteName, NoteHit]:
    """Without those that are gone since or in none of `spaces`. Three queries; none where there are no notes."""
    scores = dict(found)
    if not scores:
        return {}
    notes = _notes([name.note for name in scores], spaces)
    notebooks = _notebooks({note.notebook_id for note in notes.values() if note.notebook_id}, spaces)
    places = _places(notebooks, {note.meme for note in notes.values() if note.meme})
    return {
        name: _hit(notes[name.note], notebooks, places, score, wanted)
        for name, score in scores.items()
        if name.note in notes
    }


def _notes(pks: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Note]:
    """`spaces` are what Space.objects.visible_to() gave for this search."""
    alive = Note.objects.alive().filter(pk__in=pks, space__in=list(spaces))
    rows = {row.pk: row for row in alive.select_related("parent").only(*_OF_NOTES)}
    for row in rows.values():
        row.space = spaces[row.space_id]
    return rows


def _notebooks(pks: Collection[int], spaces: Mapping[int, Space]) -> dict[int, Notebook]:
    alive = Notebook.objects.alive().filter(pk__in=pks, space__in=list(spaces))
    rows = {row.pk: row for row in alive.only(*_OF_NOTEBOOKS)}
    for row in rows.values():
        row.space = spaces[row.space_id]
    return rows


def _places(notebooks: Collection[int], memes: Collection[UUID]) -> Places:
    cells = Cell.objects.filter(notebook__in=notebooks, meme__in=memes).order_by()
    rows = cells.values_list("notebook_id", "meme").annotate(first=Min("index"))
    return {(notebook, meme): first for notebook, meme, first in rows}


def _hit(
    note: Note, notebooks: Mapping[int, Notebook], places: Places, score: float, wanted: Wanted
) -> NoteHit:
    notebook = notebooks.get(note.notebook_id) if note.notebook_id else None
    at_cell = notebook is not None and note.meme is not None and not note.is_of_notebook
    title = Marked.of("title", _title(note, notebook), wanted)
    body = Marked.of_prose("text", note.body, wanted)
    author = Marked.of("owner", note.author_name, wanted)
    return NoteHit(
        note=note,
        notebook=notebook,
        index=places.get((notebook.pk, note.meme)) if at_cell and notebook and note.meme else None,
        score=score,
        title=title.pieces,
        snippet=snippet([body]),
        why=_why([title, body, author], wanted),
        updated_at=note.created_at,
    )


def _title(note: Note, notebook: Notebook | None) -> str:
    """Of what it hangs on; else how it begins."""
    named = notebook.title if notebook else (note.parent or note).title or note.path
    return named or note.body.strip().partition("\n")[0][:80]


def _why(marked: Sequence[Marked], wanted: Wanted) -> tuple[str, ...]:
    """A hit without a single mark is one by its MEME, or by its kind."""
    found = tuple(each.field for each in marked if each.spans)
    return found or (("note",) if wanted else ())
