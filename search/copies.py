"""What is folded into a hit."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from django.urls import get_script_prefix, reverse

from notebooks import memes

_ANY = "00000000-0000-0000-0000-000000000000"


@dataclass(frozen=True, slots=True)
class Copies:
    """Further hits that are copies of the same cell or its executions, or of the same runbook."""

    count: int = 0
    fold: int = 0  # what the index calls them
    meme: str = ""  # what they have in common; '' where that is their text alone

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def family(self) -> str:
        """Where all copies are told, found or not; '' where there is nothing in common to tell them by."""
        return _families_at(get_script_prefix()).replace(_ANY, self.meme) if self.meme else ""


NO_COPIES = Copies()


def copies_of(count: int, fold: int | None, full_meme: str) -> Copies:
    meme = memes.parse(full_meme)
    return Copies(count, fold or 0, str(meme.uuid) if meme else "")


@lru_cache(maxsize=16)
def _families_at(prefix: str) -> str:  # noqa: ARG001  the key of what is remembered
    """The address of one, below where this server answers: to work out each would take as long as to read its row."""
    return reverse("family", args=[_ANY])
