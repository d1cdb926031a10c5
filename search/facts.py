"""What the database knows of what a query asks for and the index does not hold: executions, notes, names of spaces.

All of it as far as the person may see: what comes out here decides what is found.
"""

from __future__ import annotations

import operator
import re
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.conf import settings
from django.db.models import Count, Q
from haystack.query import SQ

from execlogs.models import Execution, Status
from execlogs.models.execution import ExecutionQuerySet
from execlogs.names import names_in
from notebooks.models import Space
from search.analysis import normalise
from search.language.dates import Stretch
from search.language.tree import Leaf, Prefix
from search.noted import noted

# So many are handed to the engine; of more the latest.
MOST = 20_000
MOST_PAIRS = 5 * MOST  # a cell in a notebook

Borne = tuple[Collection[str], Collection[int]]  # MEMEs of cells, ids of notebooks

_COMPARED = re.compile(r"(?P<sign><=|>=|<|>|=|)(?P<number>\d+)")
_COMPARING = {
    "": operator.eq, "=": operator.eq, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Facts:
    spaces: Mapping[int, Space]  # that the person may read

    def spaces_called(self, name: str, *, is_beginning: bool) -> list[int]:
        """By address or by name; case and width make no difference."""
        wanted = normalise(name)

        def is_meant(called: str) -> bool:
            return normalise(called).startswith(wanted) if is_beginning else normalise(called) == wanted

        return [pk for pk, space in self.spaces.items() if is_meant(space.slug) or is_meant(space.name)]

    def executed(self, people: Sequence[Leaf], times: Sequence[Stretch | None]) -> Borne:
        """What any of the people executed in any of the stretches."""
        found = self._executions()
        if people:
            found = found.filter(who__in=self._called(people))
        if times:
            found = found.filter(reduce(or_, (_during(each) for each in times)))
        return _of(found)

    def failed(self, compared: str) -> Borne:
        """Cells and notebooks whose executions failed so often: "3", ">3", "<=3" (and once at least)."""
        match = _COMPARED.fullmatch(compared)
        if match is None:
            return (), ()
        is_meant, bound = _COMPARING[match["sign"]], int(match["number"])
        cells, notebooks = self.failures()
        return (
            [meme for meme, count in cells if is_meant(count, bound)][:MOST],
            [notebook for notebook, count in notebooks if is_meant(count, bound)][:MOST],
        )

    def failures(self) -> tuple[Sequence[tuple[str, int]], Sequence[tuple[int, int]]]:
        """How often each cell and each notebook failed, where it did."""
        failures = self._executions().filter(status=Status.ERROR).order_by()
        cells: Counter[str] = Counter()
        notebooks: Counter[int] = Counter()
        for meme, notebook, count in failures.values_list("meme", "notebook").annotate(count=Count("pk")):
            cells[str(meme or "")] += count
            notebooks[notebook or 0] += count
        return [each for each in cells.items() if each[0]], [each for each in notebooks.items() if each[0]]

    def noted(self, *, only_hazards: bool) -> SQ:
        """What has a note that is not resolved."""
        return noted(list(self.spaces), only_hazards=only_hazards)

    def stale(self, now: datetime) -> SQ:
        """Runbooks, and their cells, that were neither changed nor executed for long."""
        since = now - timedelta(days=settings.STALE_DAYS)
        lately = self._executions().filter(at__gte=since).exclude(notebook=None).order_by()
        worked = list(lately.values_list("notebook", flat=True).distinct()[:MOST])
        found = SQ(updated__lt=since) & ~SQ(kind__in=["note", "log"])
        return found & ~SQ(notebook__in=worked) if worked else found

    def _called(self, people: Sequence[Leaf]) -> list[str]:
        """As they are written: by these an index finds them, and not by what makes no difference of case."""
        as_asked = [
            leaf.text for leaf in people if not isinstance(leaf, Prefix)
        ]  # also of more than are listed
        known = {name: normalise(name) for name in names_in(list(self.spaces), "who")}
        meant = [(normalise(leaf.text), isinstance(leaf, Prefix)) for leaf in people]
        return as_asked + [
            name
            for name, folded in known.items()
            if any(
                folded.startswith(text) if is_beginning else folded == text for text, is_beginning in meant
            )
        ]

    def _executions(self) -> ExecutionQuerySet:
        return Execution.objects.filter(space__in=self.spaces)


def _of(executions: ExecutionQuerySet) -> Borne:
    pairs = executions.order_by().values_list("meme", "notebook").distinct()[:MOST_PAIRS]
    cells, notebooks = dict[str, None](), dict[int, None]()
    for meme, notebook in pairs:
        cells.update({str(meme): None} if meme else {})
        notebooks.update({notebook: None} if notebook else {})
    return list(cells)[:MOST], list(notebooks)[:MOST]


def _during(stretch: Stretch | None) -> Q:
    if stretch is None:
        return Q(pk__in=())
    found = Q()
    if stretch.start is not None:
        found &= Q(at__gte=stretch.start)
    if stretch.end is not None:
        found &= Q(at__lt=stretch.end)
    return found
