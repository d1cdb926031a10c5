"""Listens for kernels that stream their logs, and stores what comes, many at a time.

A message is answered, where its sender wants an answer, once it is stored. While the database is busy nobody is
answered and nothing more is read: senders wait, and send again what was not answered.
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from execlogs.forward.greeting import Greeting, ack
from execlogs.forward.messages import BadMessage, Message, Stream

logger = logging.getLogger(__name__)

MOST_CONNECTIONS = 500
MOST_WAITING = 1_000  # messages that are read and not yet stored
A_PORTION = 500  # messages
PATIENCE = 10  # seconds in which a client has to show that it knows the key
_LONGEST_GREETING = 64 * 1024  # bytes: who is not known yet fills no memory
_READ = 64 * 1024

Store = Callable[[Sequence[bytes]], None]  # in a thread; returns once the logs are safe


@dataclass(frozen=True, slots=True)
class Manner:
    shared_key: str = ""  # '' where everybody who reaches the address may send
    most_bytes: int = 100 * 1024**2  # of one message


class Listener:
    """Serves until it is closed."""

    def __init__(self, store: Store, manner: Manner) -> None:
        self._store, self._manner = store, manner
        self._waiting: asyncio.Queue[tuple[Message, asyncio.Future[None]]] = asyncio.Queue(MOST_WAITING)
        self._connections: set[asyncio.Task[None]] = set()

    async def listen(self, host: str, port: int, ready: Callable[[int], None] | None = None) -> None:
        """Until it is cancelled. `ready` is told the port that was bound."""
        server = await asyncio.start_server(self._serve, host, port)
        storing = asyncio.create_task(self._store_all())
        if ready is not None:
            ready(server.sockets[0].getsockname()[1])
        try:
            await storing  # it ends only with an error, which ends the server
        finally:
            server.close()
            for connection in self._connections:
                connection.cancel()
            storing.cancel()
            with suppress(asyncio.CancelledError):
                await storing
            self._store_rest()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = asyncio.current_task()
        if connection is None or len(self._connections) >= MOST_CONNECTIONS:
            writer.close()
            return
        self._connections.add(connection)
        peer = writer.get_extra_info("peername")
        try:
            await self._converse(reader, writer)
        except (BadMessage, TimeoutError) as error:
            logger.warning("%s was cut off: %s", peer, error or "it took too long to say who it is")
        except ConnectionError as error:
            logger.info("%s went away: %s", peer, error)
        finally:
            self._connections.discard(connection)
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        stream = Stream(self._manner.most_bytes)
        if self._manner.shared_key:
            async with asyncio.timeout(PATIENCE):
                if not await self._greet(stream, reader, writer):
                    return
        while received := await reader.read(_READ):
            for value in stream.feed(received):
                message = stream.message(value)
                stored = asyncio.get_running_loop().create_future()
                await self._waiting.put((message, stored))
                if message.chunk is not None:
                    await stored
                    writer.write(ack(message.chunk))
                    await writer.drain()

    async def _greet(
        self, stream: Stream, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> bool:
        greeting = Greeting(self._manner.shared_key, socket.gethostname())
        writer.write(greeting.helo())
        await writer.drain()
        left = _LONGEST_GREETING
        while received := await reader.read(_READ):
            if (left := left - len(received)) < 0:
                raise BadMessage("it greets for too long")
            for ping in stream.feed(received):
                is_known = greeting.is_known(ping)
                writer.write(greeting.pong(ping, is_known=is_known))
                await writer.drain()
                if not is_known:
                    raise BadMessage("it does not know the shared key")
                return True
        return False

    async def _store_all(self) -> None:
        while True:
            portion = [await self._waiting.get()]
            while len(portion) < A_PORTION and not self._waiting.empty():
                portion.append(self._waiting.get_nowait())
            await asyncio.shield(asyncio.to_thread(self._store, _logs(portion)))
            for _, stored in portion:
                if not stored.done():
                    stored.set_result(None)

    def _store_rest(self) -> None:
        """What was read before the end came."""
        portion = []
        while not self._waiting.empty():
            portion.append(self._waiting.get_nowait())
        self._store(_logs(portion))


def _logs(portion: Sequence[tuple[Message, asyncio.Future[None]]]) -> list[bytes]:
    if others := sum(message.others for message, _ in portion):
        logger.warning('%d records had no "log": they are from something else than lc_wrapper', others)
    return [log for message, _ in portion for log in message.logs]
