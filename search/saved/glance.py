"""Saved searches in a line each, with how much is new to the person since they opened them."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2s

from django.core.cache import cache
from haystack.exceptions import SearchBackendError

from notebooks.models.space import Viewer
from search.models import Following, SavedSearch
from search.saved.asking import ask, since
from search.sight import Sight

logger = logging.getLogger(__name__)

SHOWN = 8  # on home; each costs the engine a question
COUNTED_FOR = 60  # seconds


@dataclass(frozen=True, slots=True)
class Line:
    search: SavedSearch
    new: int | None  # None where nobody counts: without an account, or where the engine fails


@dataclass(frozen=True, slots=True)
class Glance:
    lines: Sequence[Line]
    has_more: bool
    has_failed: bool


def glance(user: Viewer) -> Glance:
    """One's own first."""
    visible = (
        SavedSearch.objects.visible_to(user).select_related("space").order_by("space__name", "name", "pk")
    )
    found = sorted(visible[: 4 * SHOWN], key=lambda search: search.space_id is not None)
    shown = found[:SHOWN]
    counts = _counts(shown, user)
    lines = [Line(search, counts.get(search.pk)) for search in shown]
    return Glance(lines, len(found) > SHOWN, has_failed=counts.keys() < {search.pk for search in shown})


def _counts(searches: Sequence[SavedSearch], user: Viewer) -> dict[int, int]:
    if not user.is_authenticated or not searches:
        return dict.fromkeys((search.pk for search in searches), 0)
    opened = dict(
        Following.objects.filter(user=user.pk, search__in=searches).values_list("search", "opened_at")
    )
    sight = Sight(user)
    try:
        return {
            search.pk: _count(search, opened.get(search.pk) or search.created_at, sight, user)
            for search in searches
        }
    except SearchBackendError:
        logger.exception("The search engine failed")
        return {}


def _count(search: SavedSearch, opened_at: datetime, sight: Sight, user: Viewer) -> int:
    """For a minute as it was: home is opened again and again."""
    asked = repr((search.text, search.narrowed, sorted(sight.spaces), opened_at))
    key = f"saved-search-{search.pk}-{user.pk}-{blake2s(asked.encode()).hexdigest()}"
    known: int | None = cache.get(key)
    if known is None:
        cache.set(key, known := ask(search, sight, since(opened_at)).count, COUNTED_FOR)
    return known
