"""What executions tell at the cells of a runbook's page, and of the runbook as a whole."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.utils import timezone

from execlogs.history import History, histories_of, markup
from execlogs.history.evidence import shown_in
from execlogs.history.markup import Glances
from execlogs.history.truth import Account, Kind, Mark, account_of, marks_of, quiet
from notebooks.models import Notebook
from notebooks.models.space import Viewer
from notebooks.paging import Part
from notebooks.parsing.model import Status
from notebooks.rendering import SafeHtml, joined
from notebooks.showing import ShownCell
from stickies.joins import Joins


@dataclass(frozen=True, slots=True)
class Spoiler:
    """Why a notebook did not run clean, with the way to the cell."""

    mark: Mark
    step: int
    url: str


@dataclass(frozen=True, slots=True)
class Retried:
    """What failed at first, as the logs tell: the notebook has forgotten it."""

    step: int
    tries: int
    url: str


@dataclass(frozen=True, slots=True)
class Executed:
    histories: Mapping[UUID, History] = field(default_factory=dict)
    marks: Mapping[int, Sequence[Mark]] = field(default_factory=dict)  # by the index of the cell
    account: Account = field(default_factory=Account)
    part: Part | None = None
    glances: Glances = field(default_factory=Glances)

    def at(self, cell: ShownCell) -> SafeHtml:
        """Beside a cell."""
        history = self.histories.get(cell.meme)
        told = self.glances.of(history, cell.full_meme) if history else ""
        return joined((markup.marks(self.marks.get(cell.index, ())), told))

    def is_cleared(self, cell: ShownCell) -> bool:
        return any(mark.kind is Kind.CLEARED for mark in self.marks.get(cell.index, ()))

    @property
    def retried(self) -> list[Retried]:
        return [Retried(cell.step, cell.tries, self._url(cell.index)) for cell in self.account.retried]

    @property
    def spoilers(self) -> list[Spoiler]:
        """Each cause once, where it is marked first."""
        return [
            Spoiler(mark, cell.step, self._url(cell.index))
            for cell, spoiling in self.account.spoilers
            for mark in self.marks.get(cell.index, ())
            if (mark.kind, mark.because) == (spoiling.kind, spoiling.because)
        ]

    def _url(self, index: int) -> str:
        return self.part.url_of(f"cell-{index}") if self.part else f"#cell-{index}"


def executed(
    cells: Iterable[ShownCell], part: Part, notebook: Notebook, user: Viewer, joins: Joins
) -> Executed:
    """Of the current revision, of which `cells` are on the page; `joins` are theirs."""
    person = notebook.trace.who if hasattr(notebook, "trace") else ""
    shown = shown_in(notebook, person)
    found = marks_of(shown, timezone.now(), timedelta(days=settings.STALE_DAYS))
    account = account_of(shown, found)
    return Executed(histories_beside(cells, user, joins), quiet(found, account), account, part)


def executed_before(cells: Iterable[ShownCell], user: Viewer, joins: Joins) -> Executed:
    """Of an old revision: its cells have a history, but what its outputs are worth was another question."""
    return Executed(histories_beside(cells, user, joins))


def histories_beside(cells: Iterable[ShownCell], user: Viewer, joins: Joins) -> Mapping[UUID, History]:
    """Of each cell that can run, over all the copies that descent joins."""
    uuids = {cell.meme for cell in cells if cell.status != Status.NONE}
    return histories_of({uuid: joins.of(uuid) for uuid in uuids}, user)
