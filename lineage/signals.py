"""Writes down what an ingest revealed about descent."""

from typing import Any

from django.dispatch import receiver

from lineage.models import Descent
from notebooks.identity import Adoption
from notebooks.signals import notebook_ingested


@receiver(notebook_ingested, dispatch_uid="lineage.join_adopted")
def join_adopted(sender: object, *, adoptions: tuple[Adoption, ...], **kwargs: Any) -> None:
    Descent.objects.bulk_create(
        [Descent(child=a.carried, parent=a.assigned, how=Descent.How.ADOPTED) for a in adoptions],
        ignore_conflicts=True,
    )
