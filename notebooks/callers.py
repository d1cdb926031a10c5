"""Who is calling, as far as the network tells."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """A proxy's word is taken only where the settings say that there is one."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.SECURE_PROXY_SSL_HEADER else ""
    # The last entry is the one that our own proxy wrote.
    return (forwarded.rpartition(",")[2].strip() or request.META.get("REMOTE_ADDR") or "unknown")[:45]
