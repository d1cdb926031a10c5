"""Times and durations of executions, which are told to the second."""

from datetime import datetime, timedelta

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from notebooks.templatetags.moments import exact

register = template.Library()

MINUTE, HOUR = 60, 3600


@register.simple_tag
def clock(value: datetime) -> SafeString:
    """14:35:58, under a heading that names the day."""
    return _time(value, f"{timezone.localtime(value):%H:%M:%S}")


@register.simple_tag
def clocks(first: datetime, last: datetime) -> SafeString:
    """14:48–14:52; with its day where it began on another one."""
    start, end = timezone.localtime(first), timezone.localtime(last)
    began = f"{start:%H:%M}" if start.date() == end.date() else f"{start:%m-%d %H:%M}"
    return _time(first, began if f"{start:%H:%M}" == f"{end:%H:%M}" else f"{began}–{end:%H:%M}")


@register.simple_tag
def instant(value: datetime) -> SafeString:
    """2026-05-02 14:35:58 JST."""
    return _time(value, f"{timezone.localtime(value):%Y-%m-%d %H:%M:%S %Z}")


@register.filter
def lasted(value: timedelta) -> str:
    """Under 1 s, 12 s, 4 min 5 s, 2 h 10 min: logs know no more than seconds."""
    whole = int(value.total_seconds())
    if not whole:
        return _("under 1 s")
    if whole < MINUTE:
        return _("%(count)d s") % {"count": whole}
    if whole < HOUR:
        return _("%(minutes)d min %(seconds)d s") % {"minutes": whole // MINUTE, "seconds": whole % MINUTE}
    return _("%(hours)d h %(minutes)d min") % {"hours": whole // HOUR, "minutes": whole % HOUR // MINUTE}


def _time(value: datetime, shown: str) -> SafeString:
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact(value), shown)
