from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notebooks.models import Batch
from sync.models.source import Source

# Longer than a reader waits for any one answer; a worker that restarts under its own name gives its runs back at once.
LEASE = timedelta(minutes=30)
MOST_ATTEMPTS = 3


class LeaseLost(Exception):
    """Another worker has the run by now, or it is gone: what this one did must not count."""


class RunQuerySet(models.QuerySet["Run"]):
    def unfinished(self) -> RunQuerySet:
        return self.filter(state__in=[Run.State.QUEUED, Run.State.RUNNING])

    def over(self) -> RunQuerySet:
        return self.filter(state__in=[Run.State.DONE, Run.State.FAILED])

    def of_everything(self) -> RunQuerySet:
        """Those that looked at the whole source, and not only at what was said to have changed."""
        return self.filter(only=[])

    def waiting(self) -> RunQuerySet:
        """Queued, or held by a worker that let its lease run out."""
        return self.filter(
            Q(state=Run.State.QUEUED) | Q(state=Run.State.RUNNING, lease_until__lt=timezone.now())
        )

    def claim(self, pk: int, worker: str) -> Run | None:
        """Takes it for `worker`; None where it is not to be had, or another run of its source is on."""
        taken = {"state": Run.State.RUNNING, "worker": worker, "lease_until": timezone.now() + LEASE}
        try:
            with transaction.atomic():
                ours = self.waiting().filter(pk=pk).update(attempts=models.F("attempts") + 1, **taken)
        except IntegrityError:
            return None
        if not ours:
            return None
        self.filter(pk=pk, started_at=None).update(started_at=timezone.now())
        return self.select_related("source__space", "source__by", "batch").get(pk=pk)

    def take_back(self, worker: str) -> None:
        """Queues again what a predecessor of the same name held when it died, unless the next one waits already: then
        that one does the work of both."""
        for run in self.filter(state=Run.State.RUNNING, worker=worker):
            run.give_back()


class Run(models.Model):
    """One sync of a source: what it looked at, and how it ended. Its files are the items of its batch."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")  # it could not look at everything; what it saw is in

    class Why(models.TextChoices):
        SCHEDULE = "schedule", _("on schedule")
        PERSON = "person", _("asked for")
        CHANGE = "change", _("something changed")

    source = models.ForeignKey(Source, on_delete=models.CASCADE, related_name="runs")
    batch = models.OneToOneField(
        Batch, null=True, blank=True, on_delete=models.SET_NULL, related_name="sync_run"
    )
    why = models.CharField(max_length=10, choices=Why)
    only = models.JSONField(default=list, blank=True)  # files and folders there; empty: everything
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    worker = models.CharField(max_length=200, blank=True)  # who holds it
    lease_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)  # since it last got on
    # What the page shows. Begun again after a kill, it counts from the start: what is in is known by its files' rows.
    seen = models.PositiveIntegerField(default=0)  # files listed
    fetched = models.PositiveIntegerField(default=0)  # whose content was asked for
    gone = models.PositiveIntegerField(default=0)
    renamed = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=30, blank=True)  # sync.trouble's code of what stopped it
    trouble_detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)  # when all it brought was through, and told of

    objects = RunQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # One at a time; a second that is asked for meanwhile waits, and a third is the second.
            models.UniqueConstraint(
                fields=["source"], condition=Q(state="running"), name="one_run_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["source"], condition=Q(state="queued"), name="one_run_in_waiting"
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="run_in_line")]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.state}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}

    def renew(self, **fields: Any) -> None:
        """Holds on to it, and writes down how far it is. Raises LeaseLost. In the transaction that brings something
        in: then what a worker does that lost its lease counts for nothing."""
        self._write(lease_until=timezone.now() + LEASE, **fields)

    def end(self, state: Run.State, **fields: Any) -> None:
        self._write(state=state, worker="", lease_until=None, finished_at=timezone.now(), **fields)

    def give_back(self) -> None:
        """Back into the queue. Where another waits there by now, it does the work of both."""
        try:
            with transaction.atomic():
                self._write(state=self.State.QUEUED, worker="", lease_until=None)
        except IntegrityError:
            self._merge_into_next()

    def _merge_into_next(self) -> None:
        waiting = Run.objects.filter(source=self.source_id, state=self.State.QUEUED)
        with transaction.atomic():
            for each in waiting.select_for_update():
                each.only = joined(each.only, self.only)
                each.save(update_fields=["only"])
            self.end(self.State.DONE, settled_at=timezone.now())
        if self.batch_id is not None:
            Batch.objects.filter(pk=self.batch_id).update(is_open=False)

    def _write(self, **fields: Any) -> None:
        ours = Run.objects.filter(pk=self.pk, state=self.State.RUNNING, worker=self.worker)
        if not ours.update(**fields):
            raise LeaseLost(self.pk)
        for name, value in fields.items():
            setattr(self, name, value)


MOST_PATHS = 500  # of what changed; more, and everything is looked at


def joined(one: list[str], other: list[str]) -> list[str]:
    """What two runs would look at, as `Run.only`."""
    both = sorted({*one, *other})
    return both if one and other and len(both) <= MOST_PATHS else []
