"""When sources are synced, and what becomes of the runs that are over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

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
        uneventful = _uneventful(source)
        if old := uneventful.order_by("-pk").values_list("pk", flat=True)[KEPT : KEPT + 1].first():
            forgotten = list(uneventful.filter(pk__lte=old).values_list("pk", "batch"))
            Run.objects.filter(pk__in=[pk for pk, _batch in forgotten]).delete()
            Batch.objects.filter(pk__in=[batch for _pk, batch in forgotten]).delete()


def _uneventful(source: Source) -> QuerySet[Run]:
    items = BatchItem.objects.filter(batch=OuterRef("batch"))
    over = source.runs.over().exclude(settled_at=None).filter(gone=0, renamed=0)
    told = {f"batch__tally__{key}__gt": 0 for key in ("executions_stored",)}
    return over.exclude(Exists(items)).exclude(**told)


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
