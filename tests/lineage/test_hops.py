"""Who shares cells with a runbook, and who is kin only by way of a third one."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.graph.folding import Arc, Held, Kinship
from lineage.kindred.hops import Hop, Pair, Way, hops, sharings

A, B, C = (UUID(int=number) for number in (1, 2, 3))
HERE = 1

arcs = st.lists(
    st.builds(Arc, st.integers(0, 9), st.integers(0, 9), st.integers(1, 5)),
    max_size=30,
    unique_by=lambda arc: (arc.start, arc.end),
)


def held(*rows):
    return [Held(family, runbook, 0, "2026-03-27") for family, runbook in rows]


def kin(child, parent, how="new_root", *, is_sure=True):
    return Kinship(child, parent, how, is_sure)


def test_who_shares_most_comes_first_and_says_which():
    found = sharings([A, B], held((A, 1), (A, 2), (A, 3), (B, 3), (C, 4)), [], HERE)
    assert [(each.runbook, each.families) for each in found] == [(3, 2), (2, 1)]
    assert found[1].pairs == (Pair(A, A),)


@pytest.mark.parametrize("kinship", [kin(B, A), kin(A, B)])
def test_a_new_root_is_shared_and_named_whichever_of_the_two_is_here(kinship):
    (found,) = sharings([A], held((A, 1), (B, 2)), [kinship], HERE)
    assert found.pairs == (Pair(A, B, "new_root"),)


def test_what_is_only_alike_counts_apart_and_after_what_is_shared():
    kinships = [kin(B, A, "alike", is_sure=False)]
    found = sharings([A, C], held((B, 2), (C, 3)), kinships, HERE)
    assert [(each.runbook, each.families, each.alike) for each in found] == [(3, 1, 0), (2, 0, 1)]


def test_a_cell_that_is_there_itself_and_as_kin_counts_once():
    (found,) = sharings([A], held((A, 2), (B, 2)), [kin(B, A)], HERE)
    assert found.pairs == (Pair(A, A),)


def test_kin_within_one_runbook_is_nobodys():
    assert sharings([A, B], held((A, 1), (B, 1)), [kin(B, A)], HERE) == []


@pytest.mark.parametrize(
    ("lines", "way"),
    [
        ([Arc(2, HERE, 3), Arc(2, 9, 5)], Way.BOTH_FROM),
        ([Arc(HERE, 2, 3), Arc(9, 2, 5)], Way.BOTH_INTO),
        ([Arc(HERE, 2, 3), Arc(2, 9, 5)], Way.ON),
        ([Arc(2, HERE, 3), Arc(9, 2, 5)], Way.BACK),
    ],
)
def test_the_way_by_a_third_is_named_and_as_strong_as_its_thinner_line(lines, way):
    assert hops(lines, HERE, [2]) == [Hop(9, 2, way, 3)]


def test_who_shares_directly_is_no_hop():
    assert hops([Arc(2, HERE, 1), Arc(2, 3, 1)], HERE, [2, 3]) == []


def test_of_two_ways_the_stronger_is_told():
    lines = [Arc(2, HERE, 1), Arc(2, 9, 1), Arc(3, HERE, 4), Arc(3, 9, 4)]
    assert hops(lines, HERE, [2, 3]) == [Hop(9, 3, Way.BOTH_FROM, 4)]


@given(arcs, st.sets(st.integers(0, 9)))
def test_every_hop_goes_over_one_that_shares_to_one_that_does_not(lines, direct):
    direct.discard(HERE)
    found = hops(lines, HERE, direct)
    ends = {frozenset((arc.start, arc.end)) for arc in lines}
    assert len({hop.runbook for hop in found}) == len(found)
    for hop in found:
        assert hop.over in direct
        assert hop.runbook not in {HERE, *direct}
        assert {frozenset((HERE, hop.over)), frozenset((hop.over, hop.runbook))} <= ends
