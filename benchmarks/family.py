#!/usr/bin/env python3
"""How long the family page takes on the server: the largest family of a library, and one of 3,000 copies.

usage: benchmarks/family.py [--notebooks 1000] [--seed 1] [--rounds 30] [--copies 3000]

largest:   of a cell, by its UUID; and by one of its full ids
notebook:  the notebook MEME with the most copies
copies:    a generated family of --copies runs with 40 texts, each run a branch of its own; its page, its last page of
           texts, the copies of one text, and the API
Reach: p50 of each <= 100 ms, and as many queries for the largest family as for one of two copies.
"""

import argparse
import hashlib
import logging
import statistics
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=30)
PARSER.add_argument("--copies", type=int, default=3000)
ASKED = library.start(PARSER)

import rows  # noqa: E402
from django.conf import settings  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import Count  # noqa: E402
from django.http import HttpResponse  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from lineage import refresh  # noqa: E402
from lineage.models import RunOf, Trace  # noqa: E402
from notebooks.models import Cell, Fragment, Notebook, Revision, Space  # noqa: E402

REACH = 100  # ms
FAMILY = UUID("8f5c5fe2-71cc-11e7-9abe-02420aff0008")
BEFORE, AFTER, RUNBOOK = (uuid5(FAMILY, name) for name in ("before", "after", "runbook"))
TEXTS = 40
STATIC = {
    **settings.STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}


def main() -> None:
    logging.disable(logging.WARNING)  # rows have no original bytes, of which every notebook would tell
    rows.make(ASKED.notebooks, ASKED.seed)
    if Trace.objects.count() < Notebook.objects.count():
        refresh.rebuild()
    with override_settings(STORAGES=STATIC, ALLOWED_HOSTS=["*"]), transaction.atomic():
        client = Client()
        client.force_login(reader())
        print(f"{ASKED.notebooks:,} notebooks, {RunOf.objects.count():,} of them runs")
        print(f"{'':34}{'copies':>8}{'p50':>8}{'p95':>8}{'cpu':>8}{'queries':>9}{'kB':>7}   reach {REACH} ms")
        small = of_size(Cell, 2)
        measure(client, "a family of two", 2, f"/m/{small}/")
        uuid, copies = largest(Cell)
        measure(client, "largest family", copies, f"/m/{uuid}/")
        full = Cell.objects.filter(meme=uuid).exclude(branch="").order_by("pk")[0].full_meme
        measure(client, "one of its full ids", copies, f"/m/{full}/")
        uuid, copies = largest(Notebook)
        measure(client, "notebook with the most copies", copies, f"/m/{uuid}/")
        breed(ASKED.copies)
        text = hashlib.md5(source(0).encode(), usedforsecurity=False).hexdigest()
        for name, path in {
            "generated family": f"/m/{FAMILY}/",
            "its last page of texts": f"/m/{FAMILY}/?page=99",
            "the copies of one text": f"/m/{FAMILY}/?text={text}&page=2",
            "of its notebook": f"/m/{RUNBOOK}/?copies=9",
            "the API": f"/api/v1/memes/{FAMILY}/",
            "the API, its cells": f"/api/v1/memes/{FAMILY}/cells/?page=9",
        }.items():
            measure(client, name, ASKED.copies, path)
        transaction.set_rollback(True)


def reader() -> object:
    """Somebody who may read everything."""
    user, _ = get_user_model().objects.get_or_create(username="reader")
    for space in Space.objects.all():
        space.readers.add(user)
    return user


def largest(model: type[Cell] | type[Notebook]) -> tuple[UUID, int]:
    counted = model.objects.exclude(meme=None).order_by().values_list("meme").annotate(n=Count("pk"))
    return counted.order_by("-n", "meme")[0]


def of_size(model: type[Cell], size: int) -> UUID:
    counted = model.objects.order_by().values_list("meme").annotate(n=Count("pk"))
    return counted.filter(n=size).order_by("meme")[0][0]


def measure(client: Client, name: str, copies: int, path: str) -> None:
    def get() -> HttpResponse:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return answer

    p50, p95, cpu = quantiles(get, ASKED.rounds)
    with CaptureQueriesContext(connection) as asked:
        size = len(get().content)
    print(f"{name:34}{copies:8,}{p50:8.1f}{p95:8.1f}{cpu:8.1f}{len(asked):9}{size / 1000:7.0f}")


def quantiles(get: Callable[[], HttpResponse], rounds: int) -> tuple[float, float, float]:
    """p50 and p95 by the clock, p50 of the processor's time: in milliseconds."""
    for _ in range(3):
        get()
    times, worked = [], []
    for _ in range(rounds):
        began, began_to_work = time.perf_counter(), time.process_time()
        get()
        worked.append((time.process_time() - began_to_work) * 1000)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    return statistics.median(times), times[int(len(times) * 0.95)], statistics.median(worked)


def source(number: int) -> str:
    """One of the family's texts: the template's with another host, as runs have it."""
    lines = [f"out{line} = !opsctl check --part {line} web-{number:02}.example.org" for line in range(12)]
    return "\n".join(lines)


def breed(copies: int) -> None:
    """A template and its runs, three cells each; the family is the one in the middle."""
    space = Space.objects.order_by("pk").last()
    fragments = [
        Fragment(digest=f"family-{n}", html=f'<pre class="source">{source(n)}</pre>') for n in range(TEXTS)
    ]
    Fragment.objects.bulk_create(fragments)
    day = datetime(2024, 1, 1, tzinfo=UTC)
    notebooks = Notebook.objects.bulk_create(
        Notebook(
            space=space,
            path=f"family/{n}/a.ipynb",
            folder=f"family/{n}",
            title="Disk full",
            meme=RUNBOOK,
            cell_count=3,
        )
        for n in range(copies)
    )
    revisions = Revision.objects.bulk_create(
        Revision(
            notebook=notebook,
            number=1,
            sha256="0" * 64,
            size=1,
            nbformat="4.5",
            saved_at=day + timedelta(hours=n),
        )
        for n, notebook in enumerate(notebooks)
    )
    for notebook, revision in zip(notebooks, revisions, strict=True):
        notebook.revision = revision
    Notebook.objects.bulk_update(notebooks, ["revision"], batch_size=500)
    Cell.objects.bulk_create(
        (cell for n, notebook in enumerate(notebooks) for cell in cells(n, notebook)), batch_size=5000
    )
    derive(notebooks)


def cells(number: int, notebook: Notebook) -> list[Cell]:
    branch = f"1-{number:04x}" if number else ""
    text = number % TEXTS
    return [
        Cell(
            notebook=notebook, index=index, cell_type="code", meme=meme, branch=branch, assigned=False,
            source=source(text), status="ok" if number else "not_run", fragment_id=f"family-{text}",
        )
        for index, meme in enumerate((BEFORE, FAMILY, AFTER))
    ]  # fmt: skip


def derive(notebooks: list[Notebook]) -> None:
    template, *runs = notebooks
    RunOf.objects.bulk_create(
        RunOf(
            notebook=run, template=template, how=RunOf.How.MEME,
            revision=run.revision, template_revision=template.revision,
        )
        for run in runs
    )  # fmt: skip
    Trace.objects.bulk_create(
        Trace(
            notebook=each, revision=each.revision, who=("kato", "sato", "lee")[each.pk % 3],
            worked_at=each.revision.saved_at, ending="done", steps=3, ran=3,
        )
        for each in notebooks
    )  # fmt: skip


if __name__ == "__main__":
    main()
