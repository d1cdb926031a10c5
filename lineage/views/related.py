"""/n/<id>/related/: what hangs together with a runbook; the first of it for htmx, at the end of the runbook's page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from lineage.kindred.page import Related
from lineage.sight import Sight
from lineage.slices import sliced
from notebooks.access import visible_notebook

A_PAGE, CELLS = 20, 12
FEW, FEW_CELLS, FEW_THIRDS = 5, 4, 3


@require_safe
def related(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)  # the page that says what is known of it
    found = Related(Sight(request.user), notebook)
    response = _section(request, found) if request.headers.get("HX-Request") else _page(request, found)
    patch_vary_headers(response, ["HX-Request"])
    return response


def _page(request: HttpRequest, found: Related) -> HttpResponse:
    some = sliced(request.GET, "page", len(found.sharings), A_PAGE)
    context = {
        "notebook": found.notebook,
        "related": found,
        "slice": some,
        "shared": found.shared(some.first, some.last, CELLS),
    }
    return render(request, "lineage/related.html", context)


def _section(request: HttpRequest, found: Related) -> HttpResponse:
    context = {
        "notebook": found.notebook,
        "related": found,
        "shared": found.shared(0, FEW, FEW_CELLS),
        "thirds": found.thirds[:FEW_THIRDS],
        "is_more": len(found.sharings) > FEW or len(found.thirds) > FEW_THIRDS,
    }
    return render(request, "lineage/_related.html", context)
