from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from notebooks import moving
from notebooks.access import signed_in, writable_notebook
from notebooks.forms import MoveForm
from notebooks.models import Notebook


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = writable_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    form = MoveForm(request.POST or None, notebook=notebook, user=signed_in(request))
    if request.method == "POST" and form.is_valid() and form.move(signed_in(request)):
        moved = Notebook.objects.with_place().get(pk=pk)
        place = f"{moved.space}/{moved.path}"
        messages.success(request, _("Moved to %(place)s. The old address leads here.") % {"place": place})
        return redirect(moved)
    context = {"notebook": notebook, "form": form}
    return render(request, "notebooks/move.html", context, status=422 if form.errors else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = writable_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    if request.method == "POST":
        moving.delete(notebook, signed_in(request))
        messages.success(request, _("“%(title)s” is in the bin.") % {"title": notebook.title})
        return redirect("bin", notebook.space.slug)
    context = {"notebook": notebook, "revision_count": notebook.revisions.count()}
    return render(request, "notebooks/delete.html", context)


@login_required
@require_POST
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    notebook = writable_notebook(request.user, pk)
    try:
        moving.restore(notebook)
    except moving.PlaceTaken:
        messages.error(
            request,
            _("Another runbook stands at %(path)s now. Move or delete that one, then restore this one.")
            % {"path": notebook.path},
        )
        return redirect("bin", notebook.space.slug)
    messages.success(request, _("“%(title)s” is back.") % {"title": notebook.title})
    return redirect(notebook)
