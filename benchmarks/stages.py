#!/usr/bin/env python3
"""What a library takes of the processor on its way in, stage by stage, in one process with nothing beside it.

usage: benchmarks/stages.py [--notebooks 400] [--seed 1] [--library FOLDER] [--statements]

On a machine where others work, this tells old from new where benchmarks/ingest.py, by the clock, cannot. Locks, polling
and groups that are small because little came in are not in it.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count, islice
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SCALE = ROOT.parent / "shared" / "tools" / "scale.py"
sys.path.insert(0, str(ROOT))

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--notebooks", type=int, default=400)
PARSER.add_argument("--seed", type=int, default=1)
PARSER.add_argument("--library", type=Path)
PARSER.add_argument("--statements", action="store_true", help="count them too, which takes its time")
ASKED = PARSER.parse_args()
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-stages-")
FOLDER = Path(WORK.name)
os.environ["OPSNOTES_DATA"] = str(FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "opsnotes.settings"

import django  # noqa: E402

django.setup()

from celery.signals import worker_process_init  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from execlogs import refresh as executions  # noqa: E402
from lineage import refresh as lineage  # noqa: E402
from notebooks import batches, working  # noqa: E402
from notebooks.gathering import gather  # noqa: E402
from notebooks.models import Batch, Notebook, Space  # noqa: E402
from search import refresh as index  # noqa: E402


def main() -> None:
    library = ASKED.library or generated()
    call_command("migrate", verbosity=0)
    worker_process_init.send(sender=None)  # as its processes set themselves up
    took = [
        measured("handed in", lambda: hand_in(library)),
        measured("files", work),
        measured("lineage", lineage.catch_up),
        measured("executions", executions.catch_up),
        measured("index", index.drain),
    ]
    print(f"{Notebook.objects.count()} notebooks, together: {sum(took):.2f} s")


def generated() -> Path:
    out = FOLDER / "library"
    command = [sys.executable, SCALE, out, "--notebooks", ASKED.notebooks, "--seed", ASKED.seed]
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return out


def hand_in(library: Path) -> None:
    batch = batches.open_batch(Space.objects.create(slug="runbooks"), None, Batch.Kind.COMMAND)
    files = gather([library])
    for number in count():
        if not (portion := list(islice(files, 100))):
            break
        batches.receive(batch, portion, str(number))
    batches.close(batch)


def work() -> None:
    while working.work("stages", 2.0):
        pass


def measured(name: str, do: Callable[[], object]) -> float:
    with counted() as statements:
        began = time.process_time()
        do()
        took = time.process_time() - began
    print(f"{name:<12}{took:6.2f} s" + (f"{len(statements):8,} statements" if ASKED.statements else ""))
    return took


@contextmanager
def counted() -> Iterator[list[str]]:
    statements: list[str] = []

    def note(execute, sql, *rest):  # type: ignore[no-untyped-def]
        statements.append(sql)
        return execute(sql, *rest)

    if not ASKED.statements:
        yield statements
        return
    with connection.execute_wrapper(note):
        yield statements


if __name__ == "__main__":
    main()
