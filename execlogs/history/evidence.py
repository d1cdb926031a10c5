"""What the logs of one copy of a notebook say of the outputs that it shows: the ground for truth.py."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Value

from execlogs import models
from execlogs.history.truth import Shown
from execlogs.keys import SAME_END, digest_of
from execlogs.models import Execution
from notebooks.models import Notebook
from notebooks.parsing.model import Status

LEAST, A_CELL = (
    200,
    3,
)  # of a copy's executions the latest are read: so many, or so many for each of its cells
WORK = timedelta(hours=12)  # what failed longer ago belongs to other work
_CLOCKS = timedelta(seconds=SAME_END)  # of the browser and of the kernel


class _Row(NamedTuple):
    """A cell of the current revision that can run."""

    place: int
    meme: UUID
    branch: str
    status: Status
    executed_at: datetime | None
    execution_count: int | None
    source: str


class _Ran(NamedTuple):
    """An execution in this copy."""

    meme: UUID | None
    branch: str
    at: datetime
    ended_at: datetime | None
    status: str
    code_digest: str
    who: str

    @property
    def end(self) -> datetime:
        return self.ended_at or self.at


def shown_in(notebook: Notebook, person: str = "") -> list[Shown]:
    """The cells of its current revision that can run, in order. `person` is who worked on it, where no log tells.

    For whoever may read the notebook: what ran in it is of its space.
    """
    logged = _logged(notebook)
    rows = _rows(notebook, has_source=bool(logged))
    families = Counter(row.meme for row in rows)
    ids = Counter((row.meme, row.branch) for row in rows)
    return [
        _shown(step, row, _own(row, logged, families, ids), notebook, person)
        for step, row in enumerate(rows, start=1)
    ]


def _rows(notebook: Notebook, *, has_source: bool) -> list[_Row]:
    found = notebook.cells.exclude(status=Status.NONE).order_by("index")
    source: Any = F("source") if has_source else Value("")
    told = found.annotate(text=source).values_list(
        "index", "meme", "branch", "status", "executed_at", "execution_count", "text"
    )
    return [_Row(place, meme, branch, Status(status), *rest) for place, meme, branch, status, *rest in told]


def _logged(notebook: Notebook) -> Mapping[UUID, Sequence[_Ran]]:
    """By family, the latest first. What was never begun says nothing of an output."""
    fields = "meme", "branch", "at", "ended_at", "status", "code_digest", "who"
    own = Execution.objects.filter(notebook=notebook, space=notebook.space_id).order_by("-at", "-log_path")
    found: defaultdict[UUID, list[_Ran]] = defaultdict(list)
    for row in own.values_list(*fields)[: max(LEAST, A_CELL * notebook.cell_count)]:
        ran = _Ran(*row)
        if ran.meme is not None and ran.status != models.Status.ABORTED:
            found[ran.meme].append(ran)
    return found


def _own(
    row: _Row, logged: Mapping[UUID, Sequence[_Ran]], families: Counter[UUID], ids: Counter[tuple[UUID, str]]
) -> Sequence[_Ran]:
    """Those of this cell. It may have been given another branch since; but two of a family are told apart by it."""
    ran = logged.get(row.meme, ())
    if families[row.meme] == 1:
        return ran
    return [each for each in ran if each.branch == row.branch] if ids[row.meme, row.branch] == 1 else ()


def _shown(step: int, row: _Row, logged: Sequence[_Ran], notebook: Notebook, person: str) -> Shown:
    own = _of_output(row, logged, notebook)
    last = own[0] if own else None
    return Shown(
        index=row.place,
        step=step,
        status=row.status,
        at=row.executed_at or (last.end if last else None),
        count=row.execution_count,
        is_changed=last is not None and last.code_digest not in ("", digest_of(row.source)),
        tries=_tries(own) if row.status is Status.OK else 1,
        who=last.who if last and last.who else person,
    )


def _of_output(row: _Row, logged: Sequence[_Ran], notebook: Notebook) -> Sequence[_Ran]:
    """Without what was run after this revision was saved: of that it shows nothing yet."""
    revision = notebook.revision
    until = row.executed_at or (revision.saved_at if revision else None)
    if until is None:
        return logged
    return [ran for ran in logged if ran.at <= until + _CLOCKS]


def _tries(ran: Sequence[_Ran]) -> int:
    """How often it was tried until it succeeded: the latest is first."""
    tries = 1
    for one, before in pairwise(ran):
        if before.status != models.Status.ERROR or one.at - before.at > WORK:
            break
        tries += 1
    return tries
