"""Which cells went from where to where, and how that is folded until it can be read."""

from hypothesis import given
from hypothesis import strategies as st

from lineage.graph.folding import (
    ELSEWHERE,
    MOST_ARCS,
    MOST_GROUPS,
    MOST_NODES,
    Arc,
    Held,
    Kinship,
    arcs_of,
    fold,
)

runbooks = st.integers(0, 80)
pairs = st.tuples(runbooks, runbooks).filter(lambda pair: pair[0] != pair[1])
graphs = st.dictionaries(pairs, st.integers(1, 9), max_size=120).map(
    lambda travelled: [Arc(start, end, families) for (start, end), families in travelled.items()]
)
foldings = st.integers(1, 40).map(lambda count: {each: f"ops/{each % count}" for each in range(81)})


def held(family, runbook, branchings=0, days=0):
    return Held(family, runbook, branchings, f"2026-03-{days:02}")


def everything(graph):
    return sum(arc.families for arc in graph.arcs) + sum(group.inner for group in graph.groups) + graph.faint


def members(graph):
    return [*graph.runbooks, *(runbook for group in graph.groups for runbook in group.runbooks)]


def test_a_family_goes_from_its_least_branched_holder_to_every_other():
    rows = [held("a", 1, branchings=2), held("a", 2, branchings=0, days=9), held("a", 3, branchings=1)]
    assert {(arc.start, arc.end) for arc in arcs_of(rows)} == {(2, 1), (2, 3)}


def test_among_equally_branched_ones_it_began_where_it_was_first():
    assert arcs_of([held("a", 1, days=2), held("a", 2, days=1)]) == [Arc(2, 1, 1)]


def test_families_on_one_way_are_counted_and_the_strongest_way_comes_first():
    rows = [held("a", 1), held("a", 3, 1), held("b", 2), held("b", 3, 1), held("c", 2), held("c", 3, 1)]
    assert arcs_of(rows) == [Arc(2, 3, 2), Arc(1, 3, 1)]


def test_a_new_root_comes_from_where_its_parent_began():
    rows = [held("old", 1), held("new", 2)]
    assert arcs_of(rows, [Kinship("new", "old", "new_root", is_sure=True)]) == [Arc(1, 2, 1)]


def test_what_is_only_alike_is_told_apart():
    rows = [held("old", 1), held("new", 2), held("a", 1), held("a", 2, 1)]
    assert arcs_of(rows, [Kinship("new", "old", "alike", is_sure=False)]) == [Arc(1, 2, 2, alike=1)]


def test_a_new_root_within_one_runbook_goes_nowhere():
    assert arcs_of([held("old", 1), held("new", 1)], [Kinship("new", "old", "new_root", is_sure=True)]) == []


def test_a_parent_that_nobody_holds_is_left_out():
    assert arcs_of([held("new", 1)], [Kinship("new", "gone", "new_root", is_sure=True)]) == []


@given(st.lists(st.tuples(st.integers(0, 9), runbooks, st.integers(0, 3), st.integers(0, 3))))
def test_a_family_goes_once_to_each_of_its_holders_but_the_first(rows):
    unique = {(family, runbook): held(family, runbook, *rest) for family, runbook, *rest in rows}
    found = sum(arc.families for arc in arcs_of(unique.values()))
    assert found == len(unique) - len({family for family, _ in unique})


@given(graphs, foldings)
def test_folding_keeps_every_family_and_every_runbook_once(arcs, folders):
    graph = fold(arcs, folders)
    assert everything(graph) == sum(arc.families for arc in arcs)
    assert sorted(members(graph)) == sorted({end for arc in arcs for end in (arc.start, arc.end)})


@given(graphs, foldings, st.integers(0, 60))
def test_a_folded_graph_is_small_and_its_arcs_end_in_it(arcs, folders, skip):
    for opened in (None, ELSEWHERE, "ops/1"):
        graph = fold(arcs, folders, opened, skip)
        assert len(graph.keys) == len(set(graph.keys)) <= MOST_NODES
        assert len(graph.groups) <= MOST_GROUPS
        assert len(graph.arcs) <= MOST_ARCS
        assert {end for arc in graph.arcs for end in (arc.start, arc.end)} <= set(graph.keys)
        assert all(len(group.runbooks) > 1 for group in graph.groups)
        assert everything(graph) == sum(arc.families for arc in arcs)


@given(graphs, foldings)
def test_the_order_in_which_arcs_come_changes_nothing(arcs, folders):
    assert fold(arcs, folders) == fold(arcs[::-1], folders)


@given(graphs, foldings)
def test_opening_a_group_again_and_again_shows_all_that_it_hid(arcs, folders):
    for group in fold(arcs, folders).groups:
        shown, skip = set(), 0
        for _ in range(20):
            graph = fold(arcs, folders, group.folder, skip)
            shown |= set(graph.runbooks)
            again = [each for each in graph.groups if each.folder == group.folder]
            if not again:
                break
            skip = again[0].skip
        assert set(group.runbooks) <= shown


def star(leaves):
    return [Arc(0, leaf, 1) for leaf in range(1, leaves + 1)]


def test_what_can_be_read_is_not_folded():
    graph = fold(star(MOST_NODES - 1), dict.fromkeys(range(MOST_NODES), "ops"))
    assert (len(graph.runbooks), graph.groups) == (MOST_NODES, ())


def test_of_more_the_weakest_go_by_folder():
    folders = {each: "ops/share" if each % 2 else "ops/lab" for each in range(501)}
    graph = fold(star(500), folders)
    assert 0 in graph.runbooks
    assert {group.folder for group in graph.groups} == {"ops/share", "ops/lab"}
    assert sum(len(group.runbooks) for group in graph.groups) == 501 - len(graph.runbooks)


def test_what_lies_in_many_folders_is_drawn_as_one():
    graph = fold(star(500), {each: f"ops/{each}" for each in range(501)})
    assert [group.folder for group in graph.groups] == [ELSEWHERE]


def test_a_group_that_is_not_there_opens_nothing():
    arcs, folders = star(100), dict.fromkeys(range(101), "ops")
    assert fold(arcs, folders, "nowhere", 7) == fold(arcs, folders)
