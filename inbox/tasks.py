"""Doorbells: what is to leave stands in the database."""

from celery import shared_task
from celery.signals import worker_ready
from django.db import OperationalError

from inbox import bells, delivering, mailing

# Short, so that other tasks get their turn; the bell is rung again for what is left.
SLICE = 2.0  # seconds


@shared_task(
    name=bells.SEND_MAIL,
    acks_late=False,
    autoretry_for=(OperationalError,),
    retry_backoff=True,
    max_retries=5,
)
def send_mail() -> None:
    if mailing.send_due(SLICE):
        bells.ring_for_mail()


@shared_task(
    name=bells.DELIVER, acks_late=False, autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5
)
def deliver() -> None:
    if delivering.deliver_due(SLICE):
        bells.ring_for_deliveries()


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=3)
def sweep() -> None:
    mailing.sweep()
    delivering.forget_old()
    bells.ring_for_mail()
    bells.ring_for_deliveries()


@worker_ready.connect(dispatch_uid="inbox.sweep_at_start")
def sweep_at_start(**_: object) -> None:
    sweep.delay()
