"""A full disk, told from other trouble: making room cures it, and nothing is wrong with what was being written."""

import errno

from django.db import OperationalError

_FULL = {errno.ENOSPC, errno.EDQUOT}
_SAID = (
    "disk is full",
    "no space left on device",
)  # by SQLite; by PostgreSQL, which hands the system's words on


def is_full(error: BaseException) -> bool:
    """Whether it was raised because there is no room, or no quota, left to write to."""
    if isinstance(error, OSError):
        return error.errno in _FULL
    return isinstance(error, OperationalError) and any(said in str(error).lower() for said in _SAID)
