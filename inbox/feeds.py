"""Notices as an Atom feed."""

import hashlib
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


def feed_of(title: str, path: str, notices: QuerySet[Notice]) -> str:
    """Its entries are known by the event, so that a renewed address shows none of them as new. An entry leads through
    the inbox, which asks who is there."""
    host = urlsplit(settings.BASE_URL).hostname
    # The address holds the key: what stands in the feed as its name must not.
    name = hashlib.sha256(path.encode()).hexdigest()[:16]
    feed = Atom1Feed(title, f"{settings.BASE_URL}{reverse('inbox')}", "", feed_guid=f"tag:{host},2026:{name}")
    for notice in notices.select_related("space").order_by("-created_at", "-pk")[:MOST]:
        feed.add_item(
            headline(notice),
            f"{settings.BASE_URL}{reverse('inbox-open', args=[notice.pk])}",
            str(escape(notice.excerpt)),  # a summary is read as HTML
            author_name=notice.actor_name or "OpsNotes",
            unique_id=f"tag:{host},2026:notice-{notice.pk}",
            pubdate=notice.created_at,
            updateddate=notice.created_at,
            categories=[notice.get_what_display()],
        )
    return str(feed.writeString("utf-8"))
