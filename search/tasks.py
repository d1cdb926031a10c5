"""Doorbells. One worker takes all that write, from the queue "index"."""

import logging
import time

from celery import shared_task
from django.db import OperationalError
from haystack.exceptions import SearchBackendError

from lineage import refresh as lineage
from lineage.tasks import is_growing
from notebooks.patience import PAUSE
from search import bells, refresh
from search.models import Ring
from search.saved import telling

logger = logging.getLogger(__name__)

# Short, so that other tasks get their turn; the bell is rung again for what is left.
SLICE = 5.0  # seconds


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
        refresh.drain(SLICE)
        _ring_on()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep(SLICE)
    _ring_on()


@shared_task(name=bells.TELL_NEW, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def tell_new() -> None:
    """In another queue: nobody's mail holds up the index."""
    try:
        if telling.tell_new(SLICE):
            bells.ring_for_new()
    except SearchBackendError:
        logger.exception("Who is told of new hits is told later: the search engine failed")


def _ring_on() -> None:
    """For the rest: while notebooks stream in something is always due, and lineage has to get its turn too."""
    if refresh.is_due():
        Ring.ring(drain.delay)
    ring_for_new()


def ring_for_new() -> None:
    if telling.is_anybody_waiting():
        bells.ring_for_new()
