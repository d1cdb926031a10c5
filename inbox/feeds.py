"""Atom feeds: of notices, and of whatever else has a title, an address and a time."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape

from inbox.models import Notice
from inbox.wording import headline

MEDIA_TYPE = "application/atom+xml; charset=utf-8"
MOST = 100


@dataclass(frozen=True, slots=True)
class Entry:
    name: str  # that a reader knows it by, whatever address the feed has
    title: str
    path: str  # on this site
    excerpt: str
    author: str
    at: datetime
    kind: str


def feed_of(title: str, path: str, notices: QuerySet[Notice]) -> str:
    """Its entries are known by the event, so that a renewed address shows none of them as new. An entry leads through
    the inbox, which asks who is there."""
    newest = notices.select_related("space").order_by("-created_at", "-pk")[:MOST]
    return atom(title, path, reverse("inbox"), map(_entry, newest))


def atom(title: str, path: str, page: str, entries: Iterable[Entry]) -> str:
    """`path` is the feed's own, `page` what it repeats."""
    host = urlsplit(settings.BASE_URL).hostname
    # The address holds the key: what stands in the feed as its name must not.
    name = hashlib.sha256(path.encode()).hexdigest()[:16]
    feed = Atom1Feed(title, f"{settings.BASE_URL}{page}", "", feed_guid=f"tag:{host},2026:{name}")
    for entry in entries:
        feed.add_item(
            entry.title,
            f"{settings.BASE_URL}{entry.path}",
            str(escape(entry.excerpt)),  # a summary is read as HTML
            author_name=entry.author or "OpsNotes",
            unique_id=f"tag:{host},2026:{entry.name}",
            pubdate=entry.at,
            updateddate=entry.at,
            categories=[entry.kind],
        )
    return str(feed.writeString("utf-8"))


def _entry(notice: Notice) -> Entry:
    return Entry(
        name=f"notice-{notice.pk}",
        title=headline(notice),
        path=reverse("inbox-open", args=[notice.pk]),
        excerpt=notice.excerpt,
        author=notice.actor_name,
        at=notice.created_at,
        kind=notice.get_what_display(),
    )
