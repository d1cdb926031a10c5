"""A worker that kills itself (-9) at named points, for the tests: `python -m tests.killable MARKS ARGUMENTS-OF-CELERY`.

Each point strikes once in the life of MARKS, a folder in which a point leaves its name, in whichever process comes
there first by lot. Nothing of this is in the code that is tested: its functions are wrapped from outside.
"""

import os
import random
import signal
import sys
import time
from functools import wraps
from importlib import import_module
from pathlib import Path

import django
from celery.bin.celery import main

# point -> (module, function or Class.method, "before" or "after", one chance in)
POINTS = {
    "before claim": ("notebooks.models.batch", "BatchItemQuerySet.claim", "before", 4),
    "after claim": ("notebooks.models.batch", "BatchItemQuerySet.claim", "after", 4),
    "before the bytes are read": ("notebooks.blobs", "get", "before", 20),
    "before parse": ("notebooks.ingest", "parse", "before", 20),
    "after parse": ("notebooks.ingest", "parse", "after", 20),
    "after assign": ("notebooks.ingest", "assign", "after", 20),
    "before render": ("notebooks.storing", "render", "before", 20),
    "before a blob is written": ("notebooks.blobs", "put", "before", 20),
    "before a blob gets its name": ("notebooks.blobs", "os.fsync", "before", 3),
    "after a blob is written": ("notebooks.blobs", "put", "after", 20),
    "inside the transaction": ("notebooks.ingest", "_locked", "after", 20),
    "after the revision": ("notebooks.ingest", "_new_revision", "after", 20),
    "before the cells": ("notebooks.ingest", "store_cells", "before", 20),
    "after the cells": ("notebooks.ingest", "store_cells", "after", 20),
    "before finish": ("notebooks.models.batch", "BatchItem.finish", "before", 20),
    "before commit": ("notebooks.models.batch", "BatchItem.finish", "after", 20),
    "after commit": ("notebooks.working", "ingest", "after", 20),
    "inside the transaction of several": ("notebooks.together", "_notebooks", "after", 4),
    "after their revisions": ("notebooks.together", "_revise", "after", 4),
    "before their cells": ("notebooks.together", "store_all", "before", 4),
    "after their cells": ("notebooks.together", "store_all", "after", 4),
    "before they finish": ("notebooks.models.batch", "BatchItemQuerySet.finish_stored", "before", 4),
    "before their commit": ("notebooks.models.batch", "BatchItemQuerySet.finish_stored", "after", 4),
    "after their commit": ("notebooks.together", "ingest_new", "after", 4),
    "before a side file": ("notebooks.sidefiles", "store", "before", 4),
    "after a side file": ("notebooks.sidefiles", "store", "after", 4),
    "while a zip is unpacked": ("notebooks.unpacking", "_taken", "after", 8),
    "before a zip's files are put down": ("notebooks.batches", "put_down", "before", 2),
    "after a zip's files are put down": ("notebooks.batches", "put_down", "after", 2),
    "before the next bell": ("notebooks.doorbell", "ring", "before", 1),
    "before the index is read for": ("search.refresh", "documents_of", "before", 1),
    "before the index commits": ("search.engines.tantivy", "TantivyWriter.commit", "before", 1),
    "after the index commits": ("search.engines.tantivy", "TantivyWriter.commit", "after", 1),
    "before what is due is forgotten": ("search.refresh", "_forget", "before", 1),
}


def arm(marks):
    for point, (module, name, when, chance) in POINTS.items():
        *owner, function = name.split(".")
        holder = import_module(module)
        for each in owner:
            holder = getattr(holder, each)
        setattr(holder, function, _wrapped(getattr(holder, function), marks / point, when, chance))


def _wrapped(function, mark, when, chance):
    @wraps(function)
    def wrapper(*args, **kwargs):
        if when == "before":
            _strike(mark, chance)
        result = function(*args, **kwargs)
        if when == "after":
            _strike(mark, chance)
        return result

    return wrapper


def _strike(mark, chance):
    if mark.exists() or random.randrange(chance):
        return
    try:
        mark.touch(exist_ok=False)
    except FileExistsError:
        return
    os.kill(os.getpid(), signal.SIGKILL)


def slow(seconds):
    """Makes a notebook take a while, so that a random moment finds it in the middle of its work."""
    ingest, together = sys.modules["notebooks.ingest"], sys.modules["notebooks.together"]
    parse, store_cells, store_all = ingest.parse, ingest.store_cells, together.store_all

    def slow_parse(*args):
        time.sleep(random.random() * seconds)
        return parse(*args)

    def slow_store(*args):
        store_cells(*args)
        time.sleep(random.random() * seconds / 4)  # inside the transaction

    def slow_store_all(*args):
        store_all(*args)
        time.sleep(random.random() * seconds / 4)

    ingest.parse, ingest.store_cells, together.store_all = slow_parse, slow_store, slow_store_all


if __name__ == "__main__":
    django.setup()
    from notebooks import batches, doorbell, ingest, unpacking, working  # noqa: F401

    kind, *sys.argv[1:] = sys.argv[1:]
    if kind.startswith("slow:"):
        slow(float(kind.removeprefix("slow:")))
    else:
        arm(Path(kind))
    main()
