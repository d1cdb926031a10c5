"""What a person searched for lately. Theirs alone, gone when they say so."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib.auth.models import User
from django.db import OperationalError
from django.utils import timezone

from notebooks.models.space import Viewer
from notebooks.paths import storable
from search.models import PastSearch
from search.models.past import LONGEST

logger = logging.getLogger(__name__)

KEPT = 20


def remember(user: Viewer, text: str) -> None:
    """The same words again move to the front. No search fails because they could not be written down."""
    text = storable(text.strip())
    if not isinstance(user, User) or not is_wanted(user) or not 0 < len(text) <= LONGEST:
        return
    if last_of(user, 1) == [text]:
        return
    try:
        _write(user, text)
    except OperationalError:
        logger.warning("A search was not written into its person's history: the database was busy")


def last_of(user: Viewer, most: int = KEPT) -> list[str]:
    """The latest first."""
    if not user.is_authenticated:
        return []
    return list(PastSearch.objects.filter(user=user.pk).values_list("text", flat=True)[:most])


def forget(user: User) -> None:
    PastSearch.objects.filter(user=user).delete()


def is_wanted(user: User) -> bool:
    """As they chose, if anything: a record of a floor above, so known here by its name alone."""
    preferences: Any = getattr(user, "preferences", None)
    return bool(getattr(preferences, "search_history", True))


def _write(user: User, text: str) -> None:
    PastSearch.objects.bulk_create(
        [PastSearch(user=user, text=text, at=timezone.now())],
        update_conflicts=True,
        unique_fields=["user", "text"],
        update_fields=["at"],
    )
    mine = PastSearch.objects.filter(user=user)
    if gone := list(mine.values_list("pk", flat=True)[KEPT:]):
        mine.filter(pk__in=gone).delete()
