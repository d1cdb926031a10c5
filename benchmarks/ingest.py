#!/usr/bin/env python3
"""How long notebooks take to come in, beside what cannot be done without, and what the workers need of memory.

usage: benchmarks/ingest.py [--notebooks 1000] [--seed 1] [--library FOLDER]

One notebook, cold, but for the index. floor: parse, the render floor of benchmarks/rendering.py, a bulk insert of
the same rows. Reach: <= 2 x.
All of them, everything drained. floor: a bulk insert of the same rows and raw tantivy over the same documents.
ours: `manage.py ingest` with real workers, which are up, until nothing is queued and nothing is due, for the index,
lineage or executions. Reach: <= 2.5 x. By the processor: what each process took of it meanwhile, the command's start
included, beside what the floor took; with two cores twice the limit would do if they were never idle.
Memory of the workers' processes together, without what they map of files (the index): after the first 1,000
notebooks (or a fifth), after half of them and at the end. Reach: no growth.

Without --library the notebooks come from ../shared/tools/scale.py.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
SCALE = ROOT.parent / "shared" / "tools" / "scale.py"
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--notebooks", type=int, default=1000)
PARSER.add_argument("--seed", type=int, default=1)
PARSER.add_argument("--library", type=Path)
PARSER.add_argument("--singles", type=int, default=60, help="how many notebooks are taken one by one")
ASKED = PARSER.parse_args()
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-ingest-")
FOLDER = Path(WORK.name)
os.environ["OPSNOTES_DATA"] = str(FOLDER / "data")
os.environ["DJANGO_SETTINGS_MODULE"] = "opsnotes.settings"

import django  # noqa: E402

django.setup()

import orjson  # noqa: E402
from django.db import transaction  # noqa: E402
from rendering import floor_cold  # noqa: E402

from execlogs.models import Due as ExecutionsDue  # noqa: E402
from execlogs.models import Execution, Transcript  # noqa: E402
from lineage.models import Descent, Deviation, Holding, RunOf, Trace  # noqa: E402
from lineage.models import Due as LineageDue  # noqa: E402
from notebooks.ingest import ingest  # noqa: E402
from notebooks.models import (  # noqa: E402
    Asset,
    Cell,
    Fragment,
    Link,
    Notebook,
    NotebookAsset,
    Revision,
    Space,
)
from search import refresh  # noqa: E402
from search.documents import documents_of  # noqa: E402
from search.engines.tantivy import WRITER_MEMORY, WRITER_THREADS, open_index, schema_of, tantivy_document  # noqa: E402
from search.models import Due  # noqa: E402
from tests.sites import Site, alive_in_session, children_of  # noqa: E402

MODELS = (
    Fragment, Asset, Notebook, Revision, Cell, Link, NotebookAsset,
    Trace, Descent, RunOf, Deviation, Holding, Execution, Transcript,
)  # fmt: skip

PROCESSES = 6  # at least: the worker and one of its own, sources, watch, index and its clock

FOLLOWING = ("lineage_due", "execlogs_due")


def main() -> None:
    library = ASKED.library or generated()
    files = sorted(library.rglob("*.ipynb"))
    print(
        f"{len(files)} notebooks, {sum(f.stat().st_size for f in files) / len(files) / 1000:.0f} kB on average"
    )
    site = Site(FOLDER / "data")
    try:
        one_by_one(files[:: max(1, len(files) // ASKED.singles)])
        all_of_them(site, library)
    finally:
        site.stop()


def generated() -> Path:
    out = FOLDER / "library"
    command = [sys.executable, SCALE, out, "--notebooks", ASKED.notebooks, "--seed", ASKED.seed]
    subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
    return out


def one_by_one(files: list[Path]) -> None:
    space = Space.objects.create(slug="single")
    ours, floors = [], []
    for number, file in enumerate(files):
        raw = file.read_bytes()
        clear()
        ours.append(timed(lambda raw=raw, number=number: ingest(space, f"{number}.ipynb", raw)).clock)
        floor = timed(lambda raw=raw: floor_cold(raw)), timed(lambda raw=raw: orjson.loads(raw)), insert()
        floors.append(sum(each.clock for each in floor))
    clear()
    space.delete()
    mine, floor = statistics.mean(ours) * 1000, statistics.mean(floors) * 1000
    print(f"one notebook, cold: {mine:.1f} ms, floor {floor:.1f} ms: {mine / floor:.2f} x (reach 2)")


def all_of_them(site: Site, library: Path) -> None:
    workers = site.start("manage.py", "work")
    site.wait_for(lambda: is_idle(workers.pid), 300)
    started = {**processors(workers.pid), "ingest": of_children()}
    began = time.monotonic()
    bringing = site.start("manage.py", "ingest", library)
    marks = {min(1000, ASKED.notebooks // 5): 0.0, ASKED.notebooks // 2: 0.0, ASKED.notebooks: 0.0}
    while not ends_within(bringing, 1):  # looked at seldom: this takes its share of the machine too
        stored, now = site.value("SELECT count(*) FROM notebooks_notebook"), sum(memory(workers.pid))
        marks |= {mark: now for mark, before in marks.items() if not before and stored >= mark}
    while not site.is_drained() or any(site.value(f"SELECT count(*) FROM {due}") for due in FOLLOWING):
        time.sleep(0.1)
    ours = time.monotonic() - began
    marks[ASKED.notebooks] = sum(memory(workers.pid))
    stored = site.value("SELECT count(*) FROM notebooks_notebook")
    ended = {**processors(workers.pid), "ingest": of_children()}
    took = {name: each - started.get(name, 0) for name, each in ended.items()}
    raw, rows = raw_tantivy(), insert()
    floor, of_processor = raw.clock + rows.clock, raw.processor + rows.processor
    print(f"{stored} notebooks, all drained: {ours:.1f} s ({stored / ours:.0f}/s), floor {floor:.1f} s"
          f" (rows {rows.clock:.1f} + index {raw.clock:.1f}): {ours / floor:.2f} x (reach 2.5)")  # fmt: skip
    parts = ", ".join(f"{name} {each:.2f}" for name, each in sorted(took.items()) if each >= 0.05)
    print(f"by the processor: {sum(took.values()):.1f} s ({parts}), floor {of_processor:.1f} s:"
          f" {sum(took.values()) / of_processor:.2f} x")  # fmt: skip
    print("memory of the workers: " + ", ".join(f"{mb:.0f} MB after {mark:,}" for mark, mb in marks.items()))


def ends_within(process: subprocess.Popen, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


def is_idle(pid: int) -> bool:
    """Whether its workers have all started, and do nothing."""
    before = processors(pid)
    time.sleep(1)
    now = processors(pid)
    return len(now) >= PROCESSES and sum(now.values()) - sum(before.values()) < 0.05


def processors(pid: int) -> dict[str, float]:
    """Seconds of the processor that each of the workers' processes took so far."""
    taken = {}
    for each in (each for leader in children_of(pid) for each in alive_in_session(leader)):
        with suppress(FileNotFoundError, ProcessLookupError):
            command = Path(f"/proc/{each}/cmdline").read_text()
            name = re.search(r"--hostname\0(\w+)@|manage.py\0(\w+)", command)
            user, system = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:13]
            taken[f"{name[1] or name[2]}/{each}" if name else str(each)] = (
                int(user) + int(system)
            ) / os.sysconf("SC_CLK_TCK")
    return taken


def of_children() -> float:
    """Seconds of the processor that processes took which we waited for: `manage.py ingest`."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def memory(pid: int) -> list[float]:
    """MB of each process of the workers."""
    pids = [each for leader in children_of(pid) for each in alive_in_session(leader)]
    return [resident(each) for each in pids]


def resident(pid: int) -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found[1]) / 1000 if found else 0.0


def insert() -> Took:
    """A bulk insert of the very rows that are there."""
    rows = {model: list(model.objects.order_by("pk")) for model in MODELS}
    current = {notebook.pk: notebook.revision_id for notebook in rows[Notebook]}

    def write() -> None:
        for model in MODELS:
            model.objects.bulk_create(rows[model], batch_size=500)

    with transaction.atomic():
        clear()
        for notebook in rows[Notebook]:
            notebook.revision_id = None
        took = timed(write)
        for notebook in rows[Notebook]:
            notebook.revision_id = current[notebook.pk]
        Notebook.objects.bulk_update(rows[Notebook], ["revision"], batch_size=500)
    return took


def clear() -> None:
    Notebook.objects.update(revision=None)
    for model in reversed(MODELS):
        model.objects.all()._raw_delete("default")
    Due.objects.all().delete()
    LineageDue.objects.all().delete()
    ExecutionsDue.objects.all().delete()


def raw_tantivy() -> Took:
    ids = list(Notebook.objects.values_list("pk", flat=True))
    documents = [
        tantivy_document(document, refresh.backend().precedence)
        for start in range(0, len(ids), 300)
        for document in documents_of(ids[start : start + 300])
    ]
    schema = schema_of(refresh.backend().fields)

    def write() -> None:
        writer = open_index(FOLDER / "raw", schema).writer(WRITER_MEMORY, WRITER_THREADS)
        for document in documents:
            writer.add_document(document)
        writer.commit()
        writer.wait_merging_threads()

    (FOLDER / "raw").mkdir()
    return timed(write)


class Took(NamedTuple):
    clock: float  # seconds
    processor: float


def timed(call: Callable[[], object]) -> Took:
    clock, processor = time.perf_counter(), time.process_time()
    call()
    return Took(time.perf_counter() - clock, time.process_time() - processor)


if __name__ == "__main__":
    main()
