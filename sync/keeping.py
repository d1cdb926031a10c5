"""Keeping a source and giving it up, with the hold that it has on its folder."""

from __future__ import annotations

from datetime import timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from notebooks.models import FolderHold
from sync.models import Source


class PlaceTaken(Exception):
    """Another source fills this folder, or one that lies in it or around it."""


def keep(source: Source) -> None:
    """Saves it as it is, and holds its folder. Raises PlaceTaken."""
    try:
        with transaction.atomic():
            before = Source.objects.select_for_update().filter(pk=source.pk or 0).first()
            if before:
                _holds_of(before).delete()
            if overlapping(source):
                raise PlaceTaken
            _settle_next_run(source, before)
            source.save()
            hold(source)
    except IntegrityError as error:  # another was kept at this moment
        raise PlaceTaken from error


def hold(source: Source) -> None:
    FolderHold.objects.update_or_create(
        space=source.space, folder=source.folder, defaults={"holder": source.name}
    )


def delete(source: Source) -> None:
    """What it brought stays, with its history; its folder is as free as any."""
    with transaction.atomic():
        _holds_of(source).delete()
        source.delete()


def pause(source: Source, *, is_paused: bool) -> None:
    source.is_paused = is_paused
    keep(source)


def overlapping(source: Source) -> Source | None:
    """Another source whose files would get in between."""
    others = Source.objects.filter(space=source.space).exclude(pk=source.pk or 0)
    return next((each for each in others if _overlap(each.folder, source.folder)), None)


def _overlap(one: str, other: str) -> bool:
    one, other = (f"{folder}/" if folder else "" for folder in (one, other))
    return one.startswith(other) or other.startswith(one)


def _holds_of(source: Source) -> QuerySet[FolderHold]:
    return FolderHold.objects.filter(space=source.space_id, folder=source.folder)


def _settle_next_run(source: Source, before: Source | None) -> None:
    """A changed rhythm counts from now. A new source leaves time to look at its test first."""
    if source.is_paused or not source.every_minutes:
        source.next_run_at = None
    elif before is None or source.next_run_at is None or before.every_minutes != source.every_minutes:
        source.next_run_at = timezone.now() + timedelta(minutes=source.every_minutes)
