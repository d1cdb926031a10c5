"""Threads as a line each: how it begins, what it hangs on, what became of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from lineage.families.naming import first_line
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from stickies.models import Kind, Note, Seen, Tag
from stickies.rights import Rights

LONGEST = 240  # characters of how a note begins: enough to be warned


@dataclass(frozen=True, slots=True)
class Hook:
    """What a note hangs on, as far as the reader may see it."""

    name: str
    url: str = ""  # '' where nothing can be opened
    cell: str = ""  # its first line as the note was written


@dataclass(slots=True)
class Answers:
    count: int = 0
    last_by: str = ""
    last_at: datetime | None = None
    others_at: datetime | None = None  # the last one by somebody else


@dataclass(frozen=True, slots=True)
class Row:
    note: Note
    hook: Hook
    answers: Answers
    tags: Sequence[str]
    is_unread: bool
    may_resolve: bool

    @property
    def line(self) -> str:
        """How it begins; '' of one that was deleted."""
        return first_line(self.note.body, is_code=False, longest=LONGEST)

    @property
    def url(self) -> str:
        return self.note.get_absolute_url()

    @property
    def is_resolved(self) -> bool:
        return self.note.resolved_at is not None

    @property
    def is_removed(self) -> bool:
        return self.note.deleted_at is not None

    @property
    def is_warning(self) -> bool:
        return self.note.kind == Kind.HAZARD and not self.is_resolved and not self.is_removed


def rows_of(threads: Sequence[Note], viewer: Viewer) -> Sequence[Row]:
    """With their spaces at hand. Six queries, however many threads; two for who is not signed in less."""
    if not threads:
        return ()
    pks = [note.pk for note in threads]
    answers = _answers(pks, viewer)
    notebooks = _notebooks({note.notebook_id for note in threads if note.notebook_id}, viewer)
    tags, seen, rights = _tags(pks), _seen(pks, viewer), Rights.of(viewer)
    return [
        Row(
            note=note,
            hook=_hook(note, notebooks),
            answers=answers[note.pk],
            tags=tags.get(note.pk, ()),
            is_unread=_is_unread(note, answers[note.pk], seen.get(note.pk), viewer),
            may_resolve=note.resolved_at is None and rights.may_answer(note),
        )
        for note in threads
    ]


def _hook(note: Note, notebooks: Mapping[int, Notebook]) -> Hook:
    cell = first_line(note.cell_text, is_code=True)
    notebook = notebooks.get(note.notebook_id) if note.notebook_id else None
    if notebook is not None:
        at_cell = f"?meme={note.meme}" if note.meme and not note.is_of_notebook else ""
        return Hook(notebook.title, f"{notebook.get_absolute_url()}{at_cell}", cell)
    if note.title:
        return Hook(note.title)
    # Where it was written is gone, or elsewhere: its family may have other copies.
    family = reverse("family", args=[str(note.meme)]) if note.meme else ""
    return Hook(note.path, family, cell)


def _answers(pks: Collection[int], viewer: Viewer) -> Mapping[int, Answers]:
    found = {pk: Answers() for pk in pks}
    rows = Note.objects.alive().filter(parent__in=pks).order_by("created_at", "pk")
    for thread, author, name, at in rows.values_list("parent_id", "author_id", "author_name", "created_at"):
        of_thread = found[thread]
        of_thread.count += 1
        of_thread.last_by, of_thread.last_at = name, at
        if author is None or author != viewer.pk:
            of_thread.others_at = at
    return found


def _notebooks(pks: Collection[int], viewer: Viewer) -> Mapping[int, Notebook]:
    found = Notebook.objects.visible_to(viewer).alive().filter(pk__in=pks)
    return {each.pk: each for each in found.only("pk", "title", "path", "cell_count")}


def _tags(pks: Iterable[int]) -> Mapping[int, list[str]]:
    tags: dict[int, list[str]] = {}
    for note, name in Tag.objects.filter(note__in=pks).order_by("pk").values_list("note_id", "name"):
        tags.setdefault(note, []).append(name)
    return tags


def _seen(pks: Collection[int], viewer: Viewer) -> Mapping[int, datetime]:
    if not viewer.is_authenticated:
        return {}
    return dict(Seen.objects.filter(user=viewer.pk, note__in=pks).values_list("note_id", "at"))


def _is_unread(note: Note, answers: Answers, seen_at: datetime | None, viewer: Viewer) -> bool:
    if not viewer.is_authenticated:
        return False
    own = note.author_id == viewer.pk
    others = [at for at in (None if own else note.created_at, answers.others_at) if at is not None]
    return bool(others) and (seen_at is None or max(others) > seen_at)
