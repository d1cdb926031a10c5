#!/usr/bin/env python3
"""How the times grow with the library: one size a call, kept in growth.json, all of them drawn in growth.svg.

usage: benchmarks/growth.py [--notebooks 1000] [--rounds 20]

ingest: what the next 200 notebooks take to come in where so many are (median of one, in one process). Reach: linear,
        so the same at every size.
index:  `manage.py reindex`, a notebook. Reach: linear, the same.
search: every question of search.py through the API. Reach: logarithmic.
All in time of the processor, since hours of work have others beside them: what somebody waits is in search.py.
"""

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import search as searches  # noqa: E402  sets Django up on the library of that size

# isort: split
import rows  # noqa: E402
from curves import drawing  # noqa: E402

from lineage.models import Due as LineageDue  # noqa: E402
from notebooks.ingest import ingest  # noqa: E402
from notebooks.models import Notebook, Space  # noqa: E402
from search import refresh  # noqa: E402
from search.models import Due  # noqa: E402

FIGURES = HERE / "growth.json"
FURTHER = 200


def main() -> None:
    asked = searches.ASKED
    rows.make(asked.notebooks, asked.seed)
    index = seconds(refresh.rebuild) / asked.notebooks * 1000
    p50, p95 = search(asked.rounds)
    point = {"ingest": coming_in(asked.seed + 1), "index": index, "p50": p50, "p95": p95}
    figures = json.loads(FIGURES.read_text()) if FIGURES.exists() else {}
    figures[str(asked.notebooks)] = {name: round(value, 2) for name, value in point.items()}
    print(f"{asked.notebooks:,} notebooks, ms: {figures[str(asked.notebooks)]}")
    figures = dict(sorted(figures.items(), key=lambda item: int(item[0])))
    FIGURES.write_text(json.dumps(figures, indent=1) + "\n")
    FIGURES.with_suffix(".svg").write_text(drawing({int(size): point for size, point in figures.items()}))


def seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def search(rounds: int) -> tuple[float, float]:
    """p50 and p95 over all questions."""
    client, _ = searches.doors()
    searches.QUERIES["exact MEME"]["q"] = searches.some_meme()
    asks = [searches.asking(client, query) for query in searches.QUERIES.values()]
    times = sorted(seconds(ask) * 1000 for _ in range(rounds + 1) for ask in asks)
    return statistics.median(times), times[int(len(times) * 0.95)]


def coming_in(seed: int) -> float:
    """Of notebooks that the library does not have yet. They are taken out again."""
    space = Space.objects.create(slug="further")
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, rows.SCALE, folder, "--notebooks", FURTHER, "--seed", seed]
        subprocess.run([*map(str, command)], check=True, stdout=subprocess.DEVNULL)
        raws = [path.read_bytes() for path in sorted(Path(folder).rglob("*.ipynb"))]
    try:
        times = [
            seconds(partial(ingest, space, f"{number}.ipynb", raw)) * 1000 for number, raw in enumerate(raws)
        ]
    finally:
        take_out(space)
    return statistics.median(times)


def take_out(space: Space) -> None:
    notebooks = Notebook.objects.filter(space=space)
    for due in (Due, LineageDue):
        due.objects.filter(notebook_id__in=list(notebooks.values_list("pk", flat=True))).delete()
    notebooks.update(revision=None)
    notebooks.delete()
    space.delete()


if __name__ == "__main__":
    main()
