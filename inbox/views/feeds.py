"""Feeds: the inbox for a feed reader. The address is the key; what may be read is asked at every fetch."""

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from inbox.feeds import MEDIA_TYPE, feed_of
from inbox.keys import reader_with
from inbox.manners import as_wanted_by
from inbox.models import Notice
from notebooks.access import visible_notebook, visible_space


@require_safe
def inbox(request: HttpRequest, key: str) -> HttpResponse:
    reader = reader_or_404(key)
    return _answer(request, reader, _title(reader, ""), Notice.objects.of(reader))


@require_safe
def runbook(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    reader = reader_or_404(key)
    notebook = visible_notebook(reader, pk)
    notices = Notice.objects.of(reader).filter(notebook=notebook)
    return _answer(request, reader, _title(reader, notebook.title), notices)


@require_safe
def space(request: HttpRequest, key: str, slug: str) -> HttpResponse:
    reader = reader_or_404(key)
    space = visible_space(reader, slug)
    return _answer(request, reader, _title(reader, space.name), Notice.objects.of(reader).filter(space=space))


def reader_or_404(key: str) -> User:
    reader = reader_with(key)
    if reader is None:
        raise Http404
    return reader


def _title(reader: User, of: str) -> str:
    with as_wanted_by(reader):
        return " · ".join(["OpsNotes", *([of] if of else []), _("Inbox")])


def _answer(request: HttpRequest, reader: User, title: str, notices: QuerySet[Notice]) -> HttpResponse:
    with as_wanted_by(reader):
        return feed_answer(feed_of(title, request.path, notices))


def feed_answer(text: str) -> HttpResponse:
    response = HttpResponse(text, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "private, no-store"
    response["Referrer-Policy"] = "no-referrer"  # the address is a secret
    response["X-Robots-Tag"] = "noindex"
    return response
