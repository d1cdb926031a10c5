"""GET /api/v1/executions/: what was executed, as far as the caller may see it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from execlogs.ingest import Told, ingest
from execlogs.models import Execution, Status, Transcript, Witness
from notebooks.models import Notebook
from tests.builders import make_runbook, make_space, make_user
from tests.execlogs.builders import Ran
from tests.execlogs.making import MEME, make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("ops", readers=[person])


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def found(client, **asked):
    response = client.get("/api/v1/executions/", asked)
    assert response.status_code == 200, response.content
    return response.json()["results"]


def test_it_says_what_the_interface_promises(client, space):
    notebook = make_runbook(space=space)
    execution = make_execution(
        space, "df", output="90%", took=2, meme=MEME, branch="1-00ff", notebook=notebook, place="x.ipynb", host="hub",
        status=Status.ERROR, error="full",
    )  # fmt: skip
    (told,) = found(client)
    assert told == client.get(f"/api/v1/executions/{execution.pk}/").json()
    assert told == {
        "id": execution.pk, "space": "ops", "meme": str(MEME), "branch": "1-00ff", "notebook": notebook.pk,
        "path": "x.ipynb", "user": "kato", "host": "hub", "started_at": "2026-05-02T12:00:00Z",
        "ended_at": "2026-05-02T12:00:02Z", "duration": 2.0, "status": "error", "code": "df", "output": "90%",
        "is_cut": False, "error": "full", "witnesses": ["log"],
        "url": f"http://testserver/executions/{execution.pk}/",
    }  # fmt: skip


@pytest.mark.parametrize(
    "asked",
    [
        {"space": "other"},
        {"meme": str(MEME)},
        {"meme": f"{MEME}-1-00ff"},
        {"user": "sato"},
        {"host": "hub"},
        {"status": "error"},
        {"since": "2026-05-02T13:00:00Z"},
        {"q": "needle"},
    ],
)
def test_each_filter_narrows(client, person, space, asked):
    make_execution(space)
    other = make_space("other", readers=[person])
    wanted = make_execution(
        other,
        "say needle",
        minute=60,
        meme=MEME,
        branch="1-00ff",
        who="sato",
        host="hub",
        status=Status.ERROR,
    )
    assert [each["id"] for each in found(client, **asked)] == [wanted.pk]


def test_a_copy_and_an_end_narrow_too(client, space):
    notebook = make_runbook(space=space)
    first = make_execution(space, notebook=notebook)
    make_execution(space, minute=60, notebook=notebook)
    make_execution(space)
    asked = {"notebook": notebook.pk, "until": "2026-05-02T13:00:00Z"}
    assert [each["id"] for each in found(client, **asked)] == [first.pk]


@pytest.mark.parametrize(
    "asked", [{"meme": "x"}, {"status": "fine"}, {"since": "x"}, {"notebook": "0"}, {"notebook": 2**64}]
)
def test_what_cannot_be_meant_is_refused(client, asked):
    assert client.get("/api/v1/executions/", asked).status_code == 400


def test_what_one_may_not_see_is_not_there(client, space):
    hidden = make_execution(make_space(), who="secret")
    notebook = make_runbook(space=make_space())
    shown = make_execution(space, notebook=notebook)
    (told,) = found(client)
    assert (told["id"], told["notebook"]) == (shown.pk, None)
    assert client.get(f"/api/v1/executions/{hidden.pk}/").status_code == 404


def test_the_newest_come_first_in_pages(client, space):
    pks = [make_execution(space, minute=minute).pk for minute in range(60)]
    answer = client.get("/api/v1/executions/").json()
    assert answer["count"] == 60 and [each["id"] for each in answer["results"]] == pks[:9:-1]
    assert [each["id"] for each in client.get(answer["next"]).json()["results"]] == pks[9::-1]


def test_a_longer_list_takes_no_more_queries(client, space):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            found(client)
        return len(captured)

    make_execution(space, notebook=make_runbook(space=space))
    few = queries()
    for minute in range(20):
        make_execution(space, minute=minute, notebook=make_runbook(space=space, path=f"{minute}.ipynb"))
    assert queries() == few


def test_without_a_transcript_there_is_no_text(client, space):
    make_execution(space)
    Transcript.objects.all().delete()
    (told,) = found(client)
    assert (told["code"], told["output"], told["is_cut"]) == ("", "", False)


def test_times_are_those_that_the_log_tells(client, space):
    """To the second: what its name knows besides is there to put them in order."""
    path = "/home/kato/notebooks/work/.log/20261121/20261121-143558-0732.log"
    ingest(space, [Told(Witness.LOG, Ran(path=path).raw, "0")])
    execution = Execution.objects.get()
    (told,) = found(client)
    assert execution.at.microsecond == 732_000
    assert (told["started_at"], told["ended_at"], told["duration"]) == (
        "2026-11-21T05:35:58Z", "2026-11-21T05:35:59Z", 1.0,
    )  # fmt: skip


def test_a_copy_that_went_out_of_sight_finds_nothing(client, space):
    notebook = make_runbook(space=space)
    make_execution(space, notebook=notebook)
    Notebook.objects.filter(pk=notebook.pk).update(space=make_space("private"))
    assert found(client, notebook=notebook.pk) == []
    assert len(found(client)) == 1
