"""The runs of a template, the texts that they have for one of its cells, and what people say of a notebook."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from lineage.graph.pictures import picture_of_runbook
from lineage.runs.badges import badge
from lineage.runs.beside import Beside
from lineage.runs.offers import offers
from lineage.runs.pins import PinForm
from lineage.runs.runlist import RunList
from lineage.runs.track import legend
from lineage.sight import Sight
from notebooks.access import signed_in, visible_notebook, writable_notebook


@require_safe
def runs(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)  # the page that says what is known of it
    listed = RunList(notebook, request.user, request.GET)
    context = {
        "notebook": notebook,
        "listed": listed,
        "legend": legend(),
        "offers": offers(notebook, request.user) if listed.summary else [],
        "picture": picture_of_runbook(Sight(request.user), notebook) if listed.summary else None,
        "badge": None if listed.summary else badge(notebook, request.user, with_offers=False),
    }
    return render(request, "lineage/runs.html", context)


@require_safe
def runs_cells(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    beside = Beside(notebook, request.user, request.GET)
    return render(request, "lineage/runs_cells.html", {"notebook": notebook, "beside": beside})


@login_required
@require_POST
def pin(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = writable_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    form = PinForm(request.POST, notebook=notebook)
    if not form.says_for(signed_in(request)):
        return render(request, "lineage/pin.html", {"notebook": notebook, "form": form}, status=422)
    messages.success(request, _("Noted. What follows from it shows in a moment."))
    return redirect(notebook)
