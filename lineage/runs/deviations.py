"""What a run did otherwise than its template. Pure.

    deviations_of(template, run) -> Course: how each step of the template went, and the deviations

Cells are paired as the compare page pairs them. What the words mean:

    added, removed   one of the two lacks the cell; a blank one counts for nothing
    edited, values   the text differs, but for white space at its ends; `values` if it is the same procedure (values.py)
    skipped          a step that was not executed, in a notebook of which anything was. Those after the last that was
                     executed were not reached rather than passed over: `is_reached` is False
    repeated         executed more than once: lc_wrapper's logs in the run's own folder say so; without any logs, the
                     execution counts leave out numbers before its own, so something ran there that was overwritten
    disordered       executed in another order than it stands in: as few cells as can be are called so
    moved            stands elsewhere, in the same sense
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any

from lineage.comparison.aligning import Change, Row, align
from lineage.comparison.inorder import kept_in_order
from lineage.comparison.pairing import ComparedCell
from lineage.runs.values import is_same_procedure
from notebooks.memes import Meme
from notebooks.parsing.model import CellType, Status

_LOGS = "/.log/"
REMOVED = "removed"  # beside parsing's Status, in a step


class Kind(StrEnum):
    """The values of models.Deviation.Kind."""

    ADDED = "added"
    REMOVED = "removed"
    EDITED = "edited"
    VALUES = "values"
    SKIPPED = "skipped"
    REPEATED = "repeated"
    DISORDERED = "disordered"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class WorkedCell:
    meme: Meme
    assigned: bool
    cell_type: CellType
    source: str
    status: Status
    execution_count: int | None = None
    executed_at: datetime | None = None
    logs: tuple[str, ...] = ()

    @property
    def is_step(self) -> bool:
        return self.status is not Status.NONE

    @property
    def was_executed(self) -> bool:
        return self.status in (Status.OK, Status.ERROR)


@dataclass(frozen=True, slots=True)
class Step:
    """A code cell of the template that can be run."""

    index: int
    at: int | None  # in the run
    status: str  # Status in the run, or REMOVED
    edited: bool = False
    values: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class Deviation:
    kind: Kind
    meme: Meme  # of the template's cell; of the run's where it was added
    template_index: int | None
    index: int | None
    text: str = ""  # digest of the run's text
    is_prose: bool = False
    is_reached: bool = True


@dataclass(frozen=True, slots=True)
class Course:
    steps: tuple[Step, ...]
    deviations: tuple[Deviation, ...]

    def count(self, kind: Kind) -> int:
        return sum(each.kind is kind for each in self.deviations)


def digest_of(text: str) -> str:
    """Equal for texts that differ in white space at their ends alone."""
    return hashlib.blake2b(text.strip().encode("utf-8", "replace"), digest_size=16).hexdigest()


def deviations_of(template: Sequence[WorkedCell], run: Sequence[WorkedCell]) -> Course:
    rows = align([_compared(cell) for cell in template], [_compared(cell) for cell in run]).rows
    work = _Work(template, run)
    found = tuple(each for row in rows for each in work.deviations(row))
    return Course(tuple(work.steps(rows, found)), found)


def _compared(cell: WorkedCell) -> ComparedCell:
    return ComparedCell(cell.meme, cell.assigned, cell.cell_type, cell.source.strip())


class _Work:
    """How the cells of a run were executed, beside its template's."""

    def __init__(self, template: Sequence[WorkedCell], run: Sequence[WorkedCell]) -> None:
        self.template = template
        self.run = run
        self.repeated = _repeated(run, {log for cell in template for log in cell.logs})
        self.disordered = _disordered(run)
        self.last_executed = max((index for index, cell in enumerate(run) if cell.was_executed), default=-1)

    def deviations(self, row: Row) -> Iterator[Deviation]:
        before, after = row.indices
        if after is None:
            if before is not None and self.template[before].source.strip():
                yield self._deviation(Kind.REMOVED, before, None)
        elif before is not None or self.run[after].source.strip():
            yield from (self._deviation(kind, before, after) for kind in self._kinds(row, before, after))

    def steps(self, rows: Sequence[Row], found: Sequence[Deviation]) -> Iterator[Step]:
        at = {row.indices[0]: row.indices[1] for row in rows if row.indices[0] is not None}
        told = {(each.template_index, each.kind) for each in found}
        for index, cell in enumerate(self.template):
            if cell.is_step:
                place = at[index]
                yield Step(
                    index,
                    place,
                    REMOVED if place is None else self.run[place].status,
                    edited=(index, Kind.EDITED) in told,
                    values=(index, Kind.VALUES) in told,
                    repeated=(index, Kind.REPEATED) in told,
                )

    def _kinds(self, row: Row, before: int | None, after: int) -> Iterator[Kind]:
        if before is None:
            yield Kind.ADDED
        else:
            yield from self._changes(row, self.template[before], self.run[after])
        if after in self.repeated:
            yield Kind.REPEATED
        if after in self.disordered:
            yield Kind.DISORDERED

    def _changes(self, row: Row, before: WorkedCell, after: WorkedCell) -> Iterator[Kind]:
        if row.change is Change.EDITED:
            is_alike = before.cell_type is after.cell_type and is_same_procedure(before.source, after.source)
            yield Kind.VALUES if is_alike else Kind.EDITED
        if row.is_moved:
            yield Kind.MOVED
        if before.is_step and after.status is Status.NOT_RUN and self.last_executed >= 0:
            yield Kind.SKIPPED

    def _deviation(self, kind: Kind, before: int | None, after: int | None) -> Deviation:
        cell = self.run[after] if after is not None else self.template[before or 0]
        named = self.template[before] if before is not None else cell
        return Deviation(
            kind,
            named.meme,
            before,
            after,
            digest_of(cell.source) if after is not None else "",
            is_prose=cell.cell_type is not CellType.CODE and named.cell_type is not CellType.CODE,
            is_reached=after is None or after < self.last_executed or cell.was_executed,
        )


def _repeated(run: Sequence[WorkedCell], copied: Collection[str]) -> frozenset[int]:
    """`copied` logs are the template's own."""
    logs = [_logs_of_the_run(cell, copied) for cell in run]
    if any(logs):
        return frozenset(index for index, each in enumerate(logs) if len(each) > 1)
    counts = {cell.execution_count for cell in run if cell.was_executed and cell.execution_count is not None}
    after_gaps = {later for earlier, later in pairwise(sorted(counts)) if later - earlier > 1}
    return frozenset(
        index for index, cell in enumerate(run) if cell.was_executed and cell.execution_count in after_gaps
    )


def _logs_of_the_run(cell: WorkedCell, copied: Collection[str]) -> list[str]:
    """Those in the folder of the last: the others came along with the copy of an earlier run."""
    own = [log for log in dict.fromkeys(cell.logs) if log not in copied]
    return [log for log in own if log.partition(_LOGS)[0] == own[-1].partition(_LOGS)[0]]


def _disordered(run: Sequence[WorkedCell]) -> frozenset[int]:
    """By times, where every executed cell tells one, and by counts, unless one that occurs twice shows that the kernel
    was started anew: the witness that has less to object to is believed."""
    executed = [index for index, cell in enumerate(run) if cell.was_executed]
    times = [run[index].executed_at for index in executed]
    counts = [run[index].execution_count for index in executed]
    witnesses = []
    if None not in times:
        witnesses.append(_out_of_order(times))
    if None not in counts and len(set(counts)) == len(counts):
        witnesses.append(_out_of_order(counts))
    least = min(witnesses, key=len, default=frozenset[int]())
    return frozenset(executed[place] for place in least)


def _out_of_order(told: Sequence[Any]) -> frozenset[int]:
    ranks = {place: rank for rank, place in enumerate(sorted(range(len(told)), key=told.__getitem__))}
    return frozenset(ranks) - kept_in_order([ranks[place] for place in range(len(told))])
