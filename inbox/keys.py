"""Secrets that people must be able to look up again: worked out of the server's key, so that no row holds them.

Whoever reads the database or a backup of it without OPSNOTES_SECRET_KEY knows none of them. They change with that
key; renewing one counts its number on.
"""

import re

from django.contrib.auth.models import User
from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

from inbox.models import FeedKey, Webhook

_FEED_KEY = re.compile("([0-9]{1,18})-[0-9a-f]{64}")
_STOP = "inbox.stop"


def feed_key_of(user: User) -> str:
    row, _made = FeedKey.objects.get_or_create(user=user)
    return _feed_key(row)


def renew_feed_key(user: User) -> None:
    """From now on the old address opens nothing."""
    row, _made = FeedKey.objects.get_or_create(user=user)
    row.number += 1
    row.save()


def reader_with(key: str) -> User | None:
    """Whose feeds this key opens; nobody's where the account is not in use any more."""
    match = _FEED_KEY.fullmatch(key)
    row = FeedKey.objects.select_related("user").filter(user=int(match[1])).first() if match else None
    if row is None or not row.user.is_active or not constant_time_compare(key, _feed_key(row)):
        return None
    return row.user


def secret_of(webhook: Webhook) -> str:
    """What its messages are signed with; the receiver is given it."""
    return _hmac("inbox.webhook", f"{webhook.pk}:{webhook.number}")


def stop_token(user_id: int, watch_id: int | None) -> str:
    """For the link in a mail: whoever has it may stop this person's mail, or this watch, and nothing else."""
    return signing.dumps([user_id, watch_id], salt=_STOP)


def stopping(token: str) -> tuple[int, int | None] | None:
    """The user and the watch that a token was made for; it holds for ever, as a mail does."""
    try:
        user_id, watch_id = signing.loads(token, salt=_STOP)
    except signing.BadSignature:
        return None
    return user_id, watch_id


def _feed_key(row: FeedKey) -> str:
    return f"{row.user_id}-{_hmac('inbox.feed', f'{row.user_id}:{row.number}')}"


def _hmac(salt: str, value: str) -> str:
    return salted_hmac(salt, value, algorithm="sha256").hexdigest()
