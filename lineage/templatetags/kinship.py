from collections.abc import Mapping, Sequence
from datetime import timedelta

from django import template
from django.utils.translation import gettext as _

from lineage.runs.badges import Badge
from lineage.runs.offers import Offer
from notebooks.models import Notebook

register = template.Library()


@register.filter
def offers_at(badge: Badge | None, index: int) -> Sequence[Offer]:
    """Those that stand at a cell of the template's page."""
    return badge.offers.get(index, ()) if badge else ()


@register.filter
def runs_in(counts: Mapping[int, int], notebook: Notebook) -> int:
    return counts.get(notebook.pk, 0)


@register.filter
def lasting(value: timedelta) -> str:
    """40 s, 6 min, 2 h 5 min, 3 days: as exact as anybody wants to know."""
    seconds = round(value.total_seconds())
    if seconds < 60:
        return _("%(s)d s") % {"s": seconds}
    minutes = round(seconds / 60)
    if minutes < 60:
        return _("%(m)d min") % {"m": minutes}
    if minutes < 48 * 60:
        return _("%(h)d h %(m)d min") % {"h": minutes // 60, "m": minutes % 60}
    return _("%(d)d days") % {"d": round(minutes / 60 / 24)}
