"""Telling people that something happened: rows inside the caller's transaction, the bell after it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from uuid import UUID

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from inbox import bells
from inbox.models import Delivery, MailChoice, Notice, Watch, Webhook, What
from notebooks.models import Notebook, Space
from notebooks.paths import one_way
from notebooks.people import readers_of

EXCERPT = 300  # characters
_UNSPEAKABLE = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\ufffe\\uffff]")


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a space.

    `key` names it: told twice it is told once, to each person and to each webhook. A mention goes to `to` alone; told
    before the note itself and under the same key, it is all that who is mentioned hears of that note.
    """

    key: str
    what: What
    space: Space
    actor: User | None
    title: str
    excerpt: str
    url: str  # a path on this site
    notebook: Notebook | None = None
    folder: str = ""  # of the space, that it is about where it is about no notebook
    families: frozenset[UUID] = frozenset()
    to: frozenset[int] = frozenset()  # ids of users who are told in any case, if they may read the space
    count: int = 1  # of what happened, where several are told as one

    @property
    def is_for_all(self) -> bool:
        """Whether all who watch are told, or only who is addressed: by a mention, or by what they search for."""
        return self.what not in (What.MENTION, What.SEARCH_HIT)


def tell(event: Event) -> None:
    """One notice for everybody whom the event concerns, never its actor, and only who may read the space now."""
    people = _readers(event)
    wanting = _mail_wanted(people)
    Notice.objects.bulk_create(
        [_notice(event, person, watch, wanting.get(person)) for person, watch in people.items()],
        ignore_conflicts=True,
    )
    hooks = _deliveries(event)
    Delivery.objects.bulk_create(hooks, ignore_conflicts=True)
    if MailChoice.When.AT_ONCE in wanting.values():
        transaction.on_commit(bells.ring_for_mail, robust=True)
    if hooks:
        # Robust: with the broker away the rows wait for the sweep, and who wrote need not know.
        transaction.on_commit(bells.ring_for_deliveries, robust=True)


def withdraw(key: str) -> None:
    """What was told of is gone, as with a note that was deleted: its words stand in nobody's inbox, and what has not
    left yet does not leave. Keys that go on after a ":" are of the same thing."""
    of_it = Q(key=key) | Q(key__startswith=f"{key}:")
    Notice.objects.filter(of_it).delete()
    Delivery.objects.filter(of_it, finished_at=None).delete()


def _readers(event: Event) -> dict[int, int | None]:
    """User id -> the watch that brings it, None for who is addressed."""
    concerned: dict[int, int | None] = _watchers(event) if event.is_for_all else {}
    concerned |= dict.fromkeys(event.to)
    if event.actor is not None:
        concerned.pop(event.actor.pk, None)
    if not concerned:
        return {}
    may_read = readers_of(event.space).filter(pk__in=concerned).order_by("pk").values_list("pk", flat=True)
    return {person: concerned[person] for person in may_read}


def _watchers(event: Event) -> dict[int, int | None]:
    """The nearest watch of each: the runbook's before the folder's before the space's."""
    of_any = Q(kind=Watch.Kind.SPACE, space=event.space)
    if event.families:
        of_any |= Q(kind=Watch.Kind.FAMILY, family__in=event.families)
    if event.notebook is not None:
        of_any |= Q(kind=Watch.Kind.RUNBOOK, notebook=event.notebook)
    space, folder = _place_of(event)
    of_any |= Q(kind=Watch.Kind.FOLDER, space=space, folder__in=folders_above(folder))
    found = Watch.objects.heard().filter(of_any).values_list("user_id", "pk", "kind", "folder")
    farthest_first = sorted(found, key=lambda row: (_NEARNESS[row[2]], len(row[3]), row[1]))
    muted = _muted(event)
    return {user: pk for user, pk, _kind, _folder in farthest_first if user not in muted}


def _place_of(event: Event) -> tuple[int, str]:
    if event.notebook is not None:
        return event.notebook.space_id, event.notebook.folder
    return event.space.pk, event.folder


_NEARNESS: Mapping[str, int] = {
    Watch.Kind.SPACE: 0,
    Watch.Kind.FOLDER: 1,
    Watch.Kind.FAMILY: 2,
    Watch.Kind.RUNBOOK: 3,
}


def _muted(event: Event) -> set[int]:
    """Who muted this very runbook: what they watch above it brings nothing of it either."""
    if event.notebook is None:
        return set()
    muted = Watch.objects.filter(kind=Watch.Kind.RUNBOOK, notebook=event.notebook, muted=True)
    return set(muted.values_list("user_id", flat=True))


def folders_above(folder: str) -> list[str]:
    """A folder and those it lies in, without the space's top: "a/b" -> ["a", "a/b"]."""
    return list(accumulate(folder.split("/"), lambda above, name: f"{above}/{name}")) if folder else []


def _mail_wanted(people: Iterable[int]) -> dict[int, str]:
    """User id -> when they want mail; who wants none or has no address is left out."""
    if not settings.SENDS_MAIL:
        return {}
    wanting = MailChoice.objects.filter(user__in=people).exclude(when=MailChoice.When.OFF)
    return dict(wanting.exclude(user__email="").values_list("user_id", "when"))


def _notice(event: Event, person: int, watch: int | None, mail: str | None) -> Notice:
    return Notice(
        user_id=person,
        key=event.key,
        what=event.what,
        space=event.space,
        actor_name=event.actor.get_username() if event.actor else "",
        title=one_line(event.title)[:300],
        count=event.count,
        excerpt=_excerpt(event.excerpt),
        url=event.url,
        notebook=event.notebook,
        watch_id=watch,
        mail=Notice.Mail.WAITING if mail else Notice.Mail.NONE,
        mail_due_at=timezone.now() if mail else None,
    )


def _deliveries(event: Event) -> list[Delivery]:
    """Whom a mention addresses is nothing for other programs: the note itself is told to them. Nor is what a person's
    search finds, of all that this person may read."""
    if event.what == What.MENTION or (event.what == What.SEARCH_HIT and event.to):
        return []
    told = {
        "key": event.key,
        "event": str(event.what),
        "space": event.space.slug,
        "actor": event.actor.get_username() if event.actor else "",
        "title": one_line(event.title)[:300],
        "count": event.count,
        "excerpt": _excerpt(event.excerpt),
        "url": event.url,
        "notebook": event.notebook.pk if event.notebook else None,
        "at": timezone.now().isoformat(),
    }
    hooks = Webhook.objects.filter(space=event.space, is_on=True)
    return [Delivery(webhook=hook, key=event.key, what=event.what, told=told) for hook in hooks]


def _excerpt(text: str) -> str:
    text = one_line(text)
    return text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…"


def one_line(text: str) -> str:
    """In one line, without what no mail header and no XML may hold."""
    return " ".join(_UNSPEAKABLE.sub(" ", one_way(text)).split())
