"""Telling the workers that a run waits. It stands in the database: a bell that nobody hears loses nothing."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)

RUN = "sync.tasks.run"


def ring_on_commit(run: int) -> None:
    transaction.on_commit(partial(ring, run), robust=True)


def ring(run: int) -> None:
    try:
        current_app.send_task(RUN, [run])
    except (OperationalError, OSError):
        logger.warning("The broker is out of reach; what waits is found by the next sweep", exc_info=True)
