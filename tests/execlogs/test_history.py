"""The history of a cell, and what came after a failure, from rows."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from execlogs.history import asking, histories_of, history_of, mending_of, mendings_of, next_success
from execlogs.history.evidence import shown_in
from execlogs.history.record import RECENT
from execlogs.models import Execution, Status
from tests.builders import make_runbook, make_space, make_user, stream
from tests.execlogs.making import MEME, NOON, make_execution

pytestmark = pytest.mark.django_db
OTHER = UUID("1111c5fe-71cc-11e7-9abe-02420aff0008")


@pytest.fixture
def person():
    return make_user("kato")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


@pytest.fixture
def ran(space):
    """Executes a cell of the family, a minute later each time."""
    made = []

    def ran_(status=Status.OK, **fields):
        made.append(make_execution(space, minute=len(made), status=status, **{"meme": MEME, **fields}))
        return made[-1]

    return ran_


def test_it_is_counted_by_how_it_ended_and_what_never_began_did_not_run(ran, person):
    for status in (Status.OK, Status.ERROR, Status.OK, Status.RUNNING, Status.UNKNOWN, Status.ABORTED):
        ran(status)
    told = history_of({MEME}, person)
    assert (told.total, told.ran, told.ok, told.failed, told.open) == (6, 5, 2, 1, 2)


def test_the_last_success_and_failure_are_named(ran, person):
    ran(who="lee", host="hub", place="a/b.ipynb")
    success = ran(who="sato", host="hub2", place="c/d.ipynb")
    ran(Status.ERROR, error="first")
    failure = ran(Status.ERROR, error="disk full", who="suzuki")
    told = history_of({MEME}, person)
    assert (told.last_ok.pk, told.last_ok.who, told.last_ok.host, told.last_ok.place) == (
        success.pk, "sato", "hub2", "c/d.ipynb",
    )  # fmt: skip
    assert (told.last_error.pk, told.last_error.error, told.last_error.at) == (
        failure.pk, "disk full", failure.at,
    )  # fmt: skip


def test_the_strip_is_the_last_thirty_the_oldest_first(ran, person):
    expected = [ran(Status.ERROR if number % 3 == 0 else Status.OK).status for number in range(RECENT + 7)]
    told = history_of({MEME}, person)
    assert told.statuses == expected[-RECENT:]
    assert [each.status for each in told.recent] == told.statuses
    assert told.recent[0].at == NOON + timedelta(minutes=7)


def test_typical_is_the_median_of_what_succeeded(ran, person):
    for seconds in (4, 1, 10, 2):
        ran(took=seconds)
    ran(Status.ERROR, took=500)
    ran(took=None)
    assert history_of({MEME}, person).typical == timedelta(seconds=3)


def test_without_an_end_nothing_is_typical(ran, person):
    ran(took=None)
    assert history_of({MEME}, person).typical is None


def test_ids_that_are_one_cell_have_one_history(ran, person):
    ran()
    ran(Status.ERROR, meme=OTHER)
    last = ran(meme=OTHER)
    both = frozenset({MEME, OTHER})
    told = histories_of({MEME: both, OTHER: frozenset({OTHER})}, person)
    assert (told[MEME].ran, told[MEME].statuses) == (3, [Status.OK, Status.ERROR, Status.OK])
    assert told[MEME].last_ok.pk == told[OTHER].last_ok.pk == last.pk
    assert told[OTHER].ran == 2


def test_nothing_is_told_of_spaces_that_one_may_not_read(ran, person):
    ran()
    hidden = make_execution(make_space("else"), meme=MEME, status=Status.ERROR, minute=99)
    assert (history_of({MEME}, person).ran, history_of({MEME}, person).last_error) == (1, None)
    assert history_of({MEME}, make_user("stranger")).total == 0
    assert mending_of(hidden, person).after == ()


def test_beside_a_cell_counting_stops_and_says_so(ran, person, monkeypatch):
    monkeypatch.setattr(asking, "MOST", 3)
    for _ in range(5):
        ran()
    capped = histories_of({MEME: frozenset({MEME})}, person)[MEME]
    assert (capped.ran, capped.is_capped) == (3, True)
    assert (history_of({MEME}, person).ran, history_of({MEME}, person).is_capped) == (5, False)


def test_a_page_of_cells_asks_three_times_whatever_they_ran(space, person):
    groups = {UUID(int=number): frozenset({UUID(int=number)}) for number in range(1, 41)}
    for number in range(1, 41):
        make_execution(space, meme=UUID(int=number), status=Status.ERROR if number % 2 else Status.OK)
    with CaptureQueriesContext(connection) as asked:
        told = histories_of(groups, person)
    assert len(asked) == 3
    assert sum(each.failed for each in told.values()) == 20


def test_it_is_read_from_indexes_alone(person, space):
    with CaptureQueriesContext(connection) as asked:
        histories_of({MEME: frozenset({MEME})}, person)
    if connection.vendor != "sqlite":
        pytest.skip("this database says it in its own words, and of a small table otherwise")
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {asked.captured_queries[1]['sql']}")
        plan = [row[3] for row in cursor.fetchall() if " x " in row[3]]
    assert len(plan) == len(Status) + 3
    assert all("USING COVERING INDEX execution_" in step for step in plan)


# ----- what came next


def test_what_ran_until_the_cell_succeeded_mended_it(ran, person):
    failure = ran(Status.ERROR, code="rotate")
    between = ran(meme=OTHER, code="usermod")
    again = ran(Status.ERROR, code="rotate")
    repair = ran(code="sudo rotate")
    ran(meme=OTHER)
    told = mending_of(failure, person)
    assert list(told.after) == [between, again, repair]
    assert (told.repair, list(told.between), told.is_changed) == (repair, [between, again], True)
    assert list(next_success(failure, person)) == [between, again, repair]
    assert list(next_success(again, person)) == [repair]


def test_the_same_code_run_again_is_told_apart(ran, person):
    failure = ran(Status.ERROR, code="rotate")
    ran(code="rotate")
    assert not mending_of(failure, person).is_changed


def test_where_the_cell_never_succeeded_it_is_told_what_did(ran, person):
    failure = ran(Status.ERROR)
    other = ran(meme=OTHER)
    ran(meme=OTHER)
    told = mending_of(failure, person)
    assert (told.is_repaired, list(told.after)) == (False, [other])


def test_what_did_not_fail_was_not_mended(ran, person):
    first = ran()
    ran()
    assert mending_of(first, person).after == ()


def test_another_copy_and_another_person_mend_nothing(ran, person, space):
    here = make_runbook("ls", memes=[str(MEME)], space=space, path="a.ipynb")
    there = make_runbook("ls", memes=[str(MEME)], space=space, path="b.ipynb")
    failure = ran(Status.ERROR, notebook=here)
    ran(notebook=there)
    ran(notebook=here, who="sato")
    assert mending_of(failure, person).after == ()
    ran(notebook=here)
    assert mending_of(failure, person).is_repaired


def test_a_copy_that_is_not_known_is_told_by_its_path_and_server(ran, person):
    failure = ran(Status.ERROR, notebook_path="a.ipynb", host="one")
    ran(notebook_path="a.ipynb", host="two")
    ran(notebook_path="b.ipynb", host="one")
    assert mending_of(failure, person).after == ()
    ran(notebook_path="a.ipynb", host="one")
    assert mending_of(failure, person).is_repaired


def test_the_next_day_is_another_story(space, person):
    failure = make_execution(space, meme=MEME, status=Status.ERROR)
    make_execution(space, meme=MEME, minute=60 * 13)
    assert mending_of(failure, person).after == ()


def test_work_that_goes_on_is_followed_past_midnight(space, person):
    failure = make_execution(space, meme=MEME, status=Status.ERROR)
    make_execution(space, meme=OTHER, minute=60 * 8)
    make_execution(space, meme=MEME, minute=60 * 16)
    assert mending_of(failure, person).is_repaired


def test_many_failures_are_followed_with_one_question(ran, person, django_assert_num_queries):
    failures = [ran(Status.ERROR) for _ in range(5)]
    repair = ran()
    with django_assert_num_queries(1):
        told = mendings_of(failures, person)
    assert {each.repair for each in told.values()} == {repair}
    assert [len(told[each.pk].between) for each in failures] == [4, 3, 2, 1, 0]


# ----- what the logs of a copy say of its outputs


@pytest.fixture
def copy(space):
    return make_runbook(
        ("code", "df", [stream("91%")]), ("code", "rotate", [stream("ok")]), memes=[str(MEME), str(OTHER)], space=space,
    )  # fmt: skip


def steps(notebook):
    return {each.step: each for each in shown_in(notebook, "owner")}


def test_a_log_tells_time_person_and_tries_of_an_output(copy, ran, person):
    ran(Status.ERROR, notebook=copy, code="df", who="sato")
    last = ran(notebook=copy, code="df", who="sato", took=2)
    shown = steps(copy)
    assert (shown[1].at, shown[1].who, shown[1].tries) == (last.ended_at, "sato", 2)
    assert (shown[2].at, shown[2].who, shown[2].tries) == (None, "owner", 1)


def test_code_that_is_not_what_ran_was_changed_since(copy, ran, person):
    ran(notebook=copy, code="df\n")
    ran(notebook=copy, code="rotate --all", meme=OTHER)
    shown = steps(copy)
    assert (shown[1].is_changed, shown[2].is_changed) == (False, True)


def test_an_execution_in_another_copy_says_nothing_of_this_output(copy, ran, person, space):
    ran(notebook=make_runbook("df", space=space, path="other.ipynb"), code="df -h")
    assert not steps(copy)[1].is_changed


def test_of_two_cells_with_one_id_no_log_is_taken_for_either(space, ran, person):
    notebook = make_runbook("df", "ls", memes=[str(MEME), str(MEME)], space=space)
    ran(notebook=notebook, code="ls")
    assert [each.at for each in shown_in(notebook)] == [None, None]


def test_a_cell_that_was_branched_since_it_ran_is_still_the_cell(space, ran, person):
    notebook = make_runbook(("code", "df", [stream("x")]), memes=[f"{MEME}-1-00ff"], space=space)
    last = ran(notebook=notebook, code="df")
    assert shown_in(notebook)[0].at == last.ended_at


def test_a_failure_of_another_day_is_no_try_of_this_work(copy, space, person):
    make_execution(space, "df", meme=MEME, notebook=copy, status=Status.ERROR, minute=-60 * 24)
    make_execution(space, "df", meme=MEME, notebook=copy)
    assert steps(copy)[1].tries == 1


def test_evidence_takes_two_questions(copy, ran, person, django_assert_num_queries):
    for _ in range(3):
        ran(notebook=copy)
    with django_assert_num_queries(2):
        shown_in(copy)
    assert Execution.objects.count() == 3
