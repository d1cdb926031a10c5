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


def wire_to(source: Source) -> Wire:
    tls = TLS(verify=source.verify_tls, authority=source.ca_certificate)
    manners = Manners(
        read=source.patience,
        whole=source.patience,
        file=_LONGER_FOR_FILES * source.patience,
        parallel=source.most_requests,
    )
    return Wire(source.address, settings.SOURCE_HOSTS, tls=tls, manners=manners)


def session_of(source: Source) -> Session:
    return Session(wire_to(source), _credentials_of(source))


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
