from django.db import models

from notebooks.models.due import DueRow, RingRow


class DueQuerySet(models.QuerySet["Due"]):
    def notebook_count(self) -> int:
        return int(self.aggregate(count=models.Count("notebook_id", distinct=True))["count"])


class Due(DueRow):
    """That the index has to look at a notebook again."""

    objects = DueQuerySet.as_manager()


class Ring(RingRow):
    """That the index's doorbell was rung."""
