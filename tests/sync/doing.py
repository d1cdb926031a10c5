"""What tests of sources do again and again, all through the real door."""

import json
import os
import time

from execlogs import refresh
from notebooks import working
from sync import keeping, settling
from sync.models import Run, Source
from sync.running import ask, run
from tests.builders import make_notebook, make_space, make_user

Why = Run.Why


def make_source(there, *, space=None, by=None, **fields):
    """A folder source, kept as the form keeps it; `there` has to be below SOURCE_ROOTS."""
    given = {"name": "hub", "kind": Source.Kind.FOLDER, "address": str(there), **fields}
    source = Source(space=space or make_space(), by=by, **given)
    keeping.keep(source)
    return source


def sync(source, why=Why.PERSON, only=()):
    """Asks for a run, does it, and all that hangs on it: the run."""
    done = run(ask(source, why, only).pk, "test")
    work_through(done)
    return Run.objects.select_related("source__space", "batch").get(pk=done.pk)


def work_through(done):
    while working.work("test", 1):
        pass
    refresh.catch_up()  # which notebook each execution belongs to
    done.refresh_from_db()
    settling.settle(done)


def write(path, *cells, age=60, **notebook):
    """A notebook as it lies on a disk, saved `age` seconds ago; its bytes."""
    raw = make_notebook(*(cells or ("ls",)), **notebook)
    lay(path, raw, age=age)
    return raw


def lay(path, raw, *, age=60):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    then = time.time() - age
    os.utime(path, (then, then))


def log_text(
    meme, *, code="ls", stamp="20260502-101500-0001", folder="/home/kato/notebooks/work", status="ok"
):
    """As lc_wrapper writes one."""
    time_of = f"{stamp[:4]}-{stamp[4:6]}-{stamp[6:8]} {stamp[9:11]}:{stamp[11:13]}:{stamp[13:15]}(JST)"
    head = json.dumps({"lc_cell_meme": {"current": meme}})
    return (
        f"{head}\n----\n{code}\n----\npath: {folder}/.log/{stamp[:8]}/{stamp}.log\n"
        f"notebook_path: {folder.rpartition('/')[2]}/x.ipynb\nuid: 1000\ngid: 100\n"
        f"start time: {time_of}\n----\nout\n\n----\n"
        f"end time: {time_of}\n0 chunks with matched keywords or errors\n----\nexecute_reply_status: {status}\n"
    ).encode()


__all__ = ["Why", "lay", "log_text", "make_source", "make_user", "sync", "work_through", "write"]
