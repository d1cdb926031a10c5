"""A progress bar for commands: only where somebody looks at a terminal."""

import time
from typing import TextIO

WIDTH = 30
_EVERY = 0.1  # seconds


class Bar:
    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._is_shown = stream.isatty()
        self._drawn_at = 0.0

    def draw(self, done: int, total: int, note: str = "") -> None:
        now = time.monotonic()
        if self._is_shown and (now - self._drawn_at > _EVERY or done == total):
            self._drawn_at = now
            filled = WIDTH * done // total if total else 0
            line = f"{'█' * filled}{'░' * (WIDTH - filled)} {done:,} / {total:,} {note}"
            self._stream.write(f"\r\033[K{line}")
            self._stream.flush()

    def clear(self) -> None:
        """Makes room for a line."""
        if self._is_shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
