"""Sending what is due to webhooks, each claimed by a conditional update.

At least once: a worker that dies after the other side took a message and before that was written down leaves it to be
sent again, under the same delivery number.
"""

from __future__ import annotations

import http.client
import logging
import time
from datetime import timedelta

from django.conf import settings
from django.db.models import F
from django.utils import timezone, translation

from inbox import calling
from inbox.keys import secret_of
from inbox.models import Delivery
from inbox.payloads import body_of, headers_of
from inbox.reachable import NotAllowed
from inbox.refused import why_refused
from notebooks.paths import storable

logger = logging.getLogger(__name__)

State = Delivery.State
# Longer than any one call takes, see calling.py.
LEASE = timedelta(minutes=2)
# After each failure the next; then it is given up, within a day.
PAUSES = [timedelta(seconds=s) for s in (10, 60, 300, 1800, 2 * 3600, 6 * 3600, 12 * 3600)]
MOST_ATTEMPTS = len(PAUSES) + 1
KEPT = timedelta(days=30)
# Said by a server that may say otherwise later.
_PASSING = {408, 409, 425, 429}


def deliver_due(seconds: float) -> bool:
    """Sends for about so long; says whether more is due."""
    until = time.monotonic() + seconds
    while delivery := Delivery.objects.due().order_by("due_at", "pk").first():
        deliver(delivery)
        if time.monotonic() > until:
            return Delivery.objects.due().exists()
    return False


def deliver(delivery: Delivery) -> None:
    """Does nothing where somebody else has it in hand since it was read."""
    if not _claim(delivery):
        return
    delivery = Delivery.objects.select_related("webhook").get(pk=delivery.pk)
    if delivery.attempts > MOST_ATTEMPTS:
        _give_up(delivery, None, f"no worker outlived {MOST_ATTEMPTS} attempts")
        return
    try:
        answer = _call(delivery)
    except NotAllowed as error:
        _give_up(delivery, None, why_refused(error))
    except (OSError, http.client.HTTPException) as error:
        _again_later(delivery, None, f"{type(error).__name__}: {error}")
    else:
        _note(delivery, answer)


def send_again(delivery: Delivery) -> None:
    """From the start, whatever became of it. One that is under way is left alone."""
    held = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, due_at__gt=timezone.now())
    if not held.exists():
        Delivery.objects.filter(pk=delivery.pk).update(
            state=State.WAITING, attempts=0, due_at=timezone.now(), finished_at=None
        )


def forget_old() -> None:
    Delivery.objects.filter(finished_at__lt=timezone.now() - KEPT).delete()


def _claim(delivery: Delivery) -> bool:
    as_read = Delivery.objects.filter(pk=delivery.pk, due_at=delivery.due_at, attempts=delivery.attempts)
    held = as_read.filter(state__in=[State.WAITING, State.SENDING])
    until = timezone.now() + LEASE
    return held.update(state=State.SENDING, attempts=F("attempts") + 1, due_at=until) == 1


def _call(delivery: Delivery) -> calling.Answer:
    with translation.override(settings.LANGUAGE_CODE):
        body = body_of(delivery, settings.BASE_URL)
    headers = headers_of(delivery, body, secret_of(delivery.webhook), int(time.time()))
    return calling.post(delivery.webhook.url, body, headers, settings.WEBHOOK_HOSTS)


def _note(delivery: Delivery, answer: calling.Answer) -> None:
    if 200 <= answer.status < 300:
        _close(delivery, State.DELIVERED, answer.status, answer.text)
    elif answer.status >= 500 or answer.status in _PASSING:
        _again_later(delivery, answer.status, answer.text)
    else:  # a redirect too: where it leads, nobody has looked
        _give_up(delivery, answer.status, answer.text)


def _again_later(delivery: Delivery, status: int | None, said: str) -> None:
    if delivery.attempts >= MOST_ATTEMPTS:
        _give_up(delivery, status, said)
    else:
        due = timezone.now() + PAUSES[delivery.attempts - 1]
        _write(delivery, state=State.WAITING, due_at=due, last_status=status, last_answer=said)


def _give_up(delivery: Delivery, status: int | None, said: str) -> None:
    logger.warning("Webhook %s did not take %s: %s", delivery.webhook_id, delivery.pk, status or said)
    _close(delivery, State.FAILED, status, said)


def _close(delivery: Delivery, state: Delivery.State, status: int | None, said: str) -> None:
    _write(delivery, state=state, finished_at=timezone.now(), last_status=status, last_answer=said)


def _write(delivery: Delivery, **fields: object) -> None:
    """Only while it is ours: what took longer than its lease may be in other hands."""
    fields["last_answer"] = storable(str(fields["last_answer"]))[:500]
    ours = Delivery.objects.filter(pk=delivery.pk, state=State.SENDING, attempts=delivery.attempts)
    ours.update(**fields)
