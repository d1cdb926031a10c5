#!/usr/bin/env python3
"""What it costs to sync a Jupyter Server on which nothing changed.

usage: benchmarks/contents.py [--notebooks 10000] [--folders 400] [--rounds 3]

A real server on this machine. Floor: the same folders asked for one after the other over one kept connection and read
as JSON, and nothing done with it. Most of both is the server's own work, so wall time says what a team waits for, and
the processor time of this process what the sync itself costs.
Reach: one request a folder and none for content; no longer than the floor takes.
"""

import argparse
import http.client
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import django

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--notebooks", type=int, default=10_000)
PARSER.add_argument("--folders", type=int, default=400)
PARSER.add_argument("--rounds", type=int, default=3)
ASKED = PARSER.parse_args()
WORK = tempfile.TemporaryDirectory(prefix="opsnotes-bench-contents-")
os.environ["OPSNOTES_DATA"] = f"{WORK.name}/data"
os.environ["OPSNOTES_SOURCE_HOSTS"] = "127.0.0.1"
os.environ["DJANGO_SETTINGS_MODULE"] = "opsnotes.settings"
Path(os.environ["OPSNOTES_DATA"]).mkdir()
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
django.setup()

from django.core.management import call_command  # noqa: E402

from notebooks.models import Notebook, Space  # noqa: E402
from sync import keeping  # noqa: E402
from sync.asking import ask  # noqa: E402
from sync.models import Run, Source, SourceFile  # noqa: E402
from sync.readers import reader_of  # noqa: E402
from sync.running import run  # noqa: E402
from sync.secrets import seal  # noqa: E402
from tests.builders import make_notebook  # noqa: E402
from tests.jupyter.servers import TOKEN, JupyterServer  # noqa: E402

LONG_AGO = 1_700_000_000


def main() -> None:
    call_command("migrate", verbosity=0)
    server = JupyterServer(Path(WORK.name) / "server")
    folders = lay(server.root)
    server.start()
    try:
        source = known(server)
        print(f"{ASKED.notebooks:,} notebooks in {len(folders)} folders, best of {ASKED.rounds}")
        print(f"{'':28}{'wall s':>9}{'cpu s':>9}{'requests':>10}{'of content':>12}")
        for name, act in (
            ("asked and read as JSON", lambda: floor(server, folders)),
            ("sync", lambda: sync(source)),
        ):
            figures = [measured(server, act) for _ in range(ASKED.rounds)]
            wall, cpu = (min(each[place] for each in figures) for place in (0, 1))
            print(f"{name:28}{wall:>9.2f}{cpu:>9.2f}{figures[0][2]:>10}{figures[0][3]:>12}")
    finally:
        server.kill()


def lay(root):
    folders = [f"user{number % 20}/run{number:04}" for number in range(ASKED.folders)]
    raw = make_notebook("ls")
    for folder in folders:
        (root / folder).mkdir(parents=True)
    for number in range(ASKED.notebooks):
        path = root / folders[number % len(folders)] / f"{number}.ipynb"
        path.write_bytes(raw)
        os.utime(path, (LONG_AGO, LONG_AGO))
    return ["", *sorted({folder.split("/")[0] for folder in folders}), *folders]


def known(server):
    """A source whose files are all in; their rows are written straight."""
    space = Space.objects.create(slug="ops", name="Operations")
    source = Source(name="server", kind="jupyter", address=server.url, space=space, login="token")
    source.secret = seal(TOKEN, source.address)
    keeping.keep(source)
    reader = reader_of(source)
    entries = [entry for listing in reader.folders() for entry in listing.entries]
    reader.close()
    Notebook.objects.bulk_create(Notebook(space=space, path=entry.path, title="ls") for entry in entries)
    pages = dict(Notebook.objects.values_list("path", "pk"))
    SourceFile.objects.bulk_create(
        SourceFile(
            source=source, kind=entry.kind, path=entry.path, size=entry.size, modified=entry.modified,
            sha256="0" * 64, notebook_id=pages[entry.path],
        )
        for entry in entries
    )  # fmt: skip
    assert len(entries) == ASKED.notebooks
    return source


def measured(server, act):
    server.requests()
    wall, cpu = time.perf_counter(), time.process_time()
    act()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    asked = [path for _method, _status, path in server.requests()]
    return wall, cpu, len(asked), sum("type=file" in path for path in asked)


def floor(server, folders):
    line = http.client.HTTPConnection("127.0.0.1", server.port)
    for folder in folders:
        line.request(
            "GET",
            f"/api/contents/{quote(folder)}?type=directory&content=1",
            headers={"Authorization": f"token {TOKEN}"},
        )
        json.loads(line.getresponse().read())
    line.close()


def sync(source):
    done = run(ask(source, Run.Why.PERSON).pk, "bench")
    done.refresh_from_db()
    assert done.state == Run.State.DONE, (done.trouble, done.trouble_detail)
    assert done.batch.tally["unchanged"] == ASKED.notebooks, done.batch.tally


if __name__ == "__main__":
    main()
