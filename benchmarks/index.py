#!/usr/bin/env python3
"""How long the index takes beside raw tantivy on the same documents.

usage: benchmarks/index.py [--notebooks 1000] [--seed 1] [--engine tantivy]

floor: the documents ready in memory, added to a tantivy index of the same schema, committed.
ours:  `manage.py reindex`: rows read, documents made, written, committed, swapped in. Reach: <= 1.5 x.
Also: one notebook again, with its commit, by the way that a change goes.
"""

import argparse
import gc
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=3)
ASKED = library.start(PARSER)

import rows  # noqa: E402

from notebooks.models import Notebook  # noqa: E402
from search import refresh  # noqa: E402
from search.documents import documents_of  # noqa: E402
from search.engines.kept import open_index  # noqa: E402
from search.engines.tantivy import WRITER_MEMORY, WRITER_THREADS, schema_of, tantivy_document  # noqa: E402
from search.models import Due  # noqa: E402


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    floors, ours = [], []
    for _ in range(ASKED.rounds):
        floors.append(raw())
        ours.append(timed(refresh.rebuild))
    floor, mine = statistics.median(floors), statistics.median(ours)
    print(f"reindex: {mine:.2f} s, raw {floor:.2f} s: {mine / floor:.2f} x (reach 1.5)")
    again()


def raw() -> float:
    ids = list(Notebook.objects.values_list("pk", flat=True))
    documents = [
        tantivy_document(document, refresh.backend().precedence)
        for start in range(0, len(ids), 300)
        for document in documents_of(ids[start : start + 300])
    ]
    folder = tempfile.mkdtemp()
    schema = schema_of(refresh.backend().fields)

    def write() -> None:
        writer = open_index(Path(folder), schema).writer(WRITER_MEMORY, WRITER_THREADS)
        for document in documents:
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    try:
        seconds = timed(write)
        print(
            f"raw tantivy: {len(documents)} documents in {seconds:.2f} s, {len(documents) / seconds:,.0f} a second"
        )
    finally:
        shutil.rmtree(folder)
        documents.clear()
        gc.collect()  # what was built must not slow down what is measured next
    return seconds


def timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def again() -> None:
    """One notebook after the other, each with a commit."""

    times = []
    for pk in Notebook.objects.order_by("?").values_list("pk", flat=True)[:30]:
        Due.objects.create(notebook_id=pk)
        times.append(timed(refresh.drain) * 1000)
    print(
        f"one notebook again, with its commit: p50 {statistics.median(times):.0f} ms, max {max(times):.0f} ms"
    )


if __name__ == "__main__":
    main()
