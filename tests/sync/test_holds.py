"""What a source fills is closed to everybody else, by every door."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from rest_framework.test import APIClient

from notebooks import moving, working
from notebooks.models import Batch, Notebook
from sync import keeping
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.sync.doing import make_source, sync, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer])


@pytest.fixture
def source(root, space):
    write(root / "own.ipynb")
    source = make_source(root, space=space, folder="hub", name="The hub")
    sync(source)
    return source


def outcome():
    """Path -> state or reason, of the last batch."""
    while working.work("test", 1):
        pass
    items = Batch.objects.latest("pk").items.all()
    return {item.path: item.reason_code or item.state for item in items}


def zipped(*names):
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w") as archive:
        for name in names:
            archive.writestr(name, make_notebook("ls"))
    return raw.getvalue()


@pytest.mark.parametrize(
    ("folder", "name", "end"), [("hub", "x.ipynb", "held"), ("hubs", "x.ipynb", "stored")]
)
def test_the_upload_page_says_who_fills_the_folder(client, writer, source, folder, name, end):
    client.force_login(writer)
    file = SimpleUploadedFile(name, make_notebook("ls"))
    answer = client.post("/upload/", {"space": "ops", "folder": folder, "files": [file]}, follow=True)
    assert outcome() == {f"{folder}/{name}": end}
    assert ("The hub" in answer.content.decode()) is (end == "held")


def test_the_api_refuses_by_the_path_of_each_file(writer, source):
    api = APIClient()
    api.force_authenticate(writer)
    files = [SimpleUploadedFile("x.ipynb", make_notebook("ls")) for _ in range(3)]
    paths = ["hub/x.ipynb", "hub/deep/y.ipynb", "other/z.ipynb"]
    answer = api.post(
        "/api/v1/uploads/", {"space": "ops", "files": files, "paths": paths}, format="multipart"
    )
    assert answer.status_code == 202
    assert outcome() == {"hub/x.ipynb": "held", "hub/deep/y.ipynb": "held", "other/z.ipynb": "stored"}


def test_a_zip_is_no_way_in(writer, source, client):
    client.force_login(writer)
    file = SimpleUploadedFile("all.zip", zipped("hub/x.ipynb", "other/y.ipynb"))
    client.post("/upload/", {"space": "ops", "folder": "", "files": [file]})
    assert outcome() == {"all.zip": "unpacked", "hub/x.ipynb": "held", "other/y.ipynb": "stored"}


def test_the_command_is_no_way_in_either(source, tmp_path, capsys):
    (tmp_path / "x.ipynb").write_bytes(make_notebook("ls"))
    with pytest.raises(SystemExit):
        call_command("ingest", str(tmp_path / "x.ipynb"), "--space", "ops", "--folder", "hub", "--wait")
    assert "filled by a source" in capsys.readouterr().out
    assert outcome() == {"hub/x.ipynb": "held"}


def test_nothing_is_moved_into_it_by_hand(client, writer, space, source):
    notebook = make_runbook(space=space, path="mine.ipynb")
    client.force_login(writer)
    page = client.post(f"/n/{notebook.pk}/move/", {"space": "ops", "path": "hub/mine.ipynb"})
    assert page.status_code == 422
    assert "The hub" in page.content.decode()
    api = APIClient()
    api.force_authenticate(writer)
    answer = api.patch(f"/api/v1/notebooks/{notebook.pk}/", {"path": "hub/deep/mine.ipynb"}, format="json")
    assert answer.status_code == 409
    with pytest.raises(moving.Held):
        moving.move(notebook, space, "hub/mine.ipynb", writer)
    assert Notebook.objects.get(pk=notebook.pk).path == "mine.ipynb"


def test_out_of_it_and_past_it_things_move_as_ever(writer, space, source):
    own = Notebook.objects.get(path="hub/own.ipynb")
    moving.move(own, space, "hub/own.ipynb", writer)
    moving.move(own, space, "kept/own.ipynb", writer)
    assert Notebook.objects.alive().get(pk=own.pk).path == "kept/own.ipynb"


def test_another_space_has_a_folder_of_that_name_for_itself(writer, source, client):
    make_space("other", writers=[writer])
    client.force_login(writer)
    file = SimpleUploadedFile("x.ipynb", make_notebook("ls"))
    client.post("/upload/", {"space": "other", "folder": "hub", "files": [file]})
    assert outcome() == {"hub/x.ipynb": "stored"}


def test_a_source_of_a_whole_space_holds_it_whole(root, writer, client):
    make_source(root, space=make_space("all", writers=[writer]))
    client.force_login(writer)
    file = SimpleUploadedFile("x.ipynb", make_notebook("ls"))
    client.post("/upload/", {"space": "all", "folder": "", "files": [file]})
    assert outcome() == {"x.ipynb": "held"}


def test_a_source_that_is_given_up_lets_its_folder_go(writer, source, client):
    keeping.delete(source)
    client.force_login(writer)
    file = SimpleUploadedFile("x.ipynb", make_notebook("ls"))
    client.post("/upload/", {"space": "ops", "folder": "hub", "files": [file]})
    assert outcome() == {"hub/x.ipynb": "stored"}
