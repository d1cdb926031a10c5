"""Writes down which notebooks executions have to be looked up for again, and rings for it on commit."""

from collections.abc import Sequence
from typing import Any

from celery.signals import worker_ready
from django.db import transaction
from django.dispatch import receiver

from execlogs import tasks
from execlogs.models import Due, Ring, Transcript
from notebooks.models import Notebook
from notebooks.signals import bytes_wanted, notebook_changed, notebooks_ingested


@receiver(notebooks_ingested, dispatch_uid="execlogs.note_ingested")
def note_ingested(sender: object, *, notebooks: Sequence[Notebook], **kwargs: Any) -> None:
    Due.objects.bulk_create(Due(notebook_id=notebook.pk) for notebook in notebooks)
    # Robust: with the broker away the row waits for the sweep, and who changed the notebook need not know.
    transaction.on_commit(ring, robust=True)


@receiver(notebook_changed, dispatch_uid="execlogs.note_due")
def note_due(sender: object, *, notebook: Notebook, **kwargs: Any) -> None:
    note_ingested(sender, notebooks=[notebook])


def ring() -> None:
    """One ring is enough, however many notebooks become due before somebody comes."""
    Ring.ring(tasks.catch_up.delay)


@receiver(bytes_wanted, dispatch_uid="execlogs.name_logs")
def name_logs(sender: object, *, prefix: str, **kwargs: Any) -> set[str]:
    """Logs that are kept whole, since their text is not all of them."""
    named = Transcript.objects.filter(log_sha256__gte=prefix, log_sha256__lt=f"{prefix}g")
    return set(named.values_list("log_sha256", flat=True))


@worker_ready.connect(dispatch_uid="execlogs.sweep_at_start")
def sweep_at_start(**kwargs: Any) -> None:
    """What a killed worker left undone is found at once, not only by the next minute's sweep."""
    tasks.catch_up.delay()
