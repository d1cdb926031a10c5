"""Who is due for a mail, and sending it: never twice.

A row says SENDING before anything leaves. A worker that dies then leaves it so, and nobody sends that mail again: of
the two things that can happen to a mail, to be lost or to come twice, we chose that one may be lost. The notice is in
the inbox all the same. Only where the server cannot be reached, or answers that it does not take the mail for now,
is it tried again.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from inbox.mail import digest_of, mail_of
from inbox.manners import zone_of
from inbox.models import MailChoice, Notice
from inbox.models.notice import NoticeQuerySet
from inbox.posting import Fate, post
from notebooks.models import Space

logger = logging.getLogger(__name__)

When, Mail = MailChoice.When, Notice.Mail
MOST_ATTEMPTS = 6
FIRST_PAUSE = timedelta(minutes=1)  # doubled with every attempt
# Longer than a mail takes: a row that says SENDING for so long was held by a worker that died.
GIVEN_UP_AFTER = timedelta(hours=1)


def send_due(seconds: float) -> bool:
    """Sends for about so long; says whether more is due."""
    if not settings.SENDS_MAIL:
        return False
    until = time.monotonic() + seconds
    while notice := _at_once().first():
        _send_one(notice)
        if time.monotonic() > until:
            return _at_once().exists()
    _send_digests()
    return False


def sweep() -> None:
    """Closes what a killed worker left, and says so."""
    left = Notice.objects.filter(mail=Mail.SENDING, mail_due_at__lt=timezone.now() - GIVEN_UP_AFTER)
    if count := left.update(mail=Mail.FAILED):
        logger.warning("%d mails may or may not have left when a worker died; they are not sent again", count)


def is_digest_due(hour: int, zone: ZoneInfo, last: datetime, now: datetime) -> bool:
    """Whether the daily hour has come, in that zone, since the last time."""
    today = now.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0)
    latest = today if today <= now else (today - timedelta(days=1))
    return last < latest


def _at_once() -> NoticeQuerySet:
    wanted = MailChoice.objects.filter(user=OuterRef("user"), when=When.AT_ONCE)
    due = Notice.objects.waiting_for_mail().filter(Exists(wanted), mail_due_at__lte=timezone.now())
    return due.select_related("user__preferences", "space", "watch").order_by("mail_due_at", "pk")


def _send_one(notice: Notice) -> None:
    if not _claim(Notice.objects.filter(pk=notice.pk), timezone.now()):
        return
    if wanted := _still_wanted(notice.user, [notice]):
        _note([notice.pk], post(mail_of(notice.user, wanted[0])))


def _send_digests() -> None:
    waiting = Notice.objects.waiting_for_mail().filter(user=OuterRef("user"), mail_due_at__lte=timezone.now())
    choices = MailChoice.objects.filter(Exists(waiting), when=When.DIGEST)
    for choice in choices.select_related("user__preferences").order_by("pk"):
        if is_digest_due(choice.hour, zone_of(choice.user), choice.digested_at, timezone.now()):
            _send_digest(choice)


def _send_digest(choice: MailChoice) -> None:
    notices = _claim_digest(choice)
    if wanted := _still_wanted(choice.user, notices):
        fate = post(digest_of(choice.user, wanted))
        _note([notice.pk for notice in wanted], fate)
        if fate is Fate.NOT_SENT:  # its hour stays open
            MailChoice.objects.filter(pk=choice.pk).update(digested_at=choice.digested_at)


def _claim_digest(choice: MailChoice) -> list[Notice]:
    """The day and its notices together, or neither: of two workers one gets both."""
    now, mine = timezone.now(), Notice.objects.filter(user=choice.user)
    with transaction.atomic():
        unchanged = MailChoice.objects.filter(pk=choice.pk, digested_at=choice.digested_at)
        if not unchanged.update(digested_at=now):
            return []
        _claim(mine.filter(mail_due_at__lte=now), now)
        ours = mine.filter(mail=Mail.SENDING, mail_due_at=now)  # told apart by the moment: to the microsecond
        return list(ours.select_related("space", "watch").order_by("created_at", "pk"))


def _claim(notices: NoticeQuerySet, now: datetime) -> int:
    """How many of these are ours now."""
    return notices.waiting_for_mail().update(
        mail=Mail.SENDING, mail_due_at=now, mail_attempts=F("mail_attempts") + 1
    )


def _still_wanted(user: User, notices: Iterable[Notice]) -> list[Notice]:
    """Those not read meanwhile and, asked now, of a space that the person may read. The others are closed."""
    pks = [notice.pk for notice in notices]
    readable = Notice.objects.filter(pk__in=pks, space__in=Space.objects.visible_to(user)).unread()
    can_get_mail = user.is_active and user.email
    wanted = set(readable.values_list("pk", flat=True)) if can_get_mail else set()
    Notice.objects.filter(pk__in=set(pks) - wanted).update(mail=Mail.SKIPPED)
    return [notice for notice in notices if notice.pk in wanted]


def _note(pks: Sequence[int], fate: Fate) -> None:
    ours, now = Notice.objects.filter(pk__in=pks, mail=Mail.SENDING), timezone.now()
    if fate is Fate.SENT:
        ours.update(mail=Mail.SENT, mailed_at=now)
    elif fate is Fate.NOT_SENT:
        ours.filter(mail_attempts__gte=MOST_ATTEMPTS).update(mail=Mail.FAILED)
        for attempts in range(1, MOST_ATTEMPTS):
            pause = FIRST_PAUSE * 2 ** (attempts - 1)
            ours.filter(mail_attempts=attempts).update(mail=Mail.WAITING, mail_due_at=now + pause)
    else:
        ours.update(mail=Mail.FAILED)
