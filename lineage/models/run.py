from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from notebooks.models import Notebook, Revision
from notebooks.models.space import Viewer


class RunOfQuerySet(models.QuerySet["RunOf"]):
    def visible_to(self, user: Viewer) -> "RunOfQuerySet":
        """A run is told only to who may see both it and its template."""
        seen = Notebook.objects.visible_to(user).alive()
        return self.filter(notebook__in=seen, template__in=seen)


class RunOf(models.Model):
    """That a notebook is a copy of a template which somebody worked through, and how it deviates. Derived."""

    class How(models.TextChoices):
        MEME = "meme", _("same notebook MEME")
        CELLS = "cells", _("shares most cells")
        PINNED = "pinned", _("said by a person")

    notebook = models.OneToOneField(Notebook, on_delete=models.CASCADE, related_name="run_of")
    template = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="runs")
    how = models.CharField(max_length=10, choices=How)
    revision = models.ForeignKey(Revision, on_delete=models.CASCADE, related_name="+")  # the run's
    template_revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, related_name="+"
    )  # as when copied
    # One entry a code cell of template_revision that can be run, in order, as lineage.runs.deviations.Step has it:
    # {"index": in the template, "at": in the run or null, "status": parsing Status or "removed",
    #  "edited": bool, "values": bool, "repeated": bool}
    steps = models.JSONField(default=list)
    added = models.PositiveIntegerField(default=0)
    removed = models.PositiveIntegerField(default=0)
    edited = models.PositiveIntegerField(default=0)  # a changed procedure, or prose
    prose_edited = models.PositiveIntegerField(default=0)  # of these: a note filled in, say
    values_changed = models.PositiveIntegerField(default=0)  # only a host, a date, a number or the like
    skipped = models.PositiveIntegerField(default=0)  # not executed
    not_reached = models.PositiveIntegerField(default=0)  # of these: after the last that was executed
    repeated = models.PositiveIntegerField(default=0)
    disordered = models.PositiveIntegerField(default=0)  # run out of order
    moved = models.PositiveIntegerField(default=0)

    objects = RunOfQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.notebook_id} is a run of {self.template_id}"


class Deviation(models.Model):
    """One thing that a run did otherwise than its template. Derived with its RunOf."""

    class Kind(models.TextChoices):
        ADDED = "added", _("added")
        REMOVED = "removed", _("removed")
        EDITED = "edited", _("edited")
        VALUES = "values", _("values changed")
        SKIPPED = "skipped", _("skipped")
        REPEATED = "repeated", _("repeated")
        DISORDERED = "disordered", _("out of order")
        MOVED = "moved", _("moved")

    run = models.ForeignKey(RunOf, on_delete=models.CASCADE, related_name="deviations")
    kind = models.CharField(max_length=10, choices=Kind)
    meme = models.UUIDField(db_index=True)  # of the template's cell; of the run's where it was added
    template_index = models.PositiveIntegerField(null=True)  # in RunOf.template_revision; None where added
    index = models.PositiveIntegerField(null=True)  # in RunOf.revision; None where removed
    text = models.CharField(max_length=32, blank=True)  # digest of the run's text: equal edits are equal here
    is_prose = models.BooleanField(default=False)
    is_reached = models.BooleanField(default=True)  # False: skipped, since the run ended before

    class Meta:
        indexes = [models.Index(fields=["meme", "kind", "text"], name="deviation_made_alike")]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.kind} {self.meme}"


class Pin(models.Model):
    """What a person said of a notebook. It wins over what was found out, and no rebuild touches it."""

    class Says(models.TextChoices):
        RUN = "run", _("a run of")
        TEMPLATE = "template", _("a template")
        ALONE = "alone", _("neither template nor run")

    notebook = models.OneToOneField(Notebook, on_delete=models.CASCADE, related_name="pin")
    says = models.CharField(max_length=10, choices=Says)
    template = models.ForeignKey(Notebook, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return f"{self.notebook_id} is {self.says} {self.template_id or ''}"
