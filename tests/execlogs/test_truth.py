"""What may be believed of outputs, against the sentences that define it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from execlogs.history.truth import CLOSE, Kind, Shown, account_of, marks_of, quiet, ran_later
from notebooks.parsing.model import Status

NOW = datetime(2026, 5, 2, 12, tzinfo=UTC)
STALE = timedelta(days=90)


def cell(step, status=Status.OK, **told):
    return Shown(index=step * 2, step=step, status=status, **told)


def ran(step, minute, status=Status.OK, **told):
    return cell(step, status, at=NOW + timedelta(minutes=minute), **told)


def kinds(cells, now=NOW):
    return {index: [mark.kind for mark in marks] for index, marks in marks_of(cells, now, STALE).items()}


def account(*cells):
    return account_of(cells, marks_of(cells, NOW, STALE))


def test_cells_that_ran_one_after_the_other_have_no_mark():
    assert kinds([ran(1, 0), ran(2, 1), ran(3, 2)]) == {}


def test_a_cell_whose_code_is_another_by_now_was_changed():
    assert kinds([ran(1, 0), ran(2, 1, is_changed=True)]) == {4: [Kind.CHANGED]}


def test_a_cell_below_one_that_ran_later_is_out_of_order():
    cells = [ran(1, 5), ran(2, 1), ran(3, 9)]
    assert kinds(cells) == {4: [Kind.ORDER]}
    assert marks_of(cells, NOW, STALE)[4][0].because == cells[0]


def test_within_a_second_execution_counts_tell_the_order():
    assert kinds([ran(1, 0, count=3), ran(2, 0, count=2)]) == {4: [Kind.ORDER]}
    assert kinds([ran(1, 0, count=2), ran(2, 0, count=3)]) == {}
    assert kinds([ran(1, 0), ran(2, 0)]) == {}


def test_times_go_before_counts_since_a_restarted_kernel_counts_anew():
    assert kinds([ran(1, 0, count=9), ran(2, 5, count=1)]) == {}


def test_a_cell_that_ran_after_one_above_failed_says_so():
    failed = ran(2, 1, Status.ERROR)
    assert kinds([ran(1, 0), failed, ran(3, 2), ran(4, 3)]) == {
        6: [Kind.AFTER_FAILURE],
        8: [Kind.AFTER_FAILURE],
    }


def test_what_ran_before_the_failure_is_out_of_order_and_not_after_it():
    assert kinds([ran(1, 5, Status.ERROR), ran(2, 1)]) == {4: [Kind.ORDER]}


def test_an_output_is_old_after_so_many_days_and_not_before():
    cells = [ran(1, 0)]
    assert kinds(cells, NOW + STALE) == {}
    assert kinds(cells, NOW + STALE + timedelta(seconds=1)) == {2: [Kind.OLD]}


def test_a_cell_without_output_never_ran_unless_a_log_tells_otherwise():
    cells = [cell(1, Status.NOT_RUN), cell(2, Status.NOT_RUN, at=NOW)]
    assert kinds(cells) == {2: [Kind.NEVER], 4: [Kind.CLEARED]}


def test_what_one_cell_did_to_many_is_said_once_with_their_number():
    cells = [ran(1, 0, Status.ERROR), *(ran(step, step) for step in range(2, 9))]
    marks = marks_of(cells, NOW, STALE)
    shown = quiet(marks, account_of(cells, marks))
    assert list(shown) == [4]
    assert [(mark.kind, mark.below) for mark in shown[4]] == [(Kind.AFTER_FAILURE, 6)]


def test_where_every_output_is_old_the_cells_do_not_repeat_it():
    cells = [ran(1, 0), ran(2, 1)]
    marks = marks_of(cells, NOW + timedelta(days=400), STALE)
    whole = account_of(cells, marks)
    assert whole.is_old
    assert quiet(marks, whole) == {}


def test_where_some_are_old_the_first_of_them_says_so():
    cells = [ran(1, 0), ran(2, 1), ran(3, 60 * 24 * 400)]
    marks = marks_of(cells, NOW + timedelta(days=400), STALE)
    shown = quiet(marks, account_of(cells, marks))
    assert {index: [(mark.kind, mark.below) for mark in some] for index, some in shown.items()} == {
        2: [(Kind.OLD, 1)]
    }


def test_a_template_that_never_ran_has_no_mark_at_any_cell():
    cells = [cell(step, Status.NOT_RUN) for step in range(1, 9)]
    marks = marks_of(cells, NOW, STALE)
    assert quiet(marks, account_of(cells, marks)) == {}
    assert not account_of(cells, marks).says_anything


def test_it_ran_clean_where_every_cell_succeeded_in_order():
    told = account(ran(1, 0, who="kato"), ran(2, 1, who="kato"))
    assert (told.is_clean, told.who, told.at) == (True, "kato", NOW + timedelta(minutes=1))


def test_where_two_people_ran_it_nobody_is_named():
    assert account(ran(1, 0, who="kato"), ran(2, 1, who="sato")).who == ""


def test_it_did_not_run_clean_where_anything_speaks_against_it():
    good = ran(1, 0)
    assert not account(good, ran(2, 1, Status.ERROR)).is_clean
    assert not account(good, ran(2, 1, is_changed=True)).is_clean
    assert not account(ran(1, 5), ran(2, 1)).is_clean
    assert not account(good, cell(2, Status.NOT_RUN)).is_clean


def test_without_times_and_counts_nobody_knows_the_order():
    assert not account(cell(1), cell(2)).is_clean
    assert account(cell(1, count=1), cell(2, count=2)).is_clean


def test_what_failed_at_first_is_told():
    assert [each.step for each in account(ran(1, 0), ran(2, 1, tries=3)).retried] == [2]


# ----- against the definitions, cell by cell

moments = st.one_of(st.none(), st.integers(0, 40).map(lambda tenths: NOW + timedelta(seconds=tenths / 4)))
shown_cells = st.builds(
    Shown,
    index=st.just(0),
    step=st.just(0),
    status=st.sampled_from([Status.OK, Status.ERROR, Status.NOT_RUN]),
    at=moments,
    count=st.one_of(st.none(), st.integers(1, 12)),
    is_changed=st.booleans(),
)
notebooks = st.lists(shown_cells, max_size=12).map(
    lambda cells: [replace(each, index=place, step=place + 1) for place, each in enumerate(cells)]
)


def is_later(one, other):
    if one.at and other.at and abs(one.at - other.at) > CLOSE:
        return one.at > other.at
    return bool(one.count and other.count and one.count > other.count)


@given(notebooks)
def test_out_of_order_is_exactly_what_something_above_ran_later_than(cells):
    found = marks_of(cells, NOW, STALE)
    for place, each in enumerate(cells):
        above = [other for other in cells[:place] if other.has_run]
        marks = [mark for mark in found.get(each.index, ()) if mark.kind is Kind.ORDER]
        assert bool(marks) == (each.has_run and any(is_later(other, each) for other in above))
        assert all(mark.because in above and is_later(mark.because, each) for mark in marks)


@given(notebooks)
def test_after_a_failure_is_exactly_what_did_not_run_before_the_nearest_one_above(cells):
    found = marks_of(cells, NOW, STALE)
    for place, each in enumerate(cells):
        failed = [other for other in cells[:place] if other.status is Status.ERROR]
        marks = [mark for mark in found.get(each.index, ()) if mark.kind is Kind.AFTER_FAILURE]
        expected = each.has_run and bool(failed) and not is_later(failed[-1], each)
        assert [mark.because for mark in marks] == ([failed[-1]] if expected else [])


@given(notebooks)
def test_a_clean_notebook_has_no_mark_but_age(cells):
    found = marks_of(cells, NOW, STALE)
    if account_of(cells, found).is_clean:
        assert {mark.kind for marks in found.values() for mark in marks} <= {Kind.OLD}
        assert all(each.status is Status.OK for each in cells)


@given(notebooks)
def test_a_page_shows_two_marks_a_cell_at_most_and_each_cause_once(cells):
    found = marks_of(cells, NOW + timedelta(days=100), STALE)
    shown = quiet(found, account_of(cells, found))
    assert all(1 <= len(marks) <= 2 for marks in shown.values())
    causes = [(mark.kind, mark.because) for marks in shown.values() for mark in marks if mark.because]
    assert len(causes) == len(set(causes))
    assert all(set(map(key, shown[index])) <= set(map(key, found[index])) for index in shown)


def key(mark):
    return mark.kind, mark.because


@given(shown_cells, shown_cells)
def test_no_two_cells_ran_after_each_other(one, other):
    assert not (ran_later(one, other) and ran_later(other, one))
