"""By whom and when a notebook was worked through, from what it and its place tell. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from urllib.parse import unquote, urlsplit

# Folders below which each person has one of their own (formats.md 6).
_PEOPLE = {"user-notebooks", "users", "home"}
_HUB_USER = re.compile(r"/user/([^/]+)(?:/|$)")
_DATE = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<dash>[-_.]?)(?P<month>\d\d)(?P=dash)(?P<day>\d\d)"
    r"(?:[-_T ](?P<hour>[01]\d|2[0-3])[-:]?(?P<minute>[0-5]\d)(?:[-:]?[0-5]\d)?)?(?!\d)"
)
_PARTS = ("year", "month", "day", "hour", "minute")
# A folder is dated in its people's time zone, and a copy carries times of what it was copied from.
_EARLIEST = timedelta(hours=14)
_BREAK = timedelta(hours=12)  # a longer one ends a session


@dataclass(frozen=True, slots=True)
class Occasion:
    began: datetime
    ended: datetime | None  # None where no cell tells a time


def person_of(server_url: str, path: str, owner: str) -> str:
    """Who worked with it: the hub's user that saved it last, whose folder it lies in, else its owner."""
    on_hub = _HUB_USER.search(urlsplit(server_url).path) if _is_url(server_url) else None
    if on_hub:
        return unquote(on_hub[1])[:150]
    folders = path.split("/")[:-1]
    for place, name in pairwise(folders):
        if place in _PEOPLE:
            return name[:150]
    return owner


def occasion_of(path: str, times: Iterable[datetime], saved: datetime, zone: tzinfo) -> Occasion:
    """When it was worked on: by its folder's date, by its cells' `times`, else when it was `saved`.

    A copy keeps the times of cells that nobody ran again, so what lies before the folder's date is not its own,
    and without such a date only the last session counts. `zone` is that of dates in paths.
    """
    dated = date_of(path, zone)
    known = sorted(times)
    if dated is None:
        own = _last_session(known)
        return Occasion(own[0], own[-1]) if own else Occasion(saved, None)
    own = [time for time in known if time >= dated - _EARLIEST]
    if own and own[0] - dated <= timedelta(days=2):
        return Occasion(own[0], own[-1])
    return Occasion(dated, own[-1] if own else None)


def date_of(path: str, zone: tzinfo) -> datetime | None:
    """The date, or date and time, that the path bears; the innermost name that has one decides."""
    for name in reversed(path.split("/")):
        for match in _DATE.finditer(name):
            if (date := _moment(match, zone)) is not None:
                return date
    return None


def _moment(match: re.Match[str], zone: tzinfo) -> datetime | None:
    year, month, day, hour, minute = (int(number or 0) for number in match.group(*_PARTS))
    try:
        return datetime(year, month, day, hour, minute, tzinfo=zone)
    except ValueError:  # 20261399 is a number, not a date
        return None


def _last_session(times: list[datetime]) -> list[datetime]:
    start = len(times) - 1
    while start > 0 and times[start] - times[start - 1] <= _BREAK:
        start -= 1
    return times[max(start, 0) :]


def _is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).netloc)
    except ValueError:
        return False
