"""Testing a source's connection: asked for on its page, done by a worker, kept for whoever looks at the page.

A server that does not answer would hold a request for as long as it may take to find that out.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass

from celery import current_app
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

from sync.models import Probe, Source
from sync.readers import reader_of
from sync.steps import How, Step, What
from sync.trouble import Problem, Trouble

logger = logging.getLogger(__name__)

TASK = "sync.tasks.probe"
MOST_SECONDS = 60  # asked after every step; each has its own, shorter patience
_OF_THE_ADDRESS = {
    Problem.NO_ADDRESS,
    Problem.NOT_LISTED,
    Problem.NOT_PUBLIC,
    Problem.NO_TLS,
    Problem.NO_ROOTS,
    Problem.NOT_BELOW_ROOTS,
}


@dataclass(frozen=True, slots=True)
class Report:
    """What was found out, and whether a sync would work."""

    steps: Sequence[Step]

    @property
    def is_ok(self) -> bool:
        return bool(self.steps) and all(step.how != How.FAILED for step in self.steps)

    @property
    def is_full(self) -> bool:
        """Nothing will be missing either."""
        return bool(self.steps) and all(step.how == How.OK for step in self.steps)


def ask(source: Source) -> Probe:
    """Has it tested, unless that is under way."""
    with transaction.atomic():
        probe, is_new = Probe.objects.select_for_update().get_or_create(source=source)
        if is_new or not probe.is_awaited:
            probe.state, probe.steps = Probe.State.QUEUED, []
            probe.asked_at, probe.finished_at = timezone.now(), None
            probe.save()
        transaction.on_commit(lambda: _ring(probe.pk))
    return probe


def _ring(pk: int) -> None:
    try:
        current_app.send_task(TASK, [pk])
    except (OperationalError, OSError):
        logger.warning(
            "The broker is out of reach; the page of the source says that nobody tests it", exc_info=True
        )


def run(pk: int) -> None:
    """Every step is written as it is known: who looks at the page sees how far it is."""
    mine = Probe.objects.filter(pk=pk, state=Probe.State.QUEUED)
    if not mine.update(state=Probe.State.RUNNING):
        return
    probe = Probe.objects.select_related("source__space").get(pk=pk)
    here = Probe.objects.filter(pk=pk, asked_at=probe.asked_at)  # who asks again wants another answer
    for step in _steps(probe.source):
        probe.steps.append(step.row())
        here.update(steps=probe.steps)
    here.update(state=Probe.State.DONE, finished_at=timezone.now())


def test(source: Source) -> Report:
    return Report(list(_steps(source)))


def report_of(probe: Probe) -> Report:
    return Report([Step.of(row) for row in probe.steps])


def _steps(source: Source) -> Iterator[Step]:
    """A reader says what it finds; where it cannot even be made, that is said of the step it would have begun with."""
    until = time.monotonic() + MOST_SECONDS
    what, is_begun = What.ADDRESS, False
    try:
        with closing(reader_of(source)) as reader:
            for step in reader.probe():
                yield step
                what, is_begun = step.what, True
                if time.monotonic() > until:
                    yield Step.failed(_after(what), Trouble(Problem.TIMED_OUT))
                    return
    except Trouble as trouble:
        yield Step.failed(What.ADDRESS if trouble.code in _OF_THE_ADDRESS else What.SIGNED_IN, trouble)
    except Exception:
        # Whoever looks at the page is told at once; what it was, the log says.
        logger.exception("The test of source %s broke off", source.pk)
        yield Step.failed(_after(what) if is_begun else what, Trouble(Problem.INTERNAL))


def _after(what: What) -> What:
    order = list(What)
    return order[min(order.index(what) + 1, len(order) - 1)]
