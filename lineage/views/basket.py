"""The basket: what a person collected, in order, and the notebook that is made of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from lineage.composition import basket as baskets
from lineage.composition.chosen import Options
from lineage.composition.collected import collected, composed
from lineage.composition.composing import file_name
from lineage.composition.page import page_of
from lineage.forms import OptionsForm, options_of
from lineage.models import BasketItem
from notebooks.access import signed_in
from notebooks.models import Revision
from notebooks.models.notebook import MEDIA_TYPE

_CELL = re.compile("([0-9]{1,18}):([0-9]{1,9})")
_OPTIONS, _HELD = "basket_options", "basket_held"  # in the session


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def basket(request: HttpRequest) -> HttpResponse:
    """Sent, it keeps how the new notebook is to be."""
    if request.method == "POST":
        keep_options(request)
        return _answer(request)
    return render(request, "lineage/basket.html", _context(request))


@require_POST
def add(request: HttpRequest) -> HttpResponse:
    """Cells, sections ("revision:index" each) or a whole revision, from any page; then back to it.

    With `before`, from the basket itself: they go before that item.
    """
    if not request.user.is_authenticated:
        return _to_login(request)
    person, asked = signed_in(request), 0
    added: list[BasketItem] = []
    request.session.pop(_HELD, None)
    try:
        with transaction.atomic():
            for revision, indices in _asked(request):
                asked += len(indices)
                added += baskets.collect(person, revision, indices)
            if "before" in request.POST:
                baskets.put_before(person, added, _number(request, "before"))
    except baskets.BasketFull:
        return _back(request, _full(), messages.ERROR)
    said = _added(len(added), asked)
    return _answer(request, said) if "before" in request.POST else _back(request, said, messages.SUCCESS)


@login_required
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """`item` to the place `to`."""
    to = baskets.move(signed_in(request), _number(request, "item"), _number(request, "to"))
    if to is None:
        raise Http404
    return _answer(request, _("It is at place %(place)d now.") % {"place": to + 1})


@login_required
@require_POST
def drop(request: HttpRequest) -> HttpResponse:
    held = baskets.places(signed_in(request))
    if not baskets.drop(signed_in(request), _number(request, "item")):
        raise Http404
    request.session[_HELD] = held
    return _answer(request)


@login_required
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    if held := baskets.places(signed_in(request)):
        baskets.clear(signed_in(request))
        request.session[_HELD] = held
    return _answer(request)


@login_required
@require_POST
def undo(request: HttpRequest) -> HttpResponse:
    """Brings back what was dropped last."""
    try:
        baskets.bring_back(signed_in(request), [tuple(place) for place in request.session.pop(_HELD, ())])
    except baskets.BasketFull:
        messages.error(request, _full())
    return _answer(request)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def download(request: HttpRequest) -> HttpResponse:
    """The new notebook."""
    if request.method == "POST":
        keep_options(request)
    options, person = options_kept(request), signed_in(request)
    held = collected(person)
    if not any(each.chosen for each in held):
        messages.error(request, _("There is nothing in the basket to make a notebook of."))
        return redirect("basket")
    response = HttpResponse(composed(held, options, person.get_username()).raw, content_type=MEDIA_TYPE)
    name = file_name(options.name, _("Composed runbook"))
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    return response


# ----- what is asked


def _asked(request: HttpRequest) -> Iterator[tuple[Revision, range]]:
    sent, readable = request.POST, baskets.readable_revisions(request.user)
    for pk, index in map(_place, sent.getlist("cell")):
        yield _whole(get_object_or_404(readable, pk=pk), index), range(index, index + 1)
    for pk, index in map(_place, sent.getlist("section")):
        revision = _whole(get_object_or_404(readable, pk=pk), index)
        yield revision, baskets.section_in(revision, index)
    for text in sent.getlist("revision"):
        pk, _index = _place(f"{text}:0")
        revision = get_object_or_404(readable, pk=pk)
        yield revision, range(len(revision.memes))


def _place(text: str) -> baskets.Place:
    match = _CELL.fullmatch(text)
    if match is None:
        raise Http404
    return int(match[1]), int(match[2])


def _whole(revision: Revision, index: int) -> Revision:
    if index >= len(revision.memes):
        raise Http404
    return revision


def _number(request: HttpRequest, name: str) -> int:
    """-1, for the first that is moved up, is one too."""
    text = request.POST.get(name, "")
    if not re.fullmatch("-?[0-9]{1,18}", text):
        raise Http404
    return int(text)


def keep_options(request: HttpRequest) -> None:
    form = OptionsForm(request.POST)
    if form.is_valid():
        request.session[_OPTIONS] = form.cleaned_data


def options_kept(request: HttpRequest) -> Options:
    return options_of(request.session.get(_OPTIONS, {"has_title": True}))


# ----- what is answered


def _context(request: HttpRequest) -> dict[str, Any]:
    options = options_kept(request)
    page = page_of(signed_in(request), options)
    there = {(row.collected.item.revision_id, row.collected.item.index) for row in page.rows}
    dropped = {tuple(place) for place in request.session.get(_HELD, ())} - there
    return {"page": page, "form": OptionsForm(asdict(options)), "dropped": len(dropped)}


def _answer(request: HttpRequest, said: str = "") -> HttpResponse:
    """The basket as it is now: in its place on the page, or as the page."""
    if not request.headers.get("HX-Request"):
        return redirect("basket")
    context = _context(request)
    response = render(request, "lineage/_basket_changed.html", context)
    if not context["page"].rows:
        response["HX-Refresh"] = "true"  # without cells the page is another
    return _saying(response, said)


def _back(request: HttpRequest, said: str, level: int) -> HttpResponse:
    """To where the person was. On a page that stays, only the number in the header is new."""
    if request.headers.get("HX-Request"):
        return _saying(render(request, "lineage/_basket_link.html", {"is_swapped": True}), said)
    messages.add_message(request, level, said)
    return HttpResponseRedirect(_next(request))  # redirect() would take a word for a route's name


def _saying(response: HttpResponse, said: str) -> HttpResponse:
    if said:
        response["HX-Trigger"] = json.dumps({"said": said})
    return response


def _to_login(request: HttpRequest) -> HttpResponse:
    way = redirect_to_login(_next(request))
    if not request.headers.get("HX-Request"):
        return way
    response = HttpResponse()
    response["HX-Redirect"] = way["Location"]
    return response


def _next(request: HttpRequest) -> str:
    """The page that something was collected from, never another site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url("basket")


def _added(added: int, asked: int) -> str:
    if not added:
        return ngettext("It is in the basket already.", "They are in the basket already.", asked)
    return ngettext(
        "%(count)d cell was put into the basket.", "%(count)d cells were put into the basket.", added
    ) % {"count": added}


def _full() -> str:
    return _("The basket holds at most %(most)d cells. Nothing was put in.") % {"most": baskets.MOST}
