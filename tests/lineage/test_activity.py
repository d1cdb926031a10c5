"""The activity page: who worked which runbook through, when, and how cells travelled."""

import re
from datetime import timedelta
from uuid import uuid1

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from lineage import refresh
from lineage.models import Due
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

DONE = ("code", "date", [stream("Fri")])
FAILED = ("code", "opsctl rotate", [error("RuntimeError", "exit code 1")])
LEFT = "echo never"


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


@pytest.fixture
def page(client, person):
    client.force_login(person)

    def page_(**asked):
        refresh.catch_up()
        return client.get("/activity/", asked)

    return page_


def ago(days):
    return timezone.localdate() - timedelta(days=days)


def work(space, who, days, *cells, name="disk", **notebook):
    path = f"user-notebooks/{who}/{ago(days):%Y%m%d}-{name}/{name}.ipynb"
    return make_runbook(*(cells or (DONE,)), space=space, path=path, **notebook)


def meme():
    return str(uuid1())


def template_with_runs(space, *people, title="Disk full", is_one_day=False):
    """A runbook of five cells and a run of it by each of `people`, a day apart from yesterday on."""
    mine, cells, memes = (
        meme(),
        [("markdown", f"# {title}"), "df", "du", "rm", "date"],
        [meme() for _ in range(5)],
    )
    name = title.lower().replace(" ", "-")
    template = make_runbook(*cells, space=space, path=f"share/{name}.ipynb", meme=mine, memes=memes)
    ran = [cells[0], *(("code", source, [stream("ok")]) for source in cells[1:])]
    for number, who in enumerate(people, start=1):
        branched = [f"{each}-1-{number:04x}" for each in memes]
        days = 1 if is_one_day else number
        work(space, who, days, *ran, name=f"{name}{number}", meme=mine, memes=branched)
    return template


def works_of(response):
    return [(each.work.who, each.ending) for each in response.context["panorama"].works]


def test_everything_that_was_run_is_listed_with_its_ending(page, space):
    work(space, "kato", 3, DONE, FAILED)
    work(space, "sato", 2, DONE, LEFT, name="cert")
    work(space, "lee", 1, DONE, name="vm")
    assert works_of(page()) == [("lee", "done"), ("sato", "1 of 2"), ("kato", "stopped at 2")]


def test_what_nobody_ran_is_left_out_until_it_is_asked_for(page, space):
    work(space, "kato", 3)
    work(space, "sato", 2, LEFT, name="cert")
    assert works_of(page()) == [("kato", "done")]
    assert works_of(page(unrun="on")) == [("sato", "not run"), ("kato", "done")]


def test_runs_share_the_lane_of_their_template(page, space):
    template = template_with_runs(space, "kato", "sato", "kato")
    work(space, "lee", 9, name="vm")
    lanes = page().context["panorama"].lanes
    assert [lane.count for lane in lanes] == [3, 1]
    assert lanes[0].head.notebook == template


def test_a_lane_has_a_track_for_each_person(page, space):
    template_with_runs(space, "kato", "sato", "kato")
    (lane,) = page().context["panorama"].lanes
    assert [name.partition("<")[0] for name in re.findall(r'lane-who" y="\d+">([^<]*)', lane.drawn)] == [
        "kato",
        "sato",
    ]


def test_a_mark_leads_to_its_notebook(page, space):
    notebook = work(space, "kato", 40)
    (lane,) = page().context["panorama"].lanes
    assert f'<a href="/n/{notebook.pk}/" tabindex="-1"><title>kato, {ago(40)}' in lane.drawn


def test_works_of_one_person_near_each_other_are_one_mark_that_leads_to_their_list(client, page, space):
    template = template_with_runs(space, "kato", "kato", "sato", is_one_day=True)
    (lane,) = page().context["panorama"].lanes
    (url, label), _of_sato = re.findall(r'<a href="([^"]*)" tabindex="-1"><title>([^<]*)', lane.drawn)
    assert label == f"kato, {ago(1)} – {ago(1)}: 2 times, done"
    panorama = client.get("/activity/" + url.replace("&amp;", "&")).context["panorama"]
    assert (panorama.count, panorama.wish.who, panorama.wish.runbook) == (2, "kato", template.pk)


def test_the_calendar_counts_days_in_the_readers_zone(client, page, person, space):
    from_midnight = f"{ago(3):%Y-%m-%d}T16:00:00.000000Z"  # one o'clock of the next day in Tokyo
    cell = {
        "cell_type": "code",
        "source": "date",
        "metadata": {"lc_cell_meme": {"current": meme(), "execution_end_time": from_midnight}},
        "execution_count": 1,
        "outputs": [],
    }
    make_runbook(cell, space=space)
    assert [day.square.day for day in page().context["panorama"].calendar.days] == [ago(3)]
    data = {"language": "en", "time_zone": "Asia/Tokyo", "theme": "", "shortcuts": "on"}
    assert client.post("/account/", data).status_code == 302
    assert [day.square.day for day in page().context["panorama"].calendar.days] == [ago(2)]


def test_it_can_be_narrowed_by_person_space_time_and_runbook(page, person, space):
    lab = make_space("lab", readers=[person])
    template = template_with_runs(space, "kato", "sato")
    work(lab, "lee", 5, name="vm")
    assert works_of(page(who="kato")) == [("kato", "done")]
    assert works_of(page(space="lab")) == [("lee", "done")]
    assert works_of(page(since=ago(5), until=ago(5))) == [("lee", "done")]
    assert works_of(page(until=ago(2))) == [("sato", "done"), ("lee", "done")]
    assert works_of(page(runbook=template.pk)) == [("kato", "done"), ("sato", "done")]


def test_what_is_long_ago_shows_where_there_is_nothing_newer(page, space):
    work(space, "kato", 800)
    assert works_of(page()) == [("kato", "done")]


def test_what_is_planned_does_not_hide_what_was_done(page, space):
    work(space, "kato", 10)
    work(space, "sato", -500, name="later")
    assert works_of(page()) == [("kato", "done")]


@pytest.mark.parametrize(
    "asked",
    [
        {"since": "2026-13-99"},
        {"since": "0001-01-01"},
        {"until": "9999-12-31"},
        {"space": "no-such"},
        {"who": "\0"},
        {"runbook": "9" * 40},
        {"lanes": "7", "page": "-1", "journeys": "x"},
        {"open": "nowhere", "skip": "9" * 30},
        {"since": "2030-01-01", "until": "2020-01-01"},
    ],
)
def test_whatever_stands_in_the_address_is_answered(page, space, asked):
    template_with_runs(space, "kato")
    assert page(**asked).status_code == 200


def test_a_wrong_date_is_told_and_narrows_nothing(page, space):
    work(space, "kato", 3)
    response = page(since="yesterday")
    assert works_of(response) == [("kato", "done")]
    assert "Enter a valid date." in response.content.decode()


def test_lists_are_paged_each_by_itself(page, space):
    for number in range(53):
        work(space, "kato", number + 1, name=f"x{number}")
    response = page(lanes=3, page=2)
    panorama = response.context["panorama"]
    assert (len(panorama.lanes), len(panorama.works)) == (13, 23)
    assert "lanes=2" in panorama.lane_slice.previous_url
    assert "page=2" in panorama.lane_slice.previous_url
    assert panorama.work_slice.next_url == ""


# ----- the graph


def copying(space, name, *memes):
    cells = [("code", f"step {each}", [stream("ok")]) for each in memes]
    return work(space, "kato", 2, *cells, name=name, memes=memes)


def test_the_graph_says_where_cells_came_from_and_how_many(page, space):
    shared = [meme(), meme()]
    source = copying(space, "source", *shared, *(meme() for _ in range(5)))
    taker = copying(space, "taker", *(f"{each}-1-abcd" for each in shared), *(meme() for _ in range(5)))
    (journey,) = page().context["panorama"].picture.told
    assert (journey.start.notebook, journey.end.notebook, journey.families) == (source, taker, 2)


def test_the_graph_and_its_list_say_the_same_without_a_script_or_a_style(page, space):
    shared = meme()
    source = copying(space, "source", shared, *(meme() for _ in range(5)))
    taker = copying(space, "taker", f"{shared}-1-abcd", *(meme() for _ in range(5)))
    html = page().content.decode()
    assert html.count(f'href="/compare/?a={source.pk}&amp;b={taker.pk}"') == 2
    assert "style=" not in html
    assert "NaN" not in html


def test_a_group_is_opened_by_its_link(page, space):
    shared = meme()
    copying(space, "source", shared)
    for number in range(40):
        copying(space, f"taker{number}", f"{shared}-1-{number:04x}", *(meme() for _ in range(4)))
    picture = page().context["panorama"].picture
    group = next(box for box in picture.drawing.boxes if box.is_group)
    shown = {box.box.key for box in picture.drawing.boxes}
    opened = page(open=group.box.key).context["panorama"].picture
    assert {box.box.key for box in opened.drawing.boxes if not box.is_group} - shown


def test_titles_are_escaped_in_the_drawing(page, space):
    shared = meme()
    bad = ("markdown", '# "><script>alert(1)</script>')
    for number in range(2):
        cells = [bad, ("code", "x", [stream("ok")])]
        memes = [meme(), f"{shared}-{number}-abcd" if number else shared]
        work(space, "<b>kato", 2 + number, *cells, *(LEFT,) * 4, name=f"x{number}", memes=memes)
    html = page().content.decode()
    assert 'class="graph-box"' in html
    assert "<script>alert" not in html
    assert "<b>kato" not in html


# ----- what one may see


@pytest.fixture
def other():
    return make_user("other")


def test_two_people_see_their_own_counts(client, person, other):
    ours, theirs = make_space("ours", readers=[person, other]), make_space("theirs", readers=[other])
    work(ours, "kato", 3)
    work(theirs, "sato", 2, FAILED, name="secret")
    refresh.catch_up()
    seen = {}
    for who in (person, other):
        client.force_login(who)
        panorama = client.get("/activity/").context["panorama"]
        days = panorama.activity.days(panorama.window)
        seen[who.username] = (
            panorama.count,
            panorama.stopped,
            len(days),
            [who for who, _ in panorama.people],
        )
    assert seen == {"reader": (1, 0, 1, ["kato"]), "other": (2, 1, 2, ["kato", "sato"])}


def test_a_graph_has_no_line_to_what_one_may_not_see(client, person, other):
    ours, theirs = make_space("ours", readers=[person, other]), make_space("theirs", readers=[other])
    shared = meme()
    copying(theirs, "secret", shared, *(meme() for _ in range(5)))
    copying(ours, "taker", f"{shared}-1-abcd", *(meme() for _ in range(5)))
    refresh.catch_up()
    client.force_login(other)
    assert client.get("/activity/").context["panorama"].picture.count == 1
    client.force_login(person)
    response = client.get("/activity/")
    assert response.context["panorama"].picture is None
    assert "secret" not in response.content.decode()


def test_a_run_of_what_one_may_not_see_stands_for_itself(client, person, other):
    ours, theirs = make_space("ours", readers=[person, other]), make_space("theirs", readers=[other])
    mine, memes = meme(), [meme() for _ in range(5)]
    cells = [("code", f"step {each}", [stream("ok")]) for each in memes]
    make_runbook(
        *(f"step {each}" for each in memes), space=theirs, path="share/t.ipynb", meme=mine, memes=memes
    )
    run = work(ours, "kato", 3, *cells, name="run", meme=mine, memes=[f"{each}-1-abcd" for each in memes])
    refresh.catch_up()
    client.force_login(person)
    (lane,) = client.get("/activity/").context["panorama"].lanes
    assert (lane.head.notebook, lane.head.runs) == (run, 0)
    assert client.get("/activity/", {"runbook": run.pk}).context["panorama"].count == 1
    client.force_login(other)
    (lane,) = client.get("/activity/").context["panorama"].lanes
    assert (lane.head.notebook.path, lane.head.runs) == ("share/t.ipynb", 1)


def test_a_stranger_sees_what_is_public(client, space):
    work(space, "kato", 3)
    refresh.catch_up()
    assert client.get("/activity/").context["panorama"].count == 0
    space.is_public = True
    space.save()
    assert client.get("/activity/").context["panorama"].count == 1


def test_the_number_of_queries_is_the_same_for_one_and_for_many(client, person, space):
    client.force_login(person)
    shared = meme()
    copying(space, "source", shared)
    copying(space, "taker", f"{shared}-1-abcd", *(meme() for _ in range(4)))
    template_with_runs(space, "kato")
    refresh.catch_up()
    few = queries(client)
    for number in range(25):
        copying(space, f"taker{number}", f"{shared}-1-{number:04x}", *(meme() for _ in range(4)))
    template_with_runs(space, "sato", "lee", "ito", title="Renew a certificate")
    refresh.catch_up()
    assert queries(client) == few


def queries(client):
    with CaptureQueriesContext(connection) as caught:
        assert client.get("/activity/").status_code == 200
    return len(caught)


# ----- nothing to see


def test_an_empty_library_says_what_to_do(page, space):
    text = page().content.decode()
    assert "No activity yet" in text
    assert 'href="/upload/"' in text


def test_a_library_that_nobody_ran_offers_what_was_saved(page, space):
    make_runbook("ls", space=space)
    text = page().content.decode()
    assert "Nobody ran a runbook yet" in text
    assert "unrun=on" in text


def test_a_selection_without_work_says_so_and_offers_the_rest(page, space):
    work(space, "kato", 3)
    text = page(since="2001-01-01", until="2001-01-02").content.decode()
    assert "No work in this selection" in text
    assert "Show everything" in text


def test_what_waits_to_be_read_is_told_to_who_may_see_it(client, person, other, space):
    notebook = make_runbook(DONE, space=space)
    assert Due.objects.filter(notebook_id=notebook.pk).exists()
    client.force_login(person)
    assert "Runbooks are being read" in client.get("/activity/").content.decode()
    client.force_login(other)
    assert "Runbooks are being read" not in client.get("/activity/").content.decode()
