#!/usr/bin/env python3
"""What the pages of executions cost where there are a million of them.

usage: benchmarks/executions.py [--notebooks 10000] [--seed 1] [--rounds 20] [--executions 1000000]

Server time of a request in milliseconds, by somebody who may read half of the spaces; a twentieth of the executions
failed, in a sitting are one to forty. One cell was executed ten thousand times.
Reach: /executions/ and the history of a cell <= 100 ms at 1,000,000, narrowed or not, found or not.
"""

import argparse
import logging
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from uuid import UUID

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=20)
PARSER.add_argument("--executions", type=int, default=1_000_000)
ASKED = library.start(PARSER)

import rows  # noqa: E402
from asking import milliseconds, queries, reader  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.urls import reverse  # noqa: E402

from execlogs.models import Execution, Transcript  # noqa: E402
from notebooks.models import Notebook, Space  # noqa: E402

REACH = 100  # ms
SPACES = 6
PEOPLE = 60
CELLS = 3_000
HOT = UUID(int=1)  # the cell that ran very often
HOTTEST = 100  # of so many executions one is its own
BEGAN = datetime(2024, 1, 1, tzinfo=UTC)
AT_ONCE = 10_000


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.WARNING)  # each notebook's bytes are missing
    fill()
    client = reader()
    for space in Space.objects.filter(slug__startswith="bench-hidden"):
        space.readers.clear()
    print(f"{Execution.objects.count():,} executions")
    print(f"{'':36}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}")
    for name, url in pages().items():
        p50, p95, cpu = milliseconds(client, url, ASKED.rounds)
        told = f"{name:36}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{queries(client, url):9}"
        print(told if p50 <= REACH else f"{told}  over the reach")


def pages() -> dict[str, str]:
    every = reverse("executions")
    failure = Execution.objects.filter(status="error", space__slug="bench-1").order_by("-at")[0]
    return {
        "executions": every,
        "a year ago": f"{every}?until=2024-12-31",
        "of a person": f"{every}?who=person7",
        "of a notebook server": f"{every}?host=hub3",
        "failed": f"{every}?status=error",
        "failed, of a person": f"{every}?status=error&who=person7",
        "of a copy": f"{every}?notebook={failure.notebook_id}",
        "of a cell that ran very often": f"{every}?meme={HOT}",
        "words that are found": f"{every}?q=Permission",
        "words that nothing has": f"{every}?q=nothinglikethis",
        "a status that nothing has": f"{every}?status=running",
        "a person and a server that never met": f"{every}?who=person7&host=hub0",
        "one execution": failure.get_absolute_url(),
        "its sitting": reverse("execution-sitting", args=[failure.pk]),
        "the history of that cell": reverse("cell-history", args=[str(HOT)]),
    }


def fill() -> None:
    """Where that was not done before."""
    if Execution.objects.count() >= ASKED.executions:
        return
    Execution.objects.all().delete()
    chance = random.Random(ASKED.seed)
    spaces = [_space(number) for number in range(SPACES)]
    notebooks = list(Notebook.objects.alive().values_list("pk", "path")[:8_000])
    made = islice(_executions(chance, spaces, notebooks), ASKED.executions)
    while some := list(islice(made, AT_ONCE)):
        _write(some)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _space(number: int) -> Space:
    slug = f"bench-hidden-{number}" if number % 2 else f"bench-{number // 2}"
    return Space.objects.get_or_create(slug=slug, defaults={"name": slug})[0]


def _executions(
    chance: random.Random, spaces: list[Space], notebooks: list[tuple[int, str]]
) -> Iterator[Execution]:
    at, number = BEGAN, 0
    while True:
        at += timedelta(minutes=chance.expovariate(1 / 15))
        place = chance.randrange(len(notebooks))
        began = at
        for step in range(chance.randint(1, 40)):
            began += timedelta(seconds=chance.expovariate(1 / 60))
            number += 1
            failed = chance.random() < 0.05
            yield Execution(
                space=spaces[place % SPACES],
                key=f"{number:032x}",
                meme=HOT if not number % HOTTEST else UUID(int=2 + (place * 7 + step) % CELLS),
                notebook_id=notebooks[place][0],
                notebook_path=notebooks[place][1],
                place=notebooks[place][1],
                who=f"person{place % PEOPLE}",
                host=f"hub{place % 5}",
                at=began,
                ended_at=began + timedelta(seconds=chance.expovariate(1 / 4)),
                status="error" if failed else "ok",
                headline=f"!opsctl df host{step}",
                error="error: Permission denied" if failed else "",
                witnesses=1,
            )


@transaction.atomic
def _write(executions: list[Execution]) -> None:
    made = Execution.objects.bulk_create(executions, batch_size=450)
    Transcript.objects.bulk_create(
        [
            Transcript(execution=each, code=each.headline, output="Filesystem Size Used\n" * 10)
            for each in made
        ],
        batch_size=450,
    )


if __name__ == "__main__":
    main()
