"""What is folded into a hit."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse

from notebooks import memes


@dataclass(frozen=True, slots=True)
class Copies:
    """Further hits that are copies of the same cell or its executions, or of the same runbook."""

    count: int = 0
    meme: str = ""  # what they have in common; '' of executions that no cell is told of

    def __bool__(self) -> bool:
        return self.count > 0

    @property
    def family(self) -> str:
        """Where all copies are told, found or not; '' where there is nothing in common to tell them by."""
        return reverse("family", args=[self.meme]) if self.meme else ""


NO_COPIES = Copies()


def copies_of(count: int, full_meme: str) -> Copies:
    meme = memes.parse(full_meme)
    return Copies(count, str(meme.uuid) if meme else "")
