"""Limits of time for work that would rather be done worse than late."""

from time import monotonic


class Limit:
    """Called, it says whether the time is over; and afterwards, whether it ever said so."""

    def __init__(self, seconds: float) -> None:
        self._end = monotonic() + seconds
        self.was_reached = False

    def __call__(self) -> bool:
        self.was_reached = monotonic() > self._end
        return self.was_reached


def within(seconds: float) -> Limit:
    return Limit(seconds)
