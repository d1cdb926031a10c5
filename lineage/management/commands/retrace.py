"""`manage.py retrace`: what lineage derived, again from the originals."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from lineage import refresh
from notebooks.management.bar import Bar


class Command(BaseCommand):
    help = (
        "Works out again which notebooks are runs of which template, how they deviate, and how often each cell"
        " occurs. What people said and what was adopted stays. Repeatable; may be stopped at any time."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        bar = Bar(sys.stderr)
        done = refresh.rebuild(bar.draw)
        bar.clear()
        self.stdout.write(f"{done} notebooks traced")
