"""Tokens and passwords of sources, encrypted by the server's key: the database alone opens nothing.

What is kept is bound to the address it was entered for. Whoever points a source at another server has to know the
secret: it is not carried there.
"""

from __future__ import annotations

import base64
import json
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.views.decorators.debug import sensitive_variables

from sync.models import Source
from sync.trouble import Problem, Trouble

_PURPOSE = b"opsnotes.sync.secrets"  # no other use of the server's key gives this one


@sensitive_variables()
def seal(secret: str, address: str) -> bytes:
    """As the row keeps it; nothing for no secret."""
    return _box(settings.SECRET_KEY).encrypt(json.dumps([address, secret]).encode()) if secret else b""


@sensitive_variables()
def opened(source: Source) -> str:
    """The token or password; "" where none is kept. Raises Trouble where it has to be entered again."""
    sealed = bytes(source.secret)
    if not sealed:
        return ""
    try:
        address, secret = json.loads(_box(settings.SECRET_KEY).decrypt(sealed))
    except InvalidToken:
        # Not chained: what is in the frames below is nobody's to read in a log.
        raise Trouble(Problem.SECRET_LOST) from None
    if address != source.address:
        raise Trouble(Problem.SECRET_LOST)
    return str(secret)


def is_lost(source: Source) -> bool:
    try:
        opened(source)
    except Trouble:
        return True
    return False


@lru_cache(maxsize=2)  # deriving takes as long as a query
def _box(server_key: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=_PURPOSE).derive(server_key.encode())
    return Fernet(base64.urlsafe_b64encode(derived))
