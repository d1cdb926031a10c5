"""What a source has to be before it is kept: the same for the form and the API."""

from __future__ import annotations

import zoneinfo
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import parse_qs, urlsplit, urlunsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from notebooks.models import Space
from notebooks.models.space import Viewer
from notebooks.paths import UnsafePath, clean_folder
from notebooks.refusals import explain as explain_refusal
from sync import keeping, patterns, roots
from sync.jupyter.reaching import check_address
from sync.models import Source
from sync.patterns import OWNER
from sync.secrets import is_lost, seal
from sync.trouble import Trouble

HUB_OWNERS = f"{OWNER}/**"  # of all servers of a hub the first folder is the user
# What stands behind a server's own address where a browser shows it.
_PAGES = {Source.Kind.JUPYTER: ("/lab", "/tree"), Source.Kind.HUB: ("/hub",)}
Check = tuple[str, Callable[[], None]]  # of which field, and what raises what is wrong with it
_WEB = (Source.Kind.JUPYTER, Source.Kind.HUB)


@sensitive_variables("secret")
def settle(source: Source, by: Viewer, secret: str = "") -> None:
    """Writes what was entered in its one form, and the secret, if one was typed, sealed. Raises ValidationError with
    what is wrong with each field."""
    secret = secret.strip() or _token_in(source)
    # Who may not do it at all is not told what lies on this server.
    for checks in (_rights(source, by), _checks(source, secret)):
        if wrong := {name: text for name, check in checks if (text := _complaint(check))}:
            raise ValidationError(wrong)
    _settle_secret(source, secret)


def _complaint(check: Callable[[], None]) -> str:
    """What is wrong, in words; "" where nothing is."""
    try:
        check()
    except ValidationError as error:
        return str(error.messages[0])
    except UnsafePath as error:
        return explain_refusal(error.code, "")
    except Trouble as error:
        return str(error)
    return ""


def _rights(source: Source, by: Viewer) -> Iterator[Check]:
    yield "space", lambda: _check_space(source, by)
    yield "kind", lambda: _check_kind(source, by)


def _checks(source: Source, secret: str) -> Iterator[Check]:
    yield "address", lambda: _settle_address(source)
    yield "start", lambda: _settle_start(source)
    yield "folder", lambda: _settle_folder(source)
    yield "include", lambda: _check_patterns(source.include)
    yield "exclude", lambda: _check_patterns(source.exclude)
    yield "owner_pattern", lambda: _check_owner_pattern(source)
    yield "path_mapping", lambda: _check_mapping(source)
    yield "time_zone", lambda: _check_time_zone(source)
    yield "secret", lambda: _check_secret(source, secret)


def _check_space(source: Source, by: Viewer) -> None:
    if not Space.objects.writable_by(by).filter(pk=source.space_id).exists():
        raise ValidationError(_("You do not write in this space."))


def _check_kind(source: Source, by: Viewer) -> None:
    if source.kind == Source.Kind.FOLDER and not getattr(by, "is_staff", False):
        raise ValidationError(_("Folders of this server are taken in by its administrators."))


def _settle_address(source: Source) -> None:
    if source.kind == Source.Kind.FOLDER:
        source.address = str(roots.allowed(source.address.strip()))
    else:
        source.address = server_of(source.address, _PAGES[Source.Kind(source.kind)])
        check_address(source.address, settings.SOURCE_HOSTS)


def server_of(text: str, pages: Iterable[str]) -> str:
    """From an address as a browser's line or a server's greeting has it, without what is behind the server's own."""
    text = text.strip()
    try:
        parts = urlsplit(text)
    except ValueError:
        return text  # to be refused in words
    path = f"{parts.path.rstrip('/')}/"
    for page in pages:
        path = path.partition(f"{page}/")[0] + "/" if f"{page}/" in path else path
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def _token_in(source: Source) -> str:
    """Servers greet with http://host:8888/lab?token=…, which is what people copy. It goes where tokens are kept."""
    if source.kind not in _WEB:
        return ""
    try:
        found = parse_qs(urlsplit(source.address.strip()).query).get("token", [])
    except ValueError:
        return ""
    if found:
        source.login = "token"
    return found[0] if found else ""


def _settle_start(source: Source) -> None:
    source.start = "" if source.kind == Source.Kind.FOLDER else clean_folder(source.start)


def _settle_folder(source: Source) -> None:
    source.folder = clean_folder(source.folder)
    before = Source.objects.filter(pk=source.pk or 0).first()
    if before and _has_moved(before, source) and before.files.exists():
        raise ValidationError(
            _("Something came in already, so it stays where it is. Make another source for another place.")
        )
    if other := keeping.overlapping(source):
        raise ValidationError(taken_text(other))


def _has_moved(before: Source, source: Source) -> bool:
    return (before.space_id, before.folder) != (source.space_id, source.folder)


def taken_text(other: Source | None) -> str:
    if other is None:
        return _("Another source fills this folder by now. Choose another.")
    place = other.folder or _("the whole space")
    return _(
        "The source “%(name)s” fills “%(folder)s”; two must not lie in each other. Choose another folder."
    ) % {
        "name": other.name,
        "folder": place,
    }


def _check_patterns(text: str) -> None:
    try:
        patterns.check(text)
    except patterns.InvalidPattern as error:
        line = str(error)
        if patterns.is_wild(line):
            raise ValidationError(_wild_text(line)) from error
        raise ValidationError(_("This line is no pattern: %(line)s") % {"line": line}) from error


def _wild_text(line: str) -> str:
    return _("At most %(in_all)d wildcards in a line, and %(in_name)d in one name: %(line)s") % {
        "in_all": patterns.MOST_WILD,
        "in_name": patterns.MOST_WILD_IN_A_NAME,
        "line": line,
    }


def _check_owner_pattern(source: Source) -> None:
    source.owner_pattern = source.owner_pattern.strip()
    if source.kind == Source.Kind.HUB and not source.start and not source.owner_pattern:
        source.owner_pattern = HUB_OWNERS
    if source.owner_pattern and source.owner_pattern.count(OWNER) != 1:
        raise ValidationError(
            _("Write {owner} once, where the owner’s name stands in the path: {owner}/** for example.")
        )
    if patterns.is_wild(source.owner_pattern):
        raise ValidationError(_wild_text(source.owner_pattern))


def _check_mapping(source: Source) -> None:
    for number, line in enumerate(source.path_mapping.splitlines(), start=1):
        there, arrow, here = (part.strip() for part in line.partition("=>"))
        if line.strip() and (not arrow or not there.startswith("/") or here.startswith("/")):
            raise ValidationError(
                _(
                    "Line %(number)d: write a folder as logs name it, => and the folder that it is here, such as"
                    " /home/{owner}/notebooks => {owner}"
                )
                % {"number": number}
            )


def _check_time_zone(source: Source) -> None:
    if source.time_zone not in zoneinfo.available_timezones():
        raise ValidationError(_("This is no time zone. Write a name such as Asia/Tokyo or UTC."))


def _check_secret(source: Source, secret: str) -> None:
    """One that is kept serves on only for the address and the way it was entered for."""
    if source.kind == Source.Kind.HUB:
        source.login = "token"
    if not _needs_secret(source) or secret:
        return
    before = Source.objects.filter(pk=source.pk or 0).first()
    if before is None or not bytes(before.secret):
        raise ValidationError(_("Enter it; without it the server lets nobody in."))
    if before.address != source.address or before.login != source.login:
        raise ValidationError(
            _(
                "The address or the way of signing in changed: enter it again. It is not carried to another server."
            )
        )
    if is_lost(source):
        raise ValidationError(_("What was kept cannot be read any more. Enter it again."))


def _needs_secret(source: Source) -> bool:
    return source.kind in _WEB and bool(source.login)


def _settle_secret(source: Source, secret: str) -> None:
    if not _needs_secret(source):
        source.login, source.secret = "", b""
    elif secret:
        source.secret = seal(secret, source.address)
