"""Doorbells. One worker takes them all, from the queue "index"."""

from celery import shared_task
from django.conf import settings
from django.db import OperationalError

from execlogs import forgetting, refresh


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def catch_up() -> None:
    refresh.catch_up()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def forget() -> None:
    forgetting.forget(settings.KEEP_EXECUTIONS)
