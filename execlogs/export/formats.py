"""The forms that a report can have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from execlogs.export import asjson, html, markdown
from execlogs.export.report import Report


@dataclass(frozen=True, slots=True)
class Format:
    label: str | Promise
    ending: str
    media_type: str
    told: Callable[[Report], Iterator[str]]


FORMATS: Mapping[str, Format] = {
    "markdown": Format(_("Markdown, for a ticket"), ".md", "text/markdown; charset=utf-8", markdown.told),
    "html": Format(_("One HTML file"), ".html", "text/html; charset=utf-8", html.told),
    "json": Format(_("JSON, for programs"), ".json", "application/json", asjson.told),
}
