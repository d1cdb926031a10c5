"""Pages of saved searches."""

import logging

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from haystack.exceptions import SearchBackendError

from inbox.manners import as_wanted_by
from inbox.views.answers import back
from inbox.views.feeds import feed_answer, reader_or_404
from notebooks.access import signed_in
from search.models import SavedSearch
from search.page import wish_of
from search.saved import history, keeping
from search.saved.access import changeable_search, visible_search
from search.saved.addresses import address_of
from search.saved.feed import feed_of
from search.saved.forms import SavedSearchForm, narrowed_in
from search.saved.listing import listed

logger = logging.getLogger(__name__)


@never_cache
@login_required
@require_safe
def saved_searches(request: HttpRequest) -> HttpResponse:
    person = signed_in(request)
    context = {"groups": listed(person), "past": history.last_of(person), "keeps": history.is_wanted(person)}
    return render(request, "search/saved.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """From the results page, with what was searched for there in the address."""
    person = signed_in(request)
    if request.method == "POST":
        return _saved(request, SavedSearchForm(person, SavedSearch(), request.POST))
    wish = wish_of(request.GET)
    form = SavedSearchForm(
        person,
        SavedSearch(narrowed=narrowed_in(request.GET)),
        initial={"name": wish.text[:100], "q": wish.text, "sort": wish.sort},
    )
    return _form(request, form)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    person, search = signed_in(request), changeable_search(request.user, pk)
    if request.method == "POST":
        return _saved(request, SavedSearchForm(person, search, request.POST))
    initial = {
        "name": search.name,
        "q": search.text,
        "sort": search.sort,
        "shared": search.space.slug if search.space else "",
        "tell": keeping.is_told(search, person),
        "webhooks": keeping.is_told(search, None),
    }
    return _form(request, SavedSearchForm(person, search, initial=initial))


@never_cache
@require_safe
def open_search(request: HttpRequest, pk: int) -> HttpResponse:
    """On to what it finds. That the person has seen it is all that a GET changes here."""
    search = visible_search(request.user, pk)
    keeping.note_opened(search, request.user)
    return redirect(address_of(search, "newest" if request.GET.get("sort") == "newest" else search.sort))


@login_required
@require_POST
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    search = changeable_search(request.user, pk)
    keeping.delete(search)
    messages.success(request, _("“%(name)s” is saved no more.") % {"name": search.name})
    return redirect("saved-searches")


@login_required
@require_POST
def tell(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody decides for themselves whether a shared search tells them."""
    search, is_told = visible_search(request.user, pk), "stop" not in request.POST
    keeping.tell(search, signed_in(request), is_told=is_told)
    said = (
        _("You are told when something new matches “%(name)s”.")
        if is_told
        else _("“%(name)s” tells you nothing.")
    )
    messages.success(request, said % {"name": search.name})
    return redirect("saved-searches")


@login_required
@require_POST
def clear_history(request: HttpRequest) -> HttpResponse:
    history.forget(signed_in(request))
    messages.success(request, _("Your last searches are deleted."))
    return redirect(back(request, "saved-searches"))


@require_safe
def feed(request: HttpRequest, key: str, pk: int) -> HttpResponse:
    """The address is the key; what may be read is asked at every fetch."""
    reader = reader_or_404(key)
    search = visible_search(reader, pk)
    with as_wanted_by(reader):
        try:
            return feed_answer(feed_of(search, reader, request.path))
        except SearchBackendError:
            logger.exception("The search engine failed")
            said = _(
                "The search engine failed. This is not the same as finding nothing: try again in a minute."
            )
            return HttpResponse(said, status=503, content_type="text/plain; charset=utf-8")


def _saved(request: HttpRequest, form: SavedSearchForm) -> HttpResponse:
    if form.is_valid():
        try:
            search = form.keep()
        except keeping.Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": search.name})
            return redirect("saved-searches")
    return _form(request, form)


def _form(request: HttpRequest, form: SavedSearchForm) -> HttpResponse:
    context = {"form": form, "search": form.search}
    return render(request, "search/saved_form.html", context, status=422 if form.errors else 200)
