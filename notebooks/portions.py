"""Values in portions, where a database takes only so many parameters in one query. Pure."""

from collections.abc import Collection, Iterator
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

# SQLite before 3.32 takes 999, and a query may name each value twice.
PORTION = 450


def portions(values: Collection[T], size: int = PORTION) -> Iterator[list[T]]:
    """Each value once, at most `size` at a time; nothing where there are none."""
    left = iter(values)
    while portion := list(islice(left, size)):
        yield portion
