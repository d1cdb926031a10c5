"""Keeping the last N executions of a cell and every failure, and letting the others go (retention)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Count

from execlogs.announcing import announce
from execlogs.drafts import Draft
from execlogs.models import Execution, Forgotten, Status
from execlogs.models.execution import ExecutionQuerySet
from notebooks.models import Space
from notebooks.portions import portions

# Failures are what somebody will look for; of what has no end nobody knows whether it is one.
KEPT_ANYWAY = (Status.ERROR, Status.ABORTED, Status.RUNNING)


class Memory:
    """What was let go of the cells that some executions are of: it does not come back with a history."""

    def __init__(self, space: Space, found: Iterable[Draft]) -> None:
        self._before: dict[UUID, datetime] = {}
        for some in portions({draft.meme for draft in found if draft.meme}):
            let_go = Forgotten.objects.filter(space=space, meme__in=some)
            self._before |= let_go.values_list("meme", "before")

    def has_let_go(self, draft: Draft) -> bool:
        before = self._before.get(draft.meme) if draft.meme else None
        return before is not None and draft.at < before and draft.status not in KEPT_ANYWAY


@dataclass(frozen=True, slots=True)
class Surplus:
    """Executions of one cell of a space that need not be kept."""

    space: int
    meme: UUID
    before: datetime  # the oldest that is kept for being among the last
    count: int

    def remove(self) -> int:
        with transaction.atomic():
            Forgotten.objects.update_or_create(
                space_id=self.space, meme=self.meme, defaults={"before": self.before}
            )
            older = _older(self.space, self.meme, self.before)
            announce(list(older.values_list("pk", flat=True)))
            return older.delete()[1].get("execlogs.Execution", 0)


def surplus(keep: int) -> Iterator[Surplus]:
    """What goes where `keep` executions of each cell of a space stay, and all failures."""
    many = Execution.objects.order_by().values("space", "meme")
    for cell in many.annotate(count=Count("pk")).filter(count__gt=keep).iterator():
        space, meme = cell["space"], cell["meme"]
        if meme is None:
            continue
        times = Execution.objects.filter(space=space, meme=meme).order_by("-at").values_list("at", flat=True)
        before = times[keep - 1]
        if count := _older(space, meme, before).count():
            yield Surplus(space, meme, before, count)


def _older(space: int, meme: UUID, before: datetime) -> ExecutionQuerySet:
    rows = Execution.objects.filter(space=space, meme=meme, at__lt=before)
    return rows.exclude(status__in=KEPT_ANYWAY)


def forget(keep: int) -> int:
    """Lets go what is more than `keep` of a cell; how many executions that were. 0 keeps all."""
    return sum(each.remove() for each in surplus(keep)) if keep else 0
