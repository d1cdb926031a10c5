from django.db import models

from notebooks.models.due import DueRow, RingRow


class Due(DueRow):
    """That the index has to look at a notebook again."""


class DueNote(models.Model):
    """That the index has to look at a note again, as Due says it of a notebook."""

    note_id = models.BigIntegerField(db_index=True)  # a value: the note may be gone by then
    since = models.DateTimeField(auto_now_add=True)


class DueLog(models.Model):
    """That the index has to look at an execution again."""

    execution_id = models.BigIntegerField(db_index=True)  # a value, as above
    since = models.DateTimeField(auto_now_add=True)


class Ring(RingRow):
    """That the index's doorbell was rung."""
