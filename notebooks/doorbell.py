"""Telling the workers that something waits. It stands in the database: a bell that nobody hears loses nothing."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

WORK = "notebooks.tasks.work"
# Enough to wake every process of a worker; one that finds nothing to do costs a query.
MOST_BELLS = 4


def ring_on_commit(waiting: int) -> None:
    """Once the transaction is through, wakes as many processes as `waiting` items can use."""
    if waiting:
        transaction.on_commit(partial(ring, min(waiting, MOST_BELLS)))


def ring(times: int = 1) -> None:
    try:
        for _ in range(times):
            current_app.send_task(WORK)
    except (OperationalError, OSError):
        logger.warning("The broker is out of reach; what waits is found by the next sweep", exc_info=True)
