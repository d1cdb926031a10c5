"""Times as people read them: in their own zone, absolute and relative, each as a <time>."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from notebooks.rendering import SafeHtml, written

register = template.Library()

JUST_NOW = timedelta(minutes=1)


@register.simple_tag
def moment(value: datetime | None) -> str | SafeHtml:
    """2026-03-27 14:52 JST, with the distance to now on hover."""
    return _time(value, exact(value), ago(value)) if value else ""


@register.simple_tag
def since(value: datetime | None) -> str | SafeHtml:
    """3 days ago, with the exact time on hover."""
    return _time(value, ago(value), exact(value)) if value else ""


@register.simple_tag
def span(first: datetime, last: datetime) -> str | SafeHtml:
    """2026-03-27 14:48–14:52 JST; a single time where both are of one minute."""
    first, last = timezone.localtime(first), timezone.localtime(last)
    if f"{first:%Y%m%d%H%M}" == f"{last:%Y%m%d%H%M}":
        return moment(last)
    end = f"{last:%H:%M %Z}" if first.date() == last.date() else exact(last)
    return _time(first, f"{first:%Y-%m-%d %H:%M}–{end}", ago(last))


@register.filter
def exact(value: datetime | None) -> str:
    return timezone.localtime(value).strftime("%Y-%m-%d %H:%M %Z") if value else ""


@register.filter
def ago(value: datetime | None) -> str:
    if value is None:
        return ""
    if timezone.now() - value < JUST_NOW:
        return _("just now")
    return _("%(time)s ago") % {"time": timesince(value, depth=1)}


def _time(value: datetime, shown: str, title: str) -> SafeHtml:
    return written('<time datetime="{}" title="{}">{}</time>', value.isoformat(), title, shown)
