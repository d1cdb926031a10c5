"""A folder as broker, so that nothing has to be installed: kombu's, but a message appears and goes in one step.

Kombu's own writes a message under the name it is read by, and a worker that looks at that moment reads half of it.
"""

import time
from pathlib import Path
from queue import Empty
from typing import Any
from uuid import uuid4

from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.json import dumps, loads


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **kwargs: Any) -> None:  # type: ignore[override]
        name = f"{time.time_ns():020}_{uuid4().hex}.{queue}.msg"
        unseen = Path(self.data_folder_out) / f".{name}"
        unseen.write_text(dumps(payload))
        unseen.rename(unseen.with_name(name))

    def _get(self, queue: str, timeout: float | None = None) -> dict[str, Any]:
        folder = Path(self.data_folder_in)
        waiting = (path.name for path in folder.iterdir() if path.name.partition(".")[2] == f"{queue}.msg")
        for name in sorted(waiting):
            taken = folder / f".taken.{name}"
            try:
                (folder / name).rename(taken)
            except FileNotFoundError:  # another worker was faster
                continue
            payload = taken.read_text()
            taken.unlink()
            return dict(loads(payload))
        raise Empty


class Transport(filesystem.Transport):
    Channel = Channel

    @property
    def default_connection_params(self) -> dict[str, Any]:
        return {}  # no host, no port


def register() -> None:
    """Makes "folder://" a broker address."""
    TRANSPORT_ALIASES["folder"] = f"{__name__}:Transport"
