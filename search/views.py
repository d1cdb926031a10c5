import logging
from collections.abc import Mapping

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods, require_safe
from haystack.exceptions import SearchBackendError

from notebooks.models import Space
from notebooks.models.space import Viewer
from search import searchform
from search.entities import Kind
from search.entitypage import LAST_PAGE, entity_page
from search.errors.answering import answers
from search.errors.meeting import met_before
from search.errors.recognising import MOST_LINES, recognised
from search.find import Totals, find, totals
from search.lag import lag_of, said
from search.language import read
from search.language.fields import FIELDS
from search.language.form import filled
from search.page import Page, wish_of
from search.saved import history
from search.searchform import SearchForm

logger = logging.getLogger(__name__)

# How many there are to search is counted anew after so many seconds.
TOTALS_FOR = 30


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    spaces = Space.objects.visible_to(request.user)
    if searchform.NAME in request.GET:
        return redirect(f"{reverse('search')}?{urlencode({'q': SearchForm(spaces, request.GET).query()})}")
    wish = wish_of(request.GET)
    form = SearchForm(spaces, form=filled(read(wish.text).tree))
    context = {"wish": wish, "header_query": wish.text, "form": form}
    try:
        context["totals"] = _totals(request.user)
        if not wish.is_empty:
            context["found"] = found = find(wish, request.user)
            context["page"] = Page(found)
            history.remember(request.user, wish.text)
        else:
            context["past"] = history.last_of(request.user)
    except SearchBackendError:
        logger.exception("The search engine failed")
        return render(request, "search/results.html", {**context, "has_failed": True}, status=503)
    return _answered(request, "search/results.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def error(request: HttpRequest) -> HttpResponse:
    """Pasted lines, in the body of a POST: a traceback is longer than an address may be."""
    text = request.POST.get("text", "").replace("\0", "").strip()
    if not text:
        return render(request, "search/error.html", {"most": MOST_LINES})
    pasted = recognised(text)
    context: dict[str, object] = {"text": text, "pasted": pasted, "most": MOST_LINES}
    try:
        context["answers"] = answers(met_before(pasted, request.user))
    except SearchBackendError:
        logger.exception("The search engine failed")
        return render(request, "search/error.html", {**context, "has_failed": True}, status=503)
    return _answered(request, "search/error.html", context)


@require_safe
def entity(request: HttpRequest, kind: str, name: str) -> HttpResponse:
    if kind not in set(Kind):
        raise Http404
    asked = request.GET.get("page", "")
    number = min(max(int(asked), 1), LAST_PAGE) if asked.isdecimal() and len(asked) < 5 else 1
    try:
        page = entity_page(Kind(kind), name.replace("\0", ""), request.user, number)
    except SearchBackendError:
        logger.exception("The search engine failed")
        return render(request, "search/entity.html", {"has_failed": True, "name": name}, status=503)
    label = FIELDS[kind].label
    return _answered(request, "search/entity.html", {"page": page, "name": page.name, "label": label})


def _answered(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """From the index, and the footer says how far that is behind."""
    return render(request, template, {**context, "index_lag": said(lag_of(request.user))})


def _totals(user: Viewer) -> Totals:
    known: Totals | None = cache.get(key := f"search-totals-{user.pk}")
    if known is None:
        cache.set(key, known := totals(user), TOTALS_FOR)
    return known
