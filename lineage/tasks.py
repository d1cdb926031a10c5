"""Doorbells. One worker takes them all, from the queue "index"."""

import time
from datetime import timedelta

from celery import shared_task
from django.db import OperationalError
from django.utils import timezone

from lineage import refresh
from lineage.refresh import Pending

PAUSE = 0.2  # s between two looks at what is due; short, since the index waits for the same worker
PATIENCE = timedelta(seconds=30)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def catch_up(seen: int = 0) -> None:
    """Later, while more and more comes in: what many files of a library change is worked out once for all of them."""
    time.sleep(PAUSE)
    pending = refresh.pending()
    if is_growing(pending, seen):
        catch_up.delay(pending.newest)
    else:
        refresh.catch_up()


def is_growing(pending: Pending, seen: int) -> bool:
    """Since something was `seen` as the newest; not if enough is together, or something has waited for long."""
    if not seen < pending.newest or pending.count >= refresh.NOTEBOOKS_AT_ONCE:
        return False
    return pending.oldest is not None and timezone.now() - pending.oldest < PATIENCE


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep()
