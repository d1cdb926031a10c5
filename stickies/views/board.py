"""/notes/: all that one may see, and resolving many at once."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from notebooks.access import signed_in
from stickies.board import Board
from stickies.settling import resolve_all


@require_safe
def notes(request: HttpRequest) -> HttpResponse:
    return render(request, "stickies/board.html", {"board": Board(request.user, request.GET)})


@login_required
@require_POST
def resolve_many(request: HttpRequest) -> HttpResponse:
    pks = [int(pk) for pk in request.POST.getlist("note") if pk.isdecimal() and len(pk) < 19]
    if not pks:
        messages.warning(request, _("No note was chosen."))
    else:
        _tell(request, pks)
    # As it was narrowed: parsed and written again, so it leads nowhere else.
    asked = QueryDict(request.POST.get("asked", "")[:2000]).urlencode()
    return HttpResponseRedirect(f"{reverse('notes')}?{asked}" if asked else reverse("notes"))


def _tell(request: HttpRequest, pks: list[int]) -> None:
    settled = resolve_all(pks, signed_in(request))
    if settled.done:
        told = ngettext("%(count)d note resolved.", "%(count)d notes resolved.", settled.done)
        messages.success(request, told % {"count": settled.done})
    for sentence in settled.sentences():
        messages.warning(request, sentence)
