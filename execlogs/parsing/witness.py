"""What a notebook itself tells of executions: of each cell its last one, and weakly. Pure.

A notebook keeps no earlier execution, says when only where an extension wrote it down, and its outputs may be older
than its code.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from execlogs.parsing.model import Status
from execlogs.parsing.summary import Summary, summary_in
from execlogs.parsing.text import plain
from notebooks.parsing.model import CellType, Output, OutputKind, ParsedCell, ParsedNotebook
from notebooks.parsing.model import Status as CellStatus

_LONGEST = 500


@dataclass(frozen=True, slots=True)
class CellWitness:
    """The last execution of one cell, as its notebook tells it."""

    index: int
    status: Status
    execution_count: int | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None  # None where the notebook does not say when it was
    error: str = ""  # "ValueError: boom"
    logs: tuple[str, ...] = ()  # lc_wrapper's log of each execution of this cell, oldest first
    summary: Summary | None = None  # what the output says of its log

    @property
    def log(self) -> str:
        """The log of this very execution; '' where no lc_wrapper was there."""
        if self.summary is not None:
            return self.summary.path
        return self.logs[-1] if self.logs else ""


def witnesses_of(notebook: ParsedNotebook) -> tuple[CellWitness, ...]:
    """Of each code cell that was ever run, in the order of the cells."""
    return tuple(_witness(cell) for cell in notebook.cells if _was_run(cell))


def _was_run(cell: ParsedCell) -> bool:
    if cell.cell_type is not CellType.CODE or not cell.source.strip():
        return False
    return cell.status in {CellStatus.OK, CellStatus.ERROR} or cell.executed_at is not None or bool(cell.logs)


def _witness(cell: ParsedCell) -> CellWitness:
    failures = [output for output in cell.outputs if output.kind is OutputKind.ERROR]
    return CellWitness(
        index=cell.index,
        status=Status.ERROR if failures else Status.OK,
        execution_count=cell.execution_count,
        started_at=cell.started_at,
        ended_at=cell.executed_at,
        error=_told_of(failures[-1]) if failures else "",
        logs=cell.logs,
        summary=next(_summaries(cell), None),
    )


def _told_of(failure: Output) -> str:
    """Its name and the first line of its message."""
    message = next((line for line in plain(failure.error_message).split("\n") if line.strip()), "").strip()
    return ": ".join(part for part in (failure.error_name.strip(), message) if part)[:_LONGEST]


def _summaries(cell: ParsedCell) -> Iterator[Summary]:
    for output in cell.outputs:
        if output.kind is OutputKind.STREAM and (summary := summary_in(output.text)):
            yield summary
