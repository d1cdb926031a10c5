"""The inbox as its page shows it: what is new first, then the rest, each by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.contrib.auth.models import User
from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet
from django.utils import timezone

from inbox.models import Notice
from inbox.models.notice import NoticeQuerySet
from inbox.wording import headline, reason
from notebooks.models.space import Viewer


@dataclass(frozen=True, slots=True)
class Row:
    notice: Notice
    headline: str
    reason: str


@dataclass(frozen=True, slots=True)
class Day:
    is_unread: bool
    day: date  # in the reader's time zone
    rows: tuple[Row, ...]


def unread_count(user: Viewer) -> int:
    return Notice.objects.of(user).unread().count() if user.is_authenticated else 0


def listed(user: User) -> QuerySet[Notice]:
    is_read = ExpressionWrapper(Q(read_at__isnull=False), output_field=BooleanField())
    return Notice.objects.of(user).select_related("space", "watch").order_by(is_read, "-created_at", "-pk")


def by_day(notices: Iterable[Notice]) -> list[Day]:
    return [
        Day(is_unread, day, tuple(Row(notice, headline(notice), reason(notice)) for notice in those))
        for (is_unread, day), those in groupby(notices, key=_day)
    ]


def mark_read(user: User, notices: NoticeQuerySet) -> int:
    """How many were new."""
    return notices.filter(user=user).unread().update(read_at=timezone.now())


def _day(notice: Notice) -> tuple[bool, date]:
    return notice.read_at is None, timezone.localtime(notice.created_at).date()
