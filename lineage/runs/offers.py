"""What several runs changed alike: offered to who keeps the template."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Max, Min, Q, QuerySet
from django.urls import reverse

from lineage.comparison.marking import Piece, folded, marked
from lineage.comparison.timing import within
from lineage.models import Deviation, RunOf
from lineage.runs.deviations import Kind, digest_of
from lineage.sight import Sight
from notebooks.models import Cell, Notebook, Revision
from notebooks.models.space import Viewer
from notebooks.parsing.model import Status

LEAST_RUNS = 3
MOST_OFFERS = 12
TIME_FOR_DIFFS = 0.04  # seconds


@dataclass(frozen=True, slots=True)
class Offer:
    """An edit of a cell of the template, or a cell added to it, that so many runs made alike."""

    kind: Kind
    runs: int
    since: datetime
    cell: Cell  # of a run, with the text
    revision: Revision  # of that run
    beside: Cell | None  # the template's: the edited one, or the one above what was added
    step: int  # the number of `beside` among the steps, or of the last one above it; 0 before the first
    gone: Sequence[Piece]
    new: Sequence[Piece]
    url: str  # where the runs' texts stand side by side

    @property
    def is_added(self) -> bool:
        return self.kind is Kind.ADDED


@dataclass(frozen=True, slots=True)
class _Group:
    kind: Kind
    text: str
    runs: int
    since: datetime
    example: Deviation  # the latest, with its run

    @property
    def place(self) -> tuple[int, int]:
        return self.example.run.notebook_id, self.example.index or 0


def offers(template: Notebook, user: Viewer) -> list[Offer]:
    """The most often made first. What the template says by now is not offered. A constant number of queries."""
    runs = Sight(user).runs.filter(template=template)
    groups = [*_groups(runs, Kind.EDITED, "meme"), *_groups(runs, Kind.ADDED)]
    if not groups:
        return []
    making = _Making(template, groups)
    found = (making.offer(group) for group in sorted(groups, key=lambda group: -group.runs))
    return [offer for offer in found if offer is not None][:MOST_OFFERS]


def _groups(runs: QuerySet[RunOf], kind: Kind, *alike: str) -> Iterator[_Group]:
    """Cells that were added have ids of their own: only their text is alike."""
    made = Deviation.objects.filter(run__in=runs, kind=kind).order_by().values("text", *alike)
    counted = made.annotate(
        runs=Count("run", distinct=True), since=Min("run__notebook__trace__worked_at"), example=Max("pk")
    )
    rows = list(counted.filter(runs__gte=LEAST_RUNS).order_by("-runs", "text")[:MOST_OFFERS])
    found = Deviation.objects.select_related("run__revision").defer("run__steps", "run__revision__memes")
    examples = found.in_bulk([row["example"] for row in rows])
    return (_Group(kind, row["text"], row["runs"], row["since"], examples[row["example"]]) for row in rows)


class _Making:
    """Offers of one template. What it says, and what the runs say, is read once for all."""

    def __init__(self, template: Notebook, groups: Sequence[_Group]) -> None:
        self.template = template
        columns = ("notebook", "index", "cell_type", "meme", "source", "status")
        cells = list(template.cells.order_by("index").only(*columns))
        self.bearers = {cell.meme: cell for cell in reversed(cells)}
        self.said = {digest_of(cell.source) for cell in cells}
        self.steps = [cell.index for cell in cells if cell.status != Status.NONE]
        places = reduce(
            or_, (Q(notebook=notebook, index=index) for notebook, index in (g.place for g in groups))
        )
        self.texts = {(cell.notebook_id, cell.index): cell for cell in Cell.objects.filter(places)}
        self.above = _cells_of({group.place[0] for group in groups if group.kind is Kind.ADDED})
        self.is_over = within(TIME_FOR_DIFFS)

    def offer(self, group: _Group) -> Offer | None:
        """None where there is nothing to offer any more."""
        cell, beside = self.texts.get(group.place), self._beside(group)
        if cell is None or group.text in self.said or (group.kind is Kind.EDITED and beside is None):
            return None
        before = beside if group.kind is Kind.EDITED else None
        gone, new = marked([before.source if before else None, cell.source], self.is_over)
        return Offer(
            kind=group.kind,
            runs=group.runs,
            since=group.since,
            cell=cell,
            revision=group.example.run.revision,
            beside=beside,
            step=bisect_right(self.steps, beside.index) if beside else 0,
            gone=folded(gone),
            new=folded(new),
            url=self._url(group, before),
        )

    def _beside(self, group: _Group) -> Cell | None:
        if group.kind is Kind.EDITED:
            return self.bearers.get(group.example.meme)
        notebook, place = group.place
        above = [meme for index, meme in self.above[notebook] if index < place and meme in self.bearers]
        return self.bearers[above[-1]] if above else None

    def _url(self, group: _Group, before: Cell | None) -> str:
        asked = {"meme": str(before.meme), "text": group.text} if before else {"text": group.text}
        return f"{reverse('runs-cells', args=[self.template.pk])}?{urlencode(asked)}"


def _cells_of(notebooks: Collection[int]) -> dict[int, list[tuple[int, UUID]]]:
    cells: dict[int, list[tuple[int, UUID]]] = {pk: [] for pk in notebooks}
    rows = Cell.objects.filter(notebook__in=notebooks).order_by("index")
    for notebook, index, meme in rows.values_list("notebook", "index", "meme"):
        cells[notebook].append((index, meme))
    return cells
