from collections.abc import Iterable, Sequence

from django import template
from django.utils.functional import Promise

from search import labels
from search.copies import Copies
from search.errors.answering import Answer, answers
from search.errors.meeting import Met
from search.guide import FIRST, Example
from search.language.fields import FIELDS
from search.page import Page

register = template.Library()


@register.filter
def kind_label(kind: str) -> str | Promise:
    return labels.KINDS.get(kind, kind)


@register.filter
def note_kind_label(kind: str) -> str:
    return labels.label("note", kind, kind)


@register.filter
def status_label(status: str) -> str | Promise:
    """'' where there was nothing to run."""
    return labels.STATUSES.get(status, "")


@register.filter
def status_mark(status: str) -> str:
    return labels.STATUS_MARKS.get(status, "")


@register.filter
def field_label(field: str) -> str | Promise:
    return labels.FIELDS.get(field, field)


@register.filter
def folder_and_name(path: str) -> str:
    """With room to break a line at."""
    return path.removesuffix(".ipynb").replace("/", " / ")


@register.filter
def answered(met: Iterable[Met]) -> list[Answer]:
    return answers(met)


@register.filter
def within(page: Page, copies: Copies) -> str:
    return page.within(copies)


@register.filter
def entity_label(kind: str) -> str | Promise:
    return FIELDS[kind].label


@register.filter
def outcome_label(outcome: str) -> str | Promise:
    return labels.OUTCOMES[outcome]


@register.simple_tag
def first_examples() -> Sequence[Example]:
    """What to type, for a beginning."""
    return FIRST
