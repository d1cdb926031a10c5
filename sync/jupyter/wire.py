"""Requests to one server over kept connections: politely, for a limited time and a limited size, with patience.

Nothing is followed to another address: the credentials are for this one.
"""

from __future__ import annotations

import json
import random
import ssl
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import BoundedSemaphore, Lock
from typing import Any
from urllib.parse import quote, urlencode

import urllib3
from urllib3.exceptions import HTTPError, ReadTimeoutError, SSLError
from urllib3.util import Timeout

from inbox.reachable import target_of
from sync.jupyter.reaching import Cord, Cords, PlainPool, TLSPool, check_address
from sync.trouble import Problem, Trouble

MEGABYTE = 1024 * 1024
_PORTION = 64 * 1024
# Said by a server, or by what stands before it, that may say otherwise later.
_BUSY = {429, 502, 503, 504}
_NEVER_LATER = {501, 505}


@dataclass(frozen=True, slots=True)
class TLS:
    verify: bool = True
    authority: str = ""  # PEM; the one authority whose word counts, where there is one


@dataclass(frozen=True, slots=True)
class Manners:
    connect: float = 10.0  # seconds
    read: float = 30.0  # seconds that the server may be silent
    whole: float = 60.0  # seconds of one request in all
    file: float = 300.0  # of a file's, which may be large
    parallel: int = 4  # requests at a time
    attempts: int = 4
    longest_pause: float = 60.0  # seconds; who wants a longer one is left alone until the next run
    most_bytes: int = 64 * MEGABYTE  # of an answer


@dataclass(frozen=True, slots=True)
class _Limits:
    most: int  # bytes
    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    cookies: Sequence[str]  # as they were set, a line each
    body: bytes

    def json(self) -> Any:
        """Raises Trouble."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise Trouble(Problem.ODD_ANSWER) from error

    @property
    def message(self) -> str:
        """What Jupyter's servers say of an error; '' where they say nothing."""
        try:
            said = self.json()
        except Trouble:
            return ""
        return str(said.get("message") or "") if isinstance(said, dict) else ""


@dataclass(slots=True)
class Pacing:
    """When the server may be asked again. All who ask wait, not only the one that was sent away."""

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    not_before: float = 0.0
    lock: Lock = field(default_factory=Lock)

    def wait(self) -> None:
        with self.lock:
            left = self.not_before - self.clock()
        if left > 0:
            self.sleep(left)

    def hold_off(self, seconds: float) -> None:
        with self.lock:
            self.not_before = max(self.not_before, self.clock() + seconds)


class Wire:
    """To the server at `address`, a base URL. May be asked from several threads. Raises Trouble."""

    def __init__(
        self,
        address: str,
        listed: Sequence[str],
        *,
        tls: TLS | None = None,
        manners: Manners | None = None,
        pacing: Pacing | None = None,
    ) -> None:
        check_address(address, listed)
        self.address = address.partition("#")[0].partition("?")[0].rstrip("/") + "/"
        self.manners = manners or Manners()
        self._target = target_of(self.address)
        self._pacing = pacing or Pacing()
        self._cords = Cords()
        self._places = BoundedSemaphore(self.manners.parallel)
        self._lost = 0
        self._pool = self._new_pool(listed, tls or TLS())

    def ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        most: int = 0,
        seconds: float = 0.0,
    ) -> Reply:
        """`path` below the address, not yet quoted. What only reads is tried again; what writes only where nothing was
        sent. `most` bytes and `seconds` of this answer, where they are not those of the manners."""
        where, limits = (
            self._url(path, query),
            _Limits(most or self.manners.most_bytes, seconds or self.manners.whole),
        )
        attempt = 1
        while True:
            self._pacing.wait()
            try:
                reply = self._once(method, where, dict(headers or {}), body, limits)
            except Trouble as trouble:
                pause = trouble.later or _pause_after(attempt)
                if not self._may_try_again(method, trouble, attempt, pause):
                    raise self._counted(trouble) from trouble.__cause__
                self._pacing.hold_off(pause)
                attempt += 1
            else:
                self._lost = 0
                return reply

    def close(self) -> None:
        self._pool.close()

    # ----- one request

    def _once(
        self, method: str, where: str, headers: dict[str, str], body: bytes | None, limits: _Limits
    ) -> Reply:
        manners = self.manners
        with self._places, self._cords.held(limits.seconds) as cord:
            try:
                response = self._pool.urlopen(
                    method, where, body, {"Accept-Encoding": "identity", "User-Agent": "OpsNotes", **headers},
                    retries=False, redirect=False, preload_content=False,
                    timeout=Timeout(connect=manners.connect, read=manners.read),
                )  # fmt: skip
                return _judged(_read(response, limits.most, cord))
            except (HTTPError, OSError) as error:
                raise _why_failed(error, cord) from error

    def _url(self, path: str, query: Mapping[str, str] | None) -> str:
        try:
            quoted = quote(path)
        except UnicodeEncodeError as error:  # half a character: the name is not UTF-8 there
            raise Trouble(Problem.UNSAYABLE, ascii(path)) from error
        return f"{self._target.path}{quoted}" + (f"?{urlencode(query)}" if query else "")

    def _new_pool(self, listed: Sequence[str], tls: TLS) -> urllib3.HTTPConnectionPool:
        ours: dict[str, Any] = {"url": self.address, "listed": listed, "cords": self._cords}
        host, port, size = self._target.host, self._target.port, self.manners.parallel
        if self._target.scheme == "http":
            return PlainPool(host, port, maxsize=size, **ours)
        return TLSPool(host, port, maxsize=size, ssl_context=_context(tls), **ours)

    # ----- what became of it

    def _may_try_again(self, method: str, trouble: Trouble, attempt: int, pause: float) -> bool:
        is_harmless = method in {"GET", "HEAD"} or trouble.code in {Problem.REFUSED, Problem.NO_SUCH_HOST}
        is_worth_it = trouble.may_pass and pause <= self.manners.longest_pause
        # To let a server work once more for what took it too long would be no help to it.
        attempts = (
            min(2, self.manners.attempts) if trouble.code == Problem.TIMED_OUT else self.manners.attempts
        )
        return is_harmless and is_worth_it and attempt < attempts

    def _counted(self, trouble: Trouble) -> Trouble:
        """Where nothing comes of several requests in a row, it is no matter of one file."""
        if trouble.may_pass:
            self._lost += 1
            trouble.is_whole = trouble.is_whole or self._lost >= 3
        return trouble


def _read(response: urllib3.BaseHTTPResponse, most: int, cord: Cord) -> Reply:
    body = bytearray()
    is_complete = False
    try:
        for portion in response.stream(_PORTION):
            body += portion
            if len(body) > most:
                raise Trouble(Problem.TOO_LARGE, _megabytes(most))
        if cord.is_pulled:
            raise Trouble(Problem.TIMED_OUT)  # an end without a length looks like any other
        is_complete = True
    finally:
        response.release_conn() if is_complete else response.close()
    return Reply(response.status, response.headers, response.headers.getlist("Set-Cookie"), bytes(body))


def _judged(reply: Reply) -> Reply:
    if reply.status in _BUSY:
        raise Trouble(Problem.BUSY, str(reply.status), later=_later(reply.headers.get("Retry-After", "")))
    if reply.status >= 500 and reply.status not in _NEVER_LATER:
        raise Trouble(Problem.SERVER_ERROR, str(reply.status))
    return reply


def _later(told: str) -> float:
    """Seconds; a date is not worth the trouble of two clocks."""
    return float(told) if told.strip().isdecimal() and len(told) < 9 else 0.0


def _pause_after(attempt: int) -> float:
    """Half a second, one, two ...; by chance a little more, so that not all come back at once."""
    return 0.5 * float(2 ** (attempt - 1)) * random.uniform(1.0, 1.5)  # noqa: S311


def _why_failed(error: Exception, cord: Cord) -> Trouble:
    if cord.is_pulled or isinstance(error, ReadTimeoutError | TimeoutError):
        return Trouble(Problem.TIMED_OUT)
    reason = error.args[0] if isinstance(error, SSLError) and error.args else error
    if isinstance(reason, ssl.SSLCertVerificationError):
        return Trouble(Problem.CERTIFICATE, reason.verify_message)
    if isinstance(reason, ssl.CertificateError):
        return Trouble(Problem.CERTIFICATE, str(reason))
    if isinstance(reason, ssl.SSLError | SSLError):
        return Trouble(Problem.NOT_TLS, str(getattr(reason, "reason", "") or ""))
    return Trouble(Problem.BROKEN_OFF)


def _context(tls: TLS) -> ssl.SSLContext:
    """With an authority of its own, no other's word counts."""
    try:
        context = ssl.create_default_context(cadata=tls.authority.strip() or None)
    except (ssl.SSLError, ValueError) as error:
        raise Trouble(Problem.BAD_AUTHORITY) from error
    if not tls.verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _megabytes(count: int) -> str:
    return f"{count / MEGABYTE:.0f} MB"
