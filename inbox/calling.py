"""One POST to an address of somebody else's: to where the name was seen to lead, no redirect followed, not for long."""

from __future__ import annotations

import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Timer

from inbox.reachable import PORTS, Address, Target, addresses_of, target_of

# Each wait for the other side, and all of it together: whoever answers a byte at a time is cut off.
PATIENCE, ALL_TOGETHER = 5.0, 15.0  # seconds
MOST_OF_ANSWER = 2000  # bytes that are kept
MOST_ADDRESSES = 3


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    text: str  # its beginning


def post(url: str, body: bytes, headers: Mapping[str, str], listed: Sequence[str]) -> Answer:
    """Raises reachable.NotAllowed, and OSError or http.client.HTTPException where no answer came."""
    target = target_of(url)
    raw = _connected(target, addresses_of(target, listed))
    with _cut_off(raw):
        connection = http.client.HTTPConnection(target.host, target.port)
        # For the Host header, which names a port only where it is an unusual one.
        connection.default_port = PORTS[target.scheme]
        connection.sock = _with_tls(raw, target) if target.scheme == "https" else raw
        connection.request("POST", target.path, body, dict(headers))
        response = connection.getresponse()
        text = response.read(MOST_OF_ANSWER).decode("utf-8", "replace")
        return Answer(response.status, text)


def _connected(target: Target, addresses: Sequence[Address]) -> socket.socket:
    """To the first of the checked addresses that answers. The name is for the Host header and the certificate alone:
    looked up again it might lead somewhere else by now."""
    failure: OSError = ConnectionError("the name leads nowhere")
    for address in addresses[:MOST_ADDRESSES]:
        try:
            return socket.create_connection((str(address), target.port), PATIENCE)
        except OSError as error:
            failure = error
    raise failure


def _with_tls(raw: socket.socket, target: Target) -> ssl.SSLSocket:
    return ssl.create_default_context().wrap_socket(raw, server_hostname=target.host)


@contextmanager
def _cut_off(raw: socket.socket) -> Iterator[None]:
    """Ends whatever goes on over the connection when its time is up."""
    line = raw.dup()  # TLS takes `raw` over
    timer = Timer(ALL_TOGETHER, _shut, [line])
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        _shut(line)
        line.close()


def _shut(line: socket.socket) -> None:
    try:
        line.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side was faster
