"""Doorbells. One worker takes them all, from the queue "index"."""

from celery import shared_task
from django.db import OperationalError

from lineage import refresh


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def catch_up() -> None:
    refresh.catch_up()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    refresh.sweep()
