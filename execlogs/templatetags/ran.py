"""What executions tell at the cells of a page, and of the page."""

from collections.abc import Iterable

from django import template

from execlogs.history import History, markup
from execlogs.history.truth import Mark
from notebooks.rendering import SafeHtml

register = template.Library()


@register.filter
def ran_strip(history: History) -> SafeHtml:
    return markup.strip(history)


@register.filter
def ran_said(history: History) -> str:
    return markup.said(history)


@register.filter
def truth_marks(marks: Iterable[Mark]) -> SafeHtml:
    return markup.marks(marks)
