"""Notes over the API, as interface.md promises."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from notebooks.ingest import ingest
from stickies.models import Note
from stickies.writing import MOST_A_MINUTE, reply
from tests.builders import make_notebook, make_runbook, make_space
from tests.stickies.builders import OTHER, UUID, at_cell, make_note

pytestmark = pytest.mark.django_db

URL = "/api/v1/notes/"


def client_of(person):
    client = APIClient()
    client.force_authenticate(person)
    return client


@pytest.fixture
def api(kato):
    return client_of(kato)


def one(pk):
    return f"{URL}{pk}/"


def ids(response):
    return [each["id"] for each in response.json()["results"]]


def test_a_note_is_written_at_a_cell_and_read_again(api, runbook):
    sent = {"notebook": runbook.pk, "meme": UUID, "kind": "hazard", "channel": "side", "body": "no #rm @lee"}
    answer = api.post(URL, sent, format="json")
    assert answer.status_code == 201
    note = answer.json()
    assert set(note) == {
        "id", "space", "notebook", "meme", "branch", "reach", "kind", "channel", "title", "author", "body", "html",
        "quote", "parent", "replies", "resolved", "outdated", "created_at", "edited_at", "url",
    }  # fmt: skip
    assert (note["space"], note["notebook"], note["meme"], note["reach"]) == (
        "hub",
        runbook.pk,
        UUID,
        "family",
    )
    assert (note["kind"], note["channel"], note["author"]) == ("hazard", "side", "kato")
    assert (note["parent"], note["replies"], note["resolved"], note["outdated"]) == (None, 0, False, False)
    assert "activity/?who=lee" in note["html"]
    assert Note.objects.get(pk=note["id"]).cell_text == "rm access.log"
    assert api.get(one(note["id"])).json() == note


def test_a_note_can_hang_on_a_family_a_notebook_or_a_title(api, runbook):
    family = api.post(URL, {"meme": f"{UUID}-1-00ff", "space": "hub", "body": "x"}, format="json").json()
    whole = api.post(URL, {"notebook": runbook.pk, "body": "x"}, format="json").json()
    titled = api.post(URL, {"title": "当番", "space": "hub", "body": "x"}, format="json").json()
    assert (family["meme"], family["branch"], family["notebook"]) == (UUID, "1-00ff", None)
    assert (whole["notebook"], whole["meme"], whole["reach"]) == (runbook.pk, None, "notebook")
    assert (titled["title"], titled["meme"]) == ("当番", None)


@pytest.mark.parametrize(
    "sent",
    [
        {"body": "x"},
        {"meme": UUID, "body": "x"},
        {"title": "t", "body": "x"},
        {"meme": "none", "space": "hub", "body": "x"},
        {"meme": UUID, "space": "hub", "body": ""},
        {"meme": UUID, "space": "hub", "body": "x", "kind": "rant"},
        {"meme": UUID, "space": "hub", "body": "x", "reach": "notebook"},
    ],
)
def test_what_is_no_note_is_refused(api, runbook, sent):
    assert api.post(URL, sent, format="json").status_code == 400
    assert not Note.objects.exists()


@pytest.mark.parametrize("asked", ["notebook", "parent"])
def test_a_number_that_no_row_can_have_is_refused(api, asked):
    assert api.get(URL, {asked: 10**30}).status_code == 400


def test_a_reply_stands_in_its_thread(api, runbook, kato):
    note = make_note(runbook, by=kato)
    answer = api.post(URL, {"parent": note.pk, "body": "yes"}, format="json").json()
    assert (answer["parent"], answer["meme"]) == (note.pk, UUID)
    assert api.get(one(note.pk)).json()["replies"] == 1
    assert ids(api.get(URL, {"parent": note.pk})) == [answer["id"]]
    assert ids(api.get(URL, {"parent": 0})) == [note.pk]


def test_a_change_wants_the_etag_of_what_was_read(api, runbook, kato):
    note = make_note(runbook, "one", by=kato)
    etag = api.get(one(note.pk))["ETag"]
    assert api.patch(one(note.pk), {"body": "two"}, format="json").status_code == 428
    assert api.delete(one(note.pk)).status_code == 428
    first = api.patch(one(note.pk), {"body": "two"}, format="json", headers={"If-Match": etag})
    assert (first.status_code, first.json()["body"]) == (200, "two")
    second = api.patch(one(note.pk), {"body": "three"}, format="json", headers={"If-Match": etag})
    assert second.status_code == 412
    assert api.delete(one(note.pk), headers={"If-Match": etag}).status_code == 412
    assert api.get(one(note.pk)).json()["body"] == "two"
    assert api.delete(one(note.pk), headers={"If-Match": first["ETag"]}).status_code == 204
    assert api.get(one(note.pk)).status_code == 410
    assert ids(api.get(URL)) == []


def test_labels_and_state_are_changed_too(api, runbook, kato):
    note = make_note(runbook, by=kato)
    headers = {"If-Match": api.get(one(note.pk))["ETag"]}
    changed = api.patch(
        one(note.pk), {"kind": "decision", "reach": "id", "resolved": True}, format="json", headers=headers
    ).json()
    assert (changed["kind"], changed["reach"], changed["resolved"]) == ("decision", "id", True)
    opened = api.patch(one(note.pk), {"resolved": False}, format="json", headers=headers).json()
    assert opened["resolved"] is False


def test_nobody_else_changes_the_words(runbook, kato, lee):
    note = make_note(runbook, by=kato)
    api = client_of(lee)
    headers = {"If-Match": api.get(one(note.pk))["ETag"]}
    assert api.patch(one(note.pk), {"body": "mine"}, format="json", headers=headers).status_code == 403
    assert api.delete(one(note.pk), headers=headers).status_code == 403


def test_a_change_that_is_refused_in_part_changes_nothing(runbook, lee, space):
    note = make_note(runbook, by=lee)
    space.readers_may_note = False  # lee may still correct the own words
    space.save()
    api = client_of(lee)
    headers = {"If-Match": api.get(one(note.pk))["ETag"]}
    sent = {"body": "other", "resolved": True}
    assert api.patch(one(note.pk), sent, format="json", headers=headers).status_code == 403
    note.refresh_from_db()
    assert note.body == "mind the gap"


def test_a_reader_is_refused_where_readers_may_not_write(runbook, lee, space):
    space.readers_may_note = False
    space.save()
    answer = client_of(lee).post(URL, {"notebook": runbook.pk, "body": "x"}, format="json")
    assert answer.status_code == 403


def test_nothing_of_a_space_that_may_not_be_seen(runbook, kato, stranger):
    note = make_note(runbook, by=kato)
    api = client_of(stranger)
    assert api.get(URL).json()["count"] == 0
    assert api.get(one(note.pk)).status_code == 404
    for sent in ({"notebook": runbook.pk}, {"meme": UUID, "space": "hub"}, {"parent": note.pk}):
        assert api.post(URL, {**sent, "body": "x"}, format="json").status_code == 404


def test_the_notebook_is_named_only_to_who_may_see_it(kato, lee, space):
    hidden = make_runbook("rm", space=make_space("p", writers=[kato]), path="hidden.ipynb", memes=[UUID])
    note = make_note(hidden, by=kato, space=space)
    assert client_of(kato).get(one(note.pk)).json()["notebook"] == hidden.pk
    assert client_of(lee).get(one(note.pk)).json()["notebook"] is None


def test_lists_are_narrowed(api, runbook, kato, lee):
    hazard = make_note(runbook, "#disk", by=kato, kind="hazard", channel="meta")
    other = make_note(at_cell(runbook, 1), by=lee, reach="notebook")
    elsewhere = make_note(OTHER, by=kato, space=make_space("two", writers=[kato]))
    api.patch(one(other.pk), {"resolved": True}, format="json", headers={"If-Match": "*"})
    wanted = {
        "space=two": [elsewhere],
        f"notebook={runbook.pk}": [other, hazard],
        f"meme={UUID}": [hazard],
        f"meme={UUID}-1-00ff": [],
        "reach=notebook": [other],
        "kind=hazard": [hazard],
        "channel=meta": [hazard],
        "author=lee": [other],
        "tag=%23DISK": [hazard],
        "resolved=true": [other],
        "resolved=false&space=hub": [hazard],
    }
    for query, notes in wanted.items():
        assert ids(api.get(f"{URL}?{query}")) == [each.pk for each in notes], query
    assert api.get(f"{URL}?kind=rant").status_code == 400


def test_a_note_is_outdated_where_its_cell_changed_or_is_gone(api, runbook, kato):
    note = make_note(runbook, by=kato)
    ingest(runbook.space, runbook.path, make_notebook("rm -i", memes=[UUID]))
    assert api.get(one(note.pk)).json()["outdated"] is True
    ingest(runbook.space, runbook.path, make_notebook("rm access.log", memes=[UUID]))
    assert api.get(one(note.pk)).json()["outdated"] is False
    ingest(runbook.space, runbook.path, make_notebook("all new"))
    assert api.get(one(note.pk)).json()["outdated"] is True


def test_too_many_are_refused_with_the_time_to_wait(api, runbook, kato):
    for number in range(MOST_A_MINUTE):
        make_note(runbook, f"{number}", by=kato)
    answer = api.post(URL, {"notebook": runbook.pk, "body": "x"}, format="json")
    assert (answer.status_code, int(answer["Retry-After"]) > 0) == (429, True)


def test_a_list_takes_as_many_queries_as_a_single_note(api, runbook, kato, lee):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            assert api.get(URL).status_code == 200
        return len(captured)

    reply(make_note(runbook, "@lee", by=kato), "yes", lee)
    few = queries()
    for number in range(10):
        reply(make_note(runbook, f"@lee {number}", by=kato), "yes", lee)
    assert queries() == few


def test_cells_tell_how_many_notes_are_seen_at_them(api, runbook, kato, lee):
    reply(make_note(runbook, by=kato), "yes", lee)
    make_note(runbook, by=kato)
    make_note(runbook, by=kato, space=make_space("p", writers=[kato]))
    cells = api.get(f"/api/v1/notebooks/{runbook.pk}/").json()["cells"]
    assert [cell["notes"] for cell in cells] == [3, 0]
    cells = client_of(lee).get(f"/api/v1/notebooks/{runbook.pk}/").json()["cells"]
    assert [cell["notes"] for cell in cells] == [2, 0]
    assert client_of(lee).get(f"/api/v1/memes/{UUID}/").json()["notes"] == 2
