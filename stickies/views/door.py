"""What notebook servers with sidestickies ask, and the addresses of notes that they give away."""

from __future__ import annotations

from dataclasses import asdict

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from notebooks.callers import address_of as caller_of
from stickies.announcing import address_of
from stickies.door.found import find
from stickies.door.guesses import WINDOW, note_wrong_key
from stickies.door.keys import find_key, note_use
from stickies.door.query import parse
from stickies.models import DoorKey, Note


@require_safe
def ep_weave_search(request: HttpRequest) -> HttpResponse:
    """Answers as ep_weave does; whoever is signed in makes no difference. Nothing found is no error."""
    keys = request.GET.getlist("apikey")
    if len(keys) != 1:
        return _refusal(400, "Bad Request")
    if not keys[0]:
        return _refusal(401, "Authentication Required")
    key = find_key(keys[0])
    if key is None:
        return _wrong_key(request)
    query = request.GET.get("query") or request.GET.get("q")
    if query is None:
        return _refusal(400, "Bad Request")
    note_use(key)
    return _found(query, key)


@require_safe
def pad(request: HttpRequest, pk: str) -> HttpResponse:
    """Old addresses lead to the note. Of one that may not be seen nothing is said, not even that it is there."""
    is_number = pk.isascii() and pk.isdecimal() and len(pk) < 19
    found = Note.objects.visible_to(request.user).filter(pk=pk).first() if is_number else None
    if found is not None:
        return redirect(address_of(found))
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    raise Http404


def _found(query: str, key: DoorKey) -> HttpResponse:
    found = find(parse(query), key.space)
    docs = [asdict(doc) for doc in found.docs]
    response = JsonResponse({"docs": docs, "numFound": found.count, "start": 0})
    response.headers["Cache-Control"] = "no-store"
    return response


def _wrong_key(request: HttpRequest) -> HttpResponse:
    if not note_wrong_key(caller_of(request)):
        return _refusal(403, "Unauthorized")
    response = _refusal(429, "Too many wrong keys")
    response.headers["Retry-After"] = str(WINDOW)
    return response


def _refusal(status: int, why: str) -> HttpResponse:
    return JsonResponse({"error": why}, status=status)
