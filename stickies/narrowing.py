"""Which threads somebody asks for on the notes page, as a query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.contrib.auth.models import User
from django.db import models
from django.db.models import Case, DateTimeField, Exists, F, OuterRef, Q, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notebooks.models import Space
from notebooks.models.space import Viewer
from stickies.models import Kind, Mention, Note, Seen, Tag
from stickies.models.note import NoteQuerySet
from stickies.references import folded

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)  # before any note


class State(models.TextChoices):
    OPEN = "open", _("open")
    RESOLVED = "resolved", _("resolved")


class Mine(models.TextChoices):
    """What concerns the person who asks."""

    ANSWER = "answer", _("waiting for my answer")
    MENTIONS = "mentions", _("mentions me")
    UNREAD = "unread", _("unread")


@dataclass(frozen=True, slots=True)
class Wish:
    """'' and None narrow nothing."""

    kind: str = ""
    state: str = ""
    channel: str = ""
    space: str = ""  # its slug
    who: str = ""  # began the thread
    tag: str = ""
    mine: str = ""
    since: date | None = None
    until: date | None = None

    def without(self, *names: str) -> Wish:
        left: dict[str, Any] = dict.fromkeys(names, "")
        return replace(self, **left)


@dataclass(frozen=True, slots=True)
class Reader:
    """Who asks, and the spaces that they may read at this moment."""

    user: User | None  # None: not signed in
    spaces: Sequence[Space]

    @classmethod
    def of(cls, viewer: Viewer) -> Reader:
        user = viewer if isinstance(viewer, User) else None
        return cls(user, list(Space.objects.visible_to(viewer).order_by("name", "pk")))

    def threads(self, wish: Wish) -> NoteQuerySet:
        """Those of which anything is shown."""
        seen = [space.pk for space in self.spaces if wish.space in ("", space.slug)]
        threads = Note.objects.told().filter(*_conditions(wish), space__in=seen)
        if not wish.mine:
            return threads
        return _narrowed_to(wish.mine, threads, self.user) if self.user else threads.none()


def _conditions(wish: Wish) -> Iterator[Q]:
    if wish.kind:
        yield Q(kind=wish.kind)
    if wish.state:
        yield Q(resolved_at__isnull=wish.state == State.OPEN)
    if wish.channel:
        yield Q(channel=wish.channel)
    if wish.who:
        yield Q(author_name=wish.who)
    if wish.tag:
        yield Q(pk__in=tops_of(Tag.objects.filter(name=folded(wish.tag.lstrip("#＃")))))
    if wish.since:
        yield Q(created_at__gte=_midnight(wish.since))
    if wish.until:
        yield Q(created_at__lt=_midnight(wish.until + timedelta(days=1)))


def tops_of(rows: models.QuerySet[Tag] | models.QuerySet[Mention]) -> models.QuerySet[Tag | Mention]:
    """The threads of what the rows belong to: a reply counts for its thread."""
    return rows.filter(note__deleted_at=None).values_list(Coalesce("note__parent_id", "note_id"))


def _narrowed_to(mine: str, threads: NoteQuerySet, user: User) -> NoteQuerySet:
    if mine == Mine.MENTIONS:
        return threads.filter(pk__in=tops_of(Mention.objects.filter(user=user)))
    return _waiting(threads, user) if mine == Mine.ANSWER else _unread(threads, user)


def _waiting(threads: NoteQuerySet, user: User) -> NoteQuerySet:
    """Open questions in which somebody spoke after the person did; and of those in which they have not spoken yet,
    the ones that mention them, or that nobody has answered at a runbook of theirs."""
    own = _replies().filter(author=user).order_by("-created_at").values("created_at")[:1]
    asked_by_me = Case(When(author=user, then=F("created_at")), output_field=DateTimeField())
    questions = threads.filter(kind=Kind.QUESTION, resolved_at=None, deleted_at=None).annotate(
        spoke_at=Coalesce(Subquery(own), asked_by_me)
    )
    others = _replies().exclude(author=user)
    goes_on = Q(spoke_at__isnull=False) & Exists(others.filter(created_at__gt=OuterRef("spoke_at")))
    is_meant = Q(pk__in=tops_of(Mention.objects.filter(user=user)))
    is_alone = Q(notebook__account=user) & ~Exists(_replies().exclude(author=OuterRef("author")))
    return questions.filter(goes_on | Q(spoke_at=None) & (is_meant | is_alone))


def _unread(threads: NoteQuerySet, user: User) -> NoteQuerySet:
    """In which somebody else said something that the person has not opened since."""
    opened = Seen.objects.filter(user=user, note=OuterRef("pk")).values("at")[:1]
    others = _replies().exclude(author=user).filter(created_at__gt=OuterRef("opened_at"))
    is_others = ~Q(author=user) | Q(author=None)
    read_to = Coalesce(Subquery(opened), Value(_NEVER), output_field=DateTimeField())
    return threads.annotate(opened_at=read_to).filter(
        is_others & Q(created_at__gt=F("opened_at")) | Exists(others)
    )


def _replies() -> NoteQuerySet:
    return Note.objects.alive().filter(parent=OuterRef("pk")).order_by()


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time.min))
