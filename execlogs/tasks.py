"""Doorbells. One worker takes them all, from the queue "index"."""

import time

from celery import shared_task
from django.conf import settings
from django.db import OperationalError

from execlogs import forgetting, refresh
from notebooks.patience import PAUSE


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def catch_up(seen: int = 0) -> None:
    """Later, while more and more comes in: what many notebooks tell of executions is written together."""
    pending = refresh.pending()
    if pending.is_growing(seen, refresh.NOTEBOOKS_AT_ONCE):
        time.sleep(PAUSE)
        catch_up.delay(pending.newest)
    else:
        refresh.catch_up()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def forget() -> None:
    forgetting.forget(settings.KEEP_EXECUTIONS)
