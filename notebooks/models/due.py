"""What an app that follows the notebooks has still to look at. Each app makes the two its own."""

from collections.abc import Callable

from django.db import models

_ONLY = 1


class DueQuerySet(models.QuerySet["DueRow"]):
    def notebook_count(self) -> int:
        return int(self.aggregate(count=models.Count("notebook_id", distinct=True))["count"])


class DueRow(models.Model):
    """That a notebook has to be looked at again.

    Written inside the transaction that changed the notebook; one row a change, deleted by its own id once the
    change has been seen. So a change that comes while somebody looks is a row that stays.
    """

    notebook_id = models.BigIntegerField(db_index=True)  # a value: the notebook may be gone by then
    since = models.DateTimeField(auto_now_add=True)

    objects = DueQuerySet.as_manager()

    class Meta:
        abstract = True


class RingRow(models.Model):
    """That the doorbell was rung and nobody has come yet: it need not be rung again. At most one row."""

    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True

    @classmethod
    def ring(cls, bell: Callable[[], object]) -> None:
        """Calls `bell` unless somebody rang already and nobody has come since."""
        _, is_first = cls._default_manager.get_or_create(pk=_ONLY)
        if is_first:
            bell()
