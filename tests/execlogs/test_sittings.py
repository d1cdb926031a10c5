"""Which executions are one sitting, and how it ended."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execlogs.models import Status
from execlogs.sittings import FEW, PAUSE, Copy, Ending, Line, Sitting, ending_of, is_near, sittings_of
from tests.execlogs.making import NOON

OK, ERROR, ABORTED, RUNNING, UNKNOWN = Status.OK, Status.ERROR, Status.ABORTED, Status.RUNNING, Status.UNKNOWN


def line(pk, minute, status=OK, *, who="kato", took=0, cell="", notebook=1):
    at = NOON + timedelta(minutes=minute)
    copy = Copy(1, notebook, "", "", who)
    return Line(pk, at, at + timedelta(minutes=took), status, copy, cell or f"cell {pk}")


def newest_first(*lines):
    return sorted(lines, key=lambda each: each.place, reverse=True)


def test_what_follows_within_half_an_hour_is_one_sitting():
    (sitting,) = sittings_of(newest_first(line(1, 0), line(2, 29), line(3, 58)))
    assert [each.pk for each in sitting.lines] == [3, 2, 1]
    assert (sitting.began_at, sitting.count) == (NOON, 3)


def test_a_pause_of_half_an_hour_ends_it():
    assert [each.count for each in sittings_of(newest_first(line(1, 0), line(2, 30)))] == [1, 1]


def test_a_cell_that_runs_for_hours_is_no_pause():
    assert len(sittings_of(newest_first(line(1, 0, took=180), line(2, 190)))) == 1


@pytest.mark.parametrize("other", [{"who": "sato"}, {"notebook": 2}])
def test_another_person_or_copy_is_another_sitting(other):
    assert len(sittings_of(newest_first(line(1, 0), line(2, 1, **other), line(3, 2)))) == 2


@pytest.mark.parametrize(
    ("statuses", "cells", "ending"),
    [
        ([OK, OK], "ab", Ending.CLEAN),
        ([OK, ERROR], "ab", Ending.STOPPED),
        ([ERROR, ABORTED, ABORTED], "abc", Ending.STOPPED),
        ([ERROR, OK, OK], "aba", Ending.MENDED),
        ([ERROR, OK], "ab", Ending.PASSED),
        ([OK, ERROR, OK], "aab", Ending.PASSED),  # it had succeeded before, and did not again
        ([OK, RUNNING], "ab", Ending.OPEN),
        ([OK, UNKNOWN], "ab", Ending.UNTOLD),
        ([RUNNING, OK], "ab", Ending.UNTOLD),
    ],
)
def test_how_it_ended_is_told_from_its_cells(statuses, cells, ending):
    lines = [line(n, n, status, cell=cells[n]) for n, status in enumerate(statuses)]
    assert ending_of(newest_first(*lines)) is ending


def test_a_brick_that_stands_for_many_tells_the_worst():
    lines = [line(n, n / 10, ERROR if n == 40 else OK) for n in range(100)]
    bricks = Sitting(lines[0].copy, newest_first(*lines)).bricks
    assert len(bricks) <= FEW
    assert [at for at, status in enumerate(bricks) if status is ERROR] == [10]


LINES = st.lists(
    st.tuples(st.integers(0, 400), st.integers(0, 2), st.integers(0, 60), st.sampled_from(list(Status))),
    max_size=40,
)


@given(LINES)
def test_every_execution_is_in_one_sitting_and_no_sitting_holds_a_pause(told):
    lines = newest_first(*(line(pk, at, s, who=str(w), took=t) for pk, (at, w, t, s) in enumerate(told)))
    sittings = sittings_of(lines)
    assert sorted(each.pk for sitting in sittings for each in sitting.lines) == list(range(len(lines)))
    heads = [sitting.newest.place for sitting in sittings]
    assert heads == sorted(heads, reverse=True)
    for sitting in sittings:
        assert {each.copy for each in sitting.lines} == {sitting.copy}
        for newer, older in zip(sitting.lines, sitting.lines[1:], strict=False):
            assert newer.at - older.end < PAUSE
        assert sum(status is ERROR for status in sitting.bricks) <= sitting.failed
        ending_of(sitting.lines)


def test_near_is_told_from_the_end_of_the_earlier_one():
    assert is_near(line(1, 0, took=10), line(2, 39))
    assert not is_near(line(1, 0, took=10), line(2, 40))
