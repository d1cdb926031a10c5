"""How far a note will be seen, in words."""

from collections.abc import Mapping

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from stickies.drafts import At
from stickies.models import Reach
from stickies.reaching import Extent

register = template.Library()


@register.simple_tag
def extent_of(extents: Mapping[Reach, Extent], reach: str, at: At) -> str:
    """“will be seen at 41 copies in 12 folders”."""
    extent = extents.get(Reach(reach))
    if extent is None or at.title:
        return ""
    copies = _copies(extent.copies, is_of_notebook=at.is_of_notebook)
    return _("will be seen at %(copies)s in %(folders)s") % {
        "copies": copies,
        "folders": ngettext("%(n)d folder", "%(n)d folders", extent.folders) % {"n": extent.folders},
    }


def _copies(number: int, *, is_of_notebook: bool) -> str:
    if is_of_notebook:
        return ngettext("%(n)d runbook", "%(n)d runbooks", number) % {"n": number}
    return ngettext("%(n)d copy", "%(n)d copies", number) % {"n": number}
