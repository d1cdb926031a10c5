"""Doorbells. One worker takes them all, from the queue "index"."""

from celery import shared_task
from django.db import OperationalError

from lineage import refresh as lineage
from search import refresh


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def drain() -> None:
    # What lineage finds out about templates and runs is indexed too: once, where it comes first.
    lineage.catch_up()
    refresh.drain()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep()
