from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from notebooks import ingest
from notebooks.access import visible_notebook, writable_notebook

A_PAGE = 100


@require_safe
def history(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)  # the page that says what is known of it
    revisions = notebook.revisions.select_related("by").defer("memes")
    context = {
        "notebook": notebook,
        "page": Paginator(revisions, A_PAGE).get_page(request.GET.get("page")),
        "can_write": notebook.is_writable_by(request.user),
    }
    return render(request, "notebooks/history.html", context)


@login_required
@require_POST
def make_current(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    notebook = writable_notebook(request.user, pk)
    revision = get_object_or_404(notebook.revisions, number=number)
    if notebook.is_deleted:
        return redirect(notebook)
    ingest.make_current(notebook, revision)
    messages.success(request, _("Revision %(number)d is the current one now.") % {"number": number})
    return redirect(notebook)
