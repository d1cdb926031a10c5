"""Limits of time for work that would rather be done worse than late."""

from collections.abc import Callable
from time import monotonic


def within(seconds: float) -> Callable[[], bool]:
    """Whether so many seconds from now are over."""
    end = monotonic() + seconds
    return lambda: monotonic() > end
