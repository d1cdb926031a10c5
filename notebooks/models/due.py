"""What an app that follows the notebooks has still to look at. Each app makes the two its own."""

from django.db import models


class DueRow(models.Model):
    """That a notebook has to be looked at again.

    Written inside the transaction that changed the notebook; one row a change, deleted by its own id once the
    change has been seen. So a change that comes while somebody looks is a row that stays.
    """

    notebook_id = models.BigIntegerField(db_index=True)  # a value: the notebook may be gone by then
    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class RingRow(models.Model):
    """That the doorbell was rung and nobody has come yet: it need not be rung again. At most one row."""

    since = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True
