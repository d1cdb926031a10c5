"""Watching and not watching, from the page of the thing and from the list of all."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from inbox import watching
from inbox.models import Watch
from inbox.views.answers import back, number
from inbox.views.inbox import after
from inbox.watchbutton import WatchButton
from inbox.watched import watched_by
from notebooks import folders, paths
from notebooks.access import signed_in, visible_notebook, visible_space
from notebooks.models import Cell, FolderHold, Space


@login_required
@require_safe
def watches(request: HttpRequest) -> HttpResponse:
    return render(request, "inbox/watches.html", {"watched": watched_by(signed_in(request))})


@login_required
@require_POST
def watch(request: HttpRequest) -> HttpResponse:
    """Watches, or with `stop` no longer. Whoever presses the button wants to be told: a muted watch is heard again."""
    person, of = signed_in(request), _thing(request)
    watching.unwatch(person, **of)
    if "stop" not in request.POST:
        watching.watch(person, **of)
    here = back(request, "watches")
    if request.headers.get("HX-Request"):
        return render(request, "inbox/_watch.html", {"button": WatchButton.of(person, **of), "here": here})
    messages.success(
        request, _("You are not told of it any more.") if "stop" in request.POST else _("You watch it now.")
    )
    return redirect(here)


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """`do`: stop, mute or hear."""
    mine: QuerySet[Watch] = Watch.objects.filter(user=signed_in(request).pk, pk=pk)
    found = get_object_or_404(mine)
    match request.POST.get("do"):
        case "stop":
            mine.delete()
        case "mute" | "hear":
            mine.update(muted=request.POST["do"] == "mute")
        case _unknown:
            raise Http404
    if request.POST.get("from") == "inbox":
        return after(request)
    if request.headers.get("HX-Request"):
        return render(
            request, "inbox/_watches.html", {"watched": watched_by(signed_in(request)), "was": found}
        )
    return redirect("watches")


def _thing(request: HttpRequest) -> dict[str, Any]:
    """What the button stood for; 404 for what the person may not see."""
    sent, person = request.POST, request.user
    if "notebook" in sent:
        return {"notebook": visible_notebook(person, number(sent["notebook"]))}
    if "family" in sent:
        return {"family": _family(request)}
    space = visible_space(person, sent.get("space", ""))
    folder = _folder(sent.get("folder", ""))
    if folder and not folders.is_folder(space, folder) and not _is_held(space, folder):
        raise Http404
    return {"space": space, "folder": folder}


def _is_held(space: Space, folder: str) -> bool:
    """A folder that a source is to fill can be watched before anything is in it."""
    return FolderHold.objects.filter(space=space, folder=folder).exists()


def _folder(text: str) -> str:
    try:
        return paths.clean_folder(text)
    except paths.UnsafePath as error:
        raise Http404 from error


def _family(request: HttpRequest) -> UUID:
    try:
        family = UUID(request.POST["family"])
    except ValueError as error:
        raise Http404 from error
    if not Cell.objects.visible_to(request.user).filter(meme=family).exists():
        raise Http404
    return family
