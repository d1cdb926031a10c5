"""`manage.py watch`: has folder sources synced as they change."""

from __future__ import annotations

import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from sync.watching import Watching


class Command(BaseCommand):
    help = (
        "Watches the folders of sources, until Ctrl-C, and has what changes brought in by the workers. manage.py run"
        " and manage.py work do this too; a folder that another machine writes to over the network is seen by the"
        " regular syncs alone."
    )
    requires_system_checks = ()  # who starts it beside workers has checked, and they would import every page

    def handle(self, *args: Any, **options: Any) -> None:
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, self._ask)
        self.is_over = False
        Watching().go_on(lambda: self.is_over)

    def _ask(self, number: int, frame: FrameType | None) -> None:
        self.is_over = True
