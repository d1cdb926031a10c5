"""A page of a list among others on one page: each has a parameter of its own in the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict

LAST = 10_000


@dataclass(frozen=True, slots=True)
class Slice:
    first: int  # of its items, from 0
    last: int  # the one after its last
    total: int
    previous_url: str
    next_url: str

    @property
    def start(self) -> int:
        """As people count."""
        return self.first + 1

    @property
    def has_others(self) -> bool:
        return bool(self.previous_url or self.next_url)


def sliced(asked: QueryDict, name: str, total: int, size: int, anchor: str = "") -> Slice:
    """The page that the parameter `name` asks for; the last where there are not so many."""
    pages = max(1, -(-total // size))
    number = min(number_in(asked, name), pages)

    def url(page: int) -> str:
        return addressed(asked, **{name: page if page > 1 else None}) + anchor if 1 <= page <= pages else ""

    first = (number - 1) * size
    return Slice(first, min(first + size, total), total, url(number - 1), url(number + 1))


def number_in(asked: QueryDict, name: str, least: int = 1) -> int:
    """What a parameter says, if that is a number that can be meant."""
    text = asked.get(name, "")
    if not (text.isascii() and text.isdecimal()):
        return least
    # Python reads no number of thousands of digits.
    return LAST if len(text) > len(str(LAST)) else max(least, min(int(text), LAST))


def addressed(asked: QueryDict, **changed: Any) -> str:
    """The same address with some parameters changed; None and '' take one out."""
    known = {**asked.dict(), **changed}
    return f"?{urlencode({name: value for name, value in known.items() if value not in (None, '')})}"
