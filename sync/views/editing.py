"""Adding a source, changing it, giving it up."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from notebooks.access import signed_in
from notebooks.models import Space
from sync import keeping, testing
from sync.access import managed_source
from sync.forms import SourceForm
from sync.layouts import LAYOUTS
from sync.models import Source
from sync.rules import taken_text

Kind = Source.Kind


@never_cache
@sensitive_post_parameters("secret")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def source_new(request: HttpRequest) -> HttpResponse:
    """First the kind is chosen, by `?kind=`; each has a form of its own."""
    person, kind = signed_in(request), request.GET.get("kind", "")
    if not Space.objects.writable_by(person).exists():
        return _choice(request, status=403 if request.method == "POST" else 200)
    if kind not in Kind.values:
        return _choice(request, status=422 if request.method == "POST" else 200)
    if kind == Kind.FOLDER and not person.is_staff:
        raise PermissionDenied(_("Folders of this server are taken in by its administrators."))
    source = Source(kind=kind, time_zone=settings.TIME_ZONE, login="token" if kind == Kind.JUPYTER else "")
    form = SourceForm(request.POST or None, instance=source, user=person, initial=_beginning(request))
    if form.is_bound and form.is_valid() and _kept(form):
        testing.ask(form.source)
        messages.success(request, _("Saved. It is tested now; look at what the test says, then start it."))
        return redirect(form.source)
    return _form(request, form)


@never_cache
@sensitive_post_parameters("secret")
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def source_edit(request: HttpRequest, pk: int) -> HttpResponse:
    source = managed_source(request.user, pk)
    form = SourceForm(request.POST or None, instance=source, user=signed_in(request))
    if form.is_bound and form.is_valid() and _kept(form):
        testing.ask(form.source)
        messages.success(request, _("Saved. It is tested again now."))
        return redirect(form.source)
    return _form(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def source_delete(request: HttpRequest, pk: int) -> HttpResponse:
    source = managed_source(request.user, pk)
    if request.method != "POST":
        return render(request, "sync/delete.html", {"source": source, "file_count": source.files.count()})
    keeping.delete(source)
    messages.success(
        request,
        _("“%(name)s” is no source any more. What it brought stays, and its folder is free.")
        % {"name": source.name},
    )
    return redirect("sources")


def _choice(request: HttpRequest, status: int) -> HttpResponse:
    person = signed_in(request)
    context = {
        "may_add": Space.objects.writable_by(person).exists(),
        "is_staff": person.is_staff,
        "roots": settings.SOURCE_ROOTS,
    }
    return render(request, "sync/kinds.html", context, status=status)


def _form(request: HttpRequest, form: SourceForm) -> HttpResponse:
    context = {"form": form, "source": form.source, "kind": form.kind, "roots": settings.SOURCE_ROOTS}
    if form.source.pk:  # what is shown above the form is what is kept, and not what was typed
        context["source"] = Source.objects.select_related("space").get(pk=form.source.pk)
    return render(request, "sync/form.html", context, status=422 if form.errors else 200)


def _beginning(request: HttpRequest) -> dict[str, Any]:
    """What a link to the form fills in: a known layout, and where one came from."""
    layout = dict(LAYOUTS.get(request.GET.get("layout", ""), {}))
    asked = {name: request.GET[name] for name in ("space", "folder") if name in request.GET}
    return {**layout, **asked}


def _kept(form: SourceForm) -> bool:
    try:
        form.save()
    except keeping.PlaceTaken:
        form.add_error("folder", taken_text(None))
    return not form.errors
