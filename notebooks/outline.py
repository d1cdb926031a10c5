"""A runbook's headings, each with the code cells below it until the next. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from notebooks.parsing.model import Status
from notebooks.rendering import Heading
from notebooks.verdict import Brick


@dataclass(frozen=True, slots=True)
class Entry:
    level: int  # 1 to 6, as written
    depth: int  # 0 for the outermost headings of this notebook
    text: str
    index: int  # the cell it is in
    element_id: str  # where a link leads
    bricks: tuple[Brick, ...]


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
