#!/usr/bin/env python3
"""What the page with the runs of a library's largest template costs, and finding the runs of all of it.

usage: benchmarks/runs.py [--notebooks 1000] [--seed 1] [--rounds 30]

Server time of a request by somebody who may read everything, in milliseconds; the growth is that from one size to the
next. The originals are left out: cells are compared as their rows have them.
Reach: every page <= 100 ms at 10,000 notebooks, and as many queries as for a template with three runs.
"""

import argparse
import logging
import time
from collections.abc import Callable

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=30)
ASKED = library.start(PARSER)

import rows  # noqa: E402
from asking import milliseconds, queries, reader  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.urls import reverse  # noqa: E402

from lineage import refresh  # noqa: E402
from lineage.models import RunOf, Trace  # noqa: E402
from lineage.runs import deriving  # noqa: E402
from notebooks.models import Cell, Notebook, Revision  # noqa: E402

REACH = 100  # ms


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    call_command("collectstatic", interactive=False, verbosity=0)
    settings.ALLOWED_HOSTS = ["*"]
    logging.disable(logging.WARNING)  # each notebook's bytes are missing
    derive()
    client = reader()
    sizes = dict(RunOf.objects.values_list("template").annotate(runs=Count("pk")))
    largest, small = max(sizes, key=sizes.__getitem__), min(pk for pk, size in sizes.items() if size == 3)
    print(f"{ASKED.notebooks:,} notebooks, {len(sizes)} templates; the largest has {sizes[largest]} runs")
    print(f"{'':28}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}{'of 3 runs':>11}")
    for name, page in pages().items():
        url, other = page(largest), page(small)
        p50, p95, cpu = milliseconds(client, url, ASKED.rounds)
        counts = queries(client, url), queries(client, other)
        told = f"{name:28}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{counts[0]:9}{counts[1]:11}"
        print(told if p50 <= REACH else f"{told}  over the reach")
    changed(largest, sizes[largest])


def derive() -> None:
    """Traces, runs and deviations of all, where that was not done before."""
    if Trace.objects.count() == Notebook.objects.alive().count() and RunOf.objects.exists():
        return
    bear()
    started = time.perf_counter()
    refresh.rebuild()
    print(f"derived all in {time.perf_counter() - started:.0f} s")


def bear() -> None:
    """Revisions written straight do not know their MEMEs."""
    borne: dict[int, list] = {}
    cells = Cell.objects.order_by("notebook", "index").values_list("notebook", "meme", "branch", "assigned")
    for notebook, meme, branch, assigned in cells.iterator():
        borne.setdefault(notebook, []).append([str(meme), branch, assigned])
    revisions = list(Revision.objects.all())
    for revision in revisions:
        revision.memes = borne.get(revision.notebook_id, [])
    Revision.objects.bulk_update(revisions, ["memes"], batch_size=500)


def pages() -> dict[str, Callable[[int], str]]:
    def runs_page(pk: int) -> str:
        return reverse("runs", args=[pk])

    def texts(pk: int) -> str:
        meme = Cell.objects.filter(notebook=pk).exclude(status="none").values_list("meme", flat=True).first()
        return f"{reverse('runs-cells', args=[pk])}?meme={meme}"

    return {
        "runs": runs_page,
        "runs, narrowed and sorted": lambda pk: f"{runs_page(pk)}?differs=edited&ended=stopped&sort=who",
        "texts of one step": texts,
        "the template's own page": lambda pk: Notebook.objects.get(pk=pk).get_absolute_url(),
        "api": lambda pk: reverse("api-notebooks-runs", args=[pk]),
    }


def changed(template: int, size: int) -> None:
    """One run of the largest template comes in again: its whole group is looked at."""
    run = RunOf.objects.filter(template=template).values_list("notebook", flat=True)[0]
    with transaction.atomic():
        RunOf.objects.filter(notebook=run).delete()
        started = time.perf_counter()
        deriving.changes({run}).write()
        took = 1000 * (time.perf_counter() - started)
        transaction.set_rollback(True)
    print(f"one of {size} runs derived again: {took:.0f} ms")


if __name__ == "__main__":
    main()
