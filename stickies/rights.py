"""Who may write notes, and change them. Reading is decided by the space alone: Note.objects.visible_to(user)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet

from notebooks.models import Space
from notebooks.models.space import Viewer
from stickies.models import Note


def notable_spaces(user: Viewer) -> QuerySet[Space]:
    """Where `user` may write notes: as one of the space's writers, or as a reader where it lets readers."""
    if not user.is_authenticated:
        return Space.objects.none()
    readable = Space.objects.visible_to(user)
    return readable.filter(readers_may_note=True) | readable.filter(
        pk__in=Space.objects.writable_by(user).values("pk")
    )


def may_note(space: Space, user: Viewer) -> bool:
    return notable_spaces(user).filter(pk=space.pk).exists()


@dataclass(frozen=True, slots=True)
class Rights:
    """What a person may do with notes, whichever they are: asked once for a page of them."""

    person: int | None  # None who is not signed in
    notable: frozenset[int]  # spaces
    writable: frozenset[int]

    @classmethod
    def of(cls, user: Viewer) -> Rights:
        """Two queries; none for who is not signed in."""
        return cls.among(Space.objects.visible_to(user), user)

    @classmethod
    def among(cls, readable: Iterable[Space], user: Viewer) -> Rights:
        """Where the spaces that `user` may read are known already. One query."""
        if not user.is_authenticated:
            return cls(None, frozenset(), frozenset())
        writable = frozenset(Space.objects.writable_by(user).order_by().values_list("pk", flat=True))
        return cls(
            user.pk, writable.union(space.pk for space in readable if space.readers_may_note), writable
        )

    def may_answer(self, note: Note) -> bool:
        """Reply to it, resolve it, reopen it."""
        return note.deleted_at is None and note.space_id in self.notable

    def may_label(self, note: Note) -> bool:
        """Change its kind, channel and reach."""
        return note.deleted_at is None and (self._is_author(note) or note.space_id in self.writable)

    def may_edit(self, note: Note) -> bool:
        """Change its words: the author alone, and for one whose account is gone the space's writers."""
        is_orphan = note.author_id is None and note.space_id in self.writable
        return note.deleted_at is None and (self._is_author(note) or is_orphan)

    def may_delete(self, note: Note) -> bool:
        return note.deleted_at is None and (self._is_author(note) or note.space_id in self.writable)

    def may_see_removed(self, note: Note) -> bool:
        """The words of a note that was deleted."""
        return self._is_author(note) or note.space_id in self.writable

    def _is_author(self, note: Note) -> bool:
        return self.person is not None and note.author_id == self.person
