"""The texts that chosen runs have for one cell of their template, equal ones together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from uuid import UUID

from django.http import QueryDict

from lineage.comparison.marking import Piece, folded
from lineage.comparison.timing import within
from lineage.comparison.wording import IsOver, compare
from lineage.comparison.wording import Kind as Change
from lineage.families.naming import first_line
from lineage.models import Deviation, RunOf
from lineage.runs.deviations import Kind, digest_of
from lineage.sight import Sight
from notebooks import memes
from notebooks.models import Cell, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.parsing.model import Status

MOST_RUNS = 100  # the latest, where nobody chose
TIME_FOR_DIFFS = 0.05  # seconds


@dataclass(frozen=True, slots=True)
class Bearer:
    run: RunOf
    cell: Cell

    @property
    def url(self) -> str:
        return self.run.notebook.url_of_cell(self.cell.index)


@dataclass(frozen=True, slots=True)
class Text:
    pieces: Sequence[Piece]
    cell: Cell
    bearers: Sequence[Bearer]
    is_templates: bool


@dataclass(frozen=True, slots=True)
class StepChoice:
    meme: UUID
    number: int
    label: str


def steps_of(cells: Iterable[Cell]) -> list[StepChoice]:
    """The cells of a template that can be run, to choose from."""
    told = [cell for cell in cells if cell.status != Status.NONE]
    return [
        StepChoice(cell.meme, number, first_line(cell.source, is_code=True))
        for number, cell in enumerate(told, start=1)
    ]


class Beside:
    def __init__(self, template: Notebook, user: Viewer, asked: QueryDict) -> None:
        self.template = template
        meme = memes.parse(asked.get("meme", ""))
        self.meme = meme.uuid if meme else None
        self.text = asked.get("text", "")[:32]
        self.chosen = {
            int(pk) for pk in asked.getlist("run") if pk.isascii() and pk.isdecimal() and len(pk) < 18
        }
        self._runs = Sight(user).runs.filter(template=template, notebook__trace__isnull=False)

    @property
    def is_asked(self) -> bool:
        return self.meme is not None or bool(self.text)

    @cached_property
    def cells(self) -> list[Cell]:
        return list(self.template.cells.order_by("index"))

    @cached_property
    def steps(self) -> list[StepChoice]:
        """The template's, to choose from."""
        return steps_of(self.cells)

    @cached_property
    def step(self) -> StepChoice | None:
        return next((step for step in self.steps if step.meme == self.meme), None)

    @cached_property
    def before(self) -> Cell | None:
        """The template's cell."""
        return next((cell for cell in self.cells if cell.meme == self.meme), None)

    @cached_property
    def runs(self) -> list[RunOf]:
        runs = self._runs
        if self.chosen:
            runs = runs.filter(notebook__in=self.chosen)
        if self.text:
            alike = Deviation.objects.filter(text=self.text, kind__in=(Kind.EDITED, Kind.ADDED))
            runs = runs.filter(deviations__in=alike.filter(meme=self.meme) if self.meme else alike).distinct()
        placed = runs.select_related("notebook__trace", "notebook__space")
        return list(placed.order_by("-notebook__trace__worked_at", "notebook")[:MOST_RUNS])

    @cached_property
    def texts(self) -> list[Text]:
        """The template's first, then what most runs have."""
        groups: dict[str, list[Bearer]] = {}
        for bearer in self._bearers:
            groups.setdefault(digest_of(bearer.cell.source), []).append(bearer)
        ordered = sorted(groups.values(), key=lambda bearers: -len(bearers))
        if self.before is None:
            return self._shown(ordered)
        as_written = groups.pop(digest_of(self.before.source), [])
        return [
            Text([Piece(self.before.source)], self.before, as_written, is_templates=True),
            *self._shown(bearers for bearers in ordered if bearers is not as_written),
        ]

    @cached_property
    def without(self) -> list[RunOf]:
        """Runs that were chosen and have no such cell."""
        having = {bearer.run.pk for bearer in self._bearers}
        return [run for run in self.runs if run.pk not in having]

    def _shown(self, groups: Iterable[list[Bearer]]) -> list[Text]:
        is_over = within(TIME_FOR_DIFFS)
        return [
            Text(self._pieces(bearers[0].cell, is_over), bearers[0].cell, bearers, is_templates=False)
            for bearers in groups
        ]

    def _pieces(self, cell: Cell, is_over: IsOver) -> list[Piece]:
        """With what is gone of the template's text, and what is new."""
        if self.before is None:
            return [Piece(cell.source)]
        segments = compare(self.before.source, cell.source, is_over).segments
        return folded(
            [Piece(each.text, each.kind is Change.INSERTED, each.kind is Change.DELETED) for each in segments]
        )

    @cached_property
    def _bearers(self) -> list[Bearer]:
        places = {run: self._places[run.pk] for run in self.runs if run.pk in self._places}
        if not places:
            return []
        at = Cell.objects.at((run.notebook_id, index) for run, index in places.items())
        cells = {cell.notebook_id: cell for cell in at}
        return [Bearer(run, cells[run.notebook_id]) for run in places if run.notebook_id in cells]

    @cached_property
    def _places(self) -> dict[int, int]:
        """Where each run has the cell: as deviations and steps say, which paired cells by more than their ids."""
        if self.meme is None:
            return self._deviating
        borne = Cell.objects.filter(notebook__in=[run.notebook_id for run in self.runs], meme=self.meme)
        first = dict(borne.order_by("-index").values_list("notebook", "index"))
        places = {run.pk: first[run.notebook_id] for run in self.runs if run.notebook_id in first}
        return places | self._by_steps | self._deviating

    @property
    def _deviating(self) -> dict[int, int]:
        found = Deviation.objects.filter(run__in=self.runs)
        found = found.filter(meme=self.meme) if self.meme else found.filter(text=self.text)
        return {run: index for run, index in found.values_list("run", "index") if index is not None}

    @property
    def _by_steps(self) -> dict[int, int]:
        revisions = Revision.objects.filter(pk__in={run.template_revision_id for run in self.runs})
        bearing = {
            pk: {index for index, (uuid, *_) in enumerate(borne) if uuid == str(self.meme)}
            for pk, borne in revisions.values_list("pk", "memes")
        }
        return {
            run.pk: step["at"]
            for run in self.runs
            for step in reversed(run.steps)
            if step["at"] is not None and step["index"] in bearing[run.template_revision_id]
        }
