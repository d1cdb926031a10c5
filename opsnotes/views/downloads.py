"""A runbook to take along: as a script, or as one HTML file that needs no server."""

import base64
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from notebooks import blobs, paths
from notebooks.access import asked_revision, visible_notebook
from notebooks.contents import Content, content_of
from notebooks.models import Notebook, Revision
from notebooks.parsing import parse
from notebooks.scripts import script_of
from notebooks.showing import whole_cells, whole_showing
from opsnotes.reading import Reading, page_cells
from opsnotes.streaming import spoken
from opsnotes.views.runbook import gone

STYLES = ("css/tokens.css", "css/base.css", "css/content.css", "css/runbook.css", "css/download.css")
AT_ONCE = 20  # cells, each with its images and long outputs


@require_safe
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponseBase:
    """Of the current revision, or of the one that `?revision=` names."""
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted or notebook.revision is None:
        return gone(request, notebook)
    revision = asked_revision(request, notebook) or notebook.revision
    if kind == "script":
        return _script(notebook, revision)
    if kind == "html":
        return _page(request, content_of(notebook, revision), revision)
    raise Http404


def _script(notebook: Notebook, revision: Revision) -> HttpResponseBase:
    script = script_of(parse(blobs.get(revision.sha256)))
    return _named(
        HttpResponse(script.text, content_type="text/plain; charset=utf-8"), notebook, script.ending
    )


def _page(request: HttpRequest, content: Content, revision: Revision) -> HttpResponseBase:
    """Made of our fragments, with images and whole outputs inside; its own policy lets no script run.

    It is sent while it is made, since it may be longer than the memory there is.
    """
    for sha256 in content.assets():
        if not blobs.exists(sha256):
            raise blobs.BlobMissing(sha256)  # nobody could be told once half of it is sent
    made = _pieces(request, content, revision)
    pieces = spoken(made, translation.get_language(), timezone.get_current_timezone())
    response = StreamingHttpResponse(pieces, content_type="text/html; charset=utf-8")
    return _named(response, content.notebook, ".html")


def _pieces(request: HttpRequest, content: Content, revision: Revision) -> Iterator[str]:
    showing, notebook = whole_showing(content), content.notebook
    shown_at = notebook if revision.pk == notebook.revision_id else revision
    context = {
        "notebook": notebook,
        "revision": revision,
        "title": showing.title,
        "reading": Reading.of(showing.title, showing),
        "styles": _styles(),
        "address": settings.BASE_URL + shown_at.get_absolute_url(),
    }
    yield render_to_string("opsnotes/download/begin.html", context)
    cells = page_cells(showing.title, showing.verdict, whole_cells(content, request.user))
    while some := list(islice(cells, AT_ONCE)):
        yield render_to_string("opsnotes/download/cells.html", {"cells": some})
    yield render_to_string("opsnotes/download/end.html", context)


def _named(response: HttpResponseBase, notebook: Notebook, ending: str) -> HttpResponseBase:
    name = f"{paths.stem_of(notebook.path) or 'runbook'}{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@cache
def _styles() -> str:
    """Our stylesheets as one data URL: nothing in it needs to be trusted to be escaped rightly."""
    found = [finders.find(name) for name in STYLES]
    text = "\n".join(Path(str(path)).read_text() for path in found if path)
    return f"data:text/css;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"
