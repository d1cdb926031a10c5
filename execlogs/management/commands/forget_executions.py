"""`manage.py forget_executions --keep N [--yes]`: lets old executions go (retention)."""

import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from execlogs.forgetting import surplus
from notebooks.management.bar import Bar
from notebooks.models import Space

HELP = """
Says which executions are more than the last N of their cell in their space, and with --yes removes them and their
output. Failures stay, and so does what has no recorded end. What was removed does not come back with the histories
that lie beside logs. Without --keep N is OPSNOTES_KEEP_EXECUTIONS, by which the worker does the same once a day.
"""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--keep", type=int, default=settings.KEEP_EXECUTIONS, metavar="N", help="of each cell"
        )
        parser.add_argument("--yes", action="store_true", help="remove them")

    def handle(self, *, keep: int, yes: bool, **options: Any) -> None:
        if keep < 1:
            raise CommandError(
                "Say how many of each cell to keep: --keep 100, or OPSNOTES_KEEP_EXECUTIONS=100."
            )
        bar, by_space, cells = Bar(sys.stderr), dict[int, int](), 0
        for each in surplus(keep):
            count = each.remove() if yes else each.count
            by_space[each.space] = by_space.get(each.space, 0) + count
            cells += 1
            bar.draw(cells, cells, "cells")
        bar.clear()
        verb = "removed" if yes else "would be removed"
        for space, slug in Space.objects.filter(pk__in=by_space).order_by("slug").values_list("pk", "slug"):
            self.stdout.write(f"{slug}: {by_space[space]}")
        self.stdout.write(f"{sum(by_space.values())} executions of {cells} cells {verb}")
        if not yes:
            self.stdout.write("Nothing was removed. --yes removes it.")
