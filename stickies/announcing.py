"""Who is told of what happens to a note, in the inbox's words."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from django.contrib.auth.models import User
from django.urls import reverse

from inbox.models import What
from inbox.telling import Event, tell, withdraw
from notebooks.memes import Meme
from notebooks.paths import stem_of
from stickies.drafts import At
from stickies.models import Edit, Note


def of_note(note: Note, by: User, mentioned: Collection[User]) -> None:
    _mention(note, by, mentioned)
    tell(_event(note, What.NOTE, by))


def of_reply(note: Note, by: User, mentioned: Collection[User]) -> None:
    _mention(note, by, mentioned)
    tell(_event(note, What.REPLY, by, to=_of_thread(note)))


def of_edit(note: Note, by: User, mentioned: Collection[User]) -> None:
    """Only who is mentioned now that was not before; of the note itself some of them heard already."""
    _mention(note, by, mentioned, key=f"note:{note.pk}:mention")


def of_settling(thread: Note, by: User, entry: Edit) -> None:
    what = What.RESOLVED if entry.what == Edit.What.RESOLVED else What.REOPENED
    tell(_event(thread, what, by, to=_of_thread(thread), key=f"note:{thread.pk}:{entry.what}:{entry.pk}"))


def of_deletion(note: Note) -> None:
    """Its words do not stay in inboxes either."""
    withdraw(f"note:{note.pk}")


def place_of(note: Note) -> At:
    """What it hangs on, for another that hangs there too."""
    meme = Meme(note.meme, note.branch) if note.meme else None
    return At(meme, note.notebook, None, note.is_of_notebook, note.title)


def address_of(note: Note) -> str:
    return f"{reverse('note', args=[note.parent_id or note.pk])}#note-{note.pk}"


def _mention(note: Note, by: User, mentioned: Iterable[User], key: str = "") -> None:
    """Before the note itself, under the same key: they hear of it once, as a mention."""
    to = {person.pk for person in mentioned}
    if to:
        tell(_event(note, What.MENTION, by, to=to, key=key))


def _of_thread(note: Note) -> set[int]:
    """Whoever wrote in it."""
    top = note.parent_id or note.pk
    told = Note.objects.filter(pk=top) | Note.objects.filter(parent=top)
    return set(told.alive().exclude(author=None).order_by().values_list("author", flat=True))


def _event(note: Note, what: What, by: User, to: Collection[int] = (), key: str = "") -> Event:
    # A notebook's name is for those who may read it, which the note's space says only where both are in it.
    notebook = note.notebook if note.notebook and note.notebook.space_id == note.space_id else None
    return Event(
        key=key or f"note:{note.pk}",
        what=what,
        space=note.space,
        actor=by,
        title=_title(note),
        excerpt=note.body,
        url=address_of(note),
        notebook=notebook,
        families=frozenset({note.meme} if note.meme else ()),
        to=frozenset(to),
    )


def _title(note: Note) -> str:
    if note.notebook and note.notebook.space_id == note.space_id:
        return note.notebook.title
    thread = note.parent or note
    first_line = thread.cell_text.strip().partition("\n")[0]
    return note.title or first_line or stem_of(note.path) or str(place_of(note).meme or "")
