"""What is asked while somebody types: completions for the page, suggestions and the description for a browser."""

import logging

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe
from haystack.exceptions import SearchBackendError

from notebooks.models.space import Viewer
from search.guide import CHAPTERS
from search.language.reading import LONGEST
from search.suggesting import Suggested, suggest

logger = logging.getLogger(__name__)


@require_safe
def complete(request: HttpRequest) -> JsonResponse:
    """`at` is where the cursor stands, in characters; an option stands instead of what is from `start` to `end`."""
    text = request.GET.get("q", "")
    at = request.GET.get("at", "")
    cursor = int(at) if at.isdecimal() and len(at) < 6 else len(text)
    found = _suggested(text, cursor, request.user)
    options = [
        {
            "text": each.text,
            "label": each.label,
            "about": each.about,
            "count": each.count,
            "goes_on": each.goes_on,
        }
        for each in found.options
    ]
    return JsonResponse({"start": found.start, "end": found.end, "options": options})


@require_safe
def suggestions(request: HttpRequest) -> JsonResponse:
    """As OpenSearch wants them: the text, whole queries instead of it, what they mean, and their addresses."""
    text = request.GET.get("q", "")
    found = _suggested(text, len(text), request.user)
    queries = [found.whole(option) for option in found.options]
    about = [option.about for option in found.options]
    answer = [text, queries, about, [_address(request, query) for query in queries]]
    return JsonResponse(answer, safe=False, content_type="application/x-suggestions+json")


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


def _suggested(text: str, cursor: int, viewer: Viewer) -> Suggested:
    """Nothing where the engine fails: searching itself says so."""
    try:
        return suggest(text, cursor, viewer)
    except SearchBackendError:
        logger.exception("The search engine failed")
        return Suggested(text[:LONGEST], len(text), len(text))


def _address(request: HttpRequest, query: str) -> str:
    return request.build_absolute_uri(f"{reverse('search')}?{urlencode({'q': query})}")
