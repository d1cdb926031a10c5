"""What the views of this app have in common."""

import re

from django.http import Http404, HttpRequest
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

_NUMBER = re.compile("[0-9]{1,18}")


def number(text: object) -> int:
    if not isinstance(text, str) or not _NUMBER.fullmatch(text):
        raise Http404
    return int(text)


def back(request: HttpRequest, otherwise: str) -> str:
    """The page that a button stood on, never another site."""
    wanted = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else resolve_url(otherwise)
