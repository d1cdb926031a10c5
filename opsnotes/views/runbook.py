"""The runbook page, and its old revisions."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from notebooks.models import Batch, Notebook, Revision
from notebooks.models.content import linked_from
from notebooks.models.space import Viewer
from notebooks.showing import Showing, shown_cells, shown_revision
from opsnotes.crumbs import crumbs_of
from opsnotes.reading import Reading


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
    found = notebooks.filter(signposts__pk=pk).first() or notebooks.without_signposts().filter(pk=pk).first()
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
        "reading": Reading.of(notebook.title, showing),
        "linked_from": linked_from(notebook, request.user).order_by("title", "pk"),
        "can_write": notebook.is_writable_by(request.user),
    }
