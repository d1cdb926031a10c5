"""How client and server show each other that they know the shared key, without saying it. Pure."""

import hmac
import secrets
from dataclasses import dataclass, field
from hashlib import sha512
from typing import Any

import msgpack


@dataclass(frozen=True, slots=True)
class Greeting:
    """One connection's. Server: HELO with a number of its own; client: PING; server: PONG, and events may come."""

    shared_key: str
    hostname: str
    nonce: bytes = field(default_factory=lambda: secrets.token_bytes(16))

    def helo(self) -> bytes:
        said = {"nonce": self.nonce, "auth": b"", "keepalive": True}
        return _packed(["HELO", said])

    def is_known(self, ping: Any) -> bool:
        """Whether who says `ping` knows the key."""
        if not (
            isinstance(ping, list) and len(ping) >= 4 and all(isinstance(each, bytes) for each in ping[:4])
        ):
            return False
        kind, hostname, salt, digest = ping[:4]
        expected = self._digest(salt, hostname)
        return kind == b"PING" and hmac.compare_digest(digest, expected.encode())

    def pong(self, ping: Any, *, is_known: bool) -> bytes:
        """The answer; who does not know the key is not shown that we do."""
        if not is_known:
            return _packed(["PONG", False, "shared key mismatch", "", ""])
        return _packed(["PONG", True, "", self.hostname, self._digest(ping[2], self.hostname.encode())])

    def _digest(self, salt: bytes, hostname: bytes) -> str:
        return sha512(salt + hostname + self.nonce + self.shared_key.encode()).hexdigest()


def ack(chunk: Any) -> bytes:
    return _packed({"ack": chunk})


def _packed(value: Any) -> bytes:
    packed = msgpack.packb(value, use_bin_type=True)
    assert isinstance(packed, bytes)  # noqa: S101 - None only with a packer that collects
    return packed
