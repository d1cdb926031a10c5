"""What is asked while somebody types: completions for the page, suggestions and the description for a browser."""

import logging
from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control, never_cache
from django.views.decorators.http import require_safe
from haystack.exceptions import SearchBackendError

from notebooks.models.space import Viewer
from search.api import SearchFailed
from search.guide import CHAPTERS
from search.language.reading import LONGEST
from search.suggesting import Option, Suggested, suggest, suggest_whole

logger = logging.getLogger(__name__)


@never_cache
@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """For the field of the page, signed in or not; `at` is where the cursor stands. As GET /api/v1/search/complete/."""
    at = request.GET.get("at", "")
    cursor = int(at) if at.isdecimal() and len(at) < 6 else None
    try:
        return JsonResponse(answer(request.GET.get("q", ""), cursor, request.user))
    except SearchBackendError:
        logger.exception("The search engine failed")
        return JsonResponse({"detail": str(SearchFailed.default_detail)}, status=SearchFailed.status_code)


@never_cache
@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """As OpenSearch wants them: the text, whole queries instead of it, what they mean, and their addresses."""
    text = request.GET.get("q", "")
    offered = list(_queries(text, request.user))
    addresses = [request.build_absolute_uri(option.url or _address(query)) for query, option in offered]
    found = [text, [query for query, _ in offered], [option.about for _, option in offered], addresses]
    return JsonResponse(found, safe=False, content_type="application/x-suggestions+json")


@require_safe
@cache_control(public=True, max_age=86_400)
def opensearch(request: HttpRequest) -> HttpResponse:
    """What a browser reads to search from its address bar. The same for everybody."""
    context = {
        "search": request.build_absolute_uri(reverse("search")),
        "suggestions": request.build_absolute_uri(reverse("search-suggestions")),
        "itself": request.build_absolute_uri(),
        "icon": request.build_absolute_uri(static("icons/opsnotes.svg")),
        "host": request.get_host(),
    }
    return render(
        request, "search/opensearch.xml", context, content_type="application/opensearchdescription+xml"
    )


@require_safe
def operators(request: HttpRequest) -> HttpResponse:
    return render(request, "search/operators.html", {"chapters": CHAPTERS})


def answer(text: str, cursor: int | None, viewer: Viewer) -> dict[str, Any]:
    """An option stands instead of what is from `start` to `end`, in characters; one of `searches` instead of all.
    None is the end of the text. Raises haystack.exceptions.SearchBackendError."""
    found = suggest(text, len(text) if cursor is None else cursor, viewer)
    is_at_end = cursor is None or cursor >= len(text)
    return {
        "start": found.start,
        "end": found.end,
        "options": [_told(option) for option in found.options],
        "searches": [_told(option) for option in (suggest_whole(text, viewer).options if is_at_end else ())],
    }


def _told(option: Option) -> dict[str, Any]:
    return {
        "kind": str(option.kind),
        "text": option.text,
        "label": option.label,
        "about": option.about,
        "count": option.count,
        "goes_on": option.goes_on,
        "url": option.url,
    }


def _queries(text: str, viewer: Viewer) -> Iterator[tuple[str, Option]]:
    """Whole ones; of a saved search that has no words its name. Of an engine that fails there are no values: searching
    itself says so."""
    try:
        found = suggest(text, len(text), viewer)
    except SearchBackendError:
        logger.exception("The search engine failed")
        found = Suggested(text[:LONGEST], len(text), len(text))
    yield from ((option.text or option.label, option) for option in suggest_whole(text, viewer).options)
    yield from ((found.whole(option), option) for option in found.options)


def _address(query: str) -> str:
    return f"{reverse('search')}?{urlencode({'q': query})}"
