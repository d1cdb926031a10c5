"""Which documents are copies of one thing, and which of equally good ones comes first. Pure."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import blake2b

_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
_LATEST = 30_000  # a clock may be wrong by centuries
# What succeeded comes before what is so much fresher and did not.
_SUCCESS = 180  # days


def fold_of(kind: str, name: str) -> int | None:
    """A number for the copies of one cell, or of one runbook, by its MEME; None of what has no name."""
    if not name:
        return None
    digest = blake2b(f"{kind}:{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) >> 1  # engines' whole numbers have a sign


def precedence_of(changed_at: datetime, *, has_succeeded: bool) -> int:
    """In days: a score stays as it is, this decides where two are the same."""
    days = (changed_at - _BEGINNING).days + (_SUCCESS if has_succeeded else 0)
    return min(max(days, 0), _LATEST)
