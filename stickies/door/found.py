"""The notes that sidestickies asked for, as ep_weave tells of its pads. A constant number of queries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db.models import F, Q
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
from stickies.models.note import NoteQuerySet
from stickies.references import cut, folded, is_tag

MOST_DOCS = 200  # that are told one by one; the rest are counted


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
    threads = Note.objects.alive().threads().filter(space=space)
    ids = _by_meme(wanted.memes, threads, space) | _by_title(wanted.titles, threads)
    ids |= _by_tag(wanted.tags, space)
    if not ids:
        return Found()
    order = ("resolved_at", "kind", "pk")
    known = sorted(threads.filter(pk__in=ids).order_by().values_list(*order), key=_rank)
    shown = threads.in_bulk([pk for _, _, pk in known[:MOST_DOCS]])
    return Found(len(known), [Doc.of(shown[pk]) for _, _, pk in known if pk in shown])


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


def _rank(row: tuple[datetime | None, str, int]) -> tuple[bool, bool, int]:
    resolved_at, kind, pk = row
    return resolved_at is not None, kind != Kind.HAZARD, -pk


def _by_meme(wanted: set[Meme], threads: NoteQuerySet, space: Space) -> set[int]:
    """By a full id those written for it. By a base UUID those of all branches, as far as they are to be seen there."""
    if not wanted:
        return set()
    older = _adopted({meme.uuid for meme in wanted}, space)
    condition = Q(pk__in=())
    for meme in wanted:
        same = Q(meme__in=older.get(meme.uuid, ()))
        if meme.branch:
            condition |= Q(meme=meme.uuid, branch=meme.branch) | same
        else:
            condition |= Q(meme=meme.uuid) & (Q(branch="") | Q(reach=Reach.FAMILY)) | same
    return set(threads.filter(condition).order_by().values_list("pk", flat=True))


def _adopted(uuids: set[UUID], space: Space) -> dict[UUID, set[UUID]]:
    """The ids that cells were known by before they came to carry these."""
    rows = Descent.objects.filter(space=space, how=Descent.How.ADOPTED, child__in=uuids)
    older: dict[UUID, set[UUID]] = {}
    for child, parent in rows.order_by().values_list("child", "parent"):
        older.setdefault(child, set()).add(parent)
    return older


def _by_title(titles: set[str], threads: NoteQuerySet) -> set[int]:
    if not titles:
        return set()
    return set(threads.filter(title__in=titles).order_by().values_list("pk", flat=True))


def _by_tag(tags: set[str], space: Space) -> set[int]:
    """An answer that carries it stands for its thread."""
    if not tags:
        return set()
    rows = Tag.objects.filter(name__in=tags, note__space=space, note__deleted_at=None)
    return set(rows.order_by().values_list(Coalesce(F("note__parent"), F("note")), flat=True))
