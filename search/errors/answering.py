"""What the page says of each cell that met an error before."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from execlogs.lists import Step
from execlogs.models import Execution
from notebooks.models import Notebook
from search.errors.meeting import Met
from search.hits import Hit
from search.loghits import LogHit

MOST_FAILURES = 5


@dataclass(frozen=True, slots=True)
class Answer:
    met: Met

    @property
    def url(self) -> str:
        return self.met.best.url

    @property
    def cell_url(self) -> str:
        """The cell that met it, in the runbook as it is today; where none is told of, what the log tells."""
        best = self.met.best
        if isinstance(best, LogHit) and best.notebook is not None:
            return _cell_in(best.notebook, best.execution)
        return best.url

    @property
    def repair_url(self) -> str:
        """The cell that mended it, in the copy in which it did; '' where nothing did or the copy is gone."""
        mending = self.met.mending
        if mending is None or mending.repair is None:
            return ""
        notebook = mending.failure.notebook
        if notebook is None or notebook.is_deleted or notebook.space_id != mending.failure.space_id:
            return ""  # in another space it may not be theirs to see
        return _cell_in(notebook, mending.repair)

    @property
    def failed(self) -> Step | None:
        """The failure that the rest tells of."""
        return Step(self.met.mending.failure) if self.met.mending else None

    @property
    def repaired(self) -> Step | None:
        repair = self.met.mending.repair if self.met.mending else None
        return Step(repair) if repair else None

    @property
    def title(self) -> str:
        notebook = self.met.notebook
        return notebook.title if notebook else self.met.best.title_text

    @property
    def code(self) -> str:
        best = self.met.best
        code = best.cell.source if isinstance(best, Hit) and best.cell else self._failure_line
        return next((line.strip() for line in code.splitlines() if line.strip()), "")

    @property
    def error(self) -> str:
        """The line that was met, of several that it said."""
        if self.met.line:
            return self.met.line
        best = self.met.best
        if isinstance(best, Hit) and best.cell is not None:
            named = f"{best.cell.error_name}: {best.cell.error_message}".strip(": ")
            return named or best.cell.output.strip().splitlines()[-1]
        return self.failures[0].execution.error if self.failures else ""

    @property
    def failures(self) -> Sequence[Step]:
        return [Step(each) for each in self.met.failures[:MOST_FAILURES]]

    @property
    def more_failures(self) -> int:
        return max(len(self.met.failures) - MOST_FAILURES, 0)

    @property
    def copies(self) -> int:
        """Runbooks in which it stands."""
        return len({hit.notebook.pk for hit in self.met.hits if hit.notebook is not None})

    @property
    def latest_failure(self) -> Execution | None:
        return self.met.failures[0] if self.met.failures else None

    @property
    def _failure_line(self) -> str:
        return self.met.failures[0].headline if self.met.failures else ""


def _cell_in(notebook: Notebook, execution: Execution) -> str:
    at_cell = f"?meme={execution.meme}" if execution.meme else ""
    return f"{notebook.get_absolute_url()}{at_cell}"


def answers(met: Iterable[Met]) -> list[Answer]:
    return [Answer(each) for each in met]
