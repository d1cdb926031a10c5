"""`manage.py status`: one line each; exit 1 if something is wrong."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from opsnotes.status import report


class Command(BaseCommand):
    help = "Database, broker, worker, waiting work and index, one line each. Exit 1 if something is wrong."
    # It tells of pending migrations itself, and must answer when a check fails.
    requires_system_checks = ()

    def handle(self, *args: Any, **options: Any) -> None:
        lines = report()
        for line in lines:
            style = self.style.SUCCESS if line.is_well else self.style.ERROR
            self.stdout.write(f"{style('ok ' if line.is_well else 'BAD')} {line.name:<12} {line.text}")
        if not all(line.is_well for line in lines):
            sys.exit(1)
