"""What a client of fluentd's forward protocol sends: from bytes to records. Pure.

Four ways to say it: one record; a list of them; the list packed; the list packed and compressed. All strings may be
bytes or text, since older senders know one kind alone.
"""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgpack

_MOST_RECORDS = 100_000  # of one message
_A_LITTLE = 16 * 1024  # bytes
_BROKEN = (msgpack.exceptions.UnpackException, ValueError, TypeError)  # the last: a list for a key


class BadMessage(Exception):
    """Bytes that are no message of this protocol, or one that is too large. The connection is of no more use."""


@dataclass(frozen=True, slots=True)
class Message:
    logs: tuple[bytes, ...]  # what `log` says in each of its records
    others: int = 0  # records without one
    chunk: Any = None  # to be answered with, once it is stored; None where no answer is awaited


class Stream:
    """The messages of one connection, however its bytes are cut."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._unpacker = _unpacker(most_bytes)

    def feed(self, received: bytes) -> Iterator[Any]:
        """The values that `received` completes. Raises BadMessage."""
        try:
            self._unpacker.feed(received)
            yield from self._unpacker
        except _BROKEN as error:
            raise BadMessage(str(error) or type(error).__name__) from error

    def message(self, value: Any) -> Message:
        """What a value says. Raises BadMessage."""
        if not isinstance(value, list) or not 2 <= len(value) <= 4 or not isinstance(value[0], bytes):
            raise BadMessage("not a message")
        if isinstance(value[1], list | bytes):
            options = _options(value[2:])
            entries = value[1] if isinstance(value[1], list) else self._packed(value[1], options)
            records = [each[1] for each in entries if isinstance(each, list) and len(each) == 2]
        else:
            options = _options(value[3:])
            records = value[2:3]
        logs = tuple(log for record in records if (log := _log(record)) is not None)
        return Message(logs, len(records) - len(logs), options.get(b"chunk"))

    def _packed(self, packed: bytes, options: dict[Any, Any]) -> list[Any]:
        if options.get(b"compressed") == b"gzip":
            packed = _unzipped(packed, self._most_bytes)
        unpacker = _unpacker(self._most_bytes)
        try:
            unpacker.feed(packed)
            entries = []
            for entry in unpacker:
                entries.append(entry)
                if len(entries) > _MOST_RECORDS:
                    raise BadMessage("too many records")
        except _BROKEN as error:
            raise BadMessage(str(error) or type(error).__name__) from error
        return entries


def _unpacker(most_bytes: int) -> "msgpack.Unpacker":
    return msgpack.Unpacker(
        raw=True,
        strict_map_key=False,
        max_buffer_size=most_bytes,
        max_array_len=_MOST_RECORDS,
        max_map_len=10_000,
    )


def _options(rest: list[Any]) -> dict[Any, Any]:
    return rest[0] if rest and isinstance(rest[0], dict) else {}


def _log(record: Any) -> bytes | None:
    log = record.get(b"log") if isinstance(record, dict) else None
    return log if isinstance(log, bytes) else None


def _unzipped(packed: bytes, most_bytes: int) -> bytes:
    """One gzip member after the other, as fluentd joins them."""
    parts: list[bytes] = []
    room, begins, gunzip = most_bytes, 0, _gunzip()
    while begins < len(packed):
        if gunzip.eof:
            gunzip = _gunzip()
        # A little at a time: what one member leaves is copied, and there may be millions of them.
        some = packed[begins : begins + _A_LITTLE]
        try:
            parts.append(gunzip.decompress(some, room + 1))
        except zlib.error as error:
            raise BadMessage("not gzip") from error
        room -= len(parts[-1])
        if room < 0:
            raise BadMessage("too large")
        begins += len(some) - len(gunzip.unused_data)
    if packed and not gunzip.eof:
        raise BadMessage("cut off")
    return b"".join(parts)


def _gunzip() -> "zlib._Decompress":
    return zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
