"""The one saved search that a request is about, as far as this person may see or change it; else the refusal."""

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notebooks.models import Space
from notebooks.models.space import Viewer
from search.models import SavedSearch


def visible_search(user: Viewer, pk: int) -> SavedSearch:
    return get_object_or_404(SavedSearch.objects.visible_to(user).select_related("space"), pk=pk)


def changeable_search(user: Viewer, pk: int) -> SavedSearch:
    search = visible_search(user, pk)
    if not SavedSearch.objects.changeable_by(user).filter(pk=pk).exists():
        raise PermissionDenied(
            _("“%(name)s” is shared with a space. Its writers may change it; you may save one of your own.")
            % {"name": search.name}
        )
    return search


def shareable_with(user: Viewer) -> QuerySet[Space]:
    return Space.objects.writable_by(user)
