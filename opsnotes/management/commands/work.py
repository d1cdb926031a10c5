"""`manage.py work`: the workers without the web server."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from opsnotes.processes import slot, supervise
from opsnotes.serving import default_concurrency, workers


class Command(BaseCommand):
    help = (
        "Starts a worker and the writer of the index, until Ctrl-C. On Redis further ones may run beside it, on"
        " this machine or others: give those --no-index."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--concurrency", type=int, default=default_concurrency(), metavar="N")
        parser.add_argument("--no-index", action="store_true", help="leave writing the index to another one")

    def handle(self, *, concurrency: int, no_index: bool, **options: Any) -> None:
        with slot(settings.DATA / "workers") as number:
            sys.exit(supervise(workers(number, concurrency, with_index=not no_index)))
