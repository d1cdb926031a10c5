"""Boxes and lines: the same graph is drawn alike, nothing stands on anything else, and it is quick."""

import random
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.graph.folding import Arc, fold
from lineage.graph.layout import BETWEEN_LAYERS, BOX_HEIGHT, PORT, lay_out
from tests.patience import at_most

keys = st.integers(0, 24)
pairs = st.tuples(keys, keys).filter(lambda pair: pair[0] != pair[1])
graphs = st.dictionaries(pairs, st.integers(1, 9), max_size=60).map(
    lambda travelled: [Arc(start, end, families) for (start, end), families in travelled.items()]
)


def overlap(one, other):
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


@given(graphs)
def test_no_box_stands_on_another_and_all_are_within_the_drawing(arcs):
    layout = lay_out(range(25), arcs)
    assert [box.key for box in sorted(layout.boxes, key=lambda box: box.key)] == list(range(25))
    assert not any(overlap(*two) for two in combinations(layout.boxes, 2))
    for box in layout.boxes:
        assert box.height >= BOX_HEIGHT
        assert 0 <= box.x <= box.x + box.width <= layout.width
        assert 0 <= box.y <= box.y + box.height <= layout.height


@given(graphs)
def test_every_line_goes_from_the_side_of_its_first_box_to_the_side_of_its_second(arcs):
    layout = lay_out(range(25), arcs)
    boxes = {box.key: box for box in layout.boxes}
    assert sorted(map(str, (line.arc for line in layout.lines))) == sorted(map(str, arcs))
    for line in layout.lines:
        ends = (line.points[0], boxes[line.arc.start]), (line.points[-1], boxes[line.arc.end])
        for (x, y), box in ends:
            assert x in (box.x, box.x + box.width)
            assert box.y < y < box.y + box.height
        assert all(0 <= x <= layout.width and 0 <= y <= layout.height for x, y in line.points)


@given(graphs)
def test_lines_meet_no_box_but_their_own(arcs):
    """Within a column they pass level, in a place of their own; between columns stand no boxes."""
    layout = lay_out(range(25), arcs)
    for line in layout.lines:
        for (x1, y1), (x2, y2) in zip(line.points[1:-1:2], line.points[2:-1:2], strict=True):
            assert y1 == y2
            left, right = sorted((x1, x2))
            passed = [box for box in layout.boxes if box.x < right and left < box.x + box.width]
            assert all(not box.y - 1 < y1 < box.y + box.height + 1 for box in passed)


@given(graphs)
def test_the_numbers_beside_the_ports_never_touch(arcs):
    ports = [point for line in lay_out(range(25), arcs).lines for point in (line.points[0], line.points[-1])]
    for (x1, y1), (x2, y2) in combinations(ports, 2):
        assert abs(y1 - y2) >= PORT - 2 or abs(x1 - x2) >= BETWEEN_LAYERS


@given(graphs, st.randoms(use_true_random=False))
def test_the_same_graph_is_drawn_alike(arcs, chance):
    assert lay_out(range(25), arcs) == lay_out(range(25), list(arcs))


def test_what_gives_stands_left_of_what_takes():
    boxes = {box.key: box for box in lay_out("abc", [Arc("a", "b", 1), Arc("b", "c", 1)]).boxes}
    assert boxes["a"].x < boxes["b"].x < boxes["c"].x


def test_a_circle_is_drawn_with_one_line_that_goes_back():
    lines = lay_out("abc", [Arc("a", "b", 3), Arc("b", "c", 3), Arc("c", "a", 1)]).lines
    assert [(line.arc.start, line.arc.end) for line in lines if not line.goes_right] == [("c", "a")]


def test_small_parts_stand_side_by_side():
    layout = lay_out("abcd", [Arc("a", "b", 1), Arc("c", "d", 1)])
    assert len({box.y for box in layout.boxes}) == 1


def test_an_arc_to_what_is_not_there_is_not_drawn():
    assert lay_out("a", [Arc("a", "b", 1), Arc("a", "a", 1)]).lines == ()


def test_nothing_takes_no_room():
    assert lay_out((), ()).boxes == ()


@pytest.mark.parametrize("taken", [1, 3])
def test_five_hundred_runbooks_take_a_blink(taken):
    """Far above what it takes, so that only a wrong order of growth fails it: 40 ms, and folded 5."""
    chance = random.Random(taken)
    ends = {(chance.randrange(500), chance.randrange(500)) for _ in range(500 * taken)}
    arcs = [Arc(start, end, chance.randrange(1, 9)) for start, end in sorted(ends) if start != end]
    with at_most(seconds=1):
        lay_out(range(500), arcs)
    with at_most(seconds=0.25):
        graph = fold(arcs, {each: f"ops/{each % 20}" for each in range(500)})
        lay_out(graph.keys, graph.arcs)
