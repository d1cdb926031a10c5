"""Sources by the API: what the pages allow, and nothing that they do not."""

import pytest
from django.test import Client

from notebooks.models import FolderHold
from sync import testing
from sync.models import Run, Source
from sync.secrets import opened
from tests.builders import make_space, make_user
from tests.sync.test_source_pages import TOKEN, world  # noqa: F401  the fixture

pytestmark = pytest.mark.django_db

LIST = "/api/v1/sources/"


def new(**fields):
    return {
        "name": "lab", "kind": "jupyter", "space": "ops", "folder": "lab", "login": "token", "secret": TOKEN,
        "address": "https://lab.example.org/lab", **fields,
    }  # fmt: skip


def post(client, path, data=None):
    return client.post(path, data or {}, content_type="application/json")


def patch(client, source, **data):
    return client.patch(f"{LIST}{source.pk}/", data, content_type="application/json")


def test_a_source_is_added_and_its_token_never_told(world):  # noqa: F811
    response = post(world.as_(world.writer), LIST, new())
    assert response.status_code == 201
    told, source = response.json(), Source.objects.get()
    assert (source.by, opened(source)) == (world.writer, TOKEN)
    assert FolderHold.objects.get().folder == "lab"
    assert TOKEN not in response.content.decode()
    assert "secret" not in told
    assert told | {
        "name": "lab", "kind": "jupyter", "space": "ops", "folder": "lab", "address": "https://lab.example.org/",
        "has_secret": True, "is_mine": True, "is_paused": False, "last_run": None,
    } == told  # fmt: skip


def test_readers_are_told_of_it_without_its_address(world):  # noqa: F811
    source = world.source("jupyter")
    told = world.as_(world.reader).get(f"{LIST}{source.pk}/").json()
    assert not told["is_mine"]
    assert not told.keys() & {"address", "login", "exclude", "path_mapping", "has_secret"}
    (listed,) = world.as_(world.reader).get(LIST).json()["results"]
    assert listed == told


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"time_zone": "Mars/Olympus"}, "time_zone"), ({"address": "http://127.0.0.1/"}, "address"),
        ({"folder": "../up"}, "folder"), ({"secret": ""}, "secret"), ({"kind": "ftp"}, "kind"),
        ({"kind": "folder", "address": "/etc"}, "kind"), ({"every_minutes": -1}, "every_minutes"),
        ({"most_requests": 99}, "most_requests"), ({"include": "!"}, "include"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field(world, fields, wrong):  # noqa: F811
    response = post(world.as_(world.writer), LIST, new(**fields))
    assert response.status_code == 400
    assert set(response.json()) == {wrong}
    assert not Source.objects.exists()


def test_a_taken_folder_is_refused(world):  # noqa: F811
    world.source("jupyter")
    response = post(world.as_(world.writer), LIST, new(name="other"))
    assert response.status_code == 400
    assert "two must not lie in each other" in response.json()["folder"][0]


def test_a_token_does_not_follow_to_another_address(world):  # noqa: F811
    source, client = world.source("jupyter"), world.as_(world.writer)
    response = patch(client, source, address="https://evil.example.org/")
    assert response.status_code == 400
    assert set(response.json()) == {"secret"}
    source.refresh_from_db()
    assert opened(source) == TOKEN
    assert patch(client, source, address="https://new.example.org/", secret="other").status_code == 200
    source.refresh_from_db()
    assert opened(source) == "other"


def test_what_is_left_out_stays(world):  # noqa: F811
    source = world.source("jupyter", exclude="drafts/")
    told = patch(world.as_(world.writer), source, is_paused=True, every_minutes=60).json()
    assert (told["is_paused"], told["next_run_at"], told["exclude"]) == (True, None, "drafts/")
    source.refresh_from_db()
    assert opened(source) == TOKEN


def test_its_kind_never_changes(world):  # noqa: F811
    assert patch(world.as_(world.writer), world.source("jupyter"), kind="hub").status_code == 400


def test_it_does_not_go_into_a_space_where_one_may_not_write(world):  # noqa: F811
    make_space("private")
    make_space("readable", readers=[world.writer])
    source, client = world.source("jupyter"), world.as_(world.writer)
    assert patch(client, source, space="private").status_code == 404
    assert patch(client, source, space="readable").status_code == 403
    for space in ("private", "nothing", "\0"):
        assert post(client, LIST, new(space=space, folder="x")).status_code == 404
    assert set(post(client, LIST, {"name": "x"}).json()) >= {"space", "kind", "address"}


def test_a_folder_of_this_server_is_a_matter_of_its_administrators(world):  # noqa: F811
    source, client = world.source(), world.as_(world.writer)
    assert patch(client, source, name="mine").status_code == 403
    assert post(client, f"{LIST}{source.pk}/sync/").status_code == 403
    assert client.delete(f"{LIST}{source.pk}/").status_code == 403
    assert patch(world.as_(world.staff), source, name="ours").status_code == 200


def test_a_sync_is_answered_with_its_run_and_its_batch(world):  # noqa: F811
    source, client = world.source("jupyter"), world.as_(world.writer)
    response = post(client, f"{LIST}{source.pk}/sync/")
    assert response.status_code == 202
    run, told = Run.objects.get(), response.json()
    assert told | {"id": run.pk, "source": source.pk, "state": "queued", "why": "person", "stored": 0} == told
    assert told["batch"]["id"] == run.batch_id
    assert post(client, f"{LIST}{source.pk}/sync/").json()["id"] == run.pk
    assert client.get(f"{LIST}{source.pk}/").json()["last_run"]["id"] == run.pk


def test_a_connection_is_tested_and_the_report_fetched(world):  # noqa: F811
    source, client = world.source(), world.as_(world.staff)
    path = f"{LIST}{source.pk}/test/"
    assert client.get(path).status_code == 404
    asked = post(client, path)
    assert (asked.status_code, asked.json()["state"], asked.json()["is_ok"]) == (202, "queued", None)
    testing.run(source.probe.pk)
    told = client.get(path).json()
    assert (told["state"], told["is_ok"]) == ("done", True)
    assert {"what": "notebooks", "how": "ok", "code": "", "reason": "", "found": 1} in told["steps"]


def test_a_stranger_gets_404_and_who_is_not_signed_in_401(world):  # noqa: F811
    source = world.source("jupyter")
    assert world.as_(make_user()).get(f"{LIST}{source.pk}/").status_code == 404
    assert Client().get(LIST).status_code == 401
