"""From drafts to rows and back, many at a time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Q

from execlogs.announcing import announce
from execlogs.drafts import Draft, headline_of
from execlogs.keys import digest_of
from execlogs.linking import Library
from execlogs.models import Execution, Status, Transcript, Witness
from notebooks.models import Space
from notebooks.portions import PORTION, portions

_OWN = (
    "key", "at", "witnesses", "status", "meme", "branch", "notebook_meme", "notebook_path", "place", "who", "host",
    "server_signature", "uid", "ended_at", "started_text", "ended_text", "is_zone_guessed", "matches", "error",
    "log_path",
)  # fmt: skip
_TEXTS = ("code", "output", "output_size", "is_cut", "log_sha256")
_WRITTEN = [*(name for name in _OWN if name != "key"), "notebook", "headline", "code_digest"]


def known(space: Space, keys: Collection[str]) -> dict[str, Draft]:
    """What is stored under these keys."""
    found: dict[str, Draft] = {}
    for some in portions(keys):
        found |= _drafts(space, Q(key__in=some))
    return found


def logged_at(space: Space, prefixes: Collection[str]) -> list[Draft]:
    """Sketches of what logs tell whose keys begin so."""
    found: list[Draft] = []
    # As ranges: a database uses its index for these whatever its collation.
    for some in portions(prefixes, PORTION // 2):
        # The space within each: beside them all, SQLite would go through the whole space.
        ranges = [Q(space=space, key__gte=prefix, key__lt=f"{prefix}g") for prefix in some]
        found += _sketches(reduce(or_, ranges))
    return found


def logged_of(space: Space, memes: Collection[UUID], since: datetime, until: datetime) -> list[Draft]:
    """Sketches of what logs tell of these cells that began between these times."""
    found: list[Draft] = []
    for some in portions(memes):
        # All statuses there are, so that the index leads on to the times.
        cells = Q(space=space, meme__in=some, status__in=Status.values, at__range=(since, until))
        found += _sketches(cells)
    return found


_SKETCHED = ("key", "at", "witnesses", "status", "meme", "branch", "ended_at", "log_path")


def _sketches(wanted: Q) -> list[Draft]:
    """Who an execution is and when, without what it printed; those alone that more than a notebook tells of."""
    logged = Execution.objects.filter(wanted).exclude(witnesses=Witness.NOTEBOOK).order_by()
    return [Draft(**dict(zip(_SKETCHED, row, strict=True))) for row in logged.values_list(*_SKETCHED)]


def rename(space: Space, renamed: Mapping[str, str]) -> None:
    """What a notebook alone told of is known by its log now, and keeps its address."""
    for before, after in renamed.items():
        Execution.objects.filter(space=space, key=before).update(key=after)


def drop(space: Space, keys: Collection[str]) -> None:
    for some in portions(keys):
        dropped = Execution.objects.filter(space=space, key__in=some)
        announce(list(dropped.values_list("pk", flat=True)))
        dropped.delete()


def one_at_a_time(space: Space) -> None:
    """Until the transaction ends nobody else writes executions of this space: two that merge into one row must see
    each other's, and wait for each other in one order. SQLite has one writer anyway."""
    if connection.features.has_select_for_update:
        # Not for its key: notebooks go on coming in, whose rows point at the space.
        list(Space.objects.select_for_update(no_key=True).filter(pk=space.pk).values_list("pk"))


def store(space: Space, drafts: Sequence[Draft]) -> None:
    """Writes rows, new or over those of the same key. Inside the caller's transaction."""
    if not drafts:
        return
    library = Library(space, drafts)
    stored = Execution.objects.bulk_create(
        [_row(space, draft, library) for draft in drafts],
        update_conflicts=True,
        unique_fields=["space", "key"],
        update_fields=_WRITTEN,
    )
    Transcript.objects.bulk_create(
        [
            Transcript(execution_id=row.pk, **{name: getattr(draft, name) for name in _TEXTS})
            for row, draft in zip(stored, drafts, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["execution"],
        update_fields=list(_TEXTS),
    )
    announce([row.pk for row in stored])


def _row(space: Space, draft: Draft, library: Library) -> Execution:
    return Execution(
        space=space,
        notebook_id=library.notebook_of(draft),
        headline=headline_of(draft.code),
        code_digest=digest_of(draft.code),
        **{name: getattr(draft, name) for name in _OWN},
    )


def _drafts(space: Space, wanted: Q) -> dict[str, Draft]:
    rows = Execution.objects.filter(wanted, space=space).order_by()
    fields = [*_OWN, *(f"transcript__{name}" for name in _TEXTS)]
    return {row[0]: _draft(row) for row in rows.values_list(*fields)}


def _draft(row: tuple[Any, ...]) -> Draft:
    own = dict(zip(_OWN, row, strict=False))
    own["status"] = Status(own["status"])
    texts = {name: value for name, value in zip(_TEXTS, row[len(_OWN) :], strict=True) if value is not None}
    return Draft(**own, **texts)
