"""`manage.py run`: web server and workers together."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from opsnotes.loginlink import path_for
from opsnotes.processes import answers, slot, supervise
from opsnotes.serving import default_concurrency, web, workers


class Command(BaseCommand):
    help = "Starts web server and workers, until Ctrl-C. When one of them ends, all do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="default: 127.0.0.1, this machine alone")
        parser.add_argument("--port", type=int, default=8000)
        parser.add_argument("--concurrency", type=int, default=default_concurrency(), metavar="N")
        parser.add_argument("--login-as", default="", metavar="USER", help="print a link that logs USER in")

    def handle(self, *, host: str, port: int, concurrency: int, login_as: str, **options: Any) -> None:
        if answers(host, port):
            raise CommandError(
                f"Something answers on {host}:{port} already. Choose another: --port (make: PORT=)."
            )
        self._greeting = _greeting(f"http://{host}:{port}", login_as)
        self._place = host, port
        call_command("collectstatic", interactive=False, verbosity=0)
        with slot(settings.DATA / "workers") as number:
            sys.exit(supervise({**web(host, port), **workers(number, concurrency)}, self._greet))

    def _greet(self) -> None:
        """Once, as soon as the web server answers."""
        if self._greeting and answers(*self._place):
            self.stdout.write(self._greeting)
            self.stdout.flush()
            self._greeting = ""


def _greeting(address: str, login_as: str) -> str:
    where = f"\nOpsNotes is at {address}/ (Ctrl-C stops it)"
    if not login_as:
        return where
    try:
        person = User.objects.get(username=login_as)
    except User.DoesNotExist as error:
        raise CommandError(f"There is no account {login_as!r}.") from error
    return f"{where}\nLog in as {login_as}: {address}{path_for(person)}"
