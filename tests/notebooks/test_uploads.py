"""The API's uploads, the upload page and the pages of batches."""

import io
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from rest_framework.test import APIClient

from notebooks import batches, moving, working
from notebooks.door import Incoming
from notebooks.ingest import ingest
from notebooks.models import Batch, BatchItem, Notebook
from opsnotes.models import ApiToken
from tests.builders import make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

RAW = make_notebook("ls")


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("hub", writers=[writer], readers=[make_user("reader")])


@pytest.fixture
def api(writer):
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {ApiToken.make(writer, 'test')}")
    return client


@pytest.fixture
def page(client, writer):
    client.force_login(writer)
    return client


def file(name="x.ipynb", raw=RAW):
    return SimpleUploadedFile(name, raw)


def post(api, path="/api/v1/uploads/", **data):
    return api.post(path, data, format="multipart")


def work():
    while working.work("tester/0", 60):
        pass


def make_batch(space, by, *paths, raw=RAW):
    batch = batches.open_batch(space, by, Batch.Kind.UPLOAD)
    files = [Incoming(path, len(raw), lambda: io.BytesIO(raw), is_chosen=True) for path in paths]
    batches.receive(batch, files, is_last=True)
    return batch


class TestTheApi:
    def test_files_go_up_and_are_stored(self, api, space):
        answer = post(api, files=[file(), file("y.ipynb")], space="hub", folder="a")
        assert answer.status_code == 202
        assert answer.json() == {
            "id": Batch.objects.get().pk,
            "url": f"http://testserver{reverse('batch', args=[Batch.objects.get().pk])}",
            "state": "running",
            "counts": {"queued": 2, "running": 0, "stored": 0, "unchanged": 0, "skipped": 0, "failed": 0},
        }
        work()
        answer = api.get(f"/api/v1/uploads/{answer.json()['id']}/").json()
        assert (answer["state"], answer["counts"]["stored"]) == ("done", 2)
        assert set(Notebook.objects.values_list("path", flat=True)) == {"a/x.ipynb", "a/y.ipynb"}

    def test_paths_bring_the_folders_that_multipart_drops(self, api, space):
        moment = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
        modified = [int(moment.timestamp() * 1000)]
        post(api, files=[file()], paths=["b/ディスク.ipynb"], modified=modified, space="hub")
        work()
        notebook = Notebook.objects.get()
        assert (notebook.path, notebook.revision.saved_at) == ("b/ディスク.ipynb", moment)
        assert notebook.revision.origin == "api"

    @pytest.mark.parametrize("path", ["../x.ipynb", "a\0b/../x.ipynb", "\ud800/../x.ipynb", ""])
    def test_a_bad_path_fails_its_file_not_the_request(self, api, space, path):
        answer = post(
            api,
            files=[file(), file("y.ipynb")],
            paths=[path.encode("utf-8", "replace"), "y.ipynb"],
            space="hub",
        )
        assert answer.json()["counts"] == {
            "queued": 1, "running": 0, "stored": 0, "unchanged": 0, "skipped": 0, "failed": 1,
        }  # fmt: skip

    def test_one_path_for_each_file_or_none(self, api, space):
        answer = post(api, files=[file(), file()], paths=["x.ipynb"], space="hub")
        assert (answer.status_code, list(answer.json())) == (400, ["paths"])
        assert not Batch.objects.exists()

    def test_further_files_follow_where_more_is_said(self, api, space):
        batch = post(api, space="hub", more="1").json()
        assert batch["state"] == "open"
        address = f"/api/v1/uploads/{batch['id']}/files/"
        assert post(api, address, files=[file()], more="1").json()["state"] == "open"
        assert post(api, address, files=[file("y.ipynb")]).json()["state"] == "running"
        assert post(api, address, files=[file("z.ipynb")]).status_code == 409
        assert BatchItem.objects.count() == 2

    def test_a_portion_that_is_sent_again_counts_once(self, api, space):
        address = f"/api/v1/uploads/{post(api, space='hub', more='1').json()['id']}/files/"
        for _ in range(2):
            answer = post(api, address, files=[file(), file("a.pkl")], portion="1")
            assert answer.status_code == 202
        assert (answer.json()["counts"]["queued"], answer.json()["counts"]["failed"]) == (1, 0)
        assert answer.json()["counts"]["skipped"] == 1

    def test_nothing_sent_and_nothing_announced_is_a_mistake(self, api, space):
        assert list(post(api, space="hub").json()) == ["files"]

    def test_items_tell_what_became_of_each_file(self, api, space):
        batch = post(api, files=[file(), file("y.ipynb", b"{}"), file("z.txt", b"")], space="hub").json()
        work()
        items = api.get(f"/api/v1/uploads/{batch['id']}/items/").json()
        assert items["count"] == 3
        assert [(item["path"], item["state"], bool(item["reason"])) for item in items["results"]] == [
            ("x.ipynb", "stored", False),
            ("y.ipynb", "failed", True),
            ("z.txt", "failed", True),
        ]
        assert items["results"][0]["notebook"] == Notebook.objects.get().pk
        failed = api.get(f"/api/v1/uploads/{batch['id']}/items/?state=failed").json()
        assert failed["count"] == 2

    def test_failed_files_are_retried(self, api, space):
        batch = post(api, files=[file("x.ipynb", b"{}"), file("y.ipynb", b"[]")], space="hub").json()
        work()
        address = f"/api/v1/uploads/{batch['id']}/retry/"
        item = BatchItem.objects.get(path="x.ipynb")
        assert api.post(address, {"item": item.pk}).json()["counts"]["queued"] == 1
        assert api.post(address).json()["counts"]["queued"] == 2
        assert api.post(address, {"item": 0}).status_code == 404

    def test_a_space_that_may_not_be_seen_is_not_there(self, api, space):
        make_space("private")
        assert post(api, files=[file()], space="private").status_code == 404
        assert post(api, files=[file()], space="nowhere").status_code == 404

    def test_a_reader_may_look_but_not_bring(self, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        client = APIClient()
        client.force_authenticate(space.readers.get())
        assert post(client, files=[file()], space="hub").status_code == 403
        assert client.get(f"/api/v1/uploads/{batch.pk}/items/").status_code == 200
        assert client.post(f"/api/v1/uploads/{batch.pk}/retry/").status_code == 403
        assert post(client, f"/api/v1/uploads/{batch.pk}/files/", files=[file()]).status_code == 403

    def test_a_stranger_gets_404(self, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        client = APIClient()
        client.force_authenticate(make_user())
        for address in ("", "items/"):
            assert client.get(f"/api/v1/uploads/{batch.pk}/{address}").status_code == 404
        for address in ("files/", "retry/"):
            assert post(client, f"/api/v1/uploads/{batch.pk}/{address}", files=[file()]).status_code == 404

    def test_nobody_gets_in_without_a_name(self, space):
        assert post(APIClient(), files=[file()], space="hub").status_code == 401

    def test_a_folder_that_leads_out_is_refused(self, api, space):
        assert list(post(api, files=[file()], space="hub", folder="../x").json()) == ["folder"]

    def test_a_large_file_is_kept_without_being_held_in_memory(self, api, space, settings):
        assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE <= 2**20
        raw = make_notebook("x" * 3_000_000)
        post(api, files=[file("large.ipynb", raw)], space="hub")
        assert BatchItem.objects.get().size == len(raw)


class TestTheUploadPage:
    def test_a_plain_form_brings_files(self, page, space):
        answer = page.post(
            "/upload/", {"space": "hub", "folder": "a", "files": [file(), file("README.md", b"# x")]}
        )
        assert answer.url == reverse("batch", args=[Batch.objects.get().pk])
        assert set(BatchItem.objects.values_list("path", flat=True)) == {"a/x.ipynb", "a/README.md"}

    def test_a_form_without_files_says_so(self, page, space):
        answer = page.post("/upload/", {"space": "hub"})
        assert answer.status_code == 422
        assert answer.context["form"].errors["files"]

    def test_space_and_folder_come_from_the_link_that_led_here(self, page, space, writer):
        make_space("another", writers=[writer])
        html = page.get("/upload/?space=hub&folder=a/b").content.decode()
        assert '<option value="hub" selected>' in html
        assert 'value="a/b"' in html

    def test_a_space_of_others_cannot_be_chosen(self, page, space):
        make_space("theirs", is_public=True)
        assert page.post("/upload/", {"space": "theirs", "files": [file()]}).context["form"].errors["space"]

    def test_who_writes_nowhere_is_led_to_making_a_space(self, client):
        client.force_login(make_user())
        html = client.get("/upload/").content.decode()
        assert reverse("space-new") in html
        assert "data-upload" not in html

    def test_who_is_not_signed_in_is_asked_to(self, client):
        assert client.get("/upload/").status_code == 302


class TestThePageOfABatch:
    def test_it_tells_how_far_it_is_and_asks_again(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb", "y.ipynb")
        working.work("tester/0", 0)
        html = page.get(batch.get_absolute_url()).content.decode()
        assert '<progress max="2" value="1"' in html
        assert 'hx-trigger="every 1s"' in html

    def test_it_stops_asking_when_all_is_done(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        work()
        html = page.get(batch.get_absolute_url()).content.decode()
        assert "hx-trigger" not in html
        assert "http-equiv" not in html
        assert reverse("runbook-short", args=[Notebook.objects.get().pk]) in html

    def test_news_are_a_part_of_the_page(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        html = page.get(batch.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
        assert "<html" not in html
        assert 'id="batch-say" hx-swap-oob' in html

    def test_it_asks_less_often_the_longer_it_takes(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        Batch.objects.update(touched_at=datetime(2020, 1, 1, tzinfo=UTC))
        assert 'hx-trigger="every 15s"' in page.get(batch.get_absolute_url()).content.decode()

    def test_failures_stand_with_their_reason_and_can_be_retried(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb", "../y.ipynb", raw=b"{}")
        work()
        html = page.get(batch.get_absolute_url()).content.decode()
        failed, refused = BatchItem.objects.order_by("pk")
        assert "it has no nbformat and cells" in html
        assert f'id="retry-{failed.pk}"' in html
        assert f'id="retry-{refused.pk}"' not in html
        answer = page.post(reverse("batch-retry", args=[batch.pk]), {"item": failed.pk})
        assert answer.url == batch.get_absolute_url()
        assert BatchItem.objects.get(pk=failed.pk).state == "queued"

    def test_a_retry_of_what_is_not_there_is_404(self, page, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        for item in ("0", "x", "", "9" * 5000):
            assert page.post(reverse("batch-retry", args=[batch.pk]), {"item": item}).status_code == 404

    def test_files_are_paged_and_narrowed(self, page, space, writer):
        batch = make_batch(space, writer, *[f"{n:03}.ipynb" for n in range(120)])
        address = batch.get_absolute_url()
        assert "119.ipynb" not in page.get(address).content.decode()
        assert "119.ipynb" in page.get(f"{address}?page=2").content.decode()
        assert "000.ipynb" not in page.get(f"{address}?state=failed").content.decode()

    def test_a_reader_sees_it_without_the_retry(self, client, space, writer):
        batch = make_batch(space, writer, "x.ipynb", raw=b"{}")
        work()
        client.force_login(space.readers.get())
        assert "retry-" not in client.get(batch.get_absolute_url()).content.decode()
        assert client.post(reverse("batch-retry", args=[batch.pk])).status_code == 403

    def test_a_stranger_gets_404(self, client, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        client.force_login(make_user())
        assert client.get(batch.get_absolute_url()).status_code == 404
        assert client.post(reverse("batch-retry", args=[batch.pk])).status_code == 404

    def test_a_notebook_that_moved_into_a_closed_space_does_not_tell_its_title(self, client, space, writer):
        batch = make_batch(space, writer, "x.ipynb")
        work()
        closed = make_space(writers=[writer])
        moving.move(Notebook.objects.get(), closed, "x.ipynb", writer)
        ingest(closed, "x.ipynb", make_notebook(("markdown", "# Secret plan")))
        client.force_login(space.readers.get())
        html = client.get(batch.get_absolute_url()).content.decode()
        assert "x.ipynb" in html
        assert "secret" not in html.lower()

    def test_my_uploads_are_mine(self, page, space, writer):
        mine, other = make_batch(space, writer, "x.ipynb"), make_batch(space, make_user(), "y.ipynb")
        html = page.get("/batches/").content.decode()
        assert mine.get_absolute_url() in html
        assert other.get_absolute_url() not in html

    def test_the_questions_to_the_database_do_not_grow(
        self, page, space, writer, django_assert_max_num_queries
    ):
        batch = make_batch(space, writer, *[f"{n}.ipynb" for n in range(60)])
        work()
        with django_assert_max_num_queries(14):
            page.get(batch.get_absolute_url())
