"""The Celery application. On Redis or embedded by one setting; see settings.py."""

import gc
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_init, worker_process_init

from opsnotes import broker
from opsnotes.processes import come_second, die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "opsnotes.settings")
# Celery drops what Django's checks say, and for them every page would be imported: a second of each worker's start.
# `manage.py work` and `run` heed them, once for all.
os.environ.setdefault("CELERY_SKIP_CHECKS", "1")

broker.register()
app = Celery("opsnotes")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_embedded_init.connect
def _die_with_worker(**_: Any) -> None:
    # A worker that is killed tells its processes nothing: they would wait for it for ever.
    die_with_parent(signal.SIGKILL)


@worker_init.connect
def _let_readers_come_first(**_: Any) -> None:
    # Somebody waits for a page; a notebook that is read a moment later is missed by nobody.
    come_second()


@worker_process_init.connect
def _collect_seldom(**_: Any) -> None:
    """A notebook is thousands of objects that go by themselves, and what was imported stays: to look through them after
    every 700 was a tenth of the processor's time for notebooks that come in."""
    gc.freeze()
    gc.set_threshold(10_000)
