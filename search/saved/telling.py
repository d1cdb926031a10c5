"""Telling who asked for it that something new matches a saved search: one notice with a count, however much came."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from inbox.manners import as_wanted_by
from inbox.models import What
from inbox.telling import Event, tell
from notebooks.models import Space
from notebooks.portions import portions
from search.models import Arrival, Following, KnownHit, SavedSearch
from search.saved import arrivals
from search.saved.asking import SpaceSight, ask, names_of
from search.saved.newhits import NewHit, hits_of
from search.sight import Sight

# After a notice a search is silent for so long; what comes meanwhile is told together.
QUIET = timedelta(minutes=5)
MOST = 1000  # hits that are looked at one by one; beyond these they are counted
MOST_KNOWN = 5000  # that matched before anybody wanted to be told
_NAMED = 3  # in a notice


def tell_new(seconds: float) -> bool:
    """Works for about so long; says whether more waits. Raises haystack.exceptions.SearchBackendError."""
    until = time.monotonic() + seconds
    for following in list(_waiting()):
        _look(following)
        if time.monotonic() > until:
            break
    arrivals.forget_seen()
    return _waiting().exists()


def is_anybody_waiting() -> bool:
    return _waiting().exists()


def _waiting() -> QuerySet[Following]:
    came = Arrival.objects.filter(pk__gt=OuterRef("seen"))
    loud = Q(told_at=None) | Q(told_at__lt=timezone.now() - QUIET)
    told = Following.objects.filter(is_told=True)
    ready = told.filter(Q(is_primed=False) | (loud & Exists(came)))
    return ready.select_related("search__space", "user__preferences").order_by("pk")


def _look(following: Following) -> None:
    if not _may_be_told(following):
        _advance(following, arrivals.last())
    elif not following.is_primed:
        _prime(following)
    elif (came := arrivals.after(following.seen)) is not None:
        _tell_of(following, came)


def _may_be_told(following: Following) -> bool:
    """Asked now: who left the space of a search is told nothing more of it."""
    person = following.user
    if person is None:
        return following.search.space is not None
    return person.is_active and SavedSearch.objects.visible_to(person).filter(pk=following.search_id).exists()


def _prime(following: Following) -> None:
    """What matches already is not new when it is saved again."""
    last = arrivals.last()
    with _as(following) as sight:
        found = ask(following.search, sight, size=MOST_KNOWN)
        hits = hits_of(names_of(found), sight.spaces)
    with transaction.atomic():
        if _advance(following, last, is_primed=True):
            _know(following, hits)


def _tell_of(following: Following, came: arrivals.Arrived) -> None:
    with _as(following) as sight:
        found = ask(following.search, sight, came.within, size=MOST)
        hits = hits_of(names_of(found), sight.spaces)
        uncounted = found.count - len(found.results)
        spaces = sight.spaces
    new = _unknown(following, hits)
    with transaction.atomic():
        now = {"told_at": timezone.now()} if new else {}
        if _advance(following, came.last, **now) and new:
            _know(following, new)
            tell(_event(following, new, len(new) + uncounted, _where(following, new, spaces)))


@contextmanager
def _as(following: Following) -> Iterator[Sight]:
    """What the person may see at this moment; "today" is theirs."""
    if following.user is not None:
        with as_wanted_by(following.user):
            yield Sight(following.user)
    elif following.search.space is not None:
        yield SpaceSight(following.search.space)


def _advance(following: Following, seen: int, **changed: object) -> bool:
    """False where another was quicker, or where nobody wants to be told any more."""
    as_read = Following.objects.filter(
        pk=following.pk, seen=following.seen, is_primed=following.is_primed, is_told=True
    )
    return as_read.update(seen=max(seen, following.seen), **changed) == 1


def _unknown(following: Following, hits: Sequence[NewHit]) -> list[NewHit]:
    known: set[str] = set()
    for some in portions([hit.key for hit in hits]):
        known |= set(KnownHit.objects.filter(following=following, key__in=some).values_list("key", flat=True))
    return [hit for hit in hits if hit.key not in known]


def _know(following: Following, hits: Collection[NewHit]) -> None:
    KnownHit.objects.bulk_create(
        [KnownHit(following=following, key=hit.key) for hit in hits], batch_size=1000, ignore_conflicts=True
    )


def _where(following: Following, new: Sequence[NewHit], spaces: Mapping[int, Space]) -> Space:
    """The notice is of this space and goes with the right to read it: that of the search, else of the newest hit."""
    return following.search.space or spaces[new[0].space]


def _event(following: Following, new: Sequence[NewHit], count: int, space: Space) -> Event:
    # Other spaces may be closed to the person later than this one: their titles do not stand here.
    titles = dict.fromkeys(hit.title for hit in new if hit.space == space.pk and hit.title)
    return Event(
        key=f"{key_of(following.search)}:{following.pk}:{following.seen}",
        what=What.SEARCH_HIT,
        space=space,
        actor=None,
        title=following.search.name,
        count=count,
        excerpt=" · ".join(list(titles)[:_NAMED]),
        url=f"{following.search.get_absolute_url()}?sort=newest",
        to=frozenset([following.user_id] if following.user_id else []),
    )


def key_of(search: SavedSearch) -> str:
    """What the keys of all that is told of it begin with."""
    return f"search:{search.pk}"
