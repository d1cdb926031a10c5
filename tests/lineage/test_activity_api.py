"""GET /api/v1/activity/, /api/v1/activity/journeys/ and /api/v1/notebooks/<id>/related/"""

from datetime import timedelta
from uuid import uuid1

import pytest
from django.utils import timezone

from lineage import refresh
from notebooks import moving
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

RAN = [stream("ok")]


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


@pytest.fixture
def get(client, person):
    client.force_login(person)

    def get_(path, status=200, **asked):
        refresh.catch_up()
        response = client.get(f"/api/v1/{path}", asked)
        assert response.status_code == status
        return response.json()

    return get_


def meme():
    return str(uuid1())


def work(space, who, days, name, *memes, outputs=RAN):
    day = timezone.localdate() - timedelta(days=days)
    carried = [*memes, *(meme() for _ in range(5))]
    cells = [("code", f"step {each}", outputs) for each in carried]
    path = f"user-notebooks/{who}/{day:%Y%m%d}-{name}/{name}.ipynb"
    return make_runbook(*cells, space=space, path=path, memes=carried)


def test_activity_has_days_and_lanes(get, space):
    notebook = work(space, "kato", 3, "disk", outputs=[error("RuntimeError", "no")])
    work(space, "sato", 2, "cert")
    answer = get("activity/")
    day = str(timezone.localdate() - timedelta(days=3))
    assert answer["days"][0] == {"date": day, "count": 1, "stopped": 1}
    assert (answer["count"], len(answer["days"]), answer["until"]) == (2, 2, str(timezone.localdate()))
    lane = answer["results"][1]
    assert lane["runbook"]["id"] == notebook.pk
    assert lane["runbook"]["url"].startswith("http://testserver/n/")
    (done,) = lane["works"]
    assert (done["notebook"], done["who"], done["ending"], done["stopped_step"]) == (
        notebook.pk,
        "kato",
        "stopped",
        5,
    )


def test_activity_is_narrowed_and_paged_as_the_page_is(get, space):
    for number in range(25):
        work(space, "kato" if number else "sato", number + 1, f"x{number}")
    assert len(get("activity/")["results"]) == 20
    assert len(get("activity/", page=2)["results"]) == 5
    assert get("activity/", who="sato")["count"] == 1
    assert get("activity/", since=str(timezone.localdate() - timedelta(days=2)))["count"] == 2


@pytest.mark.parametrize("asked", [{"since": "soon"}, {"until": "9999-12-31"}, {"runbook": "x"}])
def test_what_makes_no_sense_is_refused_with_the_reason(get, asked):
    assert list(get("activity/", status=400, **asked)) == list(asked)


def test_journeys_say_how_many_cells_went_from_where_to_where(get, space):
    shared = meme()
    source = work(space, "kato", 9, "source", shared)
    taker = work(space, "kato", 8, "taker", f"{shared}-1-abcd")
    (journey,) = get("activity/journeys/")["results"]
    assert (journey["start"]["id"], journey["end"]["id"]) == (source.pk, taker.pk)
    assert (journey["families"], journey["alike"]) == (1, 0)


def test_related_has_all_that_the_page_has(get, space):
    shared, other = meme(), meme()
    here = work(space, "kato", 9, "here", shared)
    middle = work(space, "kato", 8, "middle", f"{shared}-1-abcd", other)
    far = work(space, "kato", 7, "far", f"{other}-1-abcd")
    answer = get(f"notebooks/{here.pk}/related/")
    (kin,) = answer["results"]
    assert (kin["runbook"]["id"], kin["families"], kin["cells"][0]["meme"]) == (middle.pk, 1, shared)
    (third,) = answer["thirds"]
    assert (third["runbook"]["id"], third["over"]["id"], third["way"]) == (far.pk, middle.pk, "on")
    assert (answer["template"], answer["links_to"], answer["linked_from"]) == (None, [], [])


def test_two_people_get_their_own_counts(client, get, person, space):
    other = make_user("other")
    closed = make_space("closed", readers=[other])
    space.readers.add(other)
    shared = meme()
    here = work(space, "kato", 9, "here", shared)
    work(closed, "sato", 8, "secret", f"{shared}-1-abcd")
    counts = {}
    for who in (person, other):
        client.force_login(who)
        counts[who.username] = [
            get("activity/")["count"],
            len(get("activity/")["days"]),
            get("activity/journeys/")["count"],
            get(f"notebooks/{here.pk}/related/")["count"],
        ]
    assert counts == {"reader": [1, 1, 0, 0], "other": [2, 2, 1, 1]}


def test_a_deleted_runbook_is_gone(get, person, space):
    here = work(space, "kato", 9, "here")
    moving.delete(here, person)
    assert get(f"notebooks/{here.pk}/related/", status=410)["detail"]
