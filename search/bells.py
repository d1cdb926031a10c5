"""Waking a worker for what is written down. By name: the tasks stand above what rings for them."""

from celery import current_app

TELL_NEW = "search.tasks.tell_new"


def ring_for_new() -> None:
    current_app.send_task(TELL_NEW)
