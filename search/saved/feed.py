"""A saved search as an Atom feed: what its reader may find at the moment it is fetched."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from inbox.feeds import Entry, atom
from inbox.telling import one_line
from search import labels
from search.asking import wanted
from search.language import read
from search.models import SavedSearch
from search.saved.asking import ask
from search.showing import AnyHit, made_of
from search.sight import Sight

MOST = 50


def feed_of(search: SavedSearch, reader: User, path: str) -> str:
    """Raises haystack.exceptions.SearchBackendError."""
    sight = Sight(reader)
    found = ask(search, sight, size=MOST)
    hits = made_of(found.results, wanted(read(search.text).tree), sight.spaces)
    title = " · ".join(["OpsNotes", one_line(search.name), _("Search")])
    return atom(title, path, search.get_absolute_url(), map(_entry, hits))


def _entry(hit: AnyHit) -> Entry:
    """A runbook that was changed is the same entry, with a new time."""
    return Entry(
        name=f"hit-{hit.url}",
        title=one_line(hit.title_text),
        path=hit.url,
        excerpt=one_line(" ".join(text for line in hit.snippet for text, _marked in line.pieces)),
        author="",
        at=hit.updated_at,
        kind=str(labels.KINDS.get(hit.kind, hit.kind)),
    )
