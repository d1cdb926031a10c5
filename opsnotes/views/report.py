"""The report: prose and outputs without the code."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from notebooks.access import visible_notebook
from notebooks.paging import index_asked
from notebooks.showing import shown_cells
from opsnotes.crumbs import crumbs_of
from opsnotes.reading import Reading
from opsnotes.views.runbook import gone


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return gone(request, notebook)
    at = index_asked(request.GET.get("from", ""))
    showing = shown_cells(notebook, request.user, at=at, has_source=False)
    context = {
        "notebook": notebook,
        "crumbs": crumbs_of(notebook.space, notebook.folder),
        "reading": Reading.of(notebook.title, showing),
    }
    return render(request, "opsnotes/report.html", context)
