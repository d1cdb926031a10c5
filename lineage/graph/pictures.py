"""The graph of how cells travelled, of all runbooks, of one family and of one runbook, as far as a reader may see."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from lineage.graph.drawing import Drawing, Opens, compared, draw
from lineage.graph.folding import Arc, fold
from lineage.graph.journeys import family_journeys, journeys, runbook_journeys
from lineage.graph.markup import boxes_markup, lines_markup
from lineage.heads import Head
from lineage.sight import Sight
from notebooks.models import Notebook

FOLDERS = 2  # of a path, which runbooks are folded by: below lie people's and dates
MOST_TOLD = 30  # lines of the list below a small graph


@dataclass(frozen=True, slots=True)
class Journey:
    """A line of the graph in words."""

    start: Head
    end: Head
    families: int
    alike: int

    @property
    def url(self) -> str:
        return compared(self.start.notebook.pk, self.end.notebook.pk)


@dataclass(frozen=True, slots=True)
class Picture:
    drawing: Drawing
    told: tuple[Journey, ...]  # the lines, or the first of them
    count: int  # of all lines
    faint: int  # families of lines that are only in the list

    @property
    def lines(self) -> SafeString:
        return lines_markup(self.drawing.lines)

    @property
    def boxes(self) -> SafeString:
        return boxes_markup(self.drawing.boxes)


@dataclass(frozen=True, slots=True)
class Look:
    """Which part of a graph is looked at: the group that is opened, and the page of the list."""

    opened: str | None = None
    skip: int = 0
    first: int = 0
    most: int = MOST_TOLD


def picture_of_all(
    sight: Sight, space: str, active: Collection[int], look: Look, opens: Opens
) -> Picture | None:
    """Between runbooks of which at least one of two is `active`."""
    known = set(active)
    arcs = [arc for arc in journeys(sight, space) if not known.isdisjoint((arc.start, arc.end))]
    return _picture(sight, arcs, look, _("How cells travelled between runbooks"), opens)


def picture_of_families(sight: Sight, families: Collection[UUID], more_url: str) -> Picture | None:
    """The ways of some families of cells and of those they descend from. `more_url` lists what is folded."""
    arcs = family_journeys(sight, families)
    return _picture(sight, arcs, Look(), _("Where this cell travelled"), lambda _group: more_url)


def picture_of_runbook(sight: Sight, notebook: Notebook) -> Picture | None:
    """What came into a runbook and its runs from others, and what went from it to others."""
    arcs = runbook_journeys(sight, notebook)
    more_url = reverse("related", args=[notebook.pk])
    title = _("Where its cells came from and went")
    return _picture(sight, arcs, Look(), title, lambda _group: more_url, notebook.pk)


def _picture(
    sight: Sight, arcs: Sequence[Arc], look: Look, title: str, opens: Opens, here: int | None = None
) -> Picture | None:
    """None where no cell travelled."""
    if not arcs:
        return None
    graph = fold(arcs, _folders(arcs), look.opened, look.skip)
    first = min(look.first, (len(arcs) - 1) // look.most * look.most)
    told = arcs[first : first + look.most]
    known = sight.heads({*graph.runbooks, *_runbooks(told)})
    return Picture(
        drawing=draw(graph, known, title, opens=opens, here=here),
        told=tuple(_told(told, known)),
        count=len(arcs),
        faint=graph.faint,
    )


def _told(arcs: Iterable[Arc], known: Mapping[int, Head]) -> Iterator[Journey]:
    for arc in arcs:
        start, end = (known.get(runbook) for runbook in _runbooks([arc]))
        if start is not None and end is not None:
            yield Journey(start, end, arc.families, arc.alike)


def _folders(arcs: Iterable[Arc]) -> dict[int, str]:
    """What each runbook is folded into: its space and the folders below which people and dates begin."""
    rows = Notebook.objects.filter(pk__in=set(_runbooks(arcs))).values_list("pk", "space__name", "folder")
    return {pk: "/".join([space, *folder.split("/")[:FOLDERS]]).rstrip("/") for pk, space, folder in rows}


def _runbooks(arcs: Iterable[Arc]) -> Iterator[int]:
    return (end for arc in arcs for end in (arc.start, arc.end) if isinstance(end, int))
