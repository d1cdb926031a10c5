"""What a note's words name, kept as rows: tags, and people who may read it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db.models.functions import Lower

from notebooks.people import readers_of
from stickies.models import Mention, Note, Tag
from stickies.references import MOST, folded, is_mention, names_meant, tags_among

if TYPE_CHECKING:
    from django.contrib.auth.models import User

    from notebooks.models import Space


def keep_named(note: Note, words: Iterable[str]) -> list[User]:
    """Makes the rows what `words` name now. Gives who is named that was not named before."""
    words = list(words)
    note.tags.all().delete()
    Tag.objects.bulk_create([Tag(note=note, name=name) for name in tags_among(words)])
    before = set(note.mentions.values_list("user_id", flat=True))
    people = people_named(words, note.space)
    note.mentions.exclude(user__in=people).delete()
    new = [person for person in people if person.pk not in before]
    Mention.objects.bulk_create([Mention(note=note, user=person) for person in new])
    return new


def forget_named(note: Note) -> None:
    note.tags.all().delete()
    note.mentions.all().delete()


def people_named(words: Iterable[str], space: Space) -> list[User]:
    """Of those who may read the space; nobody learns from a note whether anyone else has an account."""
    meant = [names_meant(word) for word in words if is_mention(word)][:MOST]
    wanted = {name for names in meant for name in names}
    if not wanted:
        return []
    readers = readers_of(space).annotate(lowered=Lower("username")).filter(lowered__in=wanted)
    known = {folded(person.get_username()): person for person in readers}
    found = (next((known[name] for name in names if name in known), None) for names in meant)
    return list({person.pk: person for person in found if person is not None}.values())
