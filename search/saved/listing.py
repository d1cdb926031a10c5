"""The page of all saved searches that a person may see: their own, then those of each space."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from django.conf import settings
from django.contrib.auth.models import User
from django.urls import reverse

from inbox.keys import feed_key_of
from notebooks.models import Space
from search.labels import FACETS, label
from search.models import Following, SavedSearch


@dataclass(frozen=True, slots=True)
class Row:
    search: SavedSearch
    narrowings: Sequence[str]
    is_told: bool
    is_changeable: bool
    feed: str  # its address, which is a secret


@dataclass(frozen=True, slots=True)
class Group:
    space: Space | None  # None: one's own
    rows: Sequence[Row]


def listed(user: User) -> list[Group]:
    key = feed_key_of(user)
    told = set(Following.objects.filter(user=user, is_told=True).values_list("search", flat=True))
    changeable = set(SavedSearch.objects.changeable_by(user).values_list("pk", flat=True))
    visible = SavedSearch.objects.visible_to(user).select_related("space")
    rows = sorted(visible.order_by("name", "pk"), key=_place)
    return [
        Group(those[0].space, [_row(search, told, changeable, key) for search in those])
        for those in (list(each) for _, each in groupby(rows, key=_place))
    ]


def _place(search: SavedSearch) -> tuple[str, int]:
    """One's own before all: no space has an empty name."""
    return (search.space.name, search.space.pk) if search.space else ("", 0)


def _row(search: SavedSearch, told: set[int], changeable: set[int], key: str) -> Row:
    feed = f"{settings.BASE_URL}{reverse('feed-search', args=[key, search.pk])}"
    return Row(search, list(_narrowings(search)), search.pk in told, search.pk in changeable, feed)


def _narrowings(search: SavedSearch) -> Iterator[str]:
    for name, value in search.narrowed.items():
        yield f"{FACETS[name]}: {label(name, value, value)}"
