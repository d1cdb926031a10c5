"""`manage.py fluentd`: listens for kernels that stream their logs."""

import asyncio
import ipaddress
import logging
import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, close_old_connections

from execlogs.forward.server import Listener, Manner
from execlogs.ingest import Told, ingest
from execlogs.models import Witness
from execlogs.refusals import explain_log
from notebooks.models import Space

logger = logging.getLogger(__name__)

KEY = "OPSNOTES_FLUENTD_KEY"
_LONGEST_WAIT = 30  # seconds between two tries, while the database is busy

HELP = f"""
Listens for fluentd's forward protocol and stores the logs that lc_wrapper streams (lc_wrapper_fluentd_host and
_port in its configuration; or a fluentd or Fluent Bit between). Without a shared key on loopback only: whoever
reaches the address may tell of executions. The key is read from {KEY}; lc_wrapper knows none, so beyond
this machine let a fluentd there take its logs and forward them with the key. Ends on SIGTERM and Ctrl-C, having
stored what it had read.
"""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:24224", metavar="HOST:PORT")
        parser.add_argument("--space", default="runbooks", metavar="SLUG", help="default: runbooks")
        parser.add_argument(
            "--time-zone", default="", metavar="TZ", help="of the machines that wrote the logs"
        )
        parser.add_argument("--host", default="", metavar="NAME", help="what to call the notebook server")
        parser.add_argument(
            "--mapping", action="append", default=[], metavar="THERE=HERE",
            help="a folder in its logs' paths, and that folder in the space; may be given often",
        )  # fmt: skip

    def handle(self, *, bind: str, space: str, **options: Any) -> None:
        host, port = _address(bind)
        key = os.environ.get(KEY, "")
        if not key and not _is_loopback(host):
            raise CommandError(
                f"--bind {bind} is reachable from elsewhere: set {KEY} to a shared key for that."
            )
        storer = Storer(_space(space), **_around(**options))
        listener = Listener(storer.store, Manner(key, settings.MAX_NOTEBOOK_BYTES))
        try:
            asyncio.run(self._listen(listener, host, port))
        except OSError as error:
            raise CommandError(f"--bind {bind}: {error.strerror or error}") from error

    async def _listen(self, listener: Listener, host: str, port: int) -> None:
        listening = asyncio.ensure_future(listener.listen(host, port, lambda bound: self._say(host, bound)))
        loop = asyncio.get_running_loop()
        for ending in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(ending, listening.cancel)
        await asyncio.wait([listening])
        if not listening.cancelled():
            listening.result()

    def _say(self, host: str, port: int) -> None:
        self.stdout.write(f"Listening on {host}:{port}")
        self.stdout.flush()


class Storer:
    def __init__(self, space: Space, time_zone: str, host: str, mapping: Sequence[tuple[str, str]]) -> None:
        self._space, self._time_zone, self._host, self._mapping = space, time_zone, host, mapping

    def store(self, logs: Sequence[bytes]) -> None:
        if not logs:
            return
        told = [self._told(index, log) for index, log in enumerate(logs)]
        outcome = self._patiently(told)
        for _, code, detail in outcome.failed:
            logger.warning("A log that was streamed was not taken: %s", explain_log(code, detail))
        logger.info("%d stored, %d merged, %d unchanged", outcome.stored, outcome.merged, outcome.unchanged)

    def _patiently(self, told: Sequence[Told]) -> Any:
        wait = 0.5
        while True:
            close_old_connections()  # a database may have been away for long
            try:
                return ingest(self._space, told)
            except OperationalError:
                logger.warning("The database is busy; trying again in %.1f s", wait, exc_info=True)
                time.sleep(wait)
                wait = min(2 * wait, _LONGEST_WAIT)

    def _told(self, index: int, log: bytes) -> Told:
        return Told(
            witness=Witness.STREAM,
            raw=log,
            name=str(index),
            host=self._host,
            time_zone=self._time_zone,
            mapping=self._mapping,
        )


def _address(bind: str) -> tuple[str, int]:
    host, _, port = bind.rpartition(":")
    if not host or not port.isdecimal() or int(port) > 65535:
        raise CommandError(f"--bind {bind!r}: write an address and a port, such as 127.0.0.1:24224")
    return host.strip("[]"), int(port)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _around(*, time_zone: str, host: str, mapping: Sequence[str], **_: Any) -> dict[str, Any]:
    zone = time_zone or settings.TIME_ZONE
    if zone not in available_timezones():
        raise CommandError(f"--time-zone {zone!r} is no time zone. Write for example --time-zone Asia/Tokyo")
    pairs = [each.partition("=") for each in mapping]
    if wrong := [f"{there}{sign}{here}" for there, sign, here in pairs if not there or not sign]:
        raise CommandError(f"--mapping {wrong[0]!r}: write it as /home/kato/notebooks=kato")
    return {"time_zone": zone, "host": host, "mapping": [(there, here) for there, _, here in pairs]}


def _space(slug: str) -> Space:
    space = Space.objects.filter(slug=slug).first()
    if space is None:
        raise CommandError(f"There is no space {slug!r}: make it first, on /spaces/new/.")
    return space
