"""Spaces: how one is made, and who is in it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from itertools import count

from django.contrib.auth.models import Group, User
from django.core.validators import validate_slug
from django.db import transaction
from django.utils.text import slugify

from notebooks.models import Space

# "/spaces/new/" is the page that makes one.
RESERVED = {"new"}
SLUG_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Members:
    """Who may read a space and who may write to it (and read). Writers decide who is in it."""

    readers: Collection[User] = field(default_factory=tuple)
    writers: Collection[User] = field(default_factory=tuple)
    reader_groups: Collection[Group] = field(default_factory=tuple)
    writer_groups: Collection[Group] = field(default_factory=tuple)

    @property
    def has_writer(self) -> bool:
        return any(person.is_active for person in self.writers) or any(
            group.user_set.filter(is_active=True).exists() for group in self.writer_groups
        )


class NoWriterLeft(Exception):
    """Nobody could change or people the space any more."""


def free_slug(name: str) -> str:
    """An address for a space of this name that no other space has."""
    stem = slugify(name)[: SLUG_LENGTH - 5].strip("-") or "space"
    wanted = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(slug for slug in wanted if is_free(slug))


def is_free(slug: str) -> bool:
    return slug not in RESERVED and not Space.objects.filter(slug=slug).exists()


def find_or_make(slug: str) -> tuple[Space, str | None]:
    """For commands: the space, and where it had to be made who may read it, in a word. Raises ValidationError."""
    validate_slug(slug)
    space, is_new = Space.objects.get_or_create(slug=slug, defaults={"name": slug})
    if not is_new:
        return space, None
    maker = User.objects.filter(is_superuser=True, is_active=True).order_by("pk").first()
    space.writers.set([maker] if maker else [])
    return space, str(maker or "nobody yet: there is no account")


def save_space(space: Space, members: Members) -> None:
    """Saves what the space says of itself and who is in it, together. Raises NoWriterLeft.

    Membership is read whenever somebody asks for something, so it holds from the next request on.
    """
    if not members.has_writer:
        raise NoWriterLeft
    with transaction.atomic():
        space.save()
        # Held until all four lists are written: two writers who save at once must not remove each other.
        Space.objects.select_for_update().get(pk=space.pk)
        space.readers.set(members.readers)
        space.writers.set(members.writers)
        space.reader_groups.set(members.reader_groups)
        space.writer_groups.set(members.writer_groups)
