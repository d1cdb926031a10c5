"""System checks of what an operator sets: `manage.py check` says what is wrong and what to write."""

import os
from collections.abc import Sequence
from importlib import import_module
from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register  # noqa: A004
from django.http.request import validate_host

from search.engines.solrcloud.address import Address
from search.refresh import backend

REDIS_SCHEMES = {"redis", "rediss", "unix"}
SHORTEST_SECRET = 32
SETTINGS = "settings"  # a tag, for commands that need no pages to be in order


@register(SETTINGS)
def data_can_be_written(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    if os.access(settings.DATA, os.W_OK | os.X_OK):
        return []
    return [
        Error(
            f"{settings.DATA} cannot be written.",
            hint="Name a folder in OPSNOTES_DATA that belongs to the account the server runs as.",
            id="opsnotes.E001",
        )
    ]


@register(SETTINGS)
def search_engine_can_be_imported(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    module = str(settings.HAYSTACK_CONNECTIONS["default"]["ENGINE"]).rpartition(".")[0]
    try:
        import_module(module)
    except ImportError as error:
        return [
            Error(
                f"The search engine {settings.SEARCH_ENGINE} cannot be loaded: {error}.",
                hint="Install it, or name another in OPSNOTES_SEARCH_ENGINE.",
                id="opsnotes.E002",
            )
        ]
    return []


@register(SETTINGS)
def redis_url_is_one(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    parts = urlsplit(settings.REDIS_URL)
    if not settings.REDIS_URL or (parts.scheme in REDIS_SCHEMES and (parts.hostname or parts.path)):
        return []
    return [
        Error(
            "OPSNOTES_REDIS_URL is no address of Redis.",
            hint="Write for example redis://127.0.0.1:6379/0, or leave it empty to run without Redis.",
            id="opsnotes.E003",
        )
    ]


@register(SETTINGS)
def search_url_is_one(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    if settings.SEARCH_ENGINE != "solr":
        return []
    try:
        Address.of(settings.SEARCH_URL)
    except ValueError as error:
        return [Error("OPSNOTES_SEARCH_URL does not say where Solr is.", hint=str(error), id="opsnotes.E006")]
    return []


@register(deploy=True)
def search_server_is_well(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """With --deploy only: it asks the server."""
    if search_url_is_one():
        return []
    return [Error(f"The search engine: {each}", id="opsnotes.E007") for each in backend().shortcomings()]


@register(Tags.security)
def base_url_is_served(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    """Links in what we send lead to this host: it must be one that we answer to."""
    host = urlsplit(settings.BASE_URL).hostname or ""
    if validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS):
        return []
    return [
        Error(
            f"OPSNOTES_BASE_URL names {host}, which OPSNOTES_ALLOWED_HOSTS leaves out.",
            hint=f"Add {host} to OPSNOTES_ALLOWED_HOSTS.",
            id="opsnotes.E004",
        )
    ]


@register(Tags.security)
def passwords_travel_encrypted(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    parts = urlsplit(settings.BASE_URL)
    if parts.scheme == "https" or _is_this_machine(parts.hostname or ""):
        return []
    return [
        Warning(
            "Passwords and tokens travel unencrypted.",
            hint="Put a proxy with TLS before the server and write OPSNOTES_BASE_URL=https://...",
            id="opsnotes.W001",
        )
    ]


@register(Tags.security)
def debug_stays_at_home(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    if not settings.DEBUG or _is_this_machine(urlsplit(settings.BASE_URL).hostname or ""):
        return []
    return [
        Warning(
            "OPSNOTES_DEBUG shows settings and source to whoever causes an error.",
            hint="Write OPSNOTES_DEBUG=0 on a server that others reach.",
            id="opsnotes.W002",
        )
    ]


@register(Tags.security)
def secret_key_cannot_be_guessed(*_args: Any, **_kwargs: Any) -> Sequence[CheckMessage]:
    if len(settings.SECRET_KEY) >= SHORTEST_SECRET:
        return []
    return [
        Error(
            f"OPSNOTES_SECRET_KEY has fewer than {SHORTEST_SECRET} characters.",
            hint="Leave it empty: one is made and kept in OPSNOTES_DATA.",
            id="opsnotes.E005",
        )
    ]


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
