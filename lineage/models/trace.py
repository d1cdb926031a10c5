from django.db import models

from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.verdict import Ending


class TraceQuerySet(models.QuerySet["Trace"]):
    def visible_to(self, user: Viewer) -> "TraceQuerySet":
        return self.filter(notebook__in=Notebook.objects.visible_to(user).alive())


class Trace(models.Model):
    """Who worked a notebook through, when, and how far. Derived from its current revision and its place."""

    notebook = models.OneToOneField(
        Notebook, primary_key=True, on_delete=models.CASCADE, related_name="trace"
    )
    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="+"
    )  # the one that was read
    who = models.CharField(max_length=150, blank=True, db_index=True)  # a name; "" where nothing tells
    worked_at = models.DateTimeField(
        db_index=True
    )  # when the work began; without any sign of work, when saved
    worked_until = models.DateTimeField(null=True, blank=True)
    ending = models.CharField(max_length=10, choices=[(each.value, each.value) for each in Ending])
    stopped_step = models.PositiveIntegerField(null=True, blank=True)  # where it stopped, from 1
    steps = models.PositiveIntegerField(default=0)  # code cells that can be run
    ran = models.PositiveIntegerField(default=0)  # of those, however they ended
    failed = models.PositiveIntegerField(default=0)

    objects = TraceQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.notebook_id}: {self.who}, {self.worked_at}, {self.ending}"
