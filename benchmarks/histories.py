#!/usr/bin/env python3
"""What the history of a cell costs, beside it and on its page, in a library where cells were executed a million times.

usage: benchmarks/histories.py [--notebooks 1000] [--seed 1] [--rounds 20] [--executions 1000000]

Server time by somebody who may read everything, in milliseconds. People sit down with a notebook and run its cells in
order; one in sixteen fails and is run again. So a template's cells, which many runs share, ran many thousand times.
Reach: a cell's history <= 100 ms; beside a cell of a runbook's page <= 0.1 ms, of the processor.
"""

import argparse
import logging
import random
import statistics
import time
from collections.abc import Callable, Iterator
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
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count, Max  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import reverse  # noqa: E402

from execlogs.history import histories_of, history_of  # noqa: E402
from execlogs.keys import digest_of  # noqa: E402
from execlogs.models import Execution, Status, Transcript, Witness  # noqa: E402
from notebooks.models import Cell, Notebook  # noqa: E402
from notebooks.parsing.model import CellType  # noqa: E402
from opsnotes.executed import Executed  # noqa: E402
from opsnotes.views import runbook  # noqa: E402

REACH = 100  # ms
A_CELL = 0.1  # ms
AT_ONCE = 5_000
PEOPLE = [f"person{number}" for number in range(30)]
FROM = datetime(2023, 1, 1, tzinfo=UTC)
SPAN = 3 * 365 * 24 * 3600  # seconds
TOLD_BY = "histories"  # the server's name, so that the executions of other scripts stay apart


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.WARNING)  # each notebook's bytes are missing
    fill()
    client = reader()
    user = get_user_model().objects.get(username="reader")
    busiest, middle = families()
    print(f"{ASKED.notebooks:,} notebooks, {Execution.objects.count():,} executions")
    print(f"the busiest cell ran {ran(busiest):,} times, the one in the middle {ran(middle):,} times")
    tell("the busiest cell, counted to the end", lambda: history_of({busiest}, user))
    tell("the busiest cell, as beside it", lambda: histories_of({busiest: frozenset({busiest})}, user))
    tell("the one in the middle", lambda: history_of({middle}, user))
    print(f"\n{'':40}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}")
    for name, url in pages(busiest, middle).items():
        p50, p95, cpu = milliseconds(client, url, ASKED.rounds)
        told = f"{name:40}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{queries(client, url):9}"
        print(told if p50 <= REACH else f"{told}  over the reach")
    few, many = (beside(client, notebook) for notebook in extremes(busiest))
    a_cell = (many[1] - few[1]) / (many[0] - few[0])
    print(f"one more cell: {a_cell:.3f} ms" + ("" if a_cell <= A_CELL else "  over the reach"))


def pages(busiest: UUID, middle: UUID) -> dict[str, str]:
    failed = Execution.objects.filter(meme=busiest, status=Status.ERROR).order_by("-at")[0]
    other = Execution.objects.filter(meme=busiest, status=Status.OK).order_by("-at")[0]
    history = reverse("cell-history", args=[busiest])
    return {
        "page of the busiest cell's history": history,
        "its hundredth page": f"{history}?page=100",
        "page of the middle one's": reverse("cell-history", args=[middle]),
        "two executions compared": reverse("execution-compare", args=[failed.pk, other.pk]),
        "one that failed, and what came next": failed.get_absolute_url(),
    }


def extremes(meme: UUID) -> tuple[Notebook, Notebook]:
    """One that has the busiest cell, and the one with most cells that can run."""
    told = Cell.objects.filter(cell_type=CellType.CODE, notebook__executions__host=TOLD_BY).order_by()
    most = told.values_list("notebook").annotate(n=Count("pk", distinct=True)).order_by("-n")[0][0]
    few = Execution.objects.filter(meme=meme).order_by("-at")[0].notebook
    assert few is not None
    return few, Notebook.objects.get(pk=most)


def beside(client: Client, notebook: Notebook) -> tuple[int, float]:
    """How many cells, and what executions add to the runbook's page, of the processor: each request goes both ways."""
    url = notebook.get_absolute_url()
    told, added = runbook.executed, []
    for _ in range(2 * ASKED.rounds):
        whole = milliseconds(client, url, 1)[2]
        runbook.executed = lambda *_: Executed()
        added.append(whole - milliseconds(client, url, 1)[2])
        runbook.executed = told
    cells = notebook.cells.filter(cell_type=CellType.CODE).count()
    middle = statistics.median(added)
    print(
        f"executions beside {cells} cells: + {middle:.1f} ms of the processor, {queries(client, url)} queries"
    )
    return cells, middle


def families() -> tuple[UUID, UUID]:
    """The one that ran most, and the one in the middle."""
    counted = Execution.objects.filter(host=TOLD_BY).order_by().values_list("meme")
    memes = [meme for meme, _ in counted.annotate(n=Count("pk")).order_by("-n")]
    return memes[0], memes[len(memes) // 2]


def ran(meme: UUID) -> int:
    return Execution.objects.filter(meme=meme).count()


def tell(name: str, work: Callable[[], object]) -> None:
    times = []
    for _ in range(ASKED.rounds):
        started = time.perf_counter()
        work()
        times.append(1000 * (time.perf_counter() - started))
    middle = statistics.median(times)
    print(f"{name:40}{middle:8.1f}" + ("" if middle <= REACH else "  over the reach"))


@transaction.atomic
def fill() -> None:
    """Where that was not done before."""
    own = Execution.objects.filter(host=TOLD_BY)
    if own.count() == ASKED.executions:
        return
    Transcript.objects.filter(execution__in=own).delete()
    own.delete()
    made = islice(executions(random.Random(ASKED.seed)), ASKED.executions)
    while some := list(islice(made, AT_ONCE)):
        Execution.objects.bulk_create(some)
    # Of the last of each cell: other pages read none.
    last = own.order_by().values_list("meme", "status").annotate(last=Max("pk"))
    texts = [Transcript(execution_id=pk, code="ls", output=f"{meme}\n" * 40) for meme, _, pk in last]
    Transcript.objects.bulk_create(texts, batch_size=AT_ONCE)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def executions(chance: random.Random) -> Iterator[Execution]:
    """Without end: somebody sits down with a notebook and runs its cells in order."""
    notebooks = {each.pk: each for each in Notebook.objects.all()}
    cells: dict[int, list[Cell]] = {}
    code = Cell.objects.filter(cell_type=CellType.CODE).exclude(source="").order_by("notebook", "index")
    for cell in code.defer("output").iterator():
        cells.setdefault(cell.notebook_id, []).append(cell)
    worked = list(cells)
    while True:
        notebook = notebooks[chance.choice(worked)]
        at, who = FROM + timedelta(seconds=chance.randrange(SPAN)), chance.choice(PEOPLE)
        for cell in cells[notebook.pk]:
            for status in (Status.ERROR, Status.OK) if chance.random() < 1 / 16 else (Status.OK,):
                yield (made := _execution(notebook, cell, at, who, status, chance))
                at = (made.ended_at or at) + timedelta(seconds=chance.randrange(1, 40))


def _execution(
    notebook: Notebook, cell: Cell, at: datetime, who: str, status: Status, chance: random.Random
) -> Execution:
    return Execution(
        space_id=notebook.space_id,
        key=f"{chance.getrandbits(128):032x}",
        meme=cell.meme,
        branch=cell.branch,
        notebook_meme=notebook.meme,
        notebook_path=notebook.path,
        place=notebook.path,
        notebook=notebook,
        who=who,
        host=TOLD_BY,
        at=at,
        ended_at=at + timedelta(seconds=int(chance.expovariate(0.1))),
        status=status,
        headline=cell.source.strip().partition("\n")[0][:300],
        error="error: Permission denied" if status is Status.ERROR else "",
        code_digest=digest_of(cell.source),
        log_path=f"/home/{who}/notebooks/.log/{at:%Y%m%d/%Y%m%d-%H%M%S}-0032.log",
        witnesses=Witness.LOG,
    )


if __name__ == "__main__":
    call_command("migrate", verbosity=0)
    main()
