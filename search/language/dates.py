"""Times as people write them, English and Japanese. Pure.

A moment is a day or longer ("2026-03", "yesterday", "3月"): a stretch of time from its first instant to that of the
next. An age ("30d", "2週間") is so long before now.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

_COMPARED = re.compile(r"(?P<sign><=|>=|<|>|=|)(?P<rest>.*)", re.DOTALL)
_RANGE = re.compile(r"(?P<first>.*?)(?:\.\.|～|〜)(?P<last>.*)", re.DOTALL)
_YEAR = r"(?P<year>(?:19|20)\d\d)"
_DAY_FORMS = tuple(
    re.compile(form)
    for form in (
        rf"{_YEAR}",
        rf"{_YEAR}年",
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})",
        rf"{_YEAR}年(?P<month>\d{{1,2}})月",
        rf"{_YEAR}[-/.](?P<month>\d{{1,2}})[-/.](?P<day>\d{{1,2}})",
        rf"{_YEAR}(?P<month>\d\d)(?P<day>\d\d)",
        rf"{_YEAR}年(?P<month>\d{{1,2}})月(?P<day>\d{{1,2}})日",
        r"(?P<month>\d{1,2})月",
        r"(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    )
)
_AGE = re.compile(
    r"(?P<count>\d{1,5})\s*(?:(?P<hours>h|hours?|時間)|(?P<days>d|days?|日)|(?P<weeks>w|weeks?|週間?)"
    r"|(?P<months>mo|months?|か月|ヶ月|カ月|ヵ月)|(?P<years>y|years?|年))(?:\s*(?:ago|前))?",
    re.IGNORECASE,
)
_YEAR_BY_NAME = re.compile(r"(?:19|20)\d\d\s*年")
_LENGTHS = {
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
    "weeks": timedelta(days=7),
    "months": timedelta(days=30),
    "years": timedelta(days=365),
}
_DAYS_BACK = {"today": 0, "今日": 0, "本日": 0, "yesterday": 1, "昨日": 1, "一昨日": 2, "おととい": 2}
_WEEKS_BACK = {"this-week": 0, "今週": 0, "last-week": 1, "先週": 1}
_MONTHS_BACK = {"this-month": 0, "今月": 0, "last-month": 1, "先月": 1}
_YEARS_BACK = {"this-year": 0, "今年": 0, "last-year": 1, "昨年": 1, "去年": 1}


@dataclass(frozen=True, slots=True)
class Stretch:
    """From `start` on, before `end`; None where it is open."""

    start: datetime | None
    end: datetime | None


def stretch_of(text: str, now: datetime) -> Stretch | None:
    """What a date field's value means, in the time zone of `now`; None where it means nothing.

    "2026-03" is in that month, ">=2026-03-01" from that day on, "30d" and "<30d" less than so long ago, ">30d" longer
    ago, "2026-01..2026-03" from one to the other.
    """
    text = text.strip()
    if (match := _RANGE.fullmatch(text)) is not None:
        return _between(match["first"].strip(), match["last"].strip(), now)
    match = _COMPARED.fullmatch(text)
    if match is None:
        return None
    sign, rest = match["sign"], match["rest"].strip()
    if (age := _age(rest)) is not None:
        return _by_age(sign, age, now)
    named = _named(rest, now)
    return _compared(sign, named) if named else None


def apart(text: str) -> tuple[str, str]:
    """The sign before a value, and the rest."""
    match = _COMPARED.fullmatch(text.strip())
    return (match["sign"], match["rest"].strip()) if match else ("", text)


def counted(text: str) -> tuple[int, str] | None:
    """How many of which unit an age is: hours, days, weeks, months, years."""
    match = _AGE.fullmatch(text)
    if match is None or (match["years"] and _YEAR_BY_NAME.fullmatch(text)):
        return None
    unit = next(name for name in ("hours", "days", "weeks", "months", "years") if match[name])
    return int(match["count"]), unit


def _between(first: str, last: str, now: datetime) -> Stretch | None:
    start, end = (_named(first, now) if first else None), (_named(last, now) if last else None)
    if (first and start is None) or (last and end is None) or not (first or last):
        return None
    return Stretch(start.start if start else None, end.end if end else None)


def _compared(sign: str, named: Stretch) -> Stretch:
    if sign == "<":
        return Stretch(None, named.start)
    if sign == "<=":
        return Stretch(None, named.end)
    if sign == ">":
        return Stretch(named.end, None)
    return Stretch(named.start, None) if sign == ">=" else named


def _by_age(sign: str, age: timedelta, now: datetime) -> Stretch | None:
    try:
        then = now - age
    except OverflowError:
        return None
    return Stretch(None, then) if sign in {">", ">="} else Stretch(then, None)


def _age(text: str) -> timedelta | None:
    age = counted(text)
    return age[0] * _LENGTHS[age[1]] if age else None


def _named(text: str, now: datetime) -> Stretch | None:
    days = _by_name(text.casefold(), now.date()) or _by_form(text, now.date())
    if days is None:
        return None
    midnight = partial(datetime.combine, time=time(), tzinfo=now.tzinfo)
    return Stretch(midnight(days[0]), midnight(days[1]))


def _by_name(text: str, today: date) -> tuple[date, date] | None:
    """The first day, and the one after the last."""
    if (days := _DAYS_BACK.get(text)) is not None:
        return today - timedelta(days), today - timedelta(days - 1)
    if (weeks := _WEEKS_BACK.get(text)) is not None:
        monday = today - timedelta(today.weekday() + 7 * weeks)
        return monday, monday + timedelta(7)
    if (months := _MONTHS_BACK.get(text)) is not None:
        number = today.year * 12 + today.month - 1 - months
        return _days(number // 12, number % 12 + 1, None)
    if (years := _YEARS_BACK.get(text)) is not None:
        return _days(today.year - years, None, None)
    return None


def _by_form(text: str, today: date) -> tuple[date, date] | None:
    for form in _DAY_FORMS:
        if (match := form.fullmatch(text)) is not None:
            year, month, day = (match.groupdict().get(name) for name in ("year", "month", "day"))
            return _latest(int(year) if year else None, int(month) if month else None, day, today)
    return None


def _latest(year: int | None, month: int | None, day: str | None, today: date) -> tuple[date, date] | None:
    """Without a year the last that has begun."""
    number = int(day) if day else None
    days = _days(year or today.year, month, number)
    if year is None and days is not None and days[0] > today:
        return _days(today.year - 1, month, number)
    return days


def _days(year: int, month: int | None, day: int | None) -> tuple[date, date] | None:
    """None where there is no such day."""
    if month is None:
        return date(year, 1, 1), date(year + 1, 1, 1)
    if not 1 <= month <= 12 or (day is not None and not 1 <= day <= monthrange(year, month)[1]):
        return None
    first = date(year, month, day or 1)
    return first, first + timedelta(1 if day else monthrange(year, month)[1])
