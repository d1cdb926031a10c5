"""Doorbells: what is to be done stands in the database."""

import socket
from typing import Any

from billiard import current_process
from celery import shared_task
from celery.signals import celeryd_init, worker_process_init, worker_ready
from django.db import OperationalError

from notebooks import batches, doorbell, working
from notebooks.models.batch import LEASE

# Short, so that other tasks get their turn; the bell is rung again for what is left.
SLICE = 2.0  # seconds


class _Node:
    """The worker that this process belongs to. Its name stays the same when it is started again."""

    name = socket.gethostname()


@shared_task(
    name=doorbell.WORK,
    # The database remembers what waits. A bell that was not answered for would hold its worker's place for ten
    # seconds after a process died, until Celery gives that process up.
    acks_late=False,
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=10,
    # A file that hangs ends its process, as a crash would; the process that follows finds the item again.
    time_limit=int(LEASE.total_seconds()),
)
def work() -> None:
    if working.work(_own_name(), SLICE):
        doorbell.ring()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    batches.sweep()


@celeryd_init.connect
def _take_name(sender: str, **_: Any) -> None:
    _Node.name = sender


@worker_process_init.connect
def _follow_a_dead_process(**_: Any) -> None:
    working.release(_own_name())
    if working.is_waiting():  # the bell that the dead one had heard rings no more
        doorbell.ring()


@worker_ready.connect
def _begin(**_: Any) -> None:
    working.release_all(_Node.name)
    batches.sweep()


def _own_name() -> str:
    """The same for the process that takes this one's place: the worker's name and this one's number in it."""
    return f"{_Node.name}/{getattr(current_process(), 'index', 0)}"
