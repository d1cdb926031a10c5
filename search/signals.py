"""Writes down what the index has to look at again, and rings for it on commit."""

from collections.abc import Collection, Sequence
from typing import Any

from celery.signals import worker_ready
from django.db import transaction
from django.dispatch import receiver

from execlogs.announcing import executions_changed
from lineage.announcing import standing_changed
from notebooks.models import Notebook
from notebooks.signals import notebook_changed, notebooks_ingested
from search import tasks
from search.models import Due, DueLog, DueNote, Ring
from stickies.models import Note
from stickies.signals import note_changed


@receiver(notebooks_ingested, dispatch_uid="search.note_ingested")
def note_ingested(sender: object, *, notebooks: Sequence[Notebook], **kwargs: Any) -> None:
    Due.objects.bulk_create(Due(notebook_id=notebook.pk) for notebook in notebooks)
    # Robust: with the broker away the row waits for the sweep, and who changed the notebook need not know.
    transaction.on_commit(ring, robust=True)


@receiver(notebook_changed, dispatch_uid="search.note_due")
def note_due(sender: object, *, notebook: Notebook, **kwargs: Any) -> None:
    note_ingested(sender, notebooks=[notebook])


@receiver(note_changed, dispatch_uid="search.note_due_for_note")
def note_due_for_note(sender: object, *, note: Note, **kwargs: Any) -> None:
    DueNote.objects.create(note_id=note.pk)
    transaction.on_commit(ring, robust=True)


@receiver(standing_changed, dispatch_uid="search.note_due_for_standing")
def note_due_for_standing(sender: object, *, pks: Collection[int], **kwargs: Any) -> None:
    Due.objects.bulk_create(Due(notebook_id=pk) for pk in pks)
    transaction.on_commit(ring, robust=True)


@receiver(executions_changed, dispatch_uid="search.note_due_for_logs")
def note_due_for_logs(sender: object, *, pks: Collection[int], **kwargs: Any) -> None:
    DueLog.objects.bulk_create(DueLog(execution_id=pk) for pk in pks)
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """One ring is enough, however many notebooks become due before somebody comes."""
    Ring.ring(tasks.drain.delay)


@worker_ready.connect(dispatch_uid="search.sweep_at_start")
def sweep_at_start(**kwargs: Any) -> None:
    """What a killed worker left undone is found at once, not only by the next minute's sweep."""
    tasks.sweep.delay()
