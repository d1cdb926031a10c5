"""What a reader may see, looked up once for all questions of a request."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.db.models import Case, Exists, F, Max, Min, OuterRef, QuerySet, When

from lineage.heads import Head, heads
from lineage.models import Descent, Holding, RunOf, Trace
from notebooks.models import Cell, Notebook, Space
from notebooks.models.notebook import NotebookQuerySet
from notebooks.models.space import Viewer


@dataclass(frozen=True)
class Sight:
    """The same as `visible_to(user)` of each model, asked row by row.

    For questions about all rows SQLite takes a third of the time so: else it writes a list of all that the reader
    may see first, and begins with that instead of an index that fits.
    """

    user: Viewer

    @cached_property
    def spaces(self) -> tuple[Space, ...]:
        return tuple(Space.objects.visible_to(self.user))

    def sees(self, notebook: str) -> Exists:
        """That the one which a row has at `notebook` may be seen and is in use."""
        seen = Notebook.objects.filter(pk=OuterRef(notebook), space__in=self._space_ids)
        return Exists(seen.alive())

    @property
    def notebooks(self) -> NotebookQuerySet:
        return Notebook.objects.alive().filter(space__in=self._space_ids)

    @property
    def cells(self) -> QuerySet[Cell]:
        # Found by their own index, and joined to their notebooks: whoever asks wants few of them.
        return Cell.objects.filter(notebook__space__in=self._space_ids, notebook__deleted_at=None).order_by()

    @property
    def traces(self) -> QuerySet[Trace]:
        return Trace.objects.filter(self.sees("notebook")).order_by()

    @property
    def holdings(self) -> QuerySet[Holding]:
        """With a head that may be seen too."""
        return Holding.objects.filter(self.sees("head"), space__in=self._space_ids).order_by()

    @property
    def descents(self) -> QuerySet[Descent]:
        return Descent.objects.filter(space__in=self._space_ids).order_by()

    @property
    def runs(self) -> QuerySet[RunOf]:
        return RunOf.objects.filter(self.sees("notebook"), self.sees("template")).order_by()

    def families_of_several(self) -> QuerySet[Holding, UUID]:
        """Candidates: more than one runbook holds them, whether the reader may see those or not.

        Asked by what may not be seen, it reads one index from its beginning to its end.
        """
        held = Holding.objects.exclude(space__in=self._unseen).order_by("uuid").values("uuid")
        ends = held.annotate(one=Min("head"), other=Max("head")).filter(one__lt=F("other"))
        return ends.values_list("uuid", flat=True)

    def head_of(self, notebook: str) -> Case:
        """For a query over rows that have a `notebook`: the template of a run, else the notebook itself.

        A run of what the reader may not see stands for itself: it must not tell of the other.
        """
        template = f"{notebook}__run_of__template"
        return Case(When(self.sees(template), then=F(f"{template}_id")), default=F(f"{notebook}_id"))

    def templates(self, notebooks: Collection[int]) -> dict[int, int]:
        """Of those that are runs, by their ids."""
        runs = self.runs.filter(notebook__in=notebooks)
        return dict(runs.values_list("notebook_id", "template_id"))

    def alone(self, most: int) -> list[int]:
        """Notebooks whose template may not be seen, the newest first."""
        runs = RunOf.objects.filter(self.sees("notebook"), template__space__in=self._unseen)
        return list(runs.order_by("-notebook").values_list("notebook", flat=True)[:most])

    def heads(self, runbooks: Iterable[int]) -> dict[int, Head]:
        return heads(self.user, runbooks)

    @property
    def _unseen(self) -> QuerySet[Space]:
        return Space.objects.exclude(pk__in=self._space_ids)

    @cached_property
    def _space_ids(self) -> list[int]:
        return [space.pk for space in self.spaces]
