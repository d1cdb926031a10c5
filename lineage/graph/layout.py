"""Where the boxes of a graph stand and how the lines between them run: layers from left to right. Pure.

The same graph is always drawn alike. Boxes never overlap; every line has a port of its own on each of its boxes,
so the numbers that stand beside the ports never overlap either.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lineage.graph.folding import Arc, Key
from lineage.graph.layers import Chain, Columns, Place, layered
from lineage.graph.stacking import stacked

# In user units, which are CSS pixels where nothing scales the drawing.
BOX_WIDTH = 208
BOX_HEIGHT = 46
PORT = 16  # from one line to the next at the side of a box
PASS = 10  # and where they only pass
BETWEEN_LAYERS = 92
BETWEEN_BOXES = 14
BETWEEN_PARTS = 34
MARGIN = 6
WIDTH = 1100  # small parts stand side by side up to here


@dataclass(frozen=True, slots=True)
class Box:
    key: Key
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class Line:
    arc: Arc
    points: tuple[tuple[int, int], ...]  # from the arc's start to its end; it enters and leaves level

    @property
    def goes_right(self) -> bool:
        return self.points[0][0] <= self.points[-1][0]


@dataclass(frozen=True, slots=True)
class Layout:
    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def lay_out(keys: Sequence[Key], arcs: Sequence[Arc], width: int = WIDTH) -> Layout:
    """Arcs between other keys than these, and from a key to itself, are not drawn."""
    known = set(keys)
    drawn = [arc for arc in arcs if arc.start != arc.end and {arc.start, arc.end} <= known]
    return _packed([_part(members, within) for members, within in _parts(keys, drawn)], width)


def _part(keys: Sequence[Key], arcs: Sequence[Arc]) -> Layout:
    """One connected part, its corner at 0, 0."""
    columns, chains = layered(keys, arcs)
    heights = _heights(columns, chains)
    middles = stacked(columns, chains, heights, BETWEEN_BOXES)
    boxes = {
        key: Box(
            key,
            column * (BOX_WIDTH + BETWEEN_LAYERS),
            round(middles[key]) - heights[key] // 2,
            BOX_WIDTH,
            heights[key],
        )
        for column, places in enumerate(columns)
        for key in places
        if not isinstance(key, tuple)
    }
    lines = _lines(boxes, chains, {place: round(middle) for place, middle in middles.items()})
    return _measured(tuple(boxes[key] for key in keys), lines)


def _heights(columns: Columns, chains: Iterable[Chain]) -> dict[Place, int]:
    """A box is as high as its ports need; where a line only passes, less is enough."""
    leaving: dict[Place, int] = defaultdict(int)
    entering: dict[Place, int] = defaultdict(int)
    for chain in chains:
        leaving[chain.places[0]] += 1
        entering[chain.places[-1]] += 1
    return {
        place: PASS
        if isinstance(place, tuple)
        else max(BOX_HEIGHT, PORT * (max(leaving[place], entering[place]) + 1))
        for column in columns
        for place in column
    }


def _lines(boxes: Mapping[Key, Box], chains: Sequence[Chain], middles: Mapping[Place, int]) -> list[Line]:
    right = _ports(chains, boxes, middles, side=0)
    left = _ports(chains, boxes, middles, side=-1)
    lines = []
    for chain in chains:
        first, last = boxes[chain.first], boxes[chain.last]
        points = [(first.x + first.width, right[chain])]
        for step, place in enumerate(chain.places[1:-1], start=1):
            x = first.x + step * (BOX_WIDTH + BETWEEN_LAYERS)
            points += [(x, middles[place]), (x + BOX_WIDTH, middles[place])]
        points.append((last.x, left[chain]))
        lines.append(Line(chain.arc, tuple(points if chain.is_forward else reversed(points))))
    return lines


def _ports(
    chains: Sequence[Chain], boxes: Mapping[Key, Box], middles: Mapping[Place, int], side: int
) -> dict[Chain, int]:
    """How high each line leaves its left box (`side` 0) or enters its right one (-1): in the order of where it goes."""
    at: dict[Key, list[Chain]] = defaultdict(list)
    for chain in chains:
        at[chain.first if side == 0 else chain.last].append(chain)
    next_place = 1 if side == 0 else -2
    heights = {}
    for key, ending in at.items():
        ordered = sorted(ending, key=lambda chain: middles[chain.places[next_place]])
        top = boxes[key].y + (boxes[key].height - PORT * (len(ordered) - 1)) // 2
        heights.update({chain: top + PORT * place for place, chain in enumerate(ordered)})
    return heights


def _parts(keys: Sequence[Key], arcs: Sequence[Arc]) -> list[tuple[list[Key], list[Arc]]]:
    """What hangs together, the greatest part first."""
    part_of = {key: place for place, key in enumerate(keys)}
    members = {place: [key] for place, key in enumerate(keys)}
    for arc in arcs:
        one, other = sorted((part_of[arc.start], part_of[arc.end]))
        if one != other:
            members[one] += (moved := members.pop(other))
            part_of.update(dict.fromkeys(moved, one))
    within: dict[int, list[Arc]] = defaultdict(list)
    for arc in arcs:
        within[part_of[arc.start]].append(arc)
    parts = [(each, within[place]) for place, each in sorted(members.items())]
    return sorted(parts, key=lambda part: -len(part[0]))


def _packed(parts: Sequence[Layout], width: int) -> Layout:
    """Side by side while there is room, then below."""
    boxes: list[Box] = []
    lines: list[Line] = []
    x = y = MARGIN
    row = 0  # its height so far
    for part in parts:
        if x > MARGIN and x + part.width > width:
            x, y, row = MARGIN, y + row + BETWEEN_PARTS, 0
        boxes += [_shifted(box, x, y) for box in part.boxes]
        lines += [Line(line.arc, tuple((a + x, b + y) for a, b in line.points)) for line in part.lines]
        x, row = x + part.width + BETWEEN_PARTS, max(row, part.height)
    return _measured(tuple(boxes), lines)


def _shifted(box: Box, x: int, y: int) -> Box:
    return Box(box.key, box.x + x, box.y + y, box.width, box.height)


def _measured(boxes: tuple[Box, ...], lines: Sequence[Line]) -> Layout:
    """With the room that all of it takes."""
    width = max((box.x + box.width for box in boxes), default=0)
    ends = [box.y + box.height for box in boxes]
    bends = [y for line in lines for _, y in line.points]
    return Layout(width + MARGIN, max([*ends, *bends], default=0) + MARGIN, boxes, tuple(lines))
