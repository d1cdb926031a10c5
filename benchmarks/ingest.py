#!/usr/bin/env python3
"""How long notebooks take to come in, beside what cannot be done without, and what the workers need of memory.

usage: benchmarks/ingest.py [--notebooks 1000] [--seed 1] [--library FOLDER]

One notebook, cold, but for the index. floor: parse, the render floor of benchmarks/rendering.py, a bulk insert of
the same rows. Reach: <= 2 x.
All of them, everything drained. floor: a bulk insert of the same rows and raw tantivy over the same documents.
ours: `manage.py ingest` with real workers until nothing is queued and nothing is due, for the index, lineage
or executions.
Reach: <= 2.5 x.
Memory of the workers' processes together, without what they map of files (the index): after the first 1,000
notebooks (or a fifth), after half of them and at the end. Reach: no growth.

Without --library the notebooks come from ../shared/tools/scale.py.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

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
        ours.append(timed(lambda raw=raw, number=number: ingest(space, f"{number}.ipynb", raw)))
        floors.append(
            timed(lambda raw=raw: floor_cold(raw)) + timed(lambda raw=raw: orjson.loads(raw)) + insert()
        )
    clear()
    space.delete()
    mine, floor = statistics.mean(ours) * 1000, statistics.mean(floors) * 1000
    print(f"one notebook, cold: {mine:.1f} ms, floor {floor:.1f} ms: {mine / floor:.2f} x (reach 2)")


def all_of_them(site: Site, library: Path) -> None:
    workers = site.start("manage.py", "work")
    site.wait_for(lambda: len(memory(workers.pid)) >= 3)
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
    raw = raw_tantivy()
    rows = insert()
    print(f"{stored} notebooks, all drained: {ours:.1f} s ({stored / ours:.0f}/s), floor {rows + raw:.1f} s"
          f" (rows {rows:.1f} + index {raw:.1f}): {ours / (rows + raw):.2f} x (reach 2.5)")  # fmt: skip
    print("memory of the workers: " + ", ".join(f"{mb:.0f} MB after {mark:,}" for mark, mb in marks.items()))


def ends_within(process: subprocess.Popen, seconds: float) -> bool:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return False
    return True


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


def insert() -> float:
    """Seconds for a bulk insert of the very rows that are there."""
    rows = {model: list(model.objects.order_by("pk")) for model in MODELS}
    current = {notebook.pk: notebook.revision_id for notebook in rows[Notebook]}
    with transaction.atomic():
        clear()
        for notebook in rows[Notebook]:
            notebook.revision_id = None
        began = time.perf_counter()
        for model in MODELS:
            model.objects.bulk_create(rows[model], batch_size=500)
        took = time.perf_counter() - began
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


def raw_tantivy() -> float:
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


def timed(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
