"""A runbook to take along: as a script, or as one HTML file that needs no server."""

import base64
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from notebooks import blobs, paths
from notebooks.access import visible_notebook
from notebooks.models import Notebook, Revision
from notebooks.parsing import parse
from notebooks.scripts import script_of
from notebooks.showing import shown_cells
from opsnotes.reading import Reading
from opsnotes.views.runbook import gone

STYLES = ("css/tokens.css", "css/base.css", "css/content.css", "css/runbook.css", "css/download.css")


@require_safe
def download(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted or notebook.revision is None:
        return gone(request, notebook)
    if kind == "script":
        return _script(notebook, notebook.revision)
    if kind == "html":
        return _page(request, notebook, notebook.revision)
    raise Http404


def _script(notebook: Notebook, revision: Revision) -> HttpResponse:
    script = script_of(parse(blobs.get(revision.sha256)))
    return _named(
        HttpResponse(script.text, content_type="text/plain; charset=utf-8"), notebook, script.ending
    )


def _page(request: HttpRequest, notebook: Notebook, revision: Revision) -> HttpResponse:
    """Made of our fragments, with images and whole outputs inside; its own policy lets no script run."""
    showing = shown_cells(notebook, request.user, is_whole=True)
    context = {
        "notebook": notebook,
        "revision": revision,
        "reading": Reading.of(notebook.title, showing),
        "styles": _styles(),
        "address": settings.BASE_URL + notebook.get_absolute_url(),
    }
    return _named(render(request, "opsnotes/download.html", context), notebook, ".html")


def _named(response: HttpResponse, notebook: Notebook, ending: str) -> HttpResponse:
    name = f"{paths.stem_of(notebook.path) or 'runbook'}{ending}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


@cache
def _styles() -> str:
    """Our stylesheets as one data URL: nothing in it needs to be trusted to be escaped rightly."""
    found = [finders.find(name) for name in STYLES]
    text = "\n".join(Path(str(path)).read_text() for path in found if path)
    return f"data:text/css;charset=utf-8;base64,{base64.b64encode(text.encode()).decode()}"
