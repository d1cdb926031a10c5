"""The notes that an incident export takes along: those at the cells and notebooks that were executed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from uuid import UUID

from django.db.models import Q

from execlogs.export import Incident, Note
from execlogs.export.report import Reply
from notebooks.models.space import Viewer
from notebooks.portions import portions
from stickies.joins import joins_of
from stickies.models import Note as Sticky
from stickies.models import Reach
from stickies.models.note import NoteQuerySet

Cells = frozenset[tuple[UUID, str]]


def notes_of(incident: Incident, user: Viewer, address: Callable[[str], str]) -> Iterator[Note]:
    """The oldest first; each once."""
    threads = _threads(incident, user)
    replies = _replies(threads)
    for note in sorted(threads, key=lambda each: (each.created_at, each.pk)):
        yield Note(
            url=address(note.get_absolute_url()),
            kind=str(note.get_kind_display()),
            author=note.author_name,
            at=note.created_at,
            is_resolved=note.resolved_at is not None,
            body="" if note.deleted_at else note.body,
            quote="" if note.deleted_at else note.quote,
            about=f"{note.meme}-{note.branch}" if note.branch else str(note.meme or ""),
            replies=replies.get(note.pk, ()),
        )


def count_of(incident: Incident, user: Viewer) -> int:
    return len(_threads(incident, user))


def _threads(incident: Incident, user: Viewer) -> list[Sticky]:
    found = {note.pk: note for some in _portions_of(incident, user) for note in some}
    cells, notebooks = incident.memes, incident.notebooks
    return [note for note in found.values() if _reaches(note, cells, notebooks)]


def _portions_of(incident: Incident, user: Viewer) -> Iterator[NoteQuerySet]:
    uuids = {uuid for uuid, _branch in incident.memes}
    told = Sticky.objects.visible_to(user).told_here()
    for some in portions(joins_of(uuids, user).all_of(uuids)):
        yield told.filter(meme__in=some, is_of_notebook=False)
    for pks in portions(incident.notebooks):
        yield told.filter(Q(notebook__in=pks, is_of_notebook=True))


def _reaches(note: Sticky, cells: Cells, notebooks: frozenset[int]) -> bool:
    if note.is_of_notebook or note.reach == Reach.NOTEBOOK:
        return note.notebook_id in notebooks
    return note.reach != Reach.ID or note.meme is None or (note.meme, note.branch) in cells


def _replies(threads: list[Sticky]) -> dict[int, list[Reply]]:
    found: defaultdict[int, list[Reply]] = defaultdict(list)
    for some in portions([note.pk for note in threads]):
        rows = Sticky.objects.alive().filter(parent__in=some).order_by("created_at", "pk")
        for thread, author, at, body in rows.values_list("parent_id", "author_name", "created_at", "body"):
            if thread is not None:
                found[thread].append(Reply(author, at, body))
    return found
