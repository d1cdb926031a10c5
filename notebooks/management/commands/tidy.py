"""`manage.py tidy [--yes]`: removes what nothing uses any more."""

from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand

from notebooks import tidying


class Command(BaseCommand):
    help = (
        "Says what nothing uses any more: batches older than 90 days, fragments, assets and bytes that no"
        " notebook, revision or side file needs. --yes removes it. Notebooks and their history are never touched."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--yes", action="store_true", help="remove it")

    def handle(self, *, yes: bool, **options: Any) -> None:
        verb = "removed" if yes else "would be removed"
        steps: list[tuple[str, Callable[[], int], Callable[[], None]]] = [
            ("batches", lambda: tidying.old_batches().count(), tidying.remove_batches),
            ("fragments", lambda: tidying.unused_fragments().count(), tidying.remove_fragments),
            ("assets", lambda: tidying.unused_assets().count(), tidying.remove_assets),
            # Last: what the others leave behind is found with it.
            ("files", tidying.unused_file_count, tidying.remove_files),
        ]
        for name, count, remove in steps:
            found = count()
            if yes:
                remove()
            self.stdout.write(f"{found} {name} {verb}")
        if not yes:
            self.stdout.write("Nothing was removed. --yes removes it.")
