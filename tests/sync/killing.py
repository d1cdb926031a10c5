"""Syncs that are killed (-9) at a named point, and begun again; main() is for a process of its own.

Each sync is a child of that process, over a copy of the same data. The points are wrapped from outside.
"""

import json
import os
import shutil
import signal
import sys
import traceback
from functools import wraps
from importlib import import_module
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse

from execlogs.models import Execution
from notebooks.models import Notebook, Revision, SideFile, Space
from sync import keeping
from sync.models import Run, Source, SourceFile

# point -> (module, function or Class.method, "before" or "after", which time it comes by)
POINTS = {
    "before the run is claimed": ("sync.models.run", "RunQuerySet.claim", "before", 1),
    "after the run is claimed": ("sync.models.run", "RunQuerySet.claim", "after", 1),
    "after a portion is compared": ("sync.known", "Files.compare", "after", 1),
    "before a file is read": ("sync.folder", "FolderReader.read", "before", 2),
    "before bytes are kept": ("notebooks.blobs", "put", "before", 2),
    "after bytes are kept": ("notebooks.blobs", "put", "after", 2),
    "before a portion is written": ("sync.bringing", "Bringing.write", "before", 1),
    "inside the transaction, before the items": ("sync.bringing", "Bringing._put_down", "before", 1),
    "inside the transaction, after the items": ("sync.bringing", "Bringing._put_down", "after", 1),
    "inside the transaction, before it ends": ("sync.bringing", "add", "after", 1),
    "after a portion is written": ("sync.bringing", "Bringing.write", "after", 1),
    "after the second portion is written": ("sync.bringing", "Bringing.write", "after", 2),
    "before logs are ingested": ("sync.executions", "ingest", "before", 1),
    "inside the transaction, after logs are ingested": ("sync.executions", "ingest", "after", 1),
    "after logs are in": ("sync.running", "bring_logs", "after", 1),
    "before pages follow": ("sync.moved", "follow", "before", 1),
    "between a page's move and the note of it": ("notebooks.moving", "follow", "after", 1),
    "after one page followed": ("sync.moved", "_follow", "after", 1),
    "after all pages followed": ("sync.moved", "follow", "after", 1),
    "inside the transaction that says what is gone": ("sync.gone", "mark", "after", 1),
    "before the batch is closed": ("notebooks.batches", "close", "before", 1),
    "before the run ends": ("sync.models.run", "Run.end", "before", 1),
    "after the run ended": ("sync.models.run", "Run.end", "after", 1),
    "before it is settled": ("sync.settling", "settle", "before", 1),
    "in the middle of the intake": ("notebooks.ingest", "store_cells", "after", 2),
}


def arm(point):
    module, name, when, times = POINTS[point]
    *owner, function = name.split(".")
    holder = import_module(module)
    for each in owner:
        holder = getattr(holder, each)
    original, calls = getattr(holder, function), []

    @wraps(original)
    def wrapper(*args, **kwargs):
        calls.append(None)
        if when == "before" and len(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        result = original(*args, **kwargs)
        if when == "after" and len(calls) == times:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    setattr(holder, function, wrapper)


def in_a_child(do):
    """What it returned, which JSON can hold; None where it was killed."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w") as answer:
            answer.write(json.dumps(_done(do), default=str))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as answer:
        raw = answer.read()
    _pid, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL:
        return None
    return json.loads(raw)


def _done(do):
    try:
        return do()
    except SystemExit:  # it says so where a file failed
        return True
    except Exception:  # noqa: BLE001  a child that goes on would be a second parent
        traceback.print_exc()
        os._exit(3)


def synced(point=""):
    if point:
        arm(point)
    with Path(os.devnull).open("w") as nowhere:
        call_command("sync", stdout=nowhere)
    return True


def first_sync(folder):
    space = Space.objects.create(slug="ops", name="Ops")
    fields = {"owner_pattern": "{owner}/**", "time_zone": "Asia/Tokyo", "space": space}
    keeping.keep(Source(name="hub", kind="folder", address=str(folder), **fields))
    return synced()


def state():
    """All that a sync leaves behind, but for times."""
    run = Run.objects.latest("pk")
    return {
        "pages": sorted(Notebook.objects.alive().values_list("pk", "path", "owner", "revision__sha256")),
        "revisions": sorted(Revision.objects.values_list("notebook__path", "number", "sha256")),
        "files": sorted(
            (file.path, file.kind, file.sha256, file.gone_since is not None, str(file.notebook_id))
            for file in SourceFile.objects.all()
        ),
        "side files": sorted(SideFile.objects.values_list("path", "sha256")),
        "executions": sorted(Execution.objects.values_list("key", "status", "who", "place")),
        "items": sorted(run.batch.items.values_list("path", "state", "reason_code")),
        "tally": run.batch.tally,
        "run": [run.state, run.seen, run.gone, run.renamed, run.batch.is_open, run.settled_at is not None],
        "runs": Run.objects.count(),
    }


def main(template, folder, change):
    """Writes what there is in the end: for each point, and for "" where nothing was killed."""
    _warm_up()
    before = settings.DATA.with_name("before")
    _put(template, settings.DATA)
    in_a_child(lambda: first_sync(folder))
    _put(settings.DATA, before)
    change(folder)
    found = {}
    for point in ("", *POINTS):
        _put(before, settings.DATA)
        was_killed = in_a_child(lambda point=point: synced(point)) is None
        if was_killed:
            in_a_child(synced)
        found[point] = {"was killed": was_killed, **in_a_child(state)}
    sys.stdout.write(json.dumps(found))


def _warm_up():
    """What every child would load anew."""
    reverse("home")
    current_app.loader.import_default_modules()


def _put(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)
