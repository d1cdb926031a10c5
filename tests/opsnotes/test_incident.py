"""The incident export: what its preview promises, and what the file holds."""

import hashlib
import json

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from execlogs.export import gathering
from execlogs.models import Status, Transcript
from stickies import writing
from stickies.drafts import At, Draft
from tests.builders import make_runbook, make_space, make_user
from tests.execlogs.making import NOON, make_execution

pytestmark = pytest.mark.django_db
WINDOW = {"since": "2026-05-02T12:00Z", "until": "2026-05-02T13:00Z"}


@pytest.fixture
def person():
    return make_user("writer")


@pytest.fixture
def space(person):
    return make_space("ops", writers=[person])


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def preview(client, **asked):
    response = client.get(reverse("incident"), asked)
    assert response.status_code == 200
    return response.content.decode()


def exported(client, form="json", **asked):
    response = client.get(reverse("incident"), {**WINDOW, "as": form, **asked})
    assert response["Content-Disposition"].startswith("attachment")
    text = b"".join(response.streaming_content).decode()
    return json.loads(text) if form == "json" else text


def test_first_a_window_is_asked_for(client, space):
    make_execution(space)
    assert "Choose a window of time" in preview(client)
    assert "Choose a window of time" in preview(client, **{"as": "json", "since": "nonsense"})


def test_the_preview_tells_what_the_file_will_hold(client, space):
    notebook = make_runbook(("markdown", "# Disk full"), space=space)
    make_execution(space, notebook=notebook, output="x" * 2048)
    make_execution(space, minute=1, who="sato", notebook=notebook, status=Status.ERROR)
    shown = preview(client, **WINDOW)
    for words in (
        "It will hold 2 executions",
        "Disk full (2)",
        "kato (1)",
        "sato (1)",
        "2.0\xa0KB",
        "<b>1</b> failed",
    ):
        assert words in shown, words


def test_the_file_holds_the_window_in_the_order_of_time(client, space):
    for minute in (5, 0, 61, -1, 59):
        make_execution(space, f"at {minute}", minute=minute)
    told = exported(client)
    assert [each["code"] for each in told["executions"]] == ["at 0", "at 5", "at 59"]
    assert told["count"] == 3 and not told["is_cut"]


@pytest.mark.parametrize("form", ["json", "markdown", "html"])
def test_hashes_are_those_of_code_and_output(client, space, form):
    make_execution(space, "print('é')", output="é\n")
    text = exported(client, form)
    text = json.dumps(text) if form == "json" else text
    for part in ("print('é')", "é\n"):
        assert hashlib.sha256(part.encode()).hexdigest() in text


def test_filters_of_the_page_narrow_the_file_too(client, space):
    make_execution(space, "one", who="kato")
    make_execution(space, "two", minute=1, who="sato")
    told = exported(client, who="sato")
    assert [each["code"] for each in told["executions"]] == ["two"]
    assert told["narrowed"] == [["Person", "sato"]]


def test_notes_at_executed_cells_come_along(client, space, person):
    notebook = make_runbook("df", "ls", space=space)
    executed, other = notebook.cells.order_by("index")
    make_execution(space, meme=executed.meme, notebook=notebook)
    for cell, body in ((executed, "Mind the gap"), (other, "Elsewhere")):
        note = writing.write(Draft(space, At.cell(notebook, cell), body), person)
        writing.reply(note, f"{body}, indeed", person)
    (note,) = exported(client)["notes"]
    assert (note["body"], note["replies"][0]["body"]) == ("Mind the gap", "Mind the gap, indeed")
    assert "<dt>Notes</dt><dd>1</dd>" in preview(client, **WINDOW)
    assert "Mind the gap" in exported(client, "markdown") and "Mind the gap" in exported(client, "html")


def test_notes_and_executions_of_other_spaces_stay_there(client, space):
    notebook = make_runbook("df", space=space)
    meme = notebook.cells.get().meme
    make_execution(space, meme=meme, notebook=notebook)
    elsewhere = make_user()
    hidden = make_space(writers=[elsewhere])
    copy = make_runbook("df", space=hidden, memes=[str(meme)])
    writing.write(Draft(hidden, At.cell(copy, copy.cells.get()), "zanzibar words"), elsewhere)
    make_execution(hidden, "zanzibar code", minute=1, meme=meme)
    told = exported(client)
    assert len(told["executions"]) == 1 and told["notes"] == []
    assert "zanzibar" not in preview(client, **WINDOW)


def test_more_than_one_file_holds_is_said_before_and_within(client, space, monkeypatch):
    monkeypatch.setattr(gathering, "MOST", 2)
    for minute in range(4):
        make_execution(space, f"at {minute}", minute=minute)
    assert "2026-05-02 12:02" in preview(client, **WINDOW)
    told = exported(client)
    assert told["is_cut"] and [each["code"] for each in told["executions"]] == ["at 0", "at 1"]


def test_of_a_long_output_the_ends_and_the_size_are_told(client, space):
    text = "a" * 45_000 + "b" * 45_000
    make_execution(space, output=text)
    (told,) = exported(client)["executions"]
    assert (
        told["output"].startswith("aaa") and told["output"].endswith("bbb") and len(told["output"]) < 51_000
    )
    assert told["output_left_out"] == 40_000
    assert told["output_sha256"] == hashlib.sha256(text.encode()).hexdigest()


def test_a_lost_log_is_said_and_ends_nothing(client, space):
    make_execution(space, output="…")
    Transcript.objects.update(is_cut=True, log_sha256="0" * 64)
    assert exported(client)["executions"][0]["output_sha256"] == ""
    assert exported(client, "html").rstrip().endswith("</html>")


def test_it_is_made_a_few_at_a_time(client, space, monkeypatch):
    monkeypatch.setattr(gathering, "AT_ONCE", 2)
    for minute in range(10):
        make_execution(space, minute=minute)
    response = client.get(reverse("incident"), {**WINDOW, "as": "json"})
    pieces = iter(response.streaming_content)
    with CaptureQueriesContext(connection) as first:
        for _ in range(3):
            next(pieces)
    with CaptureQueriesContext(connection) as rest:
        assert len(list(pieces)) > 7
    assert 0 < len(first) < len(rest)


def test_it_speaks_the_readers_language_and_zone_to_the_end(client, space):
    client.post(
        reverse("account"), {"language": "ja", "time_zone": "Asia/Tokyo", "theme": "", "shortcuts": "on"}
    )
    make_execution(space)
    text = exported(client, "markdown").replace("\\", "")
    assert "2026-05-02 21:00:00 JST" in text and "2026-05-02 12:00:00 UTC" in text
    assert f"{NOON:%Y}" in text
