"""Asking for pages as a reader of everything, with the clock in hand. After library.start()."""

import statistics
import time

from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from notebooks.models import Space


def reader() -> Client:
    user, _ = get_user_model().objects.get_or_create(username="reader")
    for space in Space.objects.all():
        space.readers.add(user)
    client = Client()
    client.force_login(user)
    return client


def milliseconds(client: Client, url: str, rounds: int) -> tuple[float, float, float]:
    """Of the clock, and of the processor: the latter says the same on a machine that has other work."""
    times, work = [], []
    for _ in range(rounds + 3):
        started, worked = time.perf_counter(), time.process_time()
        answer = client.get(url)
        times.append(1000 * (time.perf_counter() - started))
        work.append(1000 * (time.process_time() - worked))
        assert answer.status_code == 200, answer.status_code
    return statistics.median(times[3:]), sorted(times[3:])[int(0.95 * rounds)], statistics.median(work[3:])


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        client.get(url)
    return len(caught)
