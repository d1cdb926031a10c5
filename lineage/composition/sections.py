"""Which cells make a section: a heading and what stands below it. Pure."""

from collections.abc import Mapping, Sequence

from notebooks.rendering import Heading


def section_of(index: int, headings: Mapping[int, Sequence[Heading]], total: int) -> range:
    """From the cell at `index` until one with a heading of the same or a higher level; it alone where it has none.

    `headings` are those of each cell that has any, by its index; `total` is the number of cells.
    """
    if index not in headings:
        return range(index, index + 1)
    level = headings[index][0].level
    later = (other for other in sorted(headings) if other > index)
    ends = (other for other in later if any(heading.level <= level for heading in headings[other]))
    return range(index, next(ends, total))
