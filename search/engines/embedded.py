"""What the engines inside the process have in common: an index in a folder."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from search.engines.backend import TreeBackend, TreeEngine
from search.engines.generations import Generations


class EmbeddedBackend(TreeBackend[Path]):
    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        self.path = Path(options["PATH"])
        self._generations: Generations | None = None

    @property
    def generations(self) -> Generations:
        if self._generations is None:
            self._generations = Generations(self.path, self.layout())
        return self._generations


class EmbeddedEngine(TreeEngine):
    """Brings no more than its backend."""
