"""Wrong keys are counted, by who sends them. Right ones are never kept out: many servers share one address."""

from __future__ import annotations

import logging

from django.core.cache import cache

WINDOW = 60  # seconds
MOST = 60

logger = logging.getLogger(__name__)


def note_wrong_key(address: str) -> bool:
    """Whether that was one too many."""
    name = f"door:wrong:{address}"
    cache.add(name, 0, WINDOW)
    try:
        count = cache.incr(name)
    except ValueError:  # it ran out in between
        return False
    if count == MOST + 1:
        logger.warning("%s sent %d wrong keys for sidestickies within a minute", address, count)
    return count > MOST
