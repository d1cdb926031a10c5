"""What a person may want to ask again, while they type: their own last searches, and searches saved by them or for a
space that they may read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from django.urls import reverse
from django.utils.translation import gettext as _

from notebooks.models.space import Viewer
from search.analysis import normalise
from search.models import SavedSearch
from search.saved import history

MOST_PAST = 5
MOST_SAVED = 3


@dataclass(frozen=True, slots=True)
class Recalled:
    text: str
    label: str
    about: str  # what it is
    url: str = ""  # of a saved one


def recalled(typed: str, viewer: Viewer) -> Iterator[Recalled]:
    """What begins as is typed, of saved ones the name too; of what is typed whole nothing. Two queries."""
    begun = normalise(typed).lstrip()
    yield from islice(_past(begun, viewer), MOST_PAST)
    yield from islice(_saved(begun, viewer), MOST_SAVED)


def _past(begun: str, viewer: Viewer) -> Iterator[Recalled]:
    for text in history.last_of(viewer):
        if _begins(text, begun):
            yield Recalled(text, text, _("searched for before"))


def _saved(begun: str, viewer: Viewer) -> Iterator[Recalled]:
    """One's own first."""
    visible = SavedSearch.objects.visible_to(viewer).select_related("space").order_by("name", "pk")
    for search in sorted(visible, key=lambda search: search.space_id is not None):
        if _begins(search.name, begun) or (search.text and _begins(search.text, begun)):
            yield Recalled(
                search.text, search.name, _about(search), reverse("saved-search", args=[search.pk])
            )


def _begins(text: str, begun: str) -> bool:
    folded = normalise(text)
    return folded.startswith(begun) and folded != begun.strip()


def _about(search: SavedSearch) -> str:
    if search.space is None:
        return _("saved search")
    return _("saved search, shared with %(space)s") % {"space": search.space.name}
