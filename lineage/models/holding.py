from django.db import models

from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer


class HoldingQuerySet(models.QuerySet["Holding"]):
    def visible_to(self, user: Viewer) -> "HoldingQuerySet":
        """Numbers are added up over these. Which runbook they belong to is told only to who may see that."""
        return self.filter(space__in=Space.objects.visible_to(user))

    def with_visible_head(self, user: Viewer) -> "HoldingQuerySet":
        return self.visible_to(user).filter(head__in=Notebook.objects.visible_to(user).alive())


class Holding(models.Model):
    """How often a family of cells occurs in one space within one runbook and its runs. Derived; rebuilt at will.

    `head` is the template for itself and for its runs, and a notebook that is no run for itself. Only current
    revisions of notebooks that are not deleted are counted.
    """

    uuid = models.UUIDField()
    space = models.ForeignKey(Space, on_delete=models.CASCADE, related_name="+")
    head = models.ForeignKey(Notebook, on_delete=models.CASCADE, related_name="+")
    cells = models.PositiveIntegerField()
    notebooks = models.PositiveIntegerField()
    least_branched = models.PositiveIntegerField()  # the smallest branch count among them
    first_at = models.DateTimeField()  # the earliest Trace.worked_at among its notebooks
    last_at = models.DateTimeField()

    objects = HoldingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["uuid", "space", "head"], name="one_holding_a_family_space_and_head"
            )
        ]
        indexes = [models.Index(fields=["head", "uuid"], name="holding_by_head")]

    def __str__(self) -> str:
        return f"{self.uuid}: {self.cells} in {self.head_id}"
