"""Settings from the environment, typed; a wrong value stops the start with a sentence that says what to write."""

import os
from pathlib import Path
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
