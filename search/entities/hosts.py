"""Hosts by name and by address. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from ipaddress import ip_address

# A name counts as a host's where it ends as names of hosts do: logrotate.conf and os.path are none.
_ENDS = (
    "com|net|org|edu|gov|mil|int|info|biz|io|dev|cloud|app|jp|uk|de|fr|eu|us|ca|au|nl|ch|at|se|no|fi|dk|it|es|br|in|kr|cn|tw"
    "|hk|sg|local|localdomain|localnet|internal|intra|lan|home|corp|example|test|arpa|svc|consul"
)
_END = re.compile(rf"\.(?:{_ENDS})(?![\w-]|\.\w|/?@)(?!\()", re.IGNORECASE)
_BEFORE = re.compile(
    r"(?<![\w.@%$/\\-])(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)*[a-z0-9][a-z0-9-]{0,62}$", re.IGNORECASE
)
_AFTER_SIGN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,62})\.)*[a-z0-9][a-z0-9-]{0,62}$", re.IGNORECASE)
_SIGNS = ("//", "@")  # https://host, user@host
_LONGEST = 253

_IPV4 = re.compile(r"(?<![\w.:-])(?:\d{1,3}\.){3}\d{1,3}(?![\w-]|\.\d)")
_IPV6 = re.compile(r"(?<![\w:.])(?:[0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}(?![\w:.])", re.IGNORECASE)
_NAME = re.compile(
    r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE
)
_NOBODY = {"0.0.0.0", "255.255.255.255", "127.0.0.1", "::", "::1", "localhost"}  # noqa: S104


def hosts_in(text: str) -> Iterator[str]:
    """All that are told by their own form, as they are compared: lower case, addresses in their shortest form."""
    yield from _names_in(text)
    for pattern in (_IPV4, _IPV6):
        for match in pattern.finditer(text):
            if address := as_address(match[0]):
                yield address


def as_host(word: str) -> str:
    """What stands where a host is meant, as `web-17` after ssh; '' where it can be none."""
    name = word.rpartition("@")[2].strip("[]'\"").lower()
    if address := as_address(name):
        return address
    is_name = _NAME.fullmatch(name) and not name.isdigit() and len(name) <= _LONGEST
    return name if is_name and name not in _NOBODY else ""


def as_address(text: str) -> str:
    """'' for what is no address, or one of no host in particular."""
    try:
        address = ip_address(text)
    except ValueError:
        return ""
    return "" if str(address) in _NOBODY or address.is_unspecified or address.is_multicast else str(address)


def _names_in(text: str) -> Iterator[str]:
    if "." not in text:
        return
    for end in _END.finditer(text):
        before = text[max(0, end.start() - _LONGEST) : end.start()]
        match = _BEFORE.search(before) or _after_sign(before)
        if match is not None and not match[0].isdigit():
            yield f"{match[0]}{end[0]}".lower()


def _after_sign(before: str) -> re.Match[str] | None:
    match = _AFTER_SIGN.search(before)
    return match if match is not None and before[: match.start()].endswith(_SIGNS) else None
