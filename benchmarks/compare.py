#!/usr/bin/env python3
"""What it costs to compare two notebooks of 300 cells, on the server.

usage: benchmarks/compare.py [--rounds 30]

copy:       a run of a template: every cell carries its MEME and a branch, 30 edited, 10 added, 10 removed, 10 moved
revisions:  the same two as revisions of one notebook, the older of which is read from its bytes again
editions:   two notebooks without MEMEs, 30 cells edited, 10 added, 10 removed: matched by their texts alone
strangers:  nothing in common, no MEMEs: every cell is weighed against every other
outputs:    the copy with its outputs
Reach: copy, revisions and editions each <= 100 ms, and as many queries for 300 cells as for 30.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-compare-")
os.environ["OPSNOTES_DATA"] = WORK.name
os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"

import django  # noqa: E402

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from notebooks.ingest import ingest  # noqa: E402
from tests.builders import make_notebook, make_runbook, make_space, make_user, stream  # noqa: E402

REACH = 100  # ms
VERBS = ("check", "restart", "rotate", "drain", "verify", "mount", "resync", "promote", "patch", "probe")
THINGS = (
    "nginx",
    "postgresql",
    "kubelet",
    "etcd",
    "journald",
    "haproxy",
    "hdfs",
    "rabbitmq",
    "ceph",
    "redis",
)

Cell = tuple[str, str, str | None]  # type, source, MEME


def template(count: int, rng: random.Random, *, has_ids: bool) -> list[Cell]:
    return [
        ("code" if number % 3 else "markdown", source(number, rng), meme(number) if has_ids else None)
        for number in range(count)
    ]


def source(number: int, rng: random.Random) -> str:
    lines = [
        f"{rng.choice(VERBS)}_{rng.choice(THINGS)}(host='web-{rng.randrange(40):02}', step={number})"
        for _ in range(rng.randrange(3, 12))
    ]
    return "\n".join([f"# step {number}: {rng.choice(VERBS)} {rng.choice(THINGS)}", *lines])


def meme(number: int, branch: str = "") -> str:
    return f"{number:08x}-1111-11e1-8111-000000000000{branch}"


def copied(cells: list[Cell], rng: random.Random) -> list[Cell]:
    """As somebody leaves it who worked it through: a tenth edited, a few new, gone and moved."""
    few = len(cells) // 30
    copy = [(kind, text, carried and carried + "-1-00ff") for kind, text, carried in cells]
    for place in rng.sample(range(len(copy)), few * 3):
        kind, text, carried = copy[place]
        copy[place] = kind, text.replace("web-", "db-", 2) + "\nprint('done')", carried
    for _ in range(few):
        del copy[rng.randrange(len(copy))]
        copy.insert(rng.randrange(len(copy)), ("code", source(9999, rng), None))
        copy.insert(rng.randrange(len(copy)), copy.pop(rng.randrange(len(copy))))
    return copy


def notebook(cells: list[Cell]) -> bytes:
    specs = [
        (kind, text, [stream(f"{text[:40]} ok\n" * 10)]) if kind == "code" else (kind, text)
        for kind, text, _ in cells
    ]
    return make_notebook(*specs, memes=[carried for *_, carried in cells])


def pairs(count: int, space) -> dict[str, str]:
    """The queries of what is compared, by name."""
    rng = random.Random(1)
    first = template(count, rng, has_ids=True)
    bare = template(count, rng, has_ids=False)
    other = [
        ("code", f"{THINGS[n % 10]} {n} " + " ".join(rng.sample(VERBS, 6)) * 9, None) for n in range(count)
    ]

    def stored(name: str, cells: list[Cell]) -> int:
        return ingest(space, f"{name}-{count}.ipynb", notebook(cells)).notebook.pk

    copy = copied(first, rng)
    one, two = stored("template", first), stored("copy", copy)
    stored("revisions", first)
    revised = stored("revisions", copy)
    eight, nine = stored("eight", bare), stored("nine", copied(bare, rng))
    return {
        "copy": f"a={one}&b={two}",
        "revisions": f"a={revised}@1&b={revised}",
        "editions": f"a={eight}&b={nine}",
        "strangers": f"a={eight}&b={stored('other', other)}",
        "outputs": f"a={one}&b={two}&outputs=1",
    }


def milliseconds(client: Client, query: str, rounds: int) -> tuple[list[float], list[float]]:
    """By the clock, and of the processor: on a machine that others use too only these say something."""
    times, worked = [], []
    for _ in range(rounds):
        started, began = time.perf_counter(), time.process_time()
        answer = client.get(f"/compare/?{query}")
        times.append(1000 * (time.perf_counter() - started))
        worked.append(1000 * (time.process_time() - began))
        assert answer.status_code == 200
    return times, worked


def queries(client: Client, query: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        client.get(f"/compare/?{query}")
    return len(caught)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    call_command("migrate", verbosity=0)
    person = make_user()
    space = make_space(readers=[person])
    client = Client(
        SERVER_NAME="localhost"
    )  # without the test environment, which copies what templates are given
    client.force_login(person)
    make_runbook(space=space)
    long, short = pairs(300, space), pairs(30, space)
    for name, query in long.items():
        milliseconds(client, query, 3)
        times, worked = milliseconds(client, query, rounds)
        print(
            f"{name:10} {statistics.median(times):6.1f} ms (p95 {sorted(times)[int(0.95 * rounds)]:.1f}), "
            f"processor {statistics.median(worked):.1f} ms; "
            f"queries {queries(client, query)} for 300 cells, {queries(client, short[name])} for 30"
        )
    print(f"reach: copy, revisions, editions <= {REACH} ms")


if __name__ == "__main__":
    main()
