"""The one source a request is about, as far as this person may see or change it; else the refusal that fits."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notebooks.models.space import Viewer
from sync.models import Source


def visible_source(user: Viewer, pk: int) -> Source:
    return get_object_or_404(Source.objects.visible_to(user).select_related("space", "by"), pk=pk)


def managed_source(user: Viewer, pk: int) -> Source:
    source = visible_source(user, pk)
    if not may_manage(user, source):
        raise PermissionDenied(_why_not(user, source))
    return source


def may_manage(user: Viewer, source: Source) -> bool:
    return Source.objects.manageable_by(user).filter(pk=source.pk).exists()


def _why_not(user: Viewer, source: Source) -> str:
    if source.space.is_writable_by(user):
        return _("It reads a folder of this server, which is a matter of its administrators.")
    return _("You may read the space “%(space)s”, but not change it. One of its writers can let you.") % {
        "space": source.space.name
    }
