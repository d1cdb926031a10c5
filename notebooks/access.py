"""The one thing a request is about, as far as this person may see or change it; else the refusal that fits.

What may not be seen is not there: 404. What may be seen but not changed is refused with the reason: 403.
"""

import re

from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from notebooks.models import Batch, Notebook, Revision, Space
from notebooks.models.space import Viewer

_NUMBER = re.compile("[0-9]{1,9}")


def signed_in(request: HttpRequest) -> User:
    """Who asks, on a page that asks for login first."""
    if not request.user.is_authenticated:
        raise PermissionDenied
    return request.user


def visible_notebook(user: Viewer, pk: int) -> Notebook:
    """In use or deleted, never a signpost."""
    return get_object_or_404(Notebook.objects.visible_to(user).without_signposts().with_place(), pk=pk)


def asked_revision(request: HttpRequest, notebook: Notebook) -> Revision | None:
    """The one of `?revision=N`; None where none is asked for."""
    number = request.GET.get("revision", "")
    if not number:
        return None
    if not _NUMBER.fullmatch(number):
        raise Http404
    return get_object_or_404(notebook.revisions, number=number)


def writable_notebook(user: Viewer, pk: int) -> Notebook:
    notebook = visible_notebook(user, pk)
    _must_write(user, notebook.space)
    return notebook


def visible_space(user: Viewer, slug: str) -> Space:
    return get_object_or_404(Space.objects.visible_to(user), slug=slug)


def writable_space(user: Viewer, slug: str) -> Space:
    space = visible_space(user, slug)
    _must_write(user, space)
    return space


def visible_batch(user: Viewer, pk: int) -> Batch:
    return get_object_or_404(Batch.objects.visible_to(user).select_related("space", "by"), pk=pk)


def writable_batch(user: Viewer, pk: int) -> Batch:
    batch = visible_batch(user, pk)
    _must_write(user, batch.space)
    return batch


def _must_write(user: Viewer, space: Space) -> None:
    if not space.is_writable_by(user):
        raise PermissionDenied(
            _("You may read the space “%(space)s”, but not change it. One of its writers can let you.")
            % {"space": space.name}
        )
