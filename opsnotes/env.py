"""Settings from the environment, typed; a wrong value stops the start with a sentence that says what to write."""

import os
from dataclasses import dataclass
from email.utils import parseaddr
from ipaddress import ip_network
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured

TRUE = {"1", "true", "yes", "on"}
FALSE = {"0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def boolean(name: str, *, default: bool) -> bool:
    value = text(name).lower()
    if not value:
        return default
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ImproperlyConfigured(f"{name}={value!r} is neither yes nor no. Write {name}=1 or {name}=0.")


def positive(name: str, default: int) -> int:
    value = text(name)
    if not value:
        return default
    if value.isdecimal() and int(value) > 0:
        return int(value)
    raise ImproperlyConfigured(
        f"{name}={value!r} is not a whole number above 0. Write for example {name}={default}."
    )


def count(name: str, default: int = 0) -> int:
    """A whole number, 0 allowed."""
    value = text(name)
    if not value:
        return default
    if value.isdecimal() and value.isascii():
        return int(value)
    raise ImproperlyConfigured(
        f"{name}={value!r} is not a whole number. Write for example {name}=100, or {name}=0."
    )


def choice(name: str, options: tuple[str, ...]) -> str:
    """One of `options`; the first is the default."""
    value = text(name, options[0])
    if value in options:
        return value
    raise ImproperlyConfigured(f"{name}={value!r} is not known. Write one of: {', '.join(options)}.")


def folder(name: str, default: Path) -> Path:
    value = text(name)
    return Path(value).expanduser().resolve() if value else default


def words(name: str) -> list[str]:
    """A list separated by commas."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def time_zone(name: str, default: str) -> str:
    value = text(name, default)
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ImproperlyConfigured(
            f"{name}={value!r} is no time zone. Write a name such as Asia/Tokyo or UTC."
        ) from error
    return value


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str
    password: str
    starts_tls: bool
    is_tls: bool


# Scheme -> usual port.
_MAIL_PORTS = {"smtp": 25, "submission": 587, "smtps": 465}


def mail_server(name: str) -> MailServer | None:
    """smtp:// is never encrypted, smtps:// from the first byte, submission:// after a beginning in the clear. None
    where it is empty."""
    value = text(name)
    if not value:
        return None
    wrong = ImproperlyConfigured(
        f"{name} is no address of a mail server. Write for example submission://user:password@mail.example.org"
        " (with STARTTLS), smtps://... (TLS) or smtp://localhost; write a password's special characters as %XX."
    )
    try:
        parts = urlsplit(value)
        port = parts.port
    except ValueError as error:
        raise wrong from error
    if parts.scheme not in _MAIL_PORTS or not parts.hostname or parts.path.strip("/") or parts.query:
        raise wrong
    return MailServer(
        host=parts.hostname,
        port=port or _MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starts_tls=parts.scheme == "submission",
        is_tls=parts.scheme == "smtps",
    )


def mail_address(name: str, default: str) -> str:
    """An address, or a name with it: OpsNotes <ops@example.org>."""
    value = text(name, default)
    address = parseaddr(value)[1]
    if "@" in address.strip("@") and not any(character in value for character in "\r\n"):
        return value
    raise ImproperlyConfigured(
        f"{name}={value!r} is no mail address. Write for example OpsNotes <ops@example.org>."
    )


def hosts(name: str) -> list[str]:
    """Names of hosts (*.example.org too), addresses and networks (10.0.0.0/8); "*" alone is one as well."""
    found = [word.lower().rstrip(".") for word in words(name)]
    for word in found:
        if "/" in word or ":" in word:
            _must_be_network(name, word)
    return found


def _must_be_network(name: str, word: str) -> None:
    try:
        ip_network(word)
    except ValueError as error:
        raise ImproperlyConfigured(
            f"{name} has {word!r}, which is no host, address or network. Write hosts without http:// and port, for"
            " example hooks.example.org,10.0.0.0/8."
        ) from error


def folders(name: str) -> list[Path]:
    """Folders that exist, by absolute paths."""
    found = [Path(word).expanduser() for word in words(name)]
    for path in found:
        if not path.is_absolute() or not path.is_dir():
            raise ImproperlyConfigured(
                f"{name} has {str(path)!r}, which is no folder of this server by its whole path. Write for example"
                " /home/user-notebooks,/srv/share."
            )
    return [path.resolve() for path in found]
