"""A runbook's headings, each with the code cells below it until the next. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notebooks.paging import Part
from notebooks.parsing.model import Status
from notebooks.rendering import Heading
from notebooks.verdict import Brick

# Headings of a long notebook's other pages: more than one looks through, few enough for every page to carry them.
MOST_ELSEWHERE = 250


@dataclass(frozen=True, slots=True)
class Entry:
    level: int  # 1 to 6, as written
    depth: int  # 0 for the outermost headings of this notebook
    text: str
    index: int  # the cell it is in
    element_id: str  # where a link leads
    bricks: tuple[Brick, ...]

    @property
    def has_failed(self) -> bool:
        return any(brick.status is Status.ERROR for brick in self.bricks)


def outline_of(cells: Iterable[tuple[int, Sequence[Heading], Status]]) -> tuple[Entry, ...]:
    """From (index, headings, status) of each cell in order."""
    found: list[tuple[int, Heading, list[Brick]]] = []
    for index, headings, status in cells:
        found += [(index, heading, []) for heading in headings]
        if found and status is not Status.NONE:
            found[-1][2].append(Brick(index, status))
    depths = _depths([heading.level for _, heading, _ in found])
    return tuple(
        Entry(heading.level, depth, heading.text, index, f"cell-{index}-{heading.anchor}", tuple(bricks))
        for (index, heading, bricks), depth in zip(found, depths, strict=True)
    )


def shortened(entries: Sequence[Entry], part: Part) -> list[Entry]:
    """All headings of a part. Of the others the first of each page, and the outermost as far as there is room."""
    elsewhere = [entry for entry in entries if entry.index not in part]
    if len(elsewhere) <= MOST_ELSEWHERE:
        return list(entries)
    firsts: dict[int, str] = {}
    for entry in elsewhere:
        firsts.setdefault(Part.holding(entry.index, part.total).first, entry.element_id)
    picked = list(firsts.values())[:: -(-len(firsts) // MOST_ELSEWHERE)]
    kept, depth = set(picked), _depth_with_room(elsewhere, MOST_ELSEWHERE - len(picked))
    return [
        entry for entry in entries if entry.index in part or entry.depth < depth or entry.element_id in kept
    ]


def _depth_with_room(entries: Sequence[Entry], room: int) -> int:
    """How many depths, from the outermost, have no more than `room` entries together."""
    counts = Counter(entry.depth for entry in entries)
    depth = 0
    while counts[depth] and (room := room - counts[depth]) >= 0:
        depth += 1
    return depth


def _depths(levels: Sequence[int]) -> list[int]:
    """How deep each heading is nested: people skip levels, an outline does not."""
    depths: list[int] = []
    above: list[int] = []
    for level in levels:
        while above and above[-1] >= level:
            above.pop()
        depths.append(len(above))
        above.append(level)
    return depths
