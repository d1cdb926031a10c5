#!/usr/bin/env python3
"""What it costs to find out that nothing changed in a folder source.

usage: benchmarks/sync.py [--notebooks 1000] [--rounds 5]

floor: os.walk over the same folders, a stat of each file, and reading the rows that are known of them. The files lie
in folders of 20, as a team's runs do; once more all in one folder. Reach: <= 2 x the floor at 10,000 notebooks.
"""

import argparse
import logging
import os
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=5)
ASKED = library.start(PARSER)

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402

from notebooks.models import Notebook, Space  # noqa: E402
from sync import keeping  # noqa: E402
from sync.folder import FolderReader  # noqa: E402
from sync.models import Run, Source, SourceFile  # noqa: E402
from sync.running import ask, run  # noqa: E402

REACH = 2.0
SAVED_BEFORE = 3600  # seconds


def main() -> None:
    call_command("migrate", verbosity=0)
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="opsnotes-bench-sync-") as folder:
        settings.SOURCE_ROOTS = [Path(folder).resolve()]
        for name, in_a_folder in (("folders of 20", 20), ("one folder", ASKED.notebooks)):
            measure(name, Path(folder) / name, in_a_folder)


def measure(name: str, root: Path, in_a_folder: int) -> None:
    for path in paths(root, in_a_folder):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"{}")
        then = time.time() - SAVED_BEFORE
        os.utime(path, (then, then))
    source = known(root)
    try:
        floors, runs = [], []
        for _ in range(ASKED.rounds):  # in turn: other work on the machine slows both
            floors.append(taken(lambda: floor(root, source)))
            runs.append(taken(lambda: look(source)))
        report(name, statistics.median(floors), statistics.median(runs))
    finally:
        keeping.delete(source)
        shutil.rmtree(root)


def paths(root: Path, in_a_folder: int) -> Iterator[Path]:
    for number in range(ASKED.notebooks):
        yield (
            root
            / f"person{number // in_a_folder % 7}"
            / f"work {number // in_a_folder}"
            / f"runbook {number}.ipynb"
        )


def known(root: Path) -> Source:
    """A source all of whose files came in before."""
    slug = "bench-sync"
    space, _ = Space.objects.get_or_create(slug=slug, defaults={"name": slug})
    Source.objects.filter(space=space).delete()
    patterns = {"owner_pattern": "{owner}/**", "exclude": "*.bak.ipynb"}
    source = Source(name=slug, kind=Source.Kind.FOLDER, address=str(root), space=space, **patterns)
    keeping.keep(source)
    Notebook.objects.filter(space=space).delete()
    entries = [entry for listing in FolderReader(source).folders() for entry in listing.entries]
    pages = Notebook.objects.bulk_create(
        Notebook(space=space, path=entry.path, title="") for entry in entries
    )
    SourceFile.objects.bulk_create(
        SourceFile(
            source=source, kind=entry.kind, path=entry.path, notebook=page,
            size=entry.size, modified=entry.modified, sha256="0" * 64,
        )
        for entry, page in zip(entries, pages, strict=True)
    )  # fmt: skip
    return source


def floor(root: Path, source: Source) -> None:
    found = {}
    for folder, _folders, names in os.walk(root):
        for name in names:
            stat = (Path(folder) / name).stat()
            found[f"{folder}/{name}"] = (stat.st_size, stat.st_mtime_ns)
    rows = list(SourceFile.objects.filter(source=source).values_list("path", "size", "modified", "sha256"))
    if len(found) != len(rows):
        raise SystemExit("the floor saw something else")


def look(source: Source) -> None:
    done = run(ask(source, Run.Why.SCHEDULE).pk, "bench")
    if done is None or (done.state, done.seen, done.fetched) != (Run.State.DONE, ASKED.notebooks, 0):
        raise SystemExit(f"the run did something else: {done} {done and done.trouble}")


def taken(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def report(name: str, floored: float, ours: float) -> None:
    verdict = "" if ours <= REACH * floored else f"  misses {REACH:g} x"
    print(
        f"{ASKED.notebooks:,} unchanged, {name:14} floor {1000 * floored:8.1f} ms   sync {1000 * ours:8.1f} ms"
        f"   {ours / floored:.2f} x{verdict}"
    )


if __name__ == "__main__":
    main()
