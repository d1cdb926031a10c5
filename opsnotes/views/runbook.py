"""The runbook page, and its old revisions; of a very long one the part that `?from=` names."""

from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from lineage.families.copies import sizes
from lineage.runs.badges import badge
from notebooks import memes
from notebooks.models import Batch, Notebook, Revision
from notebooks.models.content import linked_from
from notebooks.models.space import Viewer
from notebooks.paging import index_asked, query_of
from notebooks.showing import Showing, bearer_of, shown_cells, shown_revision
from opsnotes.crumbs import crumbs_of
from opsnotes.executed import executed, executed_before
from opsnotes.reading import Reading
from stickies.joins import joins_of
from stickies.standing import notes_beside, notes_on
from sync.provenance import provenance_of

LINKS = 20  # of the runbooks that point here; a page of their own has all


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
    if "meme" in request.GET:
        return _to_bearer(request, notebook, notebook.cell_count, None)
    showing = shown_cells(notebook, request.user, at=index_asked(request.GET.get("from", "")))
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
    if "meme" in request.GET:
        return _to_bearer(request, notebook, len(found.memes), found)
    showing = shown_revision(found, request.user, at=index_asked(request.GET.get("from", "")))
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
    notebooks = (
        Notebook.objects.visible_to(user).with_place().select_related("revision__by", "deleted_by", "trace")
    )
    found = notebooks.filter(signposts__pk=pk).first() or notebooks.without_signposts().filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _to_bearer(
    request: HttpRequest, notebook: Notebook, total: int, revision: Revision | None
) -> HttpResponse:
    """To the part with the first cell that bears `?meme=`: a browser does not tell what stands behind "#"."""
    meme = memes.parse(request.GET["meme"])
    index = bearer_of(notebook, meme.uuid, revision) if meme else None
    if meme is None:
        return redirect(request.path)
    if index is None:
        return redirect(f"{reverse('family', args=[str(meme.uuid)])}?left={notebook.pk}")
    return redirect(f"{request.path}{query_of(index, total)}#meme-{meme.uuid}")


def _with_query(url: str, request: HttpRequest) -> str:
    return f"{url}?{urlencode(request.GET, doseq=True)}" if request.GET else url


def _context(
    request: HttpRequest, notebook: Notebook, revision: Revision, showing: Showing
) -> dict[str, object]:
    is_old = revision.pk != notebook.revision_id
    joins = joins_of({cell.meme for cell in showing.cells}, request.user)
    told = (
        executed_before(showing.cells, request.user, joins)
        if is_old
        else executed(showing.cells, showing.part, notebook, request.user, joins)
    )
    linking = list(linked_from(notebook, request.user).order_by("title", "pk")[: LINKS + 1])
    return {
        "notebook": notebook,
        "revision": revision,
        "is_old": is_old,
        "origin": dict(Batch.Kind.choices).get(revision.origin, revision.origin),
        "revision_count": notebook.revisions.count(),
        "crumbs": crumbs_of(notebook.space, notebook.folder),
        "title": showing.title,
        "reading": Reading.of(showing.title, showing),
        "linked_from": linking[:LINKS],
        "has_more_links": len(linking) > LINKS,
        "can_write": notebook.is_writable_by(request.user),
        "badge": None if is_old else badge(notebook, request.user),
        "executed": told,
        "provenance": provenance_of(notebook, request.user),
        "notes": (notes_beside if is_old else notes_on)(showing.cells, notebook, request.user, joins),
        "sizes": sizes({cell.meme for cell in showing.cells}, request.user),
    }
