"""Writes down what an ingest revealed and what lineage has to read again, and rings for it on commit."""

from collections.abc import Sequence
from typing import Any

from celery.signals import worker_ready
from django.db import transaction
from django.dispatch import receiver

from lineage import tasks
from lineage.models import Descent, Due, Ring
from notebooks.identity import Adoption
from notebooks.models import Notebook
from notebooks.signals import notebook_changed, notebooks_ingested


@receiver(notebooks_ingested, dispatch_uid="lineage.join_adopted")
def join_adopted(sender: object, *, adoptions: Sequence[tuple[Notebook, Adoption]], **kwargs: Any) -> None:
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
            for notebook, each in adoptions
        ],
        ignore_conflicts=True,
    )


@receiver(notebooks_ingested, dispatch_uid="lineage.note_ingested")
def note_ingested(sender: object, *, notebooks: Sequence[Notebook], **kwargs: Any) -> None:
    Due.objects.bulk_create(Due(notebook_id=notebook.pk) for notebook in notebooks)
    # Robust: with the broker away the row waits for the sweep, and who changed the notebook need not know.
    transaction.on_commit(ring, robust=True)


@receiver(notebook_changed, dispatch_uid="lineage.note_due")
def note_due(sender: object, *, notebook: Notebook, **kwargs: Any) -> None:
    note_ingested(sender, notebooks=[notebook])


def ring() -> None:
    """One ring is enough, however many notebooks become due before somebody comes."""
    Ring.ring(tasks.catch_up.delay)


@worker_ready.connect(dispatch_uid="lineage.sweep_at_start")
def sweep_at_start(**kwargs: Any) -> None:
    """What a killed worker left undone is found at once, not only by the next minute's sweep."""
    tasks.sweep.delay()
