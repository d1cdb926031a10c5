"""Saving searches, and who is told of what they find. The page and the API come through here."""

from __future__ import annotations

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from inbox.models import Notice
from inbox.telling import withdraw
from notebooks.models import Space
from notebooks.models.space import Viewer
from search import bells
from search.find import FACETS
from search.models import Following, KnownHit, SavedSearch
from search.saved.telling import key_of

# Of one person's own, and of one space's.
MOST = 100


class Refused(Exception):
    """Why it cannot be saved so, in words."""


def save(search: SavedSearch, by: User) -> None:
    """Raises Refused. Who may, was asked before."""
    search.narrowed = {name: value for name, value in search.narrowed.items() if name in FACETS and value}
    if not search.text.strip() and not search.narrowed:
        raise Refused(_("There is nothing in it to search for."))
    with transaction.atomic():
        before = SavedSearch.objects.filter(pk=search.pk).first()
        _must_have_room(search, before)
        search.author_name = search.author_name or by.get_username()
        search.save()
        if before is not None:
            _follow_on(before, search)


def share(search: SavedSearch, by: User, space: Space | None) -> None:
    """With a space, or from now on one's own alone. Not saved yet."""
    search.space, search.owner = space, None if space else by


def tell(search: SavedSearch, user: User | None, *, is_told: bool) -> None:
    """Whether this person, or with None the space's webhooks, are told when something new matches."""
    with transaction.atomic():
        following, _made = Following.objects.get_or_create(search=search, user=user)
        if following.is_told == is_told:
            return
        _from_now_on(Following.objects.filter(pk=following.pk), is_told=is_told)
    transaction.on_commit(bells.ring_for_new, robust=True)


def note_opened(search: SavedSearch, user: Viewer) -> None:
    """What is found now is new to them no more, and what they were told of it is read."""
    if not isinstance(user, User):
        return
    now = timezone.now()
    Following.objects.update_or_create(search=search, user=user, defaults={"opened_at": now})
    of_it = Notice.objects.filter(user=user, key__startswith=f"{key_of(search)}:")
    of_it.unread().update(read_at=now)


def delete(search: SavedSearch) -> None:
    with transaction.atomic():
        withdraw(key_of(search))
        search.delete()


def is_told(search: SavedSearch, user: User | None) -> bool:
    return Following.objects.filter(search=search, user=user, is_told=True).exists()


def _must_have_room(search: SavedSearch, before: SavedSearch | None) -> None:
    beside = SavedSearch.objects.filter(owner=search.owner, space=search.space)
    if before is not None:
        beside = beside.exclude(pk=before.pk)
    if beside.count() >= MOST:
        raise Refused(_("There are %(count)d already. Delete one that nobody needs.") % {"count": MOST})


def _follow_on(before: SavedSearch, search: SavedSearch) -> None:
    """Of another question all that matches now is old; and with a space go those who followed it there."""
    followings = Following.objects.filter(search=search)
    if before.space_id != search.space_id:
        followings.filter(user=None).delete()
        if search.owner_id:
            followings.exclude(user=search.owner_id).delete()
    if (before.text, before.narrowed) != (search.text, search.narrowed):
        _from_now_on(followings)
        transaction.on_commit(bells.ring_for_new, robust=True)


def _from_now_on(followings: QuerySet[Following], **changed: bool) -> None:
    KnownHit.objects.filter(following__in=followings).delete()
    followings.update(is_primed=False, told_at=None, **changed)
