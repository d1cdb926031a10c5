"""In which language and time zone somebody is written to who has no request of their own."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import User
from django.utils import timezone, translation


def zone_of(user: User) -> ZoneInfo:
    return ZoneInfo(getattr(_preferences(user), "time_zone", "") or settings.TIME_ZONE)


@contextmanager
def as_wanted_by(user: User) -> Iterator[None]:
    """What is written in here is in their language, and times are theirs."""
    language = getattr(_preferences(user), "language", "") or settings.LANGUAGE_CODE
    with translation.override(language), timezone.override(zone_of(user)):
        yield


def _preferences(user: User) -> Any:
    """What they chose, if anything: a record of a floor above, so known here by its name alone."""
    return getattr(user, "preferences", None)
