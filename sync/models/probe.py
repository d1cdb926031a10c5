from datetime import timedelta

from django.db import models
from django.utils import timezone

from sync.models.source import Source

# Longer than a test may take: whoever began it is not at it any more.
LOST = timedelta(minutes=2)


class Probe(models.Model):
    """The last test of a source's connection: it may take longer than a request should."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="probe")
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    steps = models.JSONField(default=list)  # what sync.steps.Step.row() gives
    asked_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.source_id}: {self.state}"

    @property
    def is_lost(self) -> bool:
        return self.state != self.State.DONE and timezone.now() - self.asked_at > LOST

    @property
    def is_awaited(self) -> bool:
        return self.state != self.State.DONE and not self.is_lost
