"""Executions from the newest down, in portions whose cost does not grow with how many there are.

Each portion is cut off at a time, which a look into an index finds for each space; all that began since then is
read from that same index. What no index narrows is looked at within the portion only: so a wish that nothing
fulfils ends after so many rows, and says how far back it looked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from django.db.models import Max, OuterRef, Q, Subquery

from execlogs.models import Execution, Status, Witness
from execlogs.models.execution import ExecutionQuerySet
from execlogs.sittings import Copy, Line, Place
from execlogs.wishes import Reader, Wish, narrowed_after, of_meme, of_text
from notebooks.models import Space

FIRST = 400  # executions of the first portion, or so; each further one is twice as long
MOST_READ = 4_000  # lines of one page
MOST_LOOKED_AT = 20_000  # executions that are asked whether they are meant

FIELDS = (
    "pk", "at", "ended_at", "status", "meme", "code_digest", "space_id", "notebook_id", "notebook_path", "host", "who",
    "witnesses",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Portion:
    lines: Sequence[Line]  # the newest first
    floor: datetime | None  # all since then was looked at; None: everything was


class Scan:
    def __init__(self, reader: Reader, wish: Wish) -> None:
        self.reader = reader
        self.wish = wish
        self.spaces = reader.space_ids(wish)

    def portions(self, below: Place | None) -> Iterator[Portion]:
        """What stands below `below`, as far as is looked at for one page."""
        upper = [Q(at__lte=below.at)] if below else []
        size, read, looked_at = FIRST, 0, 0
        while self.spaces and read < MOST_READ and looked_at < MOST_LOOKED_AT:
            portion = self._portion(upper, size, below)
            yield portion
            if portion.floor is None or (self.wish.since and portion.floor <= self.wish.since):
                return
            read, looked_at = read + len(portion.lines), looked_at + size
            upper, below, size = [Q(at__lt=portion.floor)], None, size * 2

    def _portion(self, upper: Sequence[Q], size: int, below: Place | None) -> Portion:
        floor = self._floor(upper, size)
        found = self._meant(self._indexed(upper))
        if floor is not None:
            found = found.filter(at__gte=floor)
        if self.wish.since:
            found = found.filter(at__gte=self.wish.since)
        lines = sorted(lines_of(found), key=lambda line: line.place, reverse=True)
        return Portion([line for line in lines if below is None or line.place < below], floor)

    def _floor(self, upper: Sequence[Q], size: int) -> datetime | None:
        """From when on there are about `size`; None where there are not so many."""
        if not self._is_by_space:
            return self._indexed(upper).order_by("-at").values_list("at", flat=True)[size : size + 1].first()
        each = max(size // len(self.spaces), 40)
        nth = self._indexed(upper, space=OuterRef("pk")).order_by("-at").values("at")[each : each + 1]
        asked = Space.objects.filter(pk__in=self.spaces).order_by()
        found: datetime | None = asked.aggregate(floor=Max(Subquery(nth)))["floor"]
        return found

    @property
    def _is_by_space(self) -> bool:
        return self.wish.notebook is None and self.wish.meme is None

    def _indexed(self, upper: Sequence[Q], **space: Any) -> ExecutionQuerySet:
        """Narrowed by one index alone; without an order, which would lead to another one."""
        wish = self.wish
        found = Execution.objects.order_by().filter(**(space or {"space__in": self.spaces}))
        if self._index:
            found = found.filter(**{self._index: getattr(wish, self._index)})
        elif wish.meme:
            found = found.filter(of_meme(wish.meme))
        return found.filter(*upper, *([Q(at__lt=wish.until)] if wish.until else []))

    @cached_property
    def _index(self) -> str:
        """The field by which rows are found; '' where it is the space alone, or a cell."""
        if self.wish.notebook is not None:
            return "notebook"
        if self.wish.meme:
            return ""
        return next((name for name in ("who", "host", "status") if getattr(self.wish, name)), "")

    def _meant(self, found: ExecutionQuerySet) -> ExecutionQuerySet:
        others = {name for name in ("who", "host", "status") if getattr(self.wish, name)} - {self._index}
        found = narrowed_after(found, **{name: getattr(self.wish, name) for name in sorted(others)})
        return found.filter(*of_text(self.wish, self.reader.viewer))


def lines_of(executions: ExecutionQuerySet) -> Iterator[Line]:
    for row in executions.values_list(*FIELDS):
        pk, at, ended_at, status, meme, code, space, notebook, path, host, who, witnesses = row
        copy = Copy(space, notebook, "" if notebook else path, "" if notebook else host, who)
        is_weak = witnesses == Witness.NOTEBOOK
        yield Line(pk, at, ended_at, Status(status), copy, meme or code, is_weak)
