"""Sending a notebook to a Jupyter server, and opening one where it lies there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from lineage.composition.collected import collected, composed
from lineage.composition.composing import file_name
from lineage.views.basket import keep_options, options_kept
from notebooks import blobs
from notebooks.access import asked_revision, signed_in, visible_notebook
from notebooks.ingest import identities_of
from notebooks.models import Revision
from notebooks.paths import UnsafePath, clean
from sync.access import managed_source
from sync.asking import ask
from sync.listing import moment_of
from sync.models import Run
from sync.pushing.copies import sent
from sync.pushing.differing import differences
from sync.pushing.forms import PushForm
from sync.pushing.places import Place, place_of, reached, servers_for
from sync.pushing.sending import Clash, Sent, look, send
from sync.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent."""

    title: str
    name: str  # of its file
    raw: bytes
    back: str  # the page that it is sent from
    known: Place | None = None  # where it came from


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: HttpRequest, pk: int) -> HttpResponse:
    """A runbook, or with `?revision=` as it was."""
    notebook = visible_notebook(request.user, pk)
    if notebook.is_deleted:
        return redirect(notebook)
    revision = asked_revision(request, notebook) or notebook.revision
    if revision is None:
        raise Http404
    revision.notebook = notebook
    try:
        raw = sent(blobs.get(revision.sha256), identities_of(revision))
    except blobs.BlobMissing:
        messages.error(request, _("The bytes of this runbook are no longer on this server."))
        return redirect(notebook)
    return _page(
        request,
        Parcel(notebook.title, notebook.name, raw, _page_of(revision), place_of(notebook, request.user)),
    )


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def basket_push(request: HttpRequest) -> HttpResponse:
    """The notebook that is made of the basket; from the basket's own form it comes with how that is to be."""
    if request.method == "POST" and "act" not in request.POST:
        keep_options(request)
        return redirect("basket-push")
    person, options = signed_in(request), options_kept(request)
    held = collected(person)
    if not any(each.chosen for each in held):
        messages.error(request, _("There is nothing in the basket to make a notebook of."))
        return redirect("basket")
    name = file_name(options.name, _("Composed runbook"))
    raw = composed(held, options, person.get_username()).raw
    return _page(request, Parcel(name.removesuffix(".ipynb"), name, raw, reverse("basket")))


@never_cache
@login_required
@require_safe
def open_in_jupyter(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of a runbook on the server that it came from."""
    notebook = visible_notebook(request.user, pk)
    place = place_of(notebook, request.user)
    if place is None:
        raise Http404
    return _opened(request, place, notebook.get_absolute_url())


@never_cache
@login_required
@require_safe
def source_open(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page of what was sent to `?path=`."""
    source = managed_source(request.user, pk)
    try:
        place = Place(source, clean(request.GET.get("path", "")))
    except UnsafePath as error:
        raise Http404 from error
    if not servers_for(request.user).filter(pk=pk).exists():
        raise Http404
    return _opened(request, place, source.get_absolute_url())


# ----- one page, whatever is sent


def _page(request: HttpRequest, parcel: Parcel) -> HttpResponse:
    if request.method != "POST":
        return _shown(request, parcel, _form(request, parcel))
    form = _form(request, parcel)
    if not form.is_valid():
        return _shown(request, parcel, form, status=422)
    try:
        return _acted(request, parcel, form)
    except Trouble as trouble:
        return _shown(request, parcel, form, status=422, trouble=str(trouble))


def _acted(request: HttpRequest, parcel: Parcel, form: PushForm) -> HttpResponse:
    """Raises Trouble."""
    place = form.place
    if request.POST.get("act") == "difference":
        clash = look(place)
        if clash is None:
            return _shown(request, parcel, form, is_free=True)
        found = differences(clash.raw or b"", parcel.raw)
        return _shown(request, parcel, form, clash=clash, differences=found)
    seen = request.POST.get("seen") if request.POST.get("act") == "overwrite" else None
    came = send(place, parcel.raw, seen or None)
    if isinstance(came, Clash):
        return _shown(request, parcel, form, clash=came, has_changed=bool(seen))
    return _done(request, place, came)


def _done(request: HttpRequest, place: Place, came: Sent) -> HttpResponse:
    """What was sent comes back with the source's next run, which is now."""
    if not came.was_there:
        ask(place.source, Run.Why.CHANGE)
    said = {"to": place.source.pk, "path": place.path, "done": "there" if came.was_there else "sent"}
    query = {**request.GET.dict(), **said}
    return HttpResponseRedirect(f"{request.path}?{urlencode(query)}")


def _shown(
    request: HttpRequest, parcel: Parcel, form: PushForm, status: int = 200, **more: Any
) -> HttpResponse:
    clash = more.get("clash")
    context = {
        "parcel": parcel,
        "form": form,
        "has_servers": servers_for(request.user).exists(),
        "sent": _sent_before(request),
        "modified": moment_of(clash.modified) if clash else None,
        **more,
    }
    return render(request, "sync/push.html", context, status=status)


def _form(request: HttpRequest, parcel: Parcel) -> PushForm:
    known = parcel.known
    initial = {
        "to": known.source.pk if known else None,
        "folder": known.folder if known else "",
        "name": known.name if known else parcel.name,
    }
    return PushForm(request.POST or None, user=request.user, known=known, initial=initial)


def _sent_before(request: HttpRequest) -> dict[str, object] | None:
    """What this page did last, by its own address."""
    pk, path, done = (request.GET.get(name, "") for name in ("to", "path", "done"))
    if request.method == "POST" or done not in {"sent", "there"} or not path or not pk.isdecimal():
        return None
    source = servers_for(request.user).filter(pk=pk[:9]).first()
    if source is None:
        return None
    opens = f"{reverse('source-open', args=[source.pk])}?{urlencode({'path': path})}"
    return {"source": source, "path": path, "was_there": done == "there", "opens": opens}


def _opened(request: HttpRequest, place: Place, back: str) -> HttpResponse:
    try:
        with reached(place) as there:
            return HttpResponseRedirect(there.page())
    except Trouble as trouble:
        messages.error(request, str(trouble))
        return HttpResponseRedirect(back)


def _page_of(revision: Revision) -> str:
    is_current = revision.pk == revision.notebook.revision_id
    return revision.notebook.get_absolute_url() if is_current else revision.get_absolute_url()
