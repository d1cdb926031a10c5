"""Markup of our own with values put in: what format_html() does, for what a page has by the thousand. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import LiteralString

from notebooks.rendering.model import SafeHtml


def written(form: LiteralString, *values: object) -> SafeHtml:
    """`form`, a constant, with the values in place of its "{}"; escaped, unless they are safe HTML."""
    return SafeHtml(form.format(*map(_safe, values)))


def joined(parts: Iterable[object]) -> SafeHtml:
    return SafeHtml("".join(map(_safe, parts)))


def safe(text: str) -> SafeHtml:
    """Escaped; for what is put in more than once."""
    return SafeHtml(escape(text))


def _safe(value: object) -> str:
    if isinstance(value, SafeHtml):
        return value
    if isinstance(value, int):
        return str(value)
    html = getattr(value, "__html__", None)
    return escape(str(value)) if html is None else str(html())
