"""Language, time zone and theme of the person who is signed in."""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from opsnotes.models import Preferences

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


def preferences_of(request: HttpRequest) -> Preferences:
    theme = request.COOKIES.get(THEME_COOKIE, "")
    default = Preferences(theme=theme if theme in Preferences.Theme.values else "")
    if not request.user.is_authenticated:
        return default
    default.user = request.user  # who chose before logging in need not choose again
    return Preferences.objects.filter(user=request.user).first() or default
