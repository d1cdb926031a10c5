"""What holds for every request: how its person wants to see the app, and what is said where bytes are lost."""

import logging
import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from notebooks.blobs import BlobMissing
from notebooks.diskspace import is_full
from notebooks.refusals import Refusal
from opsnotes.models import Preferences

logger = logging.getLogger(__name__)

THEME_COOKIE = "theme"


class PreferencesMiddleware:
    """Puts `request.preferences` there; a stranger's are in cookies, else as the browser says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        preferences = preferences_of(request)
        request.preferences = preferences  # type: ignore[attr-defined]
        if preferences.language:
            translation.activate(preferences.language)
            request.LANGUAGE_CODE = preferences.language
        zone = zoneinfo.ZoneInfo(preferences.time_zone) if preferences.time_zone else None
        with timezone.override(zone):
            return self.get_response(request)


class LostBytesMiddleware:
    """Whatever asked for them: the page says what happened, the log which bytes."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, BlobMissing):
            return None
        logger.error("%s needs %s, which is not in the storage: was it in the backup?", request.path, error)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": _("This server has lost the file’s bytes")}, status=503)
        return render(request, "opsnotes/lost.html", status=503)


class FullDiskMiddleware:
    """Whatever could not be written because the disk is full: what to do about it instead of an error of ours."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_full(error):
            return None
        logger.error("%s could not be done: %s", request.path, error)
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": Refusal.DISK_FULL.label}, status=507)
        return render(request, "opsnotes/full.html", {"reason": Refusal.DISK_FULL.label}, status=507)


def preferences_of(request: HttpRequest) -> Preferences:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    default = Preferences(theme=theme if theme in Preferences.Theme.values else "")
    if not request.user.is_authenticated:
        return default
    chosen = Preferences.objects.filter(user=request.user).first()
    if chosen is None:
        default.user = request.user  # who chose before logging in need not choose again
    return chosen or default
