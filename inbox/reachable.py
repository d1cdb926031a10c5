"""Which addresses the server may call on somebody's word. Pure but for asking where a name leads.

Without OPSNOTES_WEBHOOK_HOSTS: public addresses over https. With it: what it lists, and nothing else; what is listed
may be of the own network and spoken to without TLS. "*" in the list stands for every public address.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

Address = IPv4Address | IPv6Address
PORTS = {"https": 443, "http": 80}
# Prefixes of IPv6 that carry an address of IPv4, which decides: NAT64.
_NAT64 = ip_network("64:ff9b::/96")


class NotAllowed(Exception):
    """The server does not call this address. `code` says why: one of the constants here."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


NO_ADDRESS, NOT_LISTED, NOT_PUBLIC, NO_TLS = "no_address", "not_listed", "not_public", "no_tls"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a URL leads, before its name is looked up."""

    scheme: str
    host: str
    port: int
    path: str  # with the query


def target_of(url: str) -> Target:
    """Raises NotAllowed for what is no http address, or has a user or a password in it."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise NotAllowed(NO_ADDRESS) from error
    if parts.scheme not in PORTS or not host or "@" in parts.netloc or not url.isascii() or _has_blank(url):
        raise NotAllowed(NO_ADDRESS)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, host.lower().rstrip("."), port or PORTS[parts.scheme], path)


def check(target: Target, listed: Sequence[str]) -> None:
    """What can be said of it without looking its name up. Raises NotAllowed."""
    literal = _literal(target.host)
    if literal is not None:
        _check_address(literal, target, listed)
    elif not _is_listed_name(target.host, listed):
        if listed and "*" not in listed and not _has_networks(listed):
            raise NotAllowed(NOT_LISTED)
        if target.scheme != "https" and not _has_networks(listed):
            raise NotAllowed(NO_TLS)


def addresses_of(target: Target, listed: Sequence[str]) -> list[Address]:
    """Where it leads now, every address checked: to be connected to as they are, without asking again.

    One that is not allowed forbids all: chance must not decide about a name that leads inside and outside. Raises
    NotAllowed, and OSError where the name leads nowhere.
    """
    check(target, listed)
    literal = _literal(target.host)
    found = [literal] if literal else _looked_up(target)
    for address in found:
        _check_address(address, target, listed)
    return found


def _looked_up(target: Target) -> list[Address]:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(ip_address(str(info[4][0]).partition("%")[0]) for info in found))


def _check_address(address: Address, target: Target, listed: Sequence[str]) -> None:
    if _is_listed_address(address, listed):
        return
    if _is_listed_name(target.host, listed):
        if _is_never_meant(address):
            raise NotAllowed(NOT_PUBLIC)
        return
    if listed and "*" not in listed:
        raise NotAllowed(NOT_LISTED)
    if not is_public(address):
        raise NotAllowed(NOT_PUBLIC)
    if target.scheme != "https":
        raise NotAllowed(NO_TLS)


def is_public(address: Address) -> bool:
    """Of the internet at large; an address that carries another is as public as both."""
    return all(
        each.is_global and not _is_never_meant(each) and not each.is_reserved for each in _carried(address)
    )


def _carried(address: Address) -> Iterable[Address]:
    if not isinstance(address, IPv6Address):
        return [address]
    if address.ipv4_mapped:
        return [address.ipv4_mapped]  # it is that one
    inside = [address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        # Reserved by the book, and public as far as what it carries is.
        return [IPv4Address(int(address) & 0xFFFFFFFF)]
    return [address, *(each for each in inside if each)]


def _is_never_meant(address: Address) -> bool:
    """What no name should lead to, listed or not: among these the metadata services of clouds (169.254.169.254)."""
    mapped = getattr(address, "ipv4_mapped", None) or address
    return bool(mapped.is_link_local or mapped.is_multicast or mapped.is_unspecified)


def _is_listed_name(host: str, listed: Sequence[str]) -> bool:
    return any(
        host == each or (each.startswith("*.") and host.endswith(each[1:])) for each in listed if each != "*"
    )


def _is_listed_address(address: Address, listed: Sequence[str]) -> bool:
    address = getattr(address, "ipv4_mapped", None) or address
    return any(address in ip_network(each, strict=False) for each in listed if _is_network(each))


def _has_networks(listed: Sequence[str]) -> bool:
    return any(map(_is_network, listed))


def _is_network(word: str) -> bool:
    try:
        ip_network(word, strict=False)
    except ValueError:
        return False
    return True


def _literal(host: str) -> Address | None:
    """Also 127.1, 0x7f000001 and 2130706433, which a system takes for addresses though they look like names."""
    try:
        return ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def _has_blank(url: str) -> bool:
    return any(character <= " " or character in "\x7f\\" for character in url)
