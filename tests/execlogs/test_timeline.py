"""The pages of sittings: whole, each once, whatever they are narrowed to and however many there are."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from execlogs import scanning, timeline
from execlogs.models import Execution, Status
from execlogs.names import names_in
from execlogs.scanning import lines_of
from execlogs.sittings import sittings_of
from execlogs.timeline import page_of, sitting_around
from execlogs.wishes import Reader, Wish
from notebooks.memes import Meme
from tests.builders import make_space, make_user
from tests.execlogs.making import MEME, NOON, make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user()


@pytest.fixture
def space(person):
    return make_space(readers=[person])


def pages(person, wish=None):
    """All of them, one after the other."""
    reader, below = Reader.of(person), None
    while True:
        page = page_of(reader, wish or Wish(), below)
        yield page
        if page.older is None:
            return
        assert below is None or page.older < below
        below = page.older


def shown(person, wish=None):
    return [met for page in pages(person, wish) for met in page.sittings]


def test_the_newest_sitting_comes_first(space, person):
    make_execution(space, minute=0)
    make_execution(space, minute=1, who="sato")
    make_execution(space, minute=2)
    assert [met.sitting.copy.who for met in shown(person)] == ["kato", "sato"]


def test_a_sitting_that_ends_below_the_page_stands_whole_on_it(space, person, monkeypatch):
    monkeypatch.setattr(scanning, "FIRST", 1)
    monkeypatch.setattr(timeline, "PAGE", 1)
    for minute in range(0, 200, 20):
        make_execution(space, minute=minute)
        make_execution(space, minute=minute, second=1, who="sato")
    counts = [[met.sitting.count for met in page.sittings] for page in pages(person)]
    assert [each for each in counts if each] == [[10], [10]]


def test_a_filter_of_cells_still_tells_how_the_whole_sitting_ended(space, person):
    make_execution(space, "a", status=Status.ERROR, meme=MEME)
    make_execution(space, "b", minute=1)
    make_execution(space, "a", minute=2, meme=MEME)
    (met,) = shown(person, Wish(status="error"))
    assert (met.sitting.count, met.sitting.ending, len(met.meant)) == (3, "mended", 1)


def test_two_failures_far_apart_in_one_sitting_are_one_line(space, person):
    for minute in range(0, 100, 10):
        make_execution(space, minute=minute, status=Status.ERROR if minute in (0, 90) else Status.OK)
    (met,) = shown(person, Wish(status="error"))
    assert (met.sitting.count, len(met.meant)) == (10, 2)


@pytest.mark.parametrize(
    "wish",
    [
        Wish(who="sato"),
        Wish(host="hub"),
        Wish(status="error"),
        Wish(q="NEEDLE"),
        Wish(runbook="disk"),
        Wish(since=NOON + timedelta(days=1)),
        Wish(who="sato", host="hub", status="error", q="needle", runbook="disk"),
    ],
)
def test_each_filter_finds_what_it_asks_for(space, person, wish):
    make_execution(space, "other", minute=0)
    wanted = make_execution(
        space, "say needle", minute=60 * 24, who="sato", host="hub", status=Status.ERROR, notebook_path="x/disk.ipynb"
    )  # fmt: skip
    assert [met.meant for met in shown(person, wish)] == [{wanted.pk}]


def test_words_are_found_in_the_output(space, person):
    wanted = make_execution(space, output="one\nPermission denied\n")
    make_execution(space, minute=50)
    assert [met.meant for met in shown(person, Wish(q="permission denied"))] == [{wanted.pk}]


def test_the_end_of_a_span_is_not_in_it(space, person):
    make_execution(space, minute=5)
    assert shown(person, Wish(until=NOON + timedelta(minutes=5))) == []
    assert len(shown(person, Wish(until=NOON + timedelta(minutes=6)))) == 1


def test_a_sitting_that_began_before_the_span_is_shown_whole_and_once(space, person):
    for minute in (0, 10, 20, 30):
        make_execution(space, minute=minute)
    (met,) = shown(person, Wish(since=NOON + timedelta(minutes=5), until=NOON + timedelta(minutes=25)))
    assert (met.sitting.count, len(met.meant)) == (4, 2)


def test_a_wish_that_nothing_fulfils_says_how_far_back_it_looked(space, person, monkeypatch):
    monkeypatch.setattr(scanning, "FIRST", 2)
    monkeypatch.setattr(scanning, "MOST_LOOKED_AT", 2)
    for minute in range(200):
        make_execution(space, minute=minute)
    first = page_of(Reader.of(person), Wish(q="nowhere"))
    assert (first.sittings, first.looked_back_to, first.older.at) == (
        [],
        NOON + timedelta(minutes=159),
        NOON + timedelta(minutes=159),
    )
    assert list(pages(person, Wish(q="nowhere")))[-1].looked_back_to is None


def test_what_lies_in_another_space_is_not_there(space, person):
    make_execution(make_space(), who="secret", host="hidden")
    make_execution(space, host="hub")
    assert [met.sitting.copy.who for met in shown(person)] == ["kato"]
    assert shown(person, Wish(who="secret")) == []
    ids = [each.pk for each in Reader.of(person).spaces]
    assert (names_in(ids, "who"), names_in(ids, "host")) == (["kato"], ["hub"])


def test_names_are_each_told_once_in_order(space, person):
    other = make_space(readers=[person])
    for who in ("sato", "kato", "sato", ""):
        make_execution(space, who=who)
        make_execution(other, who=who)
    assert names_in([space.pk, other.pk], "who") == ["kato", "sato"]


def test_a_longer_timeline_takes_no_more_queries(space, person):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page_of(Reader.of(person), Wish())
        return len(captured)

    rows = [make_execution(space, minute=40 * n, who=f"p{n % 3}") for n in range(40)]
    few = queries()
    for copy in range(20):
        for row in rows:
            row.pk, row.key, row.at = None, f"{copy}/{row.key[-9:]}", row.at + timedelta(days=2)
        Execution.objects.bulk_create(rows)
    assert queries() <= few + 4


def test_the_sitting_around_an_execution_is_the_one_of_the_timeline(space, person):
    rows = [make_execution(space, minute=minute) for minute in (0, 20, 40, 100, 110)]
    assert [sitting_around(row).count for row in rows] == [3, 3, 3, 2, 2]


TOLD = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.integers(0, 2),
        st.integers(0, 50),
        st.sampled_from([Status.OK, Status.ERROR]),
        st.booleans(),
    ),
    max_size=25,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(told=TOLD, page=st.integers(1, 3), first=st.integers(1, 8), only=st.sampled_from(["", "error"]))
def test_pages_together_show_each_sitting_once_and_whole(space, person, monkeypatch, told, page, first, only):
    monkeypatch.setattr(timeline, "PAGE", page)
    monkeypatch.setattr(scanning, "FIRST", first)
    other = make_space(readers=[person])
    Execution.objects.all().delete()
    Execution.objects.bulk_create(
        Execution(
            space=other if elsewhere else space, key=str(n), at=NOON + timedelta(minutes=at),
            ended_at=NOON + timedelta(minutes=at + took), who=str(who), status=status, witnesses=1,
        )
        for n, (at, who, took, status, elsewhere) in enumerate(told)
    )  # fmt: skip
    every = sittings_of(lines_of(Execution.objects.order_by("-at", "-pk")))
    wanted = [each for each in every if not only or each.failed]
    found = [met.sitting for met in shown(person, Wish(status=only))]
    assert {frozenset(line.pk for line in each.lines) for each in found} == {
        frozenset(line.pk for line in each.lines) for each in wanted
    }
    assert len(found) == len(wanted)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL plans by how many rows there are")
@pytest.mark.parametrize(
    "wish",
    [
        Wish(),
        Wish(who="kato"),
        Wish(host="hub", status="ok"),
        Wish(status="error"),
        Wish(notebook=7),
        Wish(meme=Meme(MEME, "")),
        Wish(q="x"),
        Wish(runbook="x"),
        Wish(since=NOON, until=NOON + timedelta(days=1)),
    ],
)
def test_no_query_goes_through_all_executions(space, person, wish):
    for minute in range(0, 90, 5):
        make_execution(space, minute=minute, status=Status.ERROR, host="hub")
    with CaptureQueriesContext(connection) as captured:
        page_of(Reader.of(person), wish)
        names_in([space.pk], "who")
    plans = [plan for query in captured.captured_queries for plan in _plans_of_executions(query["sql"])]
    assert plans
    for plan in plans:
        assert "SCAN" not in plan and "execution_by_time" not in plan, plans


def _plans_of_executions(sql):
    """How they are looked up, under whichever name."""
    names = {"execlogs_execution", *re.findall(r'execlogs_execution"? (U\d+|e)\b', sql)}
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return [plan for *_, plan in cursor.fetchall() if set(plan.split()[1:2]) & names]
