"""What the database knows of what a query asks for and the index does not hold: executions, notes, names of spaces.

All of it as far as the person may see: what comes out here decides what is found.
"""

from __future__ import annotations

import re
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
from notebooks.models import Space
from search.analysis import normalise
from search.language.dates import Stretch
from search.language.tree import Leaf, Prefix
from stickies.models import Note
from stickies.models.note import Kind, NoteQuerySet, Reach

# So many are handed to the engine; of more the latest.
MOST = 20_000

Borne = tuple[Collection[str], Collection[int]]  # MEMEs of cells, ids of notebooks

_COMPARED = re.compile(r"(?P<sign><=|>=|<|>|=|)(?P<number>\d+)")
_LOOKUPS = {"": "", "=": "", "<": "__lt", "<=": "__lte", ">": "__gt", ">=": "__gte"}


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
            found = found.filter(reduce(or_, (_by(leaf) for leaf in people)))
        if times:
            found = found.filter(reduce(or_, (_during(each) for each in times)))
        return _of(found)

    def is_executed(self, time: Stretch | None) -> bool:
        """Whether anything was, at that time."""
        return self._executions().filter(_during(time)).exists()

    def failed(self, compared: str) -> Borne:
        """Cells and notebooks whose executions failed so often: "3", ">3", "<=3" (and once at least)."""
        match = _COMPARED.fullmatch(compared)
        if match is None:
            return (), ()
        bound = {f"failures{_LOOKUPS[match['sign']]}": int(match["number"])}
        failures = self._executions().filter(status=Status.ERROR).order_by()
        cells = failures.exclude(meme=None).values("meme").annotate(failures=Count("pk")).filter(**bound)
        notebooks = failures.exclude(notebook=None).values("notebook").annotate(failures=Count("pk"))
        return (
            [str(each["meme"]) for each in cells[:MOST]],
            [each["notebook"] for each in notebooks.filter(**bound)[:MOST]],
        )

    def noted(self, *, only_hazards: bool) -> Borne:
        """Cells and notebooks with a note that is not resolved."""
        notes = self._open_notes(only_hazards=only_hazards)
        cells = notes.exclude(meme=None).filter(is_of_notebook=False).exclude(reach=Reach.NOTEBOOK)
        return (
            [str(meme) for meme in cells.order_by().values_list("meme", flat=True).distinct()[:MOST]],
            list(
                notes.exclude(notebook=None).order_by().values_list("notebook", flat=True).distinct()[:MOST]
            ),
        )

    def is_noted(self, *, only_hazards: bool) -> bool:
        """Whether anything has such a note."""
        return self._open_notes(only_hazards=only_hazards).exists()

    def stale(self, now: datetime) -> SQ:
        """Runbooks, and their cells, that were neither changed nor executed for long."""
        since = now - timedelta(days=settings.STALE_DAYS)
        lately = self._executions().filter(at__gte=since).exclude(notebook=None).order_by()
        worked = list(lately.values_list("notebook", flat=True).distinct()[:MOST])
        found = SQ(updated__lt=since) & ~SQ(kind__in=["note", "log"])
        return found & ~SQ(notebook__in=worked) if worked else found

    def _open_notes(self, *, only_hazards: bool) -> NoteQuerySet:
        notes = Note.objects.alive().threads().filter(space__in=self.spaces, resolved_at=None)
        return notes.filter(kind=Kind.HAZARD) if only_hazards else notes

    def _executions(self) -> ExecutionQuerySet:
        return Execution.objects.filter(space__in=self.spaces)


def _of(executions: ExecutionQuerySet) -> Borne:
    latest = executions.order_by()
    cells = latest.exclude(meme=None).values_list("meme", flat=True).distinct()
    notebooks = latest.exclude(notebook=None).values_list("notebook", flat=True).distinct()
    return [str(meme) for meme in cells[:MOST]], list(notebooks[:MOST])


def _by(leaf: Leaf) -> Q:
    return Q(who__istartswith=leaf.text) if isinstance(leaf, Prefix) else Q(who__iexact=leaf.text)


def _during(stretch: Stretch | None) -> Q:
    if stretch is None:
        return Q(pk__in=())
    found = Q()
    if stretch.start is not None:
        found &= Q(at__gte=stretch.start)
    if stretch.end is not None:
        found &= Q(at__lt=stretch.end)
    return found
