"""POST /api/v1/executions/"""

import json
from collections import Counter

import pytest

from execlogs.models import Execution, Status
from notebooks.ingest import ingest as ingest_notebook
from tests.builders import make_space, make_user
from tests.execlogs.builders import Ran

pytestmark = pytest.mark.django_db
URL = "/api/v1/executions/"
ran = Ran()


@pytest.fixture
def writer():
    return make_user()


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer], readers=[make_user("reader")])


@pytest.fixture
def post(client, writer, space):
    client.force_login(writer)

    def post(body, query="", content_type="application/json"):
        raw = body if isinstance(body, bytes) else json.dumps(body)
        return client.post(URL + query, raw, content_type=content_type)

    return post


def test_one_log_is_taken(post, space):
    answer = post({"log": ran.text, "space": "ops", "user": "lee", "host": "hub", "time_zone": "Asia/Tokyo"})
    assert answer.status_code == 201
    assert answer.json() == {"stored": 1, "merged": 0, "unchanged": 0, "failed": []}
    execution = Execution.objects.get(space=space)
    assert (execution.who, execution.host, execution.witness_names) == ("lee", "hub", ["http"])


def test_of_many_those_that_tell_of_nothing_are_named(post):
    bodies = [
        {"log": "", "space": "ops"},
        {"log": ran.text, "space": "ops"},
        {"message": "x", "space": "ops"},
        3,
    ]
    answer = post(bodies)
    assert answer.status_code == 201
    taken = answer.json()
    assert (taken["stored"], [each["index"] for each in taken["failed"]]) == (1, [0, 2, 3])
    assert taken["failed"][0]["code"] == "log_empty"
    assert taken["failed"][0]["reason"].startswith("The log is empty")


def test_query_says_what_holds_for_all_records_of_a_fluentd(post):
    lines = b"\n".join(
        json.dumps({"log": ran.but(path=f"/home/kato/.log/1/{number}.log").text}).encode()
        for number in range(3)
    )
    answer = post(lines + b"\n", "?space=ops&host=hub", "application/x-ndjson")
    assert answer.json()["stored"] == 3
    assert set(Execution.objects.values_list("host", flat=True)) == {"hub"}


def test_same_again_is_unchanged(post):
    post({"log": ran.text, "space": "ops"})
    assert post({"log": ran.text, "space": "ops"}).json()["unchanged"] == 1


def test_space_has_to_be_said(post):
    assert post({"log": ran.text}).json() == {"space": ["Say which space it belongs to."]}


def test_time_zone_has_to_be_one(post):
    assert post({"log": ran.text, "space": "ops", "time_zone": "Mars"}).status_code == 400


@pytest.mark.parametrize("raw", [b"{", b"\xff", b"[" * 100_000, b'{"log": "\\ud800", "space": "ops\\u0000"}'])
def test_body_that_is_no_json_or_names_no_space_is_refused(post, raw):
    assert post(raw).status_code in {400, 404}


def test_stranger_does_not_learn_that_the_space_is_there(client, space):
    client.force_login(make_user())
    answer = client.post(URL, {"log": ran.text, "space": "ops"}, content_type="application/json")
    assert answer.status_code == 404
    assert not Execution.objects.exists()


def test_reader_may_not_tell_of_executions(client, space):
    client.force_login(space.readers.get())
    answer = client.post(URL, {"log": ran.text, "space": "ops"}, content_type="application/json")
    assert answer.status_code == 403
    assert not Execution.objects.exists()


def test_nothing_of_a_list_is_taken_where_one_space_is_refused(post):
    make_space("theirs")
    other = {"log": ran.but(code="rm").text, "space": "theirs"}
    assert post([{"log": ran.text, "space": "ops"}, other]).status_code == 404
    assert not Execution.objects.exists()


def test_anonymous_is_asked_to_sign_in(client):
    answer = client.post(URL, {"log": ran.text, "space": "ops"}, content_type="application/json")
    assert answer.status_code in {401, 403}


@pytest.mark.corpus
def test_operationhub_sent_in_one_go_is_400_executions(post, space, operationhub):
    for file in operationhub.rglob("*.ipynb"):
        ingest_notebook(space, str(file.relative_to(operationhub)), file.read_bytes())
    logs = [file for file in operationhub.rglob(".log/*/*.log") if not file.is_symlink()]
    answer = post([{"log": file.read_bytes().decode(), "space": "ops"} for file in logs])
    assert answer.json() == {"stored": 400, "merged": 0, "unchanged": 0, "failed": []}
    assert Counter(Execution.objects.values_list("status", flat=True)) == {Status.OK: 377, Status.ERROR: 23}
    assert not Execution.objects.filter(notebook=None).exists()
