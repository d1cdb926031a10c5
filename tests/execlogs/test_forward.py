"""fluentd's forward protocol over a real socket."""

import asyncio
import gzip
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager, suppress
from hashlib import sha512
from pathlib import Path

import msgpack
import pytest
from django.core.management import CommandError, call_command
from fluent.sender import FluentSender
from hypothesis import given
from hypothesis import strategies as st

from execlogs.forward.messages import BadMessage, Stream
from execlogs.forward.server import Listener, Manner
from execlogs.ingest import Told, ingest
from execlogs.management.commands import fluentd
from execlogs.models import Execution, Status, Witness
from tests.builders import make_space
from tests.execlogs.builders import Ran
from tests.patience import at_most

LOG = Ran().raw
RECORD = {"log": LOG.decode()}


class Server:
    def __init__(self):
        self.port = 0
        self.stored = []
        self.may_store = threading.Event()
        self.may_store.set()

    def store(self, logs):
        self.may_store.wait(10)
        self.stored += logs

    def awaits(self, count):
        end = time.monotonic() + 5
        while len(self.stored) < count and time.monotonic() < end:
            time.sleep(0.005)
        return self.stored

    @contextmanager
    def connected(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            yield connection


@contextmanager
def serving(shared_key="", most_bytes=1_000_000):
    server, ready, loop = Server(), threading.Event(), asyncio.new_event_loop()

    def bound(port):
        server.port = port
        ready.set()

    async def listen():
        listener = Listener(server.store, Manner(shared_key, most_bytes))
        server.listening = asyncio.ensure_future(listener.listen("127.0.0.1", 0, bound))
        await asyncio.wait([server.listening])

    thread = threading.Thread(target=loop.run_until_complete, args=[listen()])
    thread.start()
    ready.wait(5)
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(server.listening.cancel)
        thread.join(10)
        loop.close()


def said(connection):
    """The next value that the server says."""
    unpacker = msgpack.Unpacker(raw=False)
    while received := connection.recv(65536):
        unpacker.feed(received)
        for value in unpacker:
            return value
    return None


def is_cut_off(connection):
    connection.settimeout(5)  # less than the patience with who says nothing
    try:
        return said(connection) is None
    except ConnectionError:
        return True


def packed(*entries):
    return b"".join(msgpack.packb(list(entry)) for entry in entries)


EVENT_TIME = msgpack.ExtType(0, b"\0" * 8)
WAYS = {
    "message": ["lc_wrapper", 1_795_000_000, RECORD],
    "message with an event time": ["lc_wrapper", EVENT_TIME, RECORD],
    "forward": ["lc_wrapper", [[1_795_000_000, RECORD]]],
    "packed": ["lc_wrapper", packed([1, RECORD]), {"size": 1}],
    "packed as text, as old senders do": ["lc_wrapper", packed([1, {"log": LOG.decode()}]), {}],
    "compressed": ["lc_wrapper", gzip.compress(packed([1, RECORD])), {"compressed": "gzip"}],
}


@pytest.mark.parametrize("way", WAYS)
def test_log_comes_in_by_every_way_of_the_protocol(way):
    with serving() as server, server.connected() as connection:
        is_old = way.startswith("packed as text")
        connection.sendall(msgpack.packb(WAYS[way], use_bin_type=not is_old))
        assert server.awaits(1) == [LOG]


def test_what_lc_wrapper_sends_with_is_understood():
    with serving() as server:
        sender = FluentSender("lc_wrapper", host="127.0.0.1", port=server.port)
        for _ in range(3):
            assert sender.emit(None, RECORD)
        sender.close()
        assert server.awaits(3) == [LOG] * 3


def test_message_may_come_in_pieces_and_many_at_once():
    raw = msgpack.packb(WAYS["message"]) * 3
    with serving() as server, server.connected() as connection:
        for start in range(0, len(raw), 200):
            connection.sendall(raw[start : start + 200])
            time.sleep(0.001)
        assert server.awaits(3) == [LOG] * 3


def test_answer_comes_only_once_it_is_stored():
    with serving() as server, server.connected() as connection:
        server.may_store.clear()
        connection.sendall(msgpack.packb([*WAYS["forward"], {"chunk": "abc"}]))
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            connection.recv(1)
        server.may_store.set()
        connection.settimeout(5)
        assert said(connection) == {"ack": b"abc"}
        assert server.stored == [LOG]


def test_records_of_others_are_left_out_and_the_rest_is_taken():
    entries = [[1, {"message": "x"}], [1, RECORD], [1, "text"], "nothing"]
    with serving() as server, server.connected() as connection:
        connection.sendall(msgpack.packb(["tag", entries]))
        assert server.awaits(1) == [LOG]


@pytest.mark.parametrize("raw", [b"GET / HTTP/1.1\r\n\r\n", b"\xc1", msgpack.packb({"a": 1}), b"\x91" * 5000])
def test_what_is_no_message_ends_its_connection_and_no_other(raw):
    with serving() as server, server.connected() as connection, server.connected() as other:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        assert connection.recv(1) == b""
        other.sendall(msgpack.packb(WAYS["message"]))
        assert server.awaits(1) == [LOG]


def test_message_above_the_limit_ends_its_connection():
    with serving(most_bytes=10_000) as server, server.connected() as connection:
        with pytest.raises(ConnectionError):  # noqa: PT012 - which of them is refused depends on the network
            for _ in range(1000):
                connection.sendall(b"\xdb\x7f\xff\xff\xff" + b"x" * 10_000)
                time.sleep(0.001)
        assert server.stored == []


def test_many_small_members_are_unpacked_as_fast_as_one():
    member = gzip.compress(packed([1, RECORD]))
    with at_most(seconds=5):  # it copied what was left once a member: a minute and more
        found = Stream(100_000_000).message([b"tag", member * 20_000, {b"compressed": b"gzip"}])
    assert len(found.logs) == 20_000


def test_who_is_not_known_yet_fills_no_memory():
    with serving(shared_key="secret") as server, server.connected() as connection:
        said(connection)
        with suppress(ConnectionError):
            connection.sendall(b"\xdb\x00\x02\x00\x00" + b"x" * 70_000)  # of a text of 128 KB
        assert is_cut_off(connection)


def test_bomb_of_gzip_is_not_unpacked():
    bomb = gzip.compress(b"\0" * 50_000_000)
    with pytest.raises(BadMessage, match="too large"):
        Stream(1_000_000).message([b"tag", bomb, {b"compressed": b"gzip"}])


@given(st.lists(st.binary(max_size=60), max_size=5))
def test_any_bytes_are_messages_or_refused(pieces):
    stream = Stream(10_000)
    try:
        values = [value for piece in pieces for value in stream.feed(piece)]
        messages = [stream.message(value) for value in values]
    except BadMessage:
        messages = []
    assert all(isinstance(log, bytes) for message in messages for log in message.logs)


def ping(helo, key, hostname="client"):
    digest = sha512(b"salt" + hostname.encode() + helo[1]["nonce"] + key.encode()).hexdigest()
    return msgpack.packb(["PING", hostname, "salt", digest, "", ""])


def test_who_knows_the_key_is_let_in_and_shown_that_the_server_knows_it():
    with serving("secret") as server, server.connected() as connection:
        helo = said(connection)
        assert helo[0] == "HELO"
        connection.sendall(ping(helo, "secret"))
        kind, is_in, _, hostname, digest = said(connection)
        assert (kind, is_in) == ("PONG", True)
        nonce = helo[1]["nonce"]
        assert digest == sha512(b"salt" + hostname.encode() + nonce + b"secret").hexdigest()
        connection.sendall(msgpack.packb(WAYS["message"]))
        assert server.awaits(1) == [LOG]


def test_who_does_not_know_the_key_is_sent_away():
    with serving("secret") as server, server.connected() as connection:
        connection.sendall(ping(said(connection), "guess") + msgpack.packb(WAYS["message"]))
        assert said(connection)[:2] == ["PONG", False]
        assert connection.recv(1) == b""
        assert server.stored == []


def test_log_without_the_key_is_not_taken():
    with serving("secret") as server, server.connected() as connection:
        said(connection)
        connection.sendall(msgpack.packb(WAYS["message"]))
        assert said(connection)[:2] == ["PONG", False]
        assert server.stored == []


def test_beyond_loopback_it_wants_a_key(monkeypatch):
    monkeypatch.delenv("OPSNOTES_FLUENTD_KEY", raising=False)
    with pytest.raises(CommandError, match="OPSNOTES_FLUENTD_KEY"):
        call_command("fluentd", bind="0.0.0.0:0")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "options",
    [{"bind": "24224"}, {"space": "gone"}, {"time_zone": "x"}, {"mapping": ["/home"]}],
)
def test_wrong_option_says_what_to_write(options):
    make_space("runbooks")
    with pytest.raises(CommandError):
        call_command("fluentd", **{"bind": "127.0.0.1:0", **options})


@pytest.mark.corpus
@pytest.mark.django_db
def test_operationhub_as_its_kernels_stream_it_is_400_executions(operationhub):
    space = make_space("ops")
    files = [file for file in operationhub.rglob(".log/*/*.log") if not file.is_symlink()]
    with serving() as server:
        sender = FluentSender("lc_wrapper", host="127.0.0.1", port=server.port)
        for file in files:
            assert sender.emit(None, {"log": file.read_text()})  # lc_wrapper reads it so, and so loses its \r
        sender.close()
        streamed = server.awaits(len(files))
    storer = fluentd.Storer(space, "Asia/Tokyo", "hub", [])
    storer.store(streamed)
    assert Execution.objects.filter(space=space, witnesses=Witness.STREAM, host="hub").count() == 400
    assert Execution.objects.filter(status=Status.ERROR).count() == 23
    whole = [Told(Witness.LOG, file.read_bytes(), file.name) for file in files]
    assert (ingest(space, whole).stored, Execution.objects.count()) == (0, 400)


@pytest.fixture
def own_database(tmp_path):
    """A database on the disk, for a process of its own."""
    environment = {**os.environ, "OPSNOTES_DATA": str(tmp_path / "own"), "OPSNOTES_DATABASE_URL": ""}
    run = [sys.executable, "manage.py"]
    root = Path(__file__).resolve().parents[2]
    subprocess.run([*run, "migrate", "--verbosity", "0"], env=environment, cwd=root, check=True)
    make = "from notebooks.models import Space; Space.objects.create(slug='ops', name='Ops')"
    subprocess.run([*run, "shell", "-c", make], env=environment, cwd=root, check=True, capture_output=True)

    def manage(*arguments, **options):
        return subprocess.Popen(
            [*run, *arguments], env=environment, cwd=root, stdout=subprocess.PIPE, text=True, **options
        )

    return manage


def test_command_stores_what_is_streamed_and_ends_when_told(own_database):
    listening = own_database("fluentd", "--bind", "127.0.0.1:0", "--space", "ops")
    try:
        port = int(re.search(r":(\d+)$", listening.stdout.readline().strip())[1])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            connection.sendall(msgpack.packb([*WAYS["forward"], {"chunk": "abc"}]))
            assert said(connection) == {"ack": b"abc"}
    finally:
        listening.send_signal(signal.SIGTERM)
        assert listening.wait(15) == 0
    code = "from execlogs.models import Execution; print([e.witness_names for e in Execution.objects.all()])"
    assert own_database("shell", "-c", code).communicate()[0].splitlines()[-1] == "[['stream']]"
