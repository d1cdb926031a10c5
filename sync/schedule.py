"""When sources are synced, and what becomes of the runs that are over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from notebooks import tidying
from notebooks.models import Batch, BatchItem
from sync import bells, settling
from sync.asking import ask
from sync.models import Run, Source
from sync.trouble import Trouble

logger = logging.getLogger(__name__)

LONGEST_PAUSE = timedelta(hours=6)
KEPT = (
    20  # runs of a source that brought nothing; those that brought something are kept as long as their batch
)
_LOOKED_BACK = 12  # runs
_CHUNK = 500
_NEWS = ("executions_stored", "executions_merged")  # of a batch's tally

Why = Run.Why


def sweep() -> None:
    """Every minute: what is due, what nobody works on, what is through by now."""
    for source in (
        Source.objects.at_work().filter(next_run_at__lte=timezone.now()).select_related("space", "by")
    ):
        ask(source, Why.SCHEDULE)
    for pk in Run.objects.waiting().values_list("pk", flat=True):
        bells.ring(pk)
    for run in (
        Run.objects.over().filter(settled_at=None).select_related("source__space", "source__by", "batch")
    ):
        settling.settle(run)
    tidy()


def after(run: Run, trouble: Trouble | None) -> None:
    """Says when the next one is, and has the one that waits begin."""
    if not run.only:
        source = Source.objects.get(pk=run.source_id)
        Source.objects.filter(pk=source.pk).update(next_run_at=_next(source, trouble, is_whole=not run.seen))
    for waiting in Run.objects.filter(source=run.source_id, state=Run.State.QUEUED).values_list(
        "pk", flat=True
    ):
        bells.ring(waiting)


def tidy() -> None:
    """Forgets runs that brought nothing, but for the last of each source."""
    for source in Source.objects.only("pk"):
        forgotten = [*_uneventful(source)[KEPT:], *_old(source)]
        for start in range(0, len(forgotten), _CHUNK):
            runs, batches = zip(*forgotten[start : start + _CHUNK], strict=True)
            Run.objects.filter(pk__in=runs).delete()
            Batch.objects.filter(pk__in=[pk for pk in batches if pk]).delete()


def _uneventful(source: Source) -> list[tuple[int, int | None]]:
    """Runs and their batches, the latest first."""
    over = source.runs.over().exclude(settled_at=None).filter(gone=0, renamed=0)
    quiet = over.exclude(Exists(BatchItem.objects.filter(batch=OuterRef("batch"))))
    rows = quiet.order_by("-pk").values_list("pk", "batch", "batch__tally")
    return [(pk, batch) for pk, batch, tally in rows if not any((tally or {}).get(each) for each in _NEWS)]


def _old(source: Source) -> list[tuple[int, int | None]]:
    """As old as batches get; the last tells how the source stands, however long ago it was."""
    over = source.runs.over().order_by("-pk")
    last = over.values_list("pk", flat=True).first()
    old = over.filter(batch=None, finished_at__lt=timezone.now() - tidying.KEPT).exclude(pk=last or 0)
    return list(old.values_list("pk", "batch"))


def _next(source: Source, trouble: Trouble | None, *, is_whole: bool) -> datetime | None:
    if source.is_paused or not source.every_minutes:
        return None
    rhythm = timedelta(minutes=source.every_minutes)
    if trouble is None or not is_whole:
        return timezone.now() + rhythm
    pause = _pause(rhythm, _failures_in_a_row(source), may_pass=trouble.may_pass)
    return timezone.now() + max(pause, timedelta(seconds=min(trouble.later, LONGEST_PAUSE.total_seconds())))


def _pause(rhythm: timedelta, failures: int, *, may_pass: bool) -> timedelta:
    """Longer each time. What waiting cures is tried again soon; what it does not, in the usual rhythm at first."""
    first = min(rhythm, timedelta(minutes=1)) if may_pass else rhythm
    longer: timedelta = first * 2 ** (failures - 1)
    return min(longer, max(rhythm, LONGEST_PAUSE))


def _failures_in_a_row(source: Source) -> int:
    """Of whole runs, the one that just ended among them."""
    states = source.runs.over().of_everything().order_by("-pk").values_list("state", flat=True)[:_LOOKED_BACK]
    return max(1, next((n for n, state in enumerate(states) if state != Run.State.FAILED), len(states)))
