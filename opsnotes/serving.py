"""What runs when OpsNotes runs: the web server, the workers, the watch of folders, and the writer of the index."""

import os
import signal
import sys
from collections.abc import Mapping

from django.conf import settings

from opsnotes.processes import Command

MOST_PROCESSES = 4
WEB_THREADS = 8
SYNCS = 4  # sources at a time

Part = tuple[Command, signal.Signals]


def default_concurrency() -> int:
    return min(os.cpu_count() or 1, MOST_PROCESSES)


def web(host: str, port: int) -> Mapping[str, Part]:
    command = [
        sys.executable, "-m", "gunicorn", "opsnotes.wsgi", "--config", "python:opsnotes.webserver",
        "--bind", f"{host}:{port}",
        "--worker-class", "gthread", "--workers", str(min(os.cpu_count() or 1, 2)), "--threads", str(WEB_THREADS),
        "--graceful-timeout", "5", "--log-level", "warning",
    ]  # fmt: skip
    return {"web": (command, signal.SIGTERM)}


def workers(number: int, concurrency: int, *, with_index: bool = True) -> Mapping[str, Part]:
    """`number` tells the workers of this machine apart, and is the same when one starts again.

    If we are killed they are too: what they had in hand is done again.
    """
    parts: dict[str, Part] = {
        "worker": (
            _worker(f"work{number}", "default,intake", "--concurrency", str(concurrency)),
            signal.SIGKILL,
        ),
        # Threads: a run waits for servers and disks most of the time.
        "sync": (
            _worker(f"sync{number}", "sync", "--pool", "threads", "--concurrency", str(SYNCS)),
            signal.SIGKILL,
        ),
    }
    if with_index:
        # One process: an embedded index has one writer. It also rings the minute for the sweeps.
        schedule = settings.CELERY_BEAT_SCHEDULE_FILENAME
        options = ("--pool", "solo", "--beat", "--schedule", schedule)
        parts["watch"] = ([sys.executable, str(settings.BASE_DIR / "manage.py"), "watch"], signal.SIGTERM)
        parts["index"] = (_worker(f"index{number}", "index", *options), signal.SIGKILL)
    return parts


def _worker(name: str, queues: str, *options: str) -> Command:
    return [
        sys.executable, "-m", "celery", "--app", "opsnotes", "--quiet", "worker",
        "--hostname", f"{name}@%h", "--queues", queues, "--loglevel", "warning",
        "--without-gossip", "--without-mingle", "--without-heartbeat", *options,
    ]  # fmt: skip
