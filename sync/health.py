"""Whether sources are synced as they should be, for whoever runs the server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Subquery
from django.utils import timezone

from sync.models import Run, Source

# A run that is due is asked for within a minute; one that waits longer has nobody who works on it.
LATE = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Health:
    count: int
    paused: int
    failing: Sequence[str]  # names
    late: Sequence[str]  # names
    last_synced_at: datetime | None


class _Standing(NamedTuple):
    name: str
    is_paused: bool
    last_state: str | None
    last_at: datetime | None
    is_late: bool


def health() -> Health:
    """One query, however many there are."""
    found = [_Standing(*row) for row in _standings()]
    at_work = [each for each in found if not each.is_paused]
    return Health(
        count=len(at_work),
        paused=len(found) - len(at_work),
        failing=[each.name for each in at_work if each.last_state == Run.State.FAILED],
        late=[each.name for each in at_work if each.is_late],
        last_synced_at=max((each.last_at for each in at_work if each.last_at), default=None),
    )


def _standings() -> Sequence[tuple[str, bool, str | None, datetime | None, bool]]:
    late = timezone.now() - LATE
    ours = Run.objects.filter(source=OuterRef("pk"))
    last = ours.over().of_everything().order_by("-pk")
    nobody_came = Exists(ours.waiting().filter(created_at__lt=late)) & ~Exists(
        ours.filter(lease_until__gte=timezone.now())
    )
    was_due = Exists(Source.objects.filter(pk=OuterRef("pk"), next_run_at__lt=late)) & ~Exists(
        ours.unfinished()
    )
    return list(
        Source.objects.values_list(
            "name",
            "is_paused",
            Subquery(last.values("state")[:1]),
            Subquery(last.values("finished_at")[:1]),
            ExpressionWrapper(nobody_came | was_due, BooleanField()),
        )
    )
