"""Writes down what an ingest revealed and what lineage has to read again, and rings for it on commit."""

from typing import Any

from celery.signals import worker_ready
from django.db import transaction
from django.dispatch import receiver

from lineage import tasks
from lineage.models import Descent, Due, Ring
from notebooks.identity import Adoption
from notebooks.models import Notebook
from notebooks.signals import notebook_changed, notebook_ingested


@receiver(notebook_ingested, dispatch_uid="lineage.join_adopted")
def join_adopted(
    sender: object, *, notebook: Notebook, adoptions: tuple[Adoption, ...], **kwargs: Any
) -> None:
    """Kept for ever: no file says afterwards which id was assigned before."""
    Descent.objects.bulk_create(
        [
            Descent(
                child=each.carried,
                parent=each.assigned,
                how=Descent.How.ADOPTED,
                notebook=notebook,
                space=notebook.space,
            )
            for each in adoptions
        ],
        ignore_conflicts=True,
    )


@receiver([notebook_ingested, notebook_changed], dispatch_uid="lineage.note_due")
def note_due(sender: object, *, notebook: Notebook, **kwargs: Any) -> None:
    Due.objects.create(notebook_id=notebook.pk)
    # Robust: with the broker away the row waits for the sweep, and who changed the notebook need not know.
    transaction.on_commit(ring, robust=True)


def ring() -> None:
    """One ring is enough, however many notebooks become due before somebody comes."""
    Ring.ring(tasks.catch_up.delay)


@worker_ready.connect(dispatch_uid="lineage.sweep_at_start")
def sweep_at_start(**kwargs: Any) -> None:
    """What a killed worker left undone is found at once, not only by the next minute's sweep."""
    tasks.sweep.delay()
