"""A connection on somebody's word: to an address that was checked, and never for longer than it may take."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from threading import Timer, local
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection

from inbox import reachable
from inbox.reachable import Address, NotAllowed, addresses_of, target_of
from sync.trouble import Problem, Trouble

MOST_ADDRESSES = 3
_WHY_NOT = {
    reachable.NO_ADDRESS: Problem.NO_ADDRESS,
    reachable.NOT_LISTED: Problem.NOT_LISTED,
    reachable.NOT_PUBLIC: Problem.NOT_PUBLIC,
    reachable.NO_TLS: Problem.NO_TLS,
}


def check_address(url: str, listed: Sequence[str]) -> None:
    """What can be said of it without looking its name up. Raises Trouble."""
    try:
        reachable.check(target_of(url), listed)
    except NotAllowed as error:
        raise Trouble(_WHY_NOT[error.code], _host_of(url)) from error


def connected(url: str, listed: Sequence[str], seconds: float) -> socket.socket:
    """To the first of the name's checked addresses that answers. Raises Trouble."""
    failure: OSError = ConnectionRefusedError()
    for address in _addresses(url, listed):
        try:
            line = socket.create_connection((str(address), target_of(url).port), seconds)
        except OSError as error:
            failure = error
        else:
            line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as urllib3 does
            return line
    raise _why_unreachable(failure, _host_of(url)) from failure


def _addresses(url: str, listed: Sequence[str]) -> list[Address]:
    try:
        return addresses_of(target_of(url), listed)[:MOST_ADDRESSES]
    except NotAllowed as error:
        raise Trouble(_WHY_NOT[error.code], _host_of(url)) from error
    except (OSError, UnicodeError) as error:  # the latter for names that no DNS can hold
        raise Trouble(Problem.NO_SUCH_HOST, _host_of(url)) from error


def _why_unreachable(failure: OSError, host: str) -> Trouble:
    match failure:
        case TimeoutError():
            return Trouble(Problem.TIMED_OUT, host)
        case ConnectionRefusedError():
            return Trouble(Problem.REFUSED, host)
    return Trouble(Problem.UNREACHABLE, host)


def _host_of(url: str) -> str:
    """For a message: an address that is none may hold anything, a password too."""
    try:
        target = target_of(url)
    except NotAllowed:
        return ""
    return f"{target.host}:{target.port}"


class Cord:
    """What is pulled when a request takes too long. urllib3 waits for each byte anew, so a server that sends one byte
    at a time would hold a worker for days."""

    def __init__(self) -> None:
        self.is_pulled = False
        self._lines: list[socket.socket] = []

    def tie(self, line: socket.socket) -> None:
        """By a handle of our own: TLS takes the first one over, and an answer without a length outlives it."""
        self._lines.append(socket.socket(fileno=os.dup(line.fileno())))
        if self.is_pulled:
            self.pull()

    def pull(self) -> None:
        self.is_pulled = True
        for line in self._lines:
            with suppress(OSError):  # the other side was faster
                line.shutdown(socket.SHUT_RDWR)

    def let_go(self) -> None:
        for line in self._lines:
            line.close()


class Cords(local):
    """Each thread's own: whoever asks holds it, whoever opens a connection ties the connection to it."""

    current: Cord | None = None

    def tie(self, line: socket.socket) -> None:
        if self.current is not None:
            self.current.tie(line)

    @contextmanager
    def held(self, seconds: float) -> Iterator[Cord]:
        """Ends whatever goes on over the connection when its time is up."""
        self.current = cord = Cord()
        timer = Timer(seconds, cord.pull)
        timer.daemon = True
        timer.start()
        try:
            yield cord
        finally:
            timer.cancel()
            self.current = None
            cord.let_go()


class _Guarded:
    """For urllib3's connections: opened to a checked address, tied to the cord of whoever asks over it."""

    def __init__(self, *args: Any, url: str, listed: Sequence[str], cords: Cords, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._url, self._listed, self._cords = url, listed, cords

    def _new_conn(self) -> socket.socket:
        """urllib3's place for opening the socket. Looked up again by anybody else, the name might lead elsewhere."""
        patience = self.timeout if isinstance(self.timeout, int | float) else None  # type: ignore[attr-defined]
        line = connected(self._url, self._listed, patience or 10.0)
        self._cords.tie(line)
        return line

    def request(self, *args: Any, **kwargs: Any) -> None:
        if (line := self.sock) is not None:  # type: ignore[attr-defined]
            self._cords.tie(line)
        super().request(*args, **kwargs)  # type: ignore[misc]


class PlainConnection(_Guarded, HTTPConnection):
    pass


class TLSConnection(_Guarded, HTTPSConnection):
    pass


class PlainPool(HTTPConnectionPool):
    ConnectionCls = PlainConnection


class TLSPool(HTTPSConnectionPool):
    ConnectionCls = TLSConnection
