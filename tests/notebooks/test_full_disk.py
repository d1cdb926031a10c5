"""The disk is full: said as that, wherever it is met, and nothing that came before is lost."""

import errno
import io
import os
import zipfile
from contextlib import contextmanager

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.urls import reverse
from rest_framework.test import APIClient

from notebooks import batches, blobs, working
from notebooks.diskspace import is_full
from notebooks.door import Incoming
from notebooks.models import Batch, BatchItem, Notebook
from notebooks.refusals import Refusal
from tests.builders import display, make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

RAW = make_notebook("ls")
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("hub", writers=[writer])


@contextmanager
def full_disk(monkeypatch):
    """Whatever is kept is written to Linux's own disk that is always full."""
    with monkeypatch.context() as patched:
        patched.setattr(
            "notebooks.blobs.tempfile.mkstemp",
            lambda **where: (os.open("/dev/full", os.O_WRONLY), str(where["dir"] / where["prefix"])),
        )
        yield


def bring(space, writer, path, raw):
    batch = batches.open_batch(space, writer, Batch.Kind.UPLOAD)
    batches.receive(batch, [Incoming(path, len(raw), lambda: io.BytesIO(raw))], is_last=True)
    return batch


def work():
    while working.work("tester/0", 60):
        pass


def outcome(batch):
    return {item.path: (item.state, item.reason_code, item.can_be_retried) for item in batch.items.all()}


def zipped(**files):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, raw in files.items():
            archive.writestr(f"{name}.ipynb", raw)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), True),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), True),
        (OSError(errno.EACCES, "Permission denied"), False),
        (OSError("no number"), False),
        (OperationalError("database or disk is full"), True),
        (OperationalError('could not extend file "base/1": No space left on device'), True),
        (OperationalError("database is locked"), False),
        (ValueError("disk is full"), False),
    ],
)
def test_a_full_disk_is_told_from_other_trouble(error, expected):
    assert is_full(error) is expected


def test_the_api_says_507_and_takes_the_same_portion_once_there_is_room(monkeypatch, writer, space):
    api = APIClient()
    api.force_authenticate(writer)
    upload = api.post("/api/v1/uploads/", {"space": "hub", "more": "1"}, format="multipart").json()["id"]

    def send():
        files = {"files": [SimpleUploadedFile("x.ipynb", RAW)], "portion": "1"}
        return api.post(f"/api/v1/uploads/{upload}/files/", files, format="multipart")

    with full_disk(monkeypatch):
        answer = send()
    assert (answer.status_code, "disk is full" in answer.json()["detail"]) == (507, True)
    assert not BatchItem.objects.exists()
    assert send().status_code == 202
    work()
    assert Notebook.objects.get().path == "x.ipynb"


def test_the_upload_page_says_507_and_what_to_do(monkeypatch, client, writer, space):
    client.force_login(writer)
    with full_disk(monkeypatch):
        answer = client.post(
            reverse("upload"), {"space": "hub", "folder": "", "files": [SimpleUploadedFile("x.ipynb", RAW)]}
        )
    assert answer.status_code == 507
    assert "make room" in answer.content.decode()


def test_a_full_database_says_507_too(monkeypatch, client, writer):
    def full(*_args, **_kwargs):
        raise OperationalError("database or disk is full")

    client.force_login(writer)
    monkeypatch.setattr("notebooks.forms.save_space", full)
    assert client.post(reverse("space-new"), {"name": "Ops", "writers": "writer"}).status_code == 507


def test_other_trouble_with_a_file_is_still_a_reason_of_its_own(space, writer):
    def unreadable():
        raise PermissionError(errno.EACCES, "Permission denied")

    batch = batches.open_batch(space, writer, Batch.Kind.COMMAND)
    batches.receive(batch, [Incoming("x.ipynb", 1, unreadable)], is_last=True)
    assert batch.items.get().reason_code == Refusal.UNREADABLE


def test_a_notebook_whose_images_find_no_room_fails_and_can_be_retried(monkeypatch, space, writer):
    raw = make_notebook(("code", "plot()", [display({"image/png": DOT})]))
    batch = bring(space, writer, "x.ipynb", raw)
    with full_disk(monkeypatch):
        work()
    assert outcome(batch) == {"x.ipynb": ("failed", "disk_full", True)}
    assert batches.retry(batch) == 1
    work()
    assert outcome(batch) == {"x.ipynb": ("stored", "", False)}


def test_a_zip_that_finds_no_room_fails_whole_and_can_be_retried(monkeypatch, space, writer):
    batch = bring(space, writer, "all.zip", zipped(a=RAW, b=make_notebook("df")))
    with full_disk(monkeypatch):
        work()
    assert outcome(batch) == {"all.zip": ("failed", "disk_full", True)}
    batches.retry(batch)
    work()
    assert sorted(Notebook.objects.values_list("path", flat=True)) == ["a.ipynb", "b.ipynb"]


def test_a_zip_is_not_called_broken_where_there_is_no_room_to_unpack_it(monkeypatch, space, writer):
    batch = bring(space, writer, "all.zip", zipped(a=RAW))
    monkeypatch.setattr(
        "notebooks.unpacking.tempfile.SpooledTemporaryFile",
        lambda max_size: open("/dev/full", "wb", buffering=0),  # noqa: PTH123, SIM115
    )
    work()
    assert outcome(batch) == {"all.zip": ("failed", "disk_full", True)}


def test_the_command_says_so(monkeypatch, tmp_path, space):
    (tmp_path / "x.ipynb").write_bytes(RAW)
    with full_disk(monkeypatch), pytest.raises(CommandError, match="disk is full"):
        call_command("ingest", str(tmp_path), space="hub", wait=True, stdout=io.StringIO())


def test_nothing_half_written_is_left(monkeypatch, space, writer):
    with full_disk(monkeypatch), pytest.raises(OSError, match="No space"):
        blobs.put(RAW)
    folder = blobs.default_storage.location
    assert not [name for _, _, names in os.walk(folder) for name in names if name.startswith(".")]
