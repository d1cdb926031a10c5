from notebooks.outline import MOST_ELSEWHERE, outline_of, shortened
from notebooks.paging import CELLS, Part
from notebooks.parsing.model import Status
from notebooks.rendering import Heading


def outline(levels):
    """A cell each, with a heading of that level."""
    return outline_of(
        (index, [Heading(level, f"H{index}", f"H{index}")], Status.NONE) for index, level in enumerate(levels)
    )


def test_few_headings_are_all_listed_wherever_they_are():
    entries = outline([1, 2] * 100)
    assert shortened(entries, Part(0, 10, 200)) == list(entries)


def test_a_notebook_of_one_page_lists_all_of_any_number():
    entries = outline([1] * CELLS)
    assert shortened(entries, Part.holding(0, CELLS)) == list(entries)


def test_of_other_pages_the_outermost_and_the_first_of_each_are_listed():
    levels = [1, *(1 if index % 100 == 50 else 2 for index in range(1, 4 * CELLS))]
    part = Part.holding(CELLS, len(levels))
    found = shortened(outline(levels), part)
    here = [entry.index for entry in found if entry.index in part]
    elsewhere = [entry.index for entry in found if entry.index not in part]
    assert here == list(range(part.first, part.stop))
    outermost = [index for index in range(50, len(levels), 100) if index not in part]
    assert elsewhere == sorted({0, 2 * CELLS, 3 * CELLS, *outermost})


def test_an_outline_stays_short_however_long_the_notebook():
    levels = [2] * (400 * CELLS)
    found = shortened(outline(levels), Part.holding(0, len(levels)))
    assert CELLS < len(found) <= CELLS + MOST_ELSEWHERE
