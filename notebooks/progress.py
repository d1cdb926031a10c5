"""How far a batch is, in numbers."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from notebooks.models import Batch, BatchItem

State = BatchItem.State
# The speed is that of the last while: a batch may have waited for the worker, or for its other portions.
_WHILE = timedelta(seconds=20)


@dataclass(frozen=True, slots=True)
class Progress:
    queued: int
    running: int
    stored: int
    unchanged: int
    skipped: int
    failed: int
    is_open: bool
    executions: int = 0  # that came along, new or told better than before
    seconds_left: int | None = None  # None where nothing moved lately

    @property
    def counts(self) -> dict[str, int]:
        """As the API promises them."""
        return {
            "queued": self.queued,
            "running": self.running,
            "stored": self.stored,
            "unchanged": self.unchanged,
            "skipped": self.skipped,
            "failed": self.failed,
        }

    @property
    def waiting(self) -> int:
        return self.queued + self.running

    @property
    def finished(self) -> int:
        return self.stored + self.unchanged + self.failed

    @property
    def total(self) -> int:
        return self.waiting + self.finished

    @property
    def percent(self) -> int:
        return 100 * self.finished // self.total if self.total else 0

    @property
    def tenths(self) -> int:
        """The percentage in steps of ten: what is worth reading out."""
        return self.percent // 10 * 10

    @property
    def is_over(self) -> bool:
        return not self.is_open and not self.waiting

    @property
    def state(self) -> str:
        """open, running, done or failed."""
        if self.is_open:
            return "open"
        if self.waiting:
            return "running"
        return "failed" if self.failed else "done"


def with_counts(batches: QuerySet[Batch]) -> QuerySet[Batch]:
    """Each batch with stored_count, unchanged_count, failed_count and waiting_count."""

    def counted(*states: BatchItem.State) -> Count:
        return Count("items", filter=Q(items__state__in=states))

    return batches.order_by("-pk").annotate(
        stored_count=counted(State.STORED),
        unchanged_count=counted(State.UNCHANGED),
        failed_count=counted(State.FAILED),
        waiting_count=counted(State.QUEUED, State.RUNNING),
    )


def progress_of(batch: Batch) -> Progress:
    batch.refresh_from_db(fields=["is_open", "skipped", "tally"])
    by_state = dict(batch.items.order_by().values_list("state").annotate(Count("pk")))
    queued, running = by_state.get(State.QUEUED, 0), by_state.get(State.RUNNING, 0)
    return Progress(
        queued=queued,
        running=running,
        stored=by_state.get(State.STORED, 0),
        unchanged=by_state.get(State.UNCHANGED, 0) + batch.tally.get("unchanged", 0),
        skipped=sum(batch.skipped.values()),
        failed=by_state.get(State.FAILED, 0),
        is_open=batch.is_open,
        executions=batch.tally.get("executions_stored", 0) + batch.tally.get("executions_merged", 0),
        seconds_left=_seconds_left(batch, queued + running) if queued + running else None,
    )


def _seconds_left(batch: Batch, waiting: int) -> int | None:
    now = timezone.now()
    lately = batch.items.filter(finished_at__gt=now - _WHILE).count()
    began = max(now - _WHILE, batch.created_at)
    return round(waiting * (now - began).total_seconds() / lately) if lately else None
