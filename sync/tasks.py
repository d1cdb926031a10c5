"""Doorbells: which run waits stands in the database."""

from __future__ import annotations

import socket
from typing import Any

from celery import shared_task
from celery.signals import celeryd_init, worker_ready
from django.db import OperationalError

from sync import bells, running, schedule, testing
from sync.models import Run


class _Node:
    """The worker that this process is. Its name stays the same when it is started again."""

    name = socket.gethostname()


@shared_task(
    name=bells.RUN,
    # The database remembers what waits.
    acks_late=False,
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    retry_backoff_max=60,
    max_retries=10,
)
def run(pk: int) -> None:
    running.run(pk, _Node.name)


@shared_task(
    name=testing.TASK, acks_late=False, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3
)
def probe(pk: int) -> None:
    testing.run(pk)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    schedule.sweep()


@celeryd_init.connect
def _take_name(sender: str, **_: Any) -> None:
    _Node.name = sender


@worker_ready.connect
def _follow_a_dead_process(**_: Any) -> None:
    """What this worker held when it died is for this one."""
    Run.objects.take_back(_Node.name)
    for pk in Run.objects.waiting().values_list("pk", flat=True):
        bells.ring(pk)
