"""From a source's row to requests. Raises Trouble."""

from __future__ import annotations

from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from sync.jupyter.session import Credentials, Password, Session, Token
from sync.jupyter.wire import TLS, Manners, Wire
from sync.models import Source
from sync.secrets import opened
from sync.trouble import Problem, Trouble

# A file may be large, but whoever sends it is not silent for longer than for a folder.
_LONGER_FOR_FILES = 10
_MOST_FOR_A_FILE = 300  # seconds; whoever waits for longer may lose its lease of the run
_MOST_OF_A_PERSON = 10  # seconds


def wire_to(source: Source, *, is_waited_for: bool = False) -> Wire:
    """`is_waited_for`: somebody sits before a page until it answers."""
    tls = TLS(verify=source.verify_tls, authority=source.ca_certificate)
    patience = min(source.patience, _MOST_OF_A_PERSON) if is_waited_for else source.patience
    manners = Manners(
        connect=min(10.0, patience),
        read=patience,
        whole=patience,
        file=patience
        if is_waited_for
        else max(patience, min(_LONGER_FOR_FILES * patience, _MOST_FOR_A_FILE)),
        parallel=source.most_requests,
        attempts=2 if is_waited_for else 4,
        longest_pause=1.0 if is_waited_for else 60.0,
    )
    return Wire(source.address, settings.SOURCE_HOSTS, tls=tls, manners=manners)


def session_of(source: Source, *, is_waited_for: bool = False) -> Session:
    return Session(wire_to(source, is_waited_for=is_waited_for), _credentials_of(source))


@sensitive_variables("secret")
def token_of(source: Source) -> Token:
    secret = opened(source)
    if not secret:
        raise Trouble(Problem.NO_LOGIN)
    return Token(secret)


@sensitive_variables("secret")
def _credentials_of(source: Source) -> Credentials:
    secret = opened(source)
    if source.login == "token" and secret:
        return Token(secret)
    return Password(secret) if source.login == "password" and secret else None
