"""Is all well? A line each: database, migrations, broker, worker, waiting work, sources, lineage, executions, index."""

import os
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min, QuerySet
from django.utils import timezone
from haystack.exceptions import SearchBackendError
from kombu.exceptions import OperationalError

import execlogs.models
import lineage.models
import search.models
from notebooks.models import BatchItem, Notebook
from opsnotes.celery import app
from search.refresh import backend
from sync.health import health

PING_SECONDS = 2
# The sweep rings again every minute: what waits longer has nobody who works on it.
LATE = timedelta(minutes=5)


class Unwell(Exception):
    """What is wrong, and what to do."""


@dataclass(frozen=True, slots=True)
class Line:
    name: str
    is_well: bool
    text: str


def report(only: Collection[str] | None = None) -> list[Line]:
    return [_line(name, check) for name, check in CHECKS.items() if only is None or name in only]


def _line(name: str, check: Callable[[], str]) -> Line:
    try:
        return Line(name, is_well=True, text=check())
    except Unwell as reason:
        return Line(name, is_well=False, text=str(reason))
    except (DatabaseError, OperationalError, OSError, SearchBackendError) as error:
        return Line(name, is_well=False, text=f"{type(error).__name__}: {error}".splitlines()[0])


def _database() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return f"{connection.display_name}, {Notebook.objects.alive().count():,} notebooks"


def _migrations() -> str:
    executor = MigrationExecutor(connection)
    pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if pending:
        raise Unwell(f"{len(pending)} pending: run manage.py migrate")
    return "none pending"


def _broker() -> str:
    if not settings.REDIS_URL:
        return _embedded_broker(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_in"]))
    with app.connection_for_write() as broker:
        broker.ensure_connection(max_retries=1, interval_start=0, interval_max=0, timeout=PING_SECONDS)
    return "Redis"


def _embedded_broker(folder: str) -> str:
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Unwell("its folder below OPSNOTES_DATA cannot be written: who owns it?")
    return "embedded"


def _worker() -> str:
    answers = app.control.ping(timeout=PING_SECONDS)
    if not answers:
        raise Unwell("no answer: start manage.py work, or look whether it still runs")
    return f"{len(answers)} answered"


def _work() -> str:
    waiting = BatchItem.objects.filter(state=BatchItem.State.QUEUED).order_by()
    oldest = waiting.aggregate(since=Min("batch__touched_at"))["since"]
    count = waiting.count()
    if oldest is not None and timezone.now() - oldest > LATE:
        raise Unwell(
            f"{count:,} files wait, the oldest since {oldest:%Y-%m-%d %H:%M} UTC: is a worker running?"
        )
    return f"{count:,} files wait"


def _lineage() -> str:
    return _lag(notebooks=lineage.models.Due.objects.values("notebook_id"))


def _executions() -> str:
    return _lag(notebooks=execlogs.models.Due.objects.values("notebook_id"))


def _index() -> str:
    if not backend().has_index():
        raise Unwell("there is none yet: run manage.py reindex")
    return _lag(
        notebooks=search.models.Due.objects.values("notebook_id"),
        notes=search.models.DueNote.objects.values("note_id"),
        executions=search.models.DueLog.objects.values("execution_id"),
    )


def _sources() -> str:
    """A server that is switched off for the night is no fault of ours: that a sync fails is said, and told to those
    who watch it. That nobody works on it is."""
    found = health()
    last = f", last synced {found.last_synced_at:%Y-%m-%d %H:%M} UTC" if found.last_synced_at else ""
    text = f"{found.count:,} sources, {found.paused:,} paused{last}"
    if found.late:
        raise Unwell(f"{text}; nobody syncs {', '.join(found.late)}: is a worker running?")
    return f"{text}; failing: {', '.join(found.failing)}" if found.failing else text


def _lag(**due: QuerySet[Any, Any]) -> str:
    """How far what follows is behind, by what there is of each kind that waits; one that changed twice is one."""
    since = [rows.aggregate(oldest=Min("since"))["oldest"] for rows in due.values()]
    counts = {name: rows.distinct().count() for name, rows in due.items()}
    oldest = min(filter(None, since), default=None)
    if oldest is None:
        return "up to date"
    lag = timezone.now() - oldest
    waiting = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    text = f"{waiting} and {lag.total_seconds():,.0f} s behind"
    if lag > LATE:
        raise Unwell(f"{text}: is a worker running?")
    return text


CHECKS: dict[str, Callable[[], str]] = {
    "database": _database,
    "migrations": _migrations,
    "broker": _broker,
    "worker": _worker,
    "work": _work,
    "sources": _sources,
    "lineage": _lineage,
    "executions": _executions,
    "index": _index,
}
