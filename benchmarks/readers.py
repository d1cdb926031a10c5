#!/usr/bin/env python3
"""What readers notice of notebooks that stream in: the same readers with and without, in turn, in one run.

usage: benchmarks/readers.py [--notebooks 1000] [--seed 1] [--readers 16] [--rate 10] [--seconds 15] [--page]

The server is `manage.py run` on a copy of the library, with all its workers. Each reader is a connection of its own
that asks the questions of search.py through the API, in an order of its own: at once after each answer, and with a
pause of a second. Notebooks come one by one through the API's upload, so many a second (--rate). With --page they ask
for the page, as one person who is signed in: that also writes each search into their history.
Reach: no search fails or finds less than before, p95 at most doubled.
Before that, on the idle server: how long until a notebook that was sent is found. Reach: 2 s.
"""

import argparse
import json
import logging
import random
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from itertools import count
from pathlib import Path
from typing import Self
from urllib.parse import urlencode
from uuid import uuid4

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--readers", type=int, default=16)
PARSER.add_argument("--rate", type=float, default=10, help="notebooks a second")
PARSER.add_argument("--seconds", type=float, default=15, help="for each measurement")
PARSER.add_argument("--rounds", type=int, default=2)
PARSER.add_argument("--page", action="store_true", help="ask the page instead, which also keeps each search")
PARSER.add_argument("--samples", type=int, default=10, help="of how long one notebook takes to be found")
ASKED = library.start(PARSER)

import rows  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import search as searches  # noqa: E402
from lineage import refresh as lineage  # noqa: E402
from search import refresh  # noqa: E402
from tests.sites import Site  # noqa: E402

PAUSES = (0.0, 1.0)  # seconds between an answer and the next question
UNTIL_STEADY = 2.0  # seconds
SENDERS = 8

PREPARE = """
from django.contrib.auth import get_user_model
from django.test import Client
from notebooks.models import Space
from opsnotes.models import ApiToken
reader, _ = get_user_model().objects.get_or_create(username="reader")
for space in Space.objects.all():
    space.readers.add(reader)
Space.objects.create(slug="stream", name="Stream").writers.add(reader)
browser = Client()
browser.force_login(reader)
print(browser.cookies["sessionid"].value)
print(ApiToken.make(reader, "benchmark"))
"""


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    logging.getLogger("lineage").setLevel(logging.ERROR)  # that this library has no originals
    lineage.sweep()
    if refresh.is_needed():
        refresh.rebuild()
    refresh.drain()
    searches.QUERIES["exact MEME"]["q"] = searches.some_meme()
    connection.close()
    with tempfile.TemporaryDirectory(prefix="opsnotes-bench-readers-") as folder:
        site = Site(Path(folder) / "data", template=settings.DATA)
        try:
            measure(Server(site), Path(folder))
        except (HTTPException, OSError, AssertionError):
            print(site.log.read_text()[-5000:])
            raise
        finally:
            site.stop()


def measure(server: "Server", folder: Path) -> None:
    seconds = (ASKED.seconds + UNTIL_STEADY) * ASKED.rounds * len(PAUSES)
    most = (
        int(2 * seconds * ASKED.rate) + ASKED.samples + 20
    )  # twice: a measurement ends with its last answer
    stream = Stream(server, generated(folder, most, ASKED.seed + 1))
    print(f"{ASKED.notebooks:,} notebooks, {ASKED.engine}, {ASKED.readers} readers, "
          f"{ASKED.rate:g} notebooks a second")  # fmt: skip
    stream.settle()  # the workers have started, and looked through what is new to them
    lags = sorted(stream.until_found() for _ in range(ASKED.samples))
    print(
        f"a notebook is found {statistics.median(lags):.2f} s after it was sent, at most {lags[-1]:.2f} (reach 2)"
    )
    expected = server.counts()
    for pause in PAUSES:
        quiet, streaming, slowest = Asked(), Asked(), 0.0
        for _ in range(ASKED.rounds):
            quiet += read_for(server, expected, pause)
            with stream.flowing(ASKED.rate):
                time.sleep(UNTIL_STEADY)
                streaming += read_for(server, expected, pause)
            slowest = max(slowest, stream.settle())
        tell(pause, quiet, streaming)
        print(f"the last that was sent meanwhile was found after {slowest:.1f} s at most")
    print(f"streamed: {stream.sent} sent, {min(stream.rates):.1f} a second or more, "
          f"{len(stream.refused)} refused {stream.refused[:3] or ''}")  # fmt: skip


def tell(pause: float, quiet: "Asked", streaming: "Asked") -> None:
    how = f"a pause of {pause:g} s" if pause else "without a pause"
    for name, told in (("with none streaming", quiet), ("while they stream", streaming)):
        print(f"{how}, {name}: p50 {told.p50:.0f} ms, p95 {told.p95:.0f} ms, {len(told.times)} searches, "
              f"{len(told.failures)} failed {told.failures[:3] or ''}")  # fmt: skip
    print(f"{how}: p95 {streaming.p95 / quiet.p95:.2f} x (reach 2)")


@dataclass
class Asked:
    times: list[float] = field(default_factory=list)  # ms
    failures: list[str] = field(default_factory=list)

    def __iadd__(self, other: "Asked") -> Self:
        self.times += other.times
        self.failures += other.failures
        return self

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    @property
    def p95(self) -> float:
        return sorted(self.times)[int(len(self.times) * 0.95)]


class Server:
    def __init__(self, site: Site) -> None:
        self.site = site
        self.session, self.token = site.manage("shell", "-v0", "-c", PREPARE).splitlines()[-2:]
        with closing(socket.socket()) as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        site.start("manage.py", "run", "--port", self.port, OPSNOTES_SEARCH_ENGINE=ASKED.engine)
        site.wait_for(self._answers, 120)
        site.wait_for(site.is_drained, 120)

    def _answers(self) -> bool:
        with closing(socket.socket()) as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def is_idle(self) -> bool:
        return self.site.is_drained() and not any(
            self.site.value(f"SELECT count(*) FROM {due}") for due in ("lineage_due", "execlogs_due")
        )

    def connect(self) -> HTTPConnection:
        return HTTPConnection("127.0.0.1", self.port, timeout=60)

    def search(self, to: HTTPConnection, query: Mapping[str, str]) -> int:
        """How many hits. Raises HTTPException, OSError."""
        body = self._get(to, f"/api/v1/search/?{urlencode(query)}", {"Authorization": f"Token {self.token}"})
        found = re.match(rb'\{[^{}]*?"count":(\d+)', body)
        return int(found[1]) if found else int(json.loads(body)["count"])

    def open_page(self, to: HTTPConnection, query: Mapping[str, str]) -> int | None:
        """The same for a person; how many hits is not read from the page."""
        self._get(to, f"/search/?{urlencode(query)}", {"Cookie": f"sessionid={self.session}"})
        return None

    def _get(self, to: HTTPConnection, address: str, headers: Mapping[str, str]) -> bytes:
        to.request("GET", address, headers=headers)
        answer = to.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise HTTPException(f"{answer.status}: {body[:100]!r}")
        return body

    def counts(self) -> dict[str, int]:
        with closing(self.connect()) as to:
            return {name: self.search(to, query) for name, query in searches.QUERIES.items()}


def read_for(server: Server, expected: Mapping[str, int], pause: float) -> Asked:
    """All readers, each a thread. They begin within a second, not in one moment."""
    told, end = [Asked() for _ in range(ASKED.readers)], time.monotonic() + ASKED.seconds
    threads = [
        threading.Thread(target=_read, args=(server, expected, pause, end, random.Random(number), each))
        for number, each in enumerate(told)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Asked(
        [each for one in told for each in one.times], [each for one in told for each in one.failures]
    )


def _read(
    server: Server, expected: Mapping[str, int], pause: float, end: float, chance: random.Random, told: Asked
) -> None:
    time.sleep(chance.random() * min(1.0, pause or 0.1))
    to = server.connect()
    while time.monotonic() < end:
        name, query = chance.choice(list(searches.QUERIES.items()))
        began = time.perf_counter()
        try:
            hits = (server.open_page if ASKED.page else server.search)(to, query)
            if hits is not None and hits < expected[name]:
                told.failures.append(f"{name}: {hits} hits instead of {expected[name]}")
        except (HTTPException, OSError) as failure:
            told.failures.append(f"{name}: {failure!r}")
            to.close()
        told.times.append((time.perf_counter() - began) * 1000)
        time.sleep(pause * (0.5 + chance.random()))
    to.close()


def generated(folder: Path, notebooks: int, seed: int) -> Iterator[bytes]:
    command = [sys.executable, rows.SCALE, folder / "stream", "--notebooks", notebooks, "--seed", seed]
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
    for path in sorted((folder / "stream").rglob("*.ipynb")):
        yield path.read_bytes()
    shutil.rmtree(folder / "stream")


class Stream:
    """Notebooks that are sent one by one."""

    def __init__(self, server: Server, files: Iterator[bytes]) -> None:
        self._server, self._files, self._numbers = server, files, count()
        self._lock = threading.Lock()
        self.sent = 0
        self.rates: list[float] = []  # that were reached
        self.refused: list[str] = []

    @contextmanager
    def flowing(self, rate: float) -> Iterator[None]:
        over = threading.Event()
        thread = threading.Thread(target=self._flow, args=(rate, over))
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def _flow(self, rate: float, over: threading.Event) -> None:
        """By the clock, by several senders: one that waits for its answer does not hold up the next."""
        began = due = time.monotonic()
        sent = self.sent
        with ThreadPoolExecutor(SENDERS) as senders:
            while not over.wait(max(0.0, due - time.monotonic())):
                due += 1 / rate
                senders.submit(self._send, next(self._files))
        self.rates.append((self.sent - sent) / (time.monotonic() - began))

    def until_found(self) -> float:
        """Seconds until the one word that is in this notebook alone is found."""
        word = f"needle{uuid4().hex}"
        began = time.monotonic()
        self._send(_with(next(self._files), word))
        with closing(self._server.connect()) as to:
            while not self._server.search(to, {"q": word}):
                time.sleep(0.02)
        return time.monotonic() - began

    def settle(self) -> float:
        """Until all that was sent is drained; how long the last took to be found."""
        lag = self.until_found()
        self._server.site.wait_for(self._server.is_idle, 300)
        return lag

    def _send(self, raw: bytes) -> None:
        body, kind = _multipart({"space": "stream"}, f"{next(self._numbers)}.ipynb", raw)
        headers = {"Authorization": f"Token {self._server.token}", "Content-Type": kind}
        told = ""
        try:
            with closing(self._server.connect()) as to:
                to.request("POST", "/api/v1/uploads/", body, headers)
                answer = to.getresponse()
                told = "" if answer.status == 202 else f"{answer.status}: {answer.read()[:100]!r}"
        except (HTTPException, OSError) as failure:
            told = repr(failure)
        with self._lock:
            self.sent += 1
            self.refused += [told] if told else []


def _with(raw: bytes, word: str) -> bytes:
    notebook = json.loads(raw)
    notebook["cells"].append({"cell_type": "markdown", "id": word[:12], "metadata": {}, "source": [word]})
    return json.dumps(notebook).encode()


def _multipart(fields: Mapping[str, str], name: str, raw: bytes) -> tuple[bytes, str]:
    edge = uuid4().hex
    parts: Sequence[bytes] = [
        *(f'--{edge}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
          for key, value in fields.items()),
        f'--{edge}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'.encode(),
        raw, f"\r\n--{edge}--\r\n".encode(),
    ]  # fmt: skip
    return b"".join(parts), f"multipart/form-data; boundary={edge}"


if __name__ == "__main__":
    main()
