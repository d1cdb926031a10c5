"""Doorbells. One worker takes them all, from the queue "index"."""

from celery import shared_task
from django.db import OperationalError

from search import refresh

_waiting_cures = {"autoretry_for": (OperationalError,), "retry_backoff": True, "max_retries": 5}


@shared_task(**_waiting_cures)
def drain() -> None:
    refresh.drain()


@shared_task(**_waiting_cures)
def sweep() -> None:
    refresh.sweep()
