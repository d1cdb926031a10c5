from django import template
from django.utils.translation import gettext as _

from notebooks.models import BatchItem

register = template.Library()

SHAPES = {
    BatchItem.State.QUEUED: "none",
    BatchItem.State.RUNNING: "busy",
    BatchItem.State.STORED: "ok",
    BatchItem.State.UNCHANGED: "none",
    BatchItem.State.FAILED: "err",
}


@register.filter
def shape(state: str) -> str:
    """The class that draws an item's state."""
    return SHAPES.get(BatchItem.State(state), "none")


@register.filter
def duration(seconds: int) -> str:
    """Roughly how long, in words as short as they come."""
    if seconds < 60:
        return _("%(count)d s") % {"count": seconds}
    if seconds < 3600:
        return _("%(count)d min") % {"count": round(seconds / 60)}
    return _("%(count).1f h") % {"count": seconds / 3600}
