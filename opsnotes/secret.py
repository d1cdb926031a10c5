"""The key that signs sessions, made once and kept beside the data when the environment names none."""

import contextlib
import os
import secrets
import tempfile
from pathlib import Path


def kept_in(path: Path) -> str:
    """The secret in `path`; written there, readable by its owner alone, if there is none yet."""
    if not path.exists():
        _write(path, secrets.token_urlsafe(50))
    return path.read_text().strip()


def _write(path: Path, key: str) -> None:
    """Appears whole or not at all; of two processes that start together the first wins."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent)  # for its owner alone
    with os.fdopen(descriptor, "w") as file:
        file.write(key)
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    Path(temporary).unlink()
