from lineage.composition.sections import section_of
from notebooks.rendering import Heading


def headings(**levels):
    """The levels of each cell's headings: _0=[1], _3=[2, 3]."""
    return {int(name[1:]): tuple(Heading(level, "x", "x") for level in each) for name, each in levels.items()}


def test_a_section_ends_before_the_next_heading_of_its_level():
    assert section_of(1, headings(_0=[1], _1=[2], _4=[2]), 6) == range(1, 4)


def test_deeper_headings_belong_to_it():
    assert section_of(1, headings(_0=[1], _1=[2], _3=[3], _4=[4]), 6) == range(1, 6)


def test_a_higher_heading_ends_it_too():
    assert section_of(2, headings(_0=[1], _2=[3], _4=[1]), 6) == range(2, 4)


def test_of_several_headings_in_the_next_cell_each_can_end_it():
    assert section_of(0, headings(_0=[2], _2=[3, 2]), 4) == range(2)


def test_a_cell_without_heading_stands_alone():
    assert section_of(1, headings(_0=[1]), 3) == range(1, 2)
