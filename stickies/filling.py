"""A note's words in their place: tags, people and addresses as links, as far as the reader may see what they name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from django.urls import reverse

from notebooks.models.space import Viewer
from notebooks.rendering import Place, Referent, SafeHtml, place
from stickies.markdown import references_in, rendered
from stickies.models import Mention, Note
from stickies.pointing import named
from stickies.references import folded, is_mention, is_tag, names_meant

# Stands for a cell's index in the ids of a note's headings, which nothing leads to.
_INDEX = -2


@dataclass(frozen=True, slots=True)
class Filling:
    """What the words of some notes name, asked for together."""

    people: Mapping[int, Mapping[str, str]]  # note -> folded name -> user name
    addresses: Mapping[str, Referent]

    @classmethod
    def of(cls, notes: Iterable[Note], user: Viewer) -> Filling:
        """One query; more only where addresses of this site are among the words."""
        by_pk = {note.pk: note.body for note in notes if note.deleted_at is None}
        words = {word for body in by_pk.values() for word in references_in(body)}
        people = _people(by_pk) if any(map(is_mention, words)) else {}
        return cls(people, named(sorted(word for word in words if not is_tag(word)), user))

    @classmethod
    def of_draft(cls, body: str, people: Iterable[str], user: Viewer) -> Filling:
        """Of what is not a note yet, as a preview shows it."""
        known = {folded(name): name for name in people}
        return cls({0: known}, named(references_in(body), user))

    def html(self, note: Note) -> SafeHtml:
        return self.filled(note.body, note.pk)

    def filled(self, body: str, note: int = 0) -> SafeHtml:
        people = self.people.get(note, {})

        def reference(word: str) -> Referent | None:
            if is_tag(word):
                return Referent(word, tag_url(word))
            return _person(word, people) if is_mention(word) else self.addresses.get(word)

        return place(
            rendered(body).html,
            Place(
                index=_INDEX,
                asset_url=_nowhere,
                more_url=_nowhere,
                frame_url=_nowhere,
                link_url=_on_this_site,
                reference=reference,
            ),
        )


def tag_url(word: str) -> str:
    """All notes and runbooks that carry the tag."""
    return reverse("titled", args=[folded(word[1:])])


def _person(word: str, people: Mapping[str, str]) -> Referent | None:
    """Somebody who may read the note, with a link to what they work on; what follows the name stays as it is."""
    for name in names_meant(word):
        if name in people:
            length = len(name) + 1
            is_prefix = folded(word[1:length]) == name
            shown, rest = (word[:length], word[length:]) if is_prefix else (word, "")
            return Referent(shown, f"{reverse('activity')}?who={quote(people[name])}", rest)
    return None


def _people(notes: Mapping[int, str]) -> dict[int, dict[str, str]]:
    people: dict[int, dict[str, str]] = {}
    rows = Mention.objects.filter(note__in=notes.keys()).values_list("note_id", "user__username")
    for note, name in rows:
        people.setdefault(note, {})[folded(name)] = name
    return people


def _nowhere(_sha256: str) -> str:
    """A note brings no bytes along."""
    return ""


def _on_this_site(link: str) -> str | None:
    """A link relative to a notebook leads nowhere from a note, which is seen at many."""
    return link if link.startswith("/") and not link.startswith("//") else None
