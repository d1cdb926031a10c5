"""Answers that are sent while they are made."""

from collections.abc import Iterator
from datetime import tzinfo

from django.utils import timezone, translation


def spoken(made: Iterator[str], language: str | None, zone: tzinfo | str) -> Iterator[str]:
    """`made`, each piece in the language and zone of the request: its own end with its view, before the first piece is
    made, and whatever made a piece may be the last to run."""
    while True:
        with translation.override(language), timezone.override(zone):
            piece = next(made, None)
        if piece is None:
            return
        yield piece
