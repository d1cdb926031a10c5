"""Keys that notebook servers hold. Only their digest is kept; the key itself is shown once, when it is made."""

import hashlib
import secrets
from datetime import timedelta

from django.contrib.auth.models import User
from django.utils import timezone

from notebooks.models import Space
from stickies.models import DoorKey

USE_NOTED_EVERY = timedelta(hours=1)  # a write for every cell that is looked at would cost more than it tells


def make_key(space: Space, name: str, by: User) -> str:
    """The new key's text; letters that sidestickies puts into an address as they are."""
    text = secrets.token_urlsafe(32)
    DoorKey.objects.create(space=space, name=name, digest=_digest(text), made_by=by)
    return text


def find_key(text: str) -> DoorKey | None:
    return DoorKey.objects.select_related("space").filter(digest=_digest(text.strip())).first()


def note_use(key: DoorKey) -> None:
    now = timezone.now()
    if key.used_at is None or now - key.used_at > USE_NOTED_EVERY:
        DoorKey.objects.filter(pk=key.pk).update(used_at=now)


def _digest(text: str) -> str:
    # 256 random bits: one round is as good as a slow hash would be.
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()
