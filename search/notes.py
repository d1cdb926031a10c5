"""What the index holds of a note: its words, who wrote them, what they are about and where.

A note is found by whoever may read its own space. So the words of the runbook that it was written at go along only
where both are in one space.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC
from functools import cache

from django.conf import settings
from django.db.models import Q
from django.utils.translation import override
from haystack.constants import DJANGO_CT, ID

from search.analysis import normalise, parts
from search.documents import A_MOMENT, Document
from search.equals import precedence_of
from search.naming import NOTE, NoteName
from stickies.models import Kind, Note, Tag


def note_documents_of(notes: Collection[int]) -> Iterator[Document]:
    """Of those among `notes` that are there and not deleted. Two queries, however many."""
    rows = Note.objects.alive().filter(pk__in=notes).select_related("parent", "notebook")
    rows = rows.defer("cell_text", "parent__cell_text", "parent__body")
    tags = _tags_of(notes)
    return (_document(note, tags.get(note.pk, ())) for note in rows)


def touched_with(notes: Iterable[int], notebooks: Collection[int]) -> set[int]:
    """`notes` with what says the same in its document: replies have their thread's kind, and notes the name of the
    notebook that they were written at."""
    notes = set(notes)
    if not notes and not notebooks:
        return notes
    rows = Note.objects.order_by().filter(Q(parent__in=notes) | Q(notebook__in=notebooks))
    return notes | set(rows.values_list("pk", flat=True))


def _tags_of(notes: Collection[int]) -> Mapping[int, list[str]]:
    tags: dict[int, list[str]] = {}
    for note, name in Tag.objects.filter(note__in=notes).values_list("note_id", "name"):
        tags.setdefault(note, []).append(name)
    return tags


def _document(note: Note, tags: Iterable[str]) -> Document:
    thread = note.parent or note
    said_at = note.created_at.astimezone(UTC)
    meme = str(note.meme) if note.meme else ""
    return {
        ID: str(NoteName(note.pk)),
        DJANGO_CT: NOTE,
        "kind": "note",
        "note": note.pk,
        "note_kind": thread.kind,
        "space": note.space_id,
        "owner": note.author_name,
        "year": said_at.year,
        "precedence": precedence_of(said_at, has_succeeded=False),
        "updated": said_at,
        "recency": int(said_at.timestamp()) * A_MOMENT + A_MOMENT - 1,
        "meme": meme,
        "full_meme": f"{meme}-{note.branch}" if meme and note.branch else meme,
        "title": normalise(thread.title),
        "source": normalise(note.body),
        "place": normalise("\n".join([note.author_name, *tags, *_words_for(thread.kind)])),
        "context": normalise(note.quote),
        **_runbook(note),
        "owners": normalise(note.author_name),
        "tags": list(tags),
        "created": said_at,
        "parts": " ".join(parts(f"{note.body}\n{thread.title}")),
    }


def _runbook(note: Note) -> Document:
    if note.notebook is None or note.notebook.space_id != note.space_id:
        return {"placed": normalise(note.path)}
    return {"titled": normalise(note.notebook.title), "placed": normalise(note.notebook.path)}


@cache
def _words_for(kind: str) -> tuple[str, ...]:
    """What people who see the interface in any language call it."""
    names = {kind}
    for language, _name in settings.LANGUAGES:
        with override(language):
            names.add(str(Kind(kind).label))
    return tuple(sorted(names))
