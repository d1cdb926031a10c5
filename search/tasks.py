"""Doorbells. One worker takes them all, from the queue "index"."""

import time

from celery import shared_task
from django.db import OperationalError

from lineage import refresh as lineage
from lineage.tasks import PAUSE, is_growing
from search import refresh


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def drain(seen: int = 0) -> None:
    """After lineage, which waits while more and more comes in: what it finds out about templates and runs is indexed
    too, and so once."""
    time.sleep(PAUSE)
    pending = lineage.pending()
    if is_growing(pending, seen):
        drain.delay(pending.newest)
    else:
        lineage.catch_up()
        refresh.drain()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep()
