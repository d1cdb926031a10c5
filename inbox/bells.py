"""Waking the workers for what is to leave. It stands in the database: a bell that nobody hears loses nothing."""

from celery import current_app

SEND_MAIL = "inbox.tasks.send_mail"
DELIVER = "inbox.tasks.deliver"


def ring_for_mail() -> None:
    current_app.send_task(SEND_MAIL)


def ring_for_deliveries() -> None:
    current_app.send_task(DELIVER)
