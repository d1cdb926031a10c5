"""Numbers as people read them: 12,345."""

from django import template
from django.utils.formats import number_format

register = template.Library()


@register.filter
def grouped(value: int) -> str:
    return number_format(value, use_l10n=True, force_grouping=True)


@register.filter
def ordinal(index: int) -> str:
    """People count from one."""
    return grouped(index + 1)
