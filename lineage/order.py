"""What kept its order. Pure."""

from bisect import bisect_left
from collections.abc import Sequence


def kept_in_order(numbers: Sequence[int]) -> frozenset[int]:
    """The places in `numbers` of a longest rising subsequence: those that did not move."""
    ends: list[int] = []  # the place of the smallest number that ends a rise of each length
    values: list[int] = []
    before: list[int | None] = []
    for place, number in enumerate(numbers):
        length = bisect_left(values, number)
        before.append(ends[length - 1] if length else None)
        ends[length : length + 1] = [place]
        values[length : length + 1] = [number]
    kept = set()
    last = ends[-1] if ends else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return frozenset(kept)
