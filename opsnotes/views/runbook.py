"""The runbook page, and its old revisions."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from notebooks.models import Batch, Notebook, Revision
from notebooks.models.content import linked_from
from notebooks.models.space import Viewer
from notebooks.outline import Entry
from notebooks.showing import Showing, ShownCell, shown_cells, shown_revision
from opsnotes.crumbs import crumbs_of

# In a longer notebook the browser lays out what is in sight first.
LONG = 40


@dataclass(frozen=True, slots=True)
class PageCell:
    cell: ShownCell
    is_first_bearer: bool  # "#meme-<uuid>" leads to it
    step: int | None  # counted among the cells that can run
    has_title: bool  # begins with the heading that stands above the page already


@require_safe
def runbook_short(request: HttpRequest, pk: int) -> HttpResponse:
    return HttpResponsePermanentRedirect(_visible(request.user, pk).get_absolute_url())


@require_safe
def runbook(request: HttpRequest, pk: int, slug: str) -> HttpResponse:
    notebook = _visible(request.user, pk)
    if notebook.pk != pk or slug != notebook.slug:
        return HttpResponsePermanentRedirect(_with_query(notebook.get_absolute_url(), request))
    if notebook.is_deleted or notebook.revision is None:
        return gone(request, notebook)
    showing = shown_cells(notebook, request.user)
    return render(request, "opsnotes/runbook.html", _context(request, notebook, notebook.revision, showing))


@require_safe
def revision(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    notebook = _visible(request.user, pk)
    if notebook.pk != pk:
        return redirect("revision", notebook.pk, number)
    if notebook.is_deleted:
        return gone(request, notebook)
    found = get_object_or_404(notebook.revisions.select_related("by"), number=number)
    found.notebook = notebook
    showing = shown_revision(found, request.user)
    return render(request, "opsnotes/runbook.html", _context(request, notebook, found, showing))


def gone(request: HttpRequest, notebook: Notebook) -> HttpResponse:
    """What is known of a notebook in the bin."""
    context = {
        "notebook": notebook,
        "crumbs": crumbs_of(notebook.space, ""),
        "can_write": notebook.is_writable_by(request.user),
    }
    return render(request, "opsnotes/gone.html", context, status=410)


def _visible(user: Viewer, pk: int) -> Notebook:
    """The notebook of this address, or the one that moved away from it."""
    notebooks = Notebook.objects.visible_to(user).with_place().select_related("revision__by", "deleted_by")
    found = notebooks.filter(signposts=pk).first() or notebooks.without_signposts().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _with_query(url: str, request: HttpRequest) -> str:
    return f"{url}?{urlencode(request.GET, doseq=True)}" if request.GET else url


def _context(
    request: HttpRequest, notebook: Notebook, revision: Revision, showing: Showing
) -> dict[str, object]:
    return {
        "notebook": notebook,
        "revision": revision,
        "is_old": revision.pk != notebook.revision_id,
        "origin": dict(Batch.Kind.choices).get(revision.origin, revision.origin),
        "revision_count": notebook.revisions.count(),
        "crumbs": crumbs_of(notebook.space, notebook.folder),
        "showing": showing,
        "cells": page_cells(showing, notebook.title),
        "outline": page_outline(showing, notebook.title),
        "is_long": len(showing.cells) > LONG,
        "ran": run_span(showing.cells),
        "linked_from": linked_from(notebook, request.user).order_by("title", "pk"),
        "can_write": notebook.is_writable_by(request.user),
    }


def page_cells(showing: Showing, title: str) -> list[PageCell]:
    first: dict[object, int] = {}
    for cell in showing.cells:
        first.setdefault(cell.meme, cell.index)
    steps = {brick.index: step for step, brick in enumerate(showing.verdict.strip, start=1)}
    return [
        PageCell(cell, first[cell.meme] == cell.index, steps.get(cell.index), _begins_with(cell, title))
        for cell in showing.cells
    ]


def _begins_with(cell: ShownCell, title: str) -> bool:
    return cell.index == 0 and bool(cell.headings) and cell.headings[0].text == title


def page_outline(showing: Showing, title: str) -> list[Entry]:
    """Without the title, unless cells hang right below it; the outermost of the rest at the left edge."""
    entries = list(showing.outline)
    if entries and entries[0].index == 0 and entries[0].text == title and not entries[0].bricks:
        del entries[0]
    edge = min((entry.depth for entry in entries), default=0)
    return [replace(entry, depth=entry.depth - edge) for entry in entries]


def run_span(cells: Iterable[ShownCell]) -> tuple[datetime, datetime] | None:
    """When its cells ran, the first and the last, as far as they say."""
    times = [cell.executed_at for cell in cells if cell.executed_at is not None]
    return (min(times), max(times)) if times else None
