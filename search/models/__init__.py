"""What the index has still to look at, and what people keep of searching."""

from search.models.due import Due, DueLog, DueNote, Ring
from search.models.past import PastSearch
from search.models.saved import Arrival, Following, KnownHit, SavedSearch

__all__ = [
    "Arrival",
    "Due",
    "DueLog",
    "DueNote",
    "Following",
    "KnownHit",
    "PastSearch",
    "Ring",
    "SavedSearch",
]
