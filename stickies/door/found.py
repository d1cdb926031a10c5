"""The notes that sidestickies asked for, as ep_weave tells of its pads. A constant number of queries."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F
from django.db.models.functions import Coalesce

from lineage.families.naming import first_line
from lineage.models import Descent
from notebooks import memes
from notebooks.memes import Meme
from notebooks.models import Space
from notebooks.paths import stem_of
from stickies.door.query import Field, Term
from stickies.door.titles import first_words, fit_title, title_of
from stickies.models import Kind, Note, Reach, Tag
from stickies.references import cut, folded, is_tag

MOST_DOCS = 100  # that are told one by one; the rest are counted


@dataclass(frozen=True, slots=True)
class Doc:
    """A note as a pad."""

    id: str
    title: str
    shorttext: str  # one line
    created: datetime
    indexed: datetime

    @classmethod
    def of(cls, note: Note) -> Doc:
        meme = Meme(note.meme, note.branch) if note.meme else None
        return cls(
            id=str(note.pk),
            title=title_of(meme, note.title) or stem_of(note.path) or f"{note.pk}",
            shorttext=line_of(note),
            created=note.created_at,
            indexed=note.edited_at or note.created_at,
        )


@dataclass(frozen=True, slots=True)
class Found:
    count: int = 0
    docs: Sequence[Doc] = ()


@dataclass(slots=True)
class _Wanted:
    memes: set[Meme] = field(default_factory=set)
    titles: set[str] = field(default_factory=set)
    tags: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, terms: Iterable[Term]) -> _Wanted:
        wanted = cls()
        for term in terms:
            meme = memes.parse(term.text)
            if meme is not None:
                wanted.memes.add(meme)
            if term.field is Field.TITLE:
                wanted.titles.add(fit_title(term.text))
            elif tag := tag_in(term.text):
                wanted.tags.add(tag)
        return wanted


def find(terms: Iterable[Term], space: Space) -> Found:
    """In one space alone. What warns and what is open comes first: of all, the first is what a cell shows."""
    wanted = _Wanted.of(terms)
    known = _threads(_by_meme(wanted.memes, space) | _by_title(wanted.titles) | _by_tag(wanted.tags), space)
    if not known:
        return Found()
    shown = Note.objects.defer("cell_text", "quote").in_bulk(known[:MOST_DOCS])
    return Found(len(known), [Doc.of(shown[pk]) for pk in known if pk in shown])


def tag_in(text: str) -> str:
    """The tag that a text would be: its first word, as a note keeps it. '' where it would be none."""
    first = next((word for word, is_word in cut(f"#{text}") if is_word), "")
    return folded(first[1:]) if first and is_tag(first) else ""


def tag_of(title: str) -> str:
    """The tag that a whole title is; '' for one of several words."""
    tag = tag_in(title)
    return tag if tag == folded(title) else ""


def line_of(note: Note) -> str:
    """Its first line that says something."""
    return first_line(first_words(note.body), is_code=False) or first_line(note.body, is_code=False)


# Of several conditions SQLite may choose to look up the one that most notes fulfil, being in the space. So notes are
# looked up by what is asked for alone, and which of them count is decided here.


def _threads(ids: Collection[int], space: Space) -> list[int]:
    """Those of the space that are to be seen, in order."""
    if not ids:
        return []
    columns = ("pk", "space", "parent", "deleted_at", "resolved_at", "kind")
    rows = Note.objects.filter(pk__in=ids).order_by().values_list(*columns)
    seen = [
        (resolved_at is not None, kind != Kind.HAZARD, -pk)
        for pk, home, parent, deleted_at, resolved_at, kind in rows
        if home == space.pk and parent is None and deleted_at is None
    ]
    return [-negative for _, _, negative in sorted(seen)]


def _by_meme(wanted: Collection[Meme], space: Space) -> set[int]:
    """By a full id those written for it. By a base UUID those of all branches, as far as they are to be seen there."""
    if not wanted:
        return set()
    older = _adopted({meme.uuid for meme in wanted}, space)
    uuids = {meme.uuid for meme in wanted}.union(*older.values())
    by_uuid: dict[UUID, list[tuple[int, str, str]]] = {}
    rows = Note.objects.filter(meme__in=uuids).order_by().values_list("meme", "pk", "branch", "reach")
    for uuid, pk, branch, reach in rows:
        if uuid is not None:
            by_uuid.setdefault(uuid, []).append((pk, branch, reach))
    found: set[int] = set()
    for meme in wanted:
        own = by_uuid.get(meme.uuid, ())
        found |= {pk for pk, branch, reach in own if _is_asked(meme, branch, reach)}
        found |= {pk for uuid in older.get(meme.uuid, ()) for pk, _, _ in by_uuid.get(uuid, ())}
    return found


def _is_asked(meme: Meme, branch: str, reach: str) -> bool:
    return branch == meme.branch or (not meme.branch and reach == Reach.FAMILY)


def _adopted(uuids: Collection[UUID], space: Space) -> dict[UUID, set[UUID]]:
    """The ids that cells were known by before they came to carry these."""
    rows = Descent.objects.filter(child__in=uuids).order_by().values_list("child", "parent", "how", "space")
    older: dict[UUID, set[UUID]] = {}
    for child, parent, how, home in rows:
        if how == Descent.How.ADOPTED and home == space.pk:
            older.setdefault(child, set()).add(parent)
    return older


def _by_title(titles: Collection[str]) -> set[int]:
    if not titles:
        return set()
    return set(Note.objects.filter(title__in=titles).order_by().values_list("pk", flat=True))


def _by_tag(tags: Collection[str]) -> set[int]:
    """An answer that carries it stands for its thread."""
    if not tags:
        return set()
    rows = Tag.objects.filter(name__in=tags).order_by()
    return set(rows.values_list(Coalesce(F("note__parent"), F("note")), flat=True))
