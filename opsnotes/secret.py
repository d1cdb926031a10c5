"""The key that signs sessions, made once and kept beside the data when the environment names none."""

import os
import secrets
from pathlib import Path


def kept_in(path: Path) -> str:
    """The secret in `path`; written there, readable by its owner alone, if there is none yet."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text().strip()
    with os.fdopen(descriptor, "w") as file:
        key = secrets.token_urlsafe(50)
        file.write(key)
    return key
