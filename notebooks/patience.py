"""Waiting for more of what comes in, for those to whom many notebooks together cost little more than one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Min, QuerySet
from django.utils import timezone

from notebooks.models.due import DueRow

PAUSE = 0.2  # s between two looks at what is due; short, since all that follow the notebooks share a worker
PATIENCE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Pending:
    """What is due."""

    count: int
    newest: int  # 0 where nothing is
    oldest: datetime | None

    @classmethod
    def of(cls, due: QuerySet[DueRow]) -> Pending:
        waiting = due.aggregate(count=Count("pk"), newest=Max("pk"), oldest=Min("since"))
        return cls(waiting["count"], waiting["newest"] or 0, waiting["oldest"])

    def is_growing(self, seen: int, enough: int) -> bool:
        """Since something was `seen` as the newest; not if `enough` is together, or something has waited for long."""
        if not seen < self.newest or self.count >= enough:
            return False
        return self.oldest is not None and timezone.now() - self.oldest < PATIENCE
