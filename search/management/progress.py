"""A progress bar of one line, where somebody looks."""

import shutil
import time
from types import TracebackType
from typing import Self

from django.core.management.base import OutputWrapper

WIDTH = 40
EVERY = 0.1  # seconds


class Bar:
    def __init__(self, out: OutputWrapper) -> None:
        self._out = out
        self._is_seen = out.isatty()
        self._began = time.monotonic()
        self._drawn = 0.0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_seen and self._drawn:
            self._out.write("", ending="\n")

    def show(self, done: int, total: int) -> None:
        now = time.monotonic()
        if not self._is_seen or (now - self._drawn < EVERY and done < total):
            return
        self._drawn = now
        self._out.write("\r" + self._line(done, total, now - self._began), ending="")
        self._out.flush()

    def _line(self, done: int, total: int, seconds: float) -> str:
        share = done / total if total else 1.0
        left = seconds / share * (1 - share) if share else 0.0
        bar = "█" * round(share * WIDTH) + "░" * (WIDTH - round(share * WIDTH))
        columns = shutil.get_terminal_size().columns
        return f"{bar} {done:,} of {total:,} notebooks, {left:.0f} s left"[: columns - 1].ljust(columns - 1)
