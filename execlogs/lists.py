"""Executions and sittings as lines of a list, with what may be named beside them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse

from execlogs.models import Execution
from execlogs.models.execution import ExecutionQuerySet
from execlogs.sittings import Sitting
from execlogs.timeline import Met
from execlogs.wording import SHAPES, Said, said_of, said_of_sitting
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from notebooks.portions import portions

MOST_MEANT = 5  # executions that are listed below a sitting at once
MOST_STEPS = 500  # of one sitting


@dataclass(frozen=True, slots=True)
class Step:
    """An execution in a list."""

    execution: Execution

    @property
    def said(self) -> Said:
        return said_of(self.execution)


@dataclass(frozen=True, slots=True)
class Row:
    """A sitting in a list."""

    sitting: Sitting
    notebook: Notebook | None  # as far as the reader may see it
    space: Space
    path: str  # where it is, or was: of a notebook that is not known, as logged
    steps: Sequence[Step]  # those that were meant, where not all of it is
    more: int  # that were meant as well

    @property
    def said(self) -> Said:
        return said_of_sitting(self.sitting)

    @property
    def bricks(self) -> list[str]:
        return [SHAPES[status] or "none" for status in self.sitting.bricks]

    @property
    def last_at(self) -> datetime:
        return self.sitting.newest.at

    @property
    def url(self) -> str:
        return reverse("execution-sitting", args=[self.sitting.newest.pk])

    @property
    def earlier_url(self) -> str:
        """The executions of that copy before what is shown of it."""
        asked = {"notebook": self.sitting.copy.notebook, "who": self.sitting.copy.who}
        known = {name: value for name, value in asked.items() if value}
        return f"{reverse('executions')}?{urlencode(known | {'until': self.sitting.began_at.isoformat()})}"


def rows_of(
    met: Sequence[Met], spaces: Mapping[int, Space], viewer: Viewer, *, with_steps: bool
) -> list[Row]:
    """Two or three queries."""
    copies = [each.sitting.copy for each in met]
    notebooks = notebooks_seen({copy.notebook for copy in copies if copy.notebook}, viewer)
    shown = {each.sitting.newest.pk: _meant_of(each) if with_steps else [] for each in met}
    paths = _paths([each.sitting.newest.pk for each in met])
    executions = {each.pk: each for each in listed({pk for pks in shown.values() for pk in pks}, viewer)}
    return [
        Row(
            sitting=each.sitting,
            notebook=notebooks.get(each.sitting.copy.notebook or 0),
            space=spaces[each.sitting.copy.space],
            path=paths.get(each.sitting.newest.pk, ""),
            steps=[Step(executions[pk]) for pk in shown[each.sitting.newest.pk] if pk in executions],
            more=max(0, len(each.meant) - MOST_MEANT) if with_steps else 0,
        )
        for each in met
    ]


def _meant_of(met: Met) -> list[int]:
    return [line.pk for line in met.sitting.lines if line.pk in met.meant][:MOST_MEANT]


def _paths(pks: Sequence[int]) -> dict[int, str]:
    rows = Execution.objects.filter(pk__in=pks).values_list("pk", "place", "notebook_path")
    return {pk: place or logged for pk, place, logged in rows}


def notebooks_seen(pks: Collection[int], viewer: Viewer) -> Mapping[int, Notebook]:
    found = Notebook.objects.visible_to(viewer).without_signposts().filter(pk__in=pks).select_related("space")
    return {each.pk: each for each in found.only("pk", "title", "path", "cell_count", "deleted_at", "space")}


def listed(pks: Collection[int], viewer: Viewer) -> list[Execution]:
    """The newest first; without what only a page of their own shows."""
    visible: ExecutionQuerySet = Execution.objects.visible_to(viewer)
    found: Iterable[Execution] = (
        each for some in portions(pks) for each in visible.filter(pk__in=some).order_by("-at", "-pk")
    )
    return sorted(found, key=lambda each: (each.at, each.pk), reverse=True)


def steps_of(sitting: Sitting, viewer: Viewer) -> list[Step]:
    """Of one sitting, in the order of time; the newest MOST_STEPS."""
    shown = [line.pk for line in sitting.lines[:MOST_STEPS]]
    return [Step(execution) for execution in reversed(listed(shown, viewer))]
