"""A progress bar for commands: only where somebody looks at a terminal."""

import time
from typing import TextIO

WIDTH = 30
_EVERY = 0.1  # seconds


class Bar:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._began_at = time.monotonic()
        self._drawn_at = 0.0

    def draw(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if self._is_shown and (now - self._drawn_at > _EVERY or done == total):
            self._drawn_at = now
            filled = WIDTH * done // total if total else 0
            line = f"{'█' * filled}{'░' * (WIDTH - filled)} {done:,} / {total:,}{self._left(now, done, total)} {note}"
            self._stream.write(f"\r\033[K{line}")
            self._stream.flush()

    def _left(self, now: float, done: int, total: int) -> str:
        seconds = (now - self._began_at) * (total - done) / done if done else 0
        return f", {seconds:.0f} s left" if seconds >= 1 else ""

    def clear(self) -> None:
        """Makes room for a line."""
        if self._is_shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
