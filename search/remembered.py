"""What is asked of the database for a completion, known for half a minute: all that was executed is gone through for
it, and at each letter somebody types it would be again.

By the spaces that the person may read at this moment. So are the hits of what it is asked for; all other hits are
counted anew each time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import blake2b
from typing import Any, TypeVar

from django.core.cache import cache
from haystack.query import SQ

from search.facts import Borne, Facts
from search.language.dates import Stretch
from search.language.tree import Field, Leaf

KEPT_FOR = 30  # seconds
_SLOW = {"by", "ran", "failed"}
_SLOW_VALUES = {"has": {"note", "hazard"}, "is": {"stale"}}

T = TypeVar("T")


def remembered(asked: Any, make: Callable[[], T]) -> T:
    """`asked` is told apart by how it is written."""
    key = f"completion-{blake2b(repr(asked).encode(), digest_size=16).hexdigest()}"
    known = cache.get(key)
    if known is None:
        known = make()
        cache.set(key, known, KEPT_FOR)
    made: T = known
    return made


def is_slow(field: Field) -> bool:
    """Whether the database is asked for it, and not the index alone."""
    slow = _SLOW_VALUES.get(field.name, set())
    return field.name in _SLOW or any(value.text in slow for value in field.values)


class RememberedFacts(Facts):
    """For an Asking whose now is that of its minute: what a moment is asked for would be new each time."""

    def executed(self, people: Sequence[Leaf], times: Sequence[Stretch | None]) -> Borne:
        return self._known(("executed", people, times), lambda: Facts.executed(self, people, times))

    def failures(self) -> tuple[Sequence[tuple[str, int]], Sequence[tuple[int, int]]]:
        return self._known("failures", lambda: Facts.failures(self))

    def noted(self, *, only_hazards: bool) -> SQ:
        return self._known(("noted", only_hazards), lambda: Facts.noted(self, only_hazards=only_hazards))

    def _known(self, asked: Any, make: Callable[[], T]) -> T:
        return remembered((sorted(self.spaces), asked), make)
