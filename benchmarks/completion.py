#!/usr/bin/env python3
"""What completing a query costs while somebody types it.

usage: benchmarks/completion.py [--notebooks 1000] [--seed 1] [--rounds 40] [--executions 50000] [--notes 2000]

Of a request to /search/complete/ by somebody who may read everything, in milliseconds: by the clock, and of the
processor, which says the same on a machine that has other work. `anew` is the first of its kind within a minute, where
something is remembered for so long.
Reach: p95 <= 20 ms of the processor at 10,000 notebooks, every row.
"""

import argparse
import random
import statistics
import time
from datetime import timedelta

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=40)
PARSER.add_argument("--executions", type=int, default=50_000)
PARSER.add_argument("--notes", type=int, default=2_000)
ASKED = library.start(PARSER)

import rows  # noqa: E402
from asking import reader  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from execlogs.models import Execution  # noqa: E402
from notebooks.models import Cell  # noqa: E402
from search import refresh  # noqa: E402
from search.models import PastSearch  # noqa: E402
from stickies.digests import digest_of  # noqa: E402
from stickies.models import Kind, Note, Reach  # noqa: E402

REACH = 20  # ms of the processor
PEOPLE = 60
LAST = timezone.now()

TYPED = {
    "nothing": ("",),
    "first letters of a word": ("de", "ho", "ser", "ngi", "import", "ha"),
    "the same beside a word": ("import de", "hadoop ho", "echo ser"),
    "a field's name": ("o", "t", "in", "ow", "tag", "upd"),
    "host:": ("host:", "host:n", "host:no", "import host:"),
    "owner:": ("owner:", "owner:k", "-owner:ka", "import owner:s"),
    "path:": ("path:", "path:h", "path:ha", "import path:da"),
    "folder:": ("folder:", "folder:k", "folder:kato/"),
    "tag:": ("tag:", "tag:d", "import tag:"),
    "title:": ("title:", "title:h", "title:ha"),
    "heading:": ("heading:", "heading:co", "heading:run"),
    "command:": ("command:", "command:s", "command:sys"),
    "by:": ("by:", "by:p", "by:person1"),
    "ran:": ("ran:", "ran:t"),
    "failed:": ("failed:",),
    "in:, is:, has:": ("in:", "is:", "has:", "import in:"),
    "updated:, created:": ("updated:", "created:l"),
    "Japanese": ("構", "クラ", "title:構", "heading:容", "タグ", "path:手", "tag:手"),
}


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    fill()
    if refresh.is_needed():
        refresh.rebuild()
    refresh.drain()
    settings.ALLOWED_HOSTS = ["*"]
    client = reader()
    print(
        f"{ASKED.notebooks:,} notebooks, {ASKED.engine}, {Execution.objects.count():,} executions, "
        f"{Note.objects.count():,} notes"
    )
    print(f"{'':26}{'p50':>8}{'p95':>8}{'cpu p50':>9}{'cpu p95':>9}{'anew':>8}{'offered':>9}")
    for name, texts in TYPED.items():
        measure(client, name, texts)


def measure(client: Client, name: str, texts: tuple[str, ...]) -> None:
    anew, offered = [], 0
    for text in texts:
        cache.clear()
        complete(client, text)  # what is opened once
        cache.clear()
        anew.append(complete(client, text)[1])
        offered += complete(client, text)[2]
    times, work = [], []
    for number in range(ASKED.rounds * len(texts)):
        by_clock, worked, _ = complete(client, texts[number % len(texts)])
        times.append(by_clock)
        work.append(worked)
    p95 = at(work, 0.95)
    told = f"{statistics.median(times):8.1f}{at(times, 0.95):8.1f}{statistics.median(work):9.1f}{p95:9.1f}"
    over = "  over the reach" if p95 > REACH else ""
    print(f"{name:26}{told}{max(anew):8.1f}{offered:9}{over}")


def complete(client: Client, text: str) -> tuple[float, float, int]:
    """Milliseconds by the clock and of the processor, and how many options there were."""
    started, worked = time.perf_counter(), time.process_time()
    answer = client.get(reverse("search-complete"), {"q": text, "at": len(text)})
    times = 1000 * (time.perf_counter() - started), 1000 * (time.process_time() - worked)
    assert answer.status_code == 200, answer.status_code
    return *times, len(answer.json()["options"])


def at(times: list[float], part: float) -> float:
    return sorted(times)[min(int(len(times) * part), len(times) - 1)]


def fill() -> None:
    """Executions and notes, where there are none."""
    chance = random.Random(ASKED.seed)
    if not Execution.objects.exists():
        Execution.objects.bulk_create(executions(chance), batch_size=450)
    if not Note.objects.exists():
        Note.objects.bulk_create(notes(chance), batch_size=500)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    PastSearch.objects.all().delete()


def executions(chance: random.Random) -> list[Execution]:
    """Of real cells, some far more often than others."""
    cells = drawn(chance, ASKED.executions // 4)
    return [execution(chance, cells, number) for number in range(ASKED.executions)]


def execution(chance: random.Random, cells: list[Cell], number: int) -> Execution:
    cell = cells[int(len(cells) * chance.random() ** 3)]
    return Execution(
        space_id=cell.notebook.space_id,
        key=f"{number:032x}",
        meme=cell.meme,
        branch=cell.branch,
        notebook=cell.notebook,
        who=f"person{chance.randrange(PEOPLE)}",
        host=f"hub{number % 5}",
        at=LAST - timedelta(minutes=20 * (ASKED.executions - number)),
        status="error" if chance.random() < 0.05 else "ok",
        witnesses=1,
    )


def notes(chance: random.Random) -> list[Note]:
    return [note(chance, cell) for cell in drawn(chance, ASKED.notes)]


def note(chance: random.Random, cell: Cell) -> Note:
    return Note(
        space_id=cell.notebook.space_id,
        author_name=f"person{chance.randrange(PEOPLE)}",
        meme=cell.meme,
        branch=cell.branch,
        notebook=cell.notebook,
        reach=chance.choice([Reach.FAMILY, Reach.FAMILY, Reach.ID, Reach.NOTEBOOK]),
        kind=chance.choice(Kind.values),
        body="Do not run this while the backup is on.",
        cell_text=cell.source[:2000],
        cell_digest=digest_of(cell.source),
    )


def drawn(chance: random.Random, most: int) -> list[Cell]:
    pks = list(Cell.objects.order_by("pk").values_list("pk", flat=True))
    picked = Cell.objects.filter(pk__in=chance.sample(pks, min(most, len(pks)))).order_by("pk")
    return list(picked.select_related("notebook").defer("output"))


if __name__ == "__main__":
    main()
