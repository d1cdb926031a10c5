"""Doorbells. One worker takes them all, from the queue "index"."""

import time

from celery import shared_task
from django.db import OperationalError

from lineage import refresh
from notebooks.patience import PAUSE, Pending


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def catch_up(seen: int = 0) -> None:
    """Later, while more and more comes in: what many files of a library change is worked out once for all of them."""
    pending = refresh.pending()
    if is_growing(pending, seen):
        time.sleep(PAUSE)
        catch_up.delay(pending.newest)
    else:
        refresh.catch_up()


def is_growing(pending: Pending, seen: int) -> bool:
    return pending.is_growing(seen, refresh.NOTEBOOKS_AT_ONCE)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep()
