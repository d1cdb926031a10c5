"""A value of a field in words: `updated:>=2026-01-01` is "since 2026-01-01"."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext, pgettext_lazy

from search.language.dates import apart, counted
from search.language.fields import FieldKind, Values
from search.language.tree import Field, Leaf, Prefix

_CHOICES: dict[str, dict[str, str | Promise]] = {
    "in": {
        "code": gettext_lazy("code"),
        "markdown": gettext_lazy("text"),
        "output": gettext_lazy("output"),
        "error": gettext_lazy("error"),
        "note": gettext_lazy("note"),
        "log": gettext_lazy("log"),
    },
    "has": {
        "error": gettext_lazy("an error"),
        "note": gettext_lazy("an open note"),
        "hazard": gettext_lazy("an open hazard"),
        "image": gettext_lazy("an image"),
    },
    "is": {
        "template": gettext_lazy("a template"),
        "run": gettext_lazy("a run of a template"),
        "stale": gettext_lazy("stale"),
    },
}
_DAYS: dict[str, str | Promise] = {
    "today": gettext_lazy("today"),
    "yesterday": gettext_lazy("yesterday"),
    "this-week": gettext_lazy("this week"),
    "last-week": gettext_lazy("last week"),
    "this-month": gettext_lazy("this month"),
    "last-month": gettext_lazy("last month"),
    "this-year": gettext_lazy("this year"),
    "last-year": gettext_lazy("last year"),
}
_TIMES: dict[str, str | Promise] = {
    ">=": gettext_lazy("since %(time)s"),
    ">": gettext_lazy("after %(time)s"),
    "<=": gettext_lazy("until %(time)s"),
    "<": gettext_lazy("before %(time)s"),
}
_NUMBERS: dict[str, str | Promise] = {
    ">=": pgettext_lazy("a number", "%(number)s or more"),
    ">": pgettext_lazy("a number", "more than %(number)s"),
    "<=": pgettext_lazy("a number", "%(number)s or less"),
    "<": pgettext_lazy("a number", "less than %(number)s"),
}


def values_said(kind: FieldKind, field: Field) -> str:
    """All that a field is asked for, any of which will do."""
    return gettext(" or ").join(said(kind, value) for value in field.values)


def said(kind: FieldKind, value: Leaf) -> str:
    if kind.values is Values.CHOICE:
        return str(_CHOICES[kind.name].get(value.text, value.text))
    if kind.values is Values.DATE:
        return _time(value.text)
    if kind.values is Values.NUMBER:
        sign, number = apart(value.text)
        return str(_NUMBERS[sign]) % {"number": number} if sign in _NUMBERS else number
    return f"{value.text}*" if isinstance(value, Prefix) else value.text


def _time(text: str) -> str:
    first, dots, last = text.partition("..")
    if dots:
        told = {"first": _day(first), "last": _day(last)}
        if not first:
            return str(_TIMES["<="]) % {"time": told["last"]}
        return (
            gettext("%(first)s to %(last)s") % told if last else str(_TIMES[">="]) % {"time": told["first"]}
        )
    sign, rest = apart(text)
    if (age := counted(rest)) is not None:
        length = _length(*age)
        if sign.startswith(">"):
            return gettext("more than %(length)s ago") % {"length": length}
        return gettext("in the last %(length)s") % {"length": length}
    return str(_TIMES[sign]) % {"time": _day(rest)} if sign in _TIMES else _day(rest)


def _day(text: str) -> str:
    return str(_DAYS.get(text.casefold(), text))


def _length(count: int, unit: str) -> str:
    forms = {
        "hours": lambda: ngettext("%(n)s hour", "%(n)s hours", count),
        "days": lambda: ngettext("%(n)s day", "%(n)s days", count),
        "weeks": lambda: ngettext("%(n)s week", "%(n)s weeks", count),
        "months": lambda: ngettext("%(n)s month", "%(n)s months", count),
        "years": lambda: ngettext("%(n)s year", "%(n)s years", count),
    }
    return forms[unit]() % {"n": count}
