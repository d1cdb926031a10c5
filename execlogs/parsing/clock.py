"""From `2026-11-21 14:35:58(JST)` to a moment (formats.md 2.2). Pure.

An abbreviation names no zone: CST is Chicago's and Shanghai's. So the source's zone is asked first whether it called
itself so at that time; only then a table of those that mean one thing, or mostly one.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

_TEXT = re.compile(
    r"(?P<day>\d{4}-\d\d-\d\d)[ T](?P<time>\d\d:\d\d:\d\d(?:\.\d{1,6})?)\s*"
    r"(?:\((?P<in_brackets>[^)]*)\)?|(?P<zone>\S*))",
    re.ASCII,
)
_STEM = re.compile(r"/\d{8}-(?P<time>\d{6})-0?(?P<milliseconds>\d{3})\.log$", re.ASCII)
_OFFSET = re.compile(r"(?:UTC|GMT)?(?P<sign>[+-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.ASCII)

_HOURS = {
    "UTC": 0, "GMT": 0, "Z": 0, "UCT": 0, "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MEZ": 1, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "SAST": 2, "EAT": 3, "WAT": 1, "CAT": 2, "PKT": 5, "WIB": 7, "WITA": 8, "WIT": 9,
    "ICT": 7, "HKT": 8, "SGT": 8, "MYT": 8, "PHT": 8, "JST": 9, "KST": 9, "AWST": 8, "ACST": 9.5, "ACDT": 10.5,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13, "NST": -3.5, "NDT": -2.5, "BRT": -3, "ART": -3, "AST": -4,
    "ADT": -3, "EST": -5, "EDT": -4, "CDT": -5, "MDT": -6, "PDT": -7, "MST": -7, "PST": -8,
    "AKST": -9, "AKDT": -8, "HST": -10,
}  # fmt: skip
# These are somebody else's as well: what is most often meant, said to be a guess.
_MOSTLY = {"CST": -6, "IST": 5.5, "BST": 1}


@dataclass(frozen=True, slots=True)
class Moment:
    at: datetime  # UTC
    is_guess: bool = False  # the text did not say which zone, or names two moments


def moment_of(text: str, zone: tzinfo) -> Moment | None:
    """When `text` was, written by a clock of `zone`, as far as it does not say otherwise; None where it is no time."""
    found = _TEXT.match(text.strip())
    if found is None:
        return None
    try:
        local = datetime.fromisoformat(f"{found['day']} {found['time']}")
        return _moment(local, (found["in_brackets"] or found["zone"] or "").strip(), zone)
    except (ValueError, OverflowError):  # the 31st of June, or before the year 1 by the time it is UTC
        return None


def with_milliseconds(at: datetime, text: str, path: str) -> datetime:
    """`at`, which was written as `text`, with the part of the second that the log's name has: it puts in order what
    ran within one."""
    stem, written = _STEM.search(path), _TEXT.match(text.strip())
    if stem is None or written is None or written["time"].replace(":", "") != stem["time"]:
        return at
    return at.replace(microsecond=int(stem["milliseconds"]) * 1000)


def _moment(local: datetime, abbreviation: str, zone: tzinfo) -> Moment:
    if named := _in(zone, local, abbreviation):
        return Moment(named)
    if offset := _offset(abbreviation):
        return Moment(_utc(local, offset), is_guess=abbreviation.upper() in _MOSTLY)
    return Moment(_utc(local, zone), is_guess=bool(abbreviation) or not _is_clear(local, zone))


def _in(zone: tzinfo, local: datetime, abbreviation: str) -> datetime | None:
    """`local` in `zone`, where that calls itself so then. An hour that comes twice has two names."""
    for fold in (0, 1):
        there = local.replace(tzinfo=zone, fold=fold)
        if abbreviation and there.tzname() == abbreviation and _exists(there):
            return there.astimezone(UTC)
    return None


def _offset(abbreviation: str) -> timezone | None:
    known = _HOURS | _MOSTLY
    if abbreviation.upper() in known:
        return timezone(timedelta(hours=known[abbreviation.upper()]))
    number = _OFFSET.fullmatch(abbreviation)
    if number is None:
        return None
    size = timedelta(hours=int(number["hours"]), minutes=int(number["minutes"] or 0))
    return timezone(-size if number["sign"] == "-" else size)


def _utc(local: datetime, zone: tzinfo) -> datetime:
    return local.replace(tzinfo=zone).astimezone(UTC)


def _is_clear(local: datetime, zone: tzinfo) -> bool:
    """Whether the clocks there showed this time once: not twice, and not never."""
    first, second = (local.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    return first.utcoffset() == second.utcoffset()


def _exists(there: datetime) -> bool:
    """Clocks that are put forward show no time between."""
    back = there.astimezone(UTC).astimezone(there.tzinfo)
    return back.replace(tzinfo=None) == there.replace(tzinfo=None)
