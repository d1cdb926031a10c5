"""The page of a cell's history: every execution of it in any copy, what failed and what mended it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import DurationField, ExpressionWrapper, F
from django.urls import reverse

from execlogs.history import History, Mending, history_of, mendings_of
from execlogs.lists import Step
from execlogs.models import Execution, Status
from execlogs.models.execution import ExecutionQuerySet
from lineage.families.naming import Name, names_of
from notebooks.memes import Meme
from notebooks.models.space import Viewer
from stickies.joins import joins_of

FEW_FAILURES = 5  # with what came next
ON_A_PAGE = 30


@dataclass(frozen=True)
class CellHistory:
    meme: Meme
    viewer: Viewer

    @cached_property
    def uuids(self) -> frozenset[UUID]:
        """All the ids that the cell goes by."""
        return joins_of({self.meme.uuid}, self.viewer).of(self.meme.uuid)

    @cached_property
    def history(self) -> History:
        return history_of(self.uuids, self.viewer)

    @cached_property
    def name(self) -> Name | None:
        """None where no copy may be seen."""
        return names_of({self.meme.uuid}, self.viewer).get(self.meme.uuid)

    @property
    def is_known(self) -> bool:
        return bool(self.history.counts) or self.name is not None

    @cached_property
    def longest(self) -> Execution | None:
        took = ExpressionWrapper(F("ended_at") - F("at"), output_field=DurationField())
        return self._executions.exclude(ended_at=None).order_by(took.desc(), "-at").first()

    @cached_property
    def failures(self) -> Sequence[Mending]:
        """The last ones, each with what came next."""
        failed = list(self._executions.filter(status=Status.ERROR).order_by("-at", "-pk")[:FEW_FAILURES])
        found = mendings_of(failed, self.viewer)
        return [found[each.pk] for each in failed]

    @property
    def more_failures(self) -> int:
        return max(self.history.failed - FEW_FAILURES, 0)

    def steps(self, number: str | None) -> Page[Execution]:
        """A page of all, the newest first."""
        return Paginator(self._executions.order_by("-at", "-pk"), ON_A_PAGE).get_page(number)

    @property
    def _executions(self) -> ExecutionQuerySet:
        return Execution.objects.visible_to(self.viewer).filter(meme__in=self.uuids)

    @property
    def url(self) -> str:
        return reverse("cell-history", args=[str(self.meme)])


def steps_of(executions: Page[Execution]) -> list[Step]:
    return [Step(each) for each in executions]
