"""What a saved search finds now: exactly its words, the newest first. Nothing that only begins so, which the search
page offers where there is nothing else."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from haystack.query import SQ

from notebooks.models import Space
from search.asking import Asking
from search.facts import Facts
from search.find import Wish, narrowed
from search.language import read
from search.models import Due, SavedSearch
from search.sight import MOST_STALE, NEWEST, Answer, Sight


class SpaceSight(Sight):
    """What all readers of one space see of it, and nothing beside it: for what the space itself is told.

    What changed and has yet to be indexed is left out: it comes again once it is.
    """

    def __init__(self, space: Space) -> None:
        super().__init__(AnonymousUser())
        self.spaces = {space.pk: space}

    @cached_property
    def _stale(self) -> Collection[int]:
        return list(Due.objects.values_list("notebook_id", flat=True).distinct()[:MOST_STALE])


def wish_of(search: SavedSearch) -> Wish:
    return Wish(search.text, search.sort, narrowed=search.narrowed)


def ask(search: SavedSearch, sight: Sight, within: SQ | None = None, size: int = 0) -> Answer:
    """Raises haystack.exceptions.SearchBackendError."""
    wish = wish_of(search)
    sought = Asking(Facts(sight.spaces), timezone.localtime()).of(read(wish.text).tree)
    if not sought and wish.text.strip():
        return Answer()
    asked = narrowed(wish, sight.spaces) & sought
    return sight.ask(asked & within if within else asked, order=NEWEST, size=size)


def since(moment: datetime) -> SQ:
    """What came in or changed from then on."""
    return SQ(created__gte=moment) | SQ(updated__gte=moment)


def names_of(answer: Answer) -> list[str]:
    """Of its documents."""
    return [str(_id(result)) for result in answer.results]


def _id(result: Any) -> str:
    identifier: str = result.id
    return identifier
