#!/usr/bin/env python3
"""What sidestickies' questions cost where one space has many notes.

usage: benchmarks/door.py [--notes 20000] [--rounds 200]

Server time of a request with a key, in milliseconds. A family has four notes on four branches; a quarter of all notes
is tagged, a tenth has a title of its own.
Reach: 20 ms, the 95th percentile too.
"""

import argparse
import os
import random
import statistics
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import django

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--notes", type=int, default=20_000)
PARSER.add_argument("--rounds", type=int, default=200)
ASKED = PARSER.parse_args()
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-door-")
os.environ["OPSNOTES_DATA"] = WORK.name
os.environ["DJANGO_SETTINGS_MODULE"] = "opsnotes.settings"
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from stickies.door.keys import make_key  # noqa: E402
from stickies.models import Kind, Note, Tag  # noqa: E402
from tests.builders import make_space, make_user  # noqa: E402

REACH = 20  # ms
TAGS = [f"tag{number}" for number in range(500)]
COMMON = "手順"  # carried by one note in twenty
BRANCHES = ("", "1-00ff", "2-00ff-0abc", "3-00ff-0abc-1d2e")


def main() -> None:
    call_command("migrate", verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    settings.STATIC_ROOT.mkdir()
    writer = make_user("writer")
    space = make_space("ops", writers=[writer])
    fill(space)
    key = make_key(space, "hub", writer)
    print(f"{ASKED.notes:,} notes in one space")
    print(f"{'':32}{'found':>7}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}   reach {REACH} ms")
    for name, query in questions().items():
        measure(
            name, f"/ep_weave/api/search?{urlencode({'q': query, 'sort': 'indexed desc', 'apikey': key})}"
        )


def questions() -> dict[str, str]:
    last = family(ASKED.notes // 8)
    headings = [f"Heading {number}" for number in range(20)]
    terms = [f'hash:"#{heading}" OR title:"{heading}"' for heading in headings]
    return {
        "nothing there": f'hash:"#{UUID(int=1)}"',
        "exact id": f'hash:"#{last}-1-00ff"',
        "base UUID": f'hash:"#{last}"',
        "with 20 headings": " OR ".join([f'hash:"#{last}"', *terms]),
        "a title": 'title:"Title 40"',
        "a rare tag": f'hash:"#{TAGS[7]}"',
        "a tag of one note in twenty": f'hash:"#{COMMON}"',
    }


def family(number: int) -> UUID:
    return UUID(int=(0x8F5C5FE271CC11E79ABE << 48) + number)


@transaction.atomic
def fill(space: object) -> None:
    chance = random.Random(1)
    notes = [note(space, number, chance) for number in range(ASKED.notes)]
    Note.objects.bulk_create(notes, batch_size=500)
    tagged = [(each, chance.choice(TAGS)) for each in notes[::4]] + [(each, COMMON) for each in notes[::20]]
    Tag.objects.bulk_create([Tag(note=each, name=name) for each, name in tagged], batch_size=500)


def note(space: object, number: int, chance: random.Random) -> Note:
    body = f"Stop the queue {number} first\n\n" + "Then look at what is left. " * 20
    common = {"space": space, "body": body, "kind": chance.choice(Kind.values), "author_name": "writer"}
    if number % 10 == 9:
        return Note(**common, title=f"Title {number // 10}")
    return Note(**common, meme=family(number // 4), branch=BRANCHES[number % 4])


def measure(name: str, path: str) -> None:
    client = Client()
    found = client.get(path).json()["numFound"]
    times = [milliseconds(client, path) for _ in range(ASKED.rounds)]
    clock = sorted(by_clock for by_clock, _ in times)
    cpu = statistics.median(by_cpu for _, by_cpu in times)
    with CaptureQueriesContext(connection) as asked:
        client.get(path)
    p50, p95 = statistics.median(clock), clock[int(len(clock) * 0.95)]
    told = f"{name:32}{found:7,}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{len(asked):9}"
    print(told if p95 <= REACH else f"{told}   over the reach")


def milliseconds(client: Client, path: str) -> tuple[float, float]:
    """By the clock, and of the processor: the clock tells of others too."""
    began, began_to_work = time.perf_counter(), time.process_time()
    answer = client.get(path)
    assert answer.status_code == 200, answer
    return (time.perf_counter() - began) * 1000, (time.process_time() - began_to_work) * 1000


if __name__ == "__main__":
    main()
