from django.db import models


class DueQuerySet(models.QuerySet["Due"]):
    def notebook_count(self) -> int:
        return int(self.aggregate(count=models.Count("notebook_id", distinct=True))["count"])


class Due(models.Model):
    """That the index has to look at a notebook again.

    Written inside the transaction that changed the notebook; one row a change, deleted by its own id once a
    commit of the index has seen the change. So a change that comes while the index is being written is a row
    that stays.
    """

    notebook_id = models.BigIntegerField(db_index=True)  # a value: the notebook may be gone by then
    since = models.DateTimeField(auto_now_add=True)

    objects = DueQuerySet.as_manager()


class Ring(models.Model):
    """That the doorbell was rung and nobody has come yet: it need not be rung again. At most one row."""

    since = models.DateTimeField(auto_now_add=True)
