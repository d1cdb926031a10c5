from django.db import models
from django.utils.translation import gettext_lazy as _

from notebooks.models import Batch
from sync.models.source import Source


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
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    worker = models.CharField(max_length=200, blank=True)  # who holds it
    lease_until = models.DateTimeField(null=True, blank=True)
    # What a run that was killed goes on from, and what the page shows.
    done_folders = models.JSONField(default=list)  # whose listing has been dealt with
    seen = models.PositiveIntegerField(default=0)  # files listed
    fetched = models.PositiveIntegerField(default=0)  # whose content was asked for
    gone = models.PositiveIntegerField(default=0)
    renamed = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=30, blank=True)  # sync.trouble's code of what stopped it
    trouble_detail = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            # One at a time: a second that is asked for is the one that runs.
            models.UniqueConstraint(
                fields=["source"],
                condition=models.Q(state__in=["queued", "running"]),
                name="one_run_at_a_time",
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"], name="run_in_line")]

    def __str__(self) -> str:
        return f"{self.source_id}: {self.state}"
