"""The graph of how cells travelled, ready for the template that draws it: what stands where, says what, leads where."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from lineage.graph.fitting import fitted, fitted_end
from lineage.graph.folding import ELSEWHERE, Arc, Graph, Group, Key
from lineage.graph.layout import BOX_WIDTH, Box, Layout, Line, lay_out
from lineage.heads import Head

PADDING = 10  # left and right of the text in a box
ROOM = BOX_WIDTH - 2 * PADDING
NAME = 13  # sizes of type
PLACE = 11
ARROW = 8
BESIDE = 4  # from the arrow to its number
WEIGHTS = (1, 4, 16, 64)  # families from which on a line is drawn heavier

Opens = Callable[[Group], str]  # where a group can be seen opened


@dataclass(frozen=True, slots=True)
class Name:
    """What a box is called, whole and as far as there is room."""

    text: str
    place: str
    url: str

    @property
    def shown(self) -> str:
        return fitted(self.text, ROOM, NAME)

    @property
    def shown_place(self) -> str:
        return fitted_end(self.place, ROOM, PLACE)


@dataclass(frozen=True, slots=True)
class DrawnBox:
    box: Box
    name: Name
    is_group: bool
    is_here: bool  # what the page is about

    @property
    def text_x(self) -> int:
        return self.box.x + PADDING

    @property
    def name_y(self) -> int:
        """The first of two lines of text, which stand in the middle."""
        return self.box.y + self.box.height // 2 - 3

    @property
    def place_y(self) -> int:
        return self.name_y + PLACE + 4

    @property
    def label(self) -> str:
        return f"{self.name.text}, {self.name.place}"


@dataclass(frozen=True, slots=True)
class DrawnLine:
    line: Line
    label: str
    url: str

    @property
    def families(self) -> int:
        return self.line.arc.families

    @property
    def number(self) -> str:
        return f"~{self.families}" if self.is_likely else str(self.families)

    @property
    def is_likely(self) -> bool:
        """Only by how alike the texts are."""
        return self.line.arc.alike == self.families

    @property
    def weight(self) -> int:
        return sum(self.families >= least for least in WEIGHTS)

    @property
    def path(self) -> str:
        """Curves from column to column, level where it passes one, up to the arrow."""
        points = [*self.line.points[:-1], (self._tip[0] - self._towards * ARROW, self._tip[1])]
        path = "M{} {}".format(*points[0])
        for number, ((x1, y1), (x2, y2)) in enumerate(pairwise(points)):
            middle = (x1 + x2) // 2
            path += f"L{x2} {y2}" if number % 2 else f"C{middle} {y1} {middle} {y2} {x2} {y2}"
        return path

    @property
    def arrow(self) -> str:
        back = -self._towards * ARROW
        return f"M{self._tip[0]} {self._tip[1]}l{back} -4v8z"

    @property
    def number_x(self) -> int:
        return self._tip[0] - self._towards * (ARROW + BESIDE)

    @property
    def number_y(self) -> int:
        return self._tip[1] - 4

    @property
    def number_anchor(self) -> str:
        return "end" if self._towards > 0 else "start"

    @property
    def _tip(self) -> tuple[int, int]:
        return self.line.points[-1]

    @property
    def _towards(self) -> int:
        return 1 if self.line.goes_right else -1


@dataclass(frozen=True)
class Drawing:
    title: str
    layout: Layout
    boxes: tuple[DrawnBox, ...]
    lines: tuple[DrawnLine, ...]

    @cached_property
    def about(self) -> str:
        """For who does not see it."""
        boxes, lines = len(self.boxes), len(self.lines)
        text = _("%(boxes)d boxes and %(lines)d lines between them. The list below says the same.")
        return text % {"boxes": boxes, "lines": lines}

    @property
    def is_empty(self) -> bool:
        return not self.lines


def draw(
    graph: Graph,
    heads: Mapping[int, Head],
    title: str,
    *,
    opens: Opens,
    here: int | None = None,
) -> Drawing:
    """`heads` are those of the graph's runbooks; one that is not there goes, with its lines."""
    keys = [key for key in graph.keys if isinstance(key, str) or key in heads]
    layout = lay_out(keys, graph.arcs)
    names: dict[Key, Name] = {key: _name_of_runbook(heads[key]) for key in keys if isinstance(key, int)}
    names |= {group.folder: _name_of_group(group, opens(group)) for group in graph.groups}
    groups = {group.folder for group in graph.groups}
    return Drawing(
        title=title,
        layout=layout,
        boxes=tuple(
            DrawnBox(box, names[box.key], box.key in groups, box.key == here) for box in layout.boxes
        ),
        lines=tuple(DrawnLine(line, _label(line.arc, names), _url(line.arc, names)) for line in layout.lines),
    )


def compared(one: Key, other: Key) -> str:
    return f"{reverse('compare')}?{urlencode({'a': one, 'b': other})}"


def runs_told(count: int) -> str:
    return ngettext("%(count)d run", "%(count)d runs", count) % {"count": count}


def _name_of_runbook(head: Head) -> Name:
    place = f"{head.place} · {runs_told(head.runs)}" if head.runs else head.place
    return Name(head.title, place, head.url)


def _name_of_group(group: Group, url: str) -> Name:
    count = len(group.runbooks)
    text = ngettext("and %(count)d more runbook", "and %(count)d more runbooks", count) % {"count": count}
    return Name(text, _("in many folders") if group.folder == ELSEWHERE else group.folder, url)


def _label(arc: Arc, names: Mapping[Key, Name]) -> str:
    if arc.alike == arc.families:
        text = ngettext(
            "%(count)d cell of “%(end)s” is like one of “%(start)s”",
            "%(count)d cells of “%(end)s” are like those of “%(start)s”",
            arc.families,
        )
        return text % {"count": arc.families, "start": names[arc.start].text, "end": names[arc.end].text}
    text = ngettext(
        "%(count)d cell went from “%(start)s” to “%(end)s”",
        "%(count)d cells went from “%(start)s” to “%(end)s”",
        arc.families,
    )
    return text % {"count": arc.families, "start": names[arc.start].text, "end": names[arc.end].text}


def _url(arc: Arc, names: Mapping[Key, Name]) -> str:
    """Two runbooks are compared; of a group it must be seen first which they are."""
    for end in (arc.start, arc.end):
        if isinstance(end, str):
            return names[end].url
    return compared(arc.start, arc.end)
