"""Sources in the browser's eyes: what newcomers, readers, writers and administrators are shown and may do."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from notebooks.models import Batch, BatchItem, FolderHold, Notebook
from sync import keeping, testing
from sync.models import Probe, Run, Source, SourceFile
from sync.models.probe import LOST
from sync.secrets import opened, seal
from sync.steps import Step, What
from sync.trouble import Problem, Trouble
from tests.builders import make_notebook, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

TOKEN = "tok-7f3a-zanzibar"


class World:
    def __init__(self, folder):
        self.folder = folder
        self.reader, self.writer = make_user("reader"), make_user("writer")
        self.staff = make_user("staff", is_staff=True)
        self.space = make_space(
            "ops", name="Operations", readers=[self.reader], writers=[self.writer, self.staff]
        )

    def as_(self, person):
        client = Client()
        client.force_login(person)
        return client

    def source(self, kind="folder", **fields):
        given = {
            "folder": {"name": "hub disk", "address": str(self.folder), "folder": "hub"},
            "jupyter": {
                "name": "lab", "address": "https://lab.example.org/", "folder": "lab", "login": "token",
                "secret": seal(TOKEN, "https://lab.example.org/"),
            },
        }[kind]  # fmt: skip
        source = Source(kind=kind, space=self.space, by=self.staff, **{**given, **fields})
        keeping.keep(source)
        return source

    def run(self, source, state="done", **fields):
        now = timezone.now()
        return Run.objects.create(
            source=source, why="schedule", state=state, started_at=now, finished_at=now, **fields
        )


@pytest.fixture
def world(tmp_path, settings):
    folder = tmp_path / "notebooks"
    (folder / "kato").mkdir(parents=True)
    (folder / "kato" / "disk.ipynb").write_bytes(make_notebook("df -h"))
    settings.SOURCE_ROOTS = [tmp_path.resolve()]
    return World(folder.resolve())


def text(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def folder_form(world, **fields):
    return {
        "name": "hub disk", "space": "ops", "folder": "hub", "address": str(world.folder), "takes_logs": "on",
        "time_zone": "Asia/Tokyo", "is_watched": "on", "every_minutes": "10", **fields,
    }  # fmt: skip


def jupyter_form(**fields):
    return {
        "name": "lab", "space": "ops", "folder": "lab", "address": "https://lab.example.org/", "login": "token",
        "secret": TOKEN, "takes_logs": "on", "time_zone": "UTC", "verify_tls": "on", "most_requests": "4",
        "patience": "30", "every_minutes": "60", **fields,
    }  # fmt: skip


# Who is shown what


def test_a_newcomer_is_told_what_a_source_is_and_what_to_do(world):
    shown = text(world.as_(world.writer).get("/sources/"))
    assert "A source is a place where your team keeps notebooks" in shown
    assert "Add a source" in shown


def test_who_writes_nowhere_is_led_to_a_space(world):
    assert "New space" in text(world.as_(make_user()).get("/sources/"))
    assert "You write to no space yet" in text(world.as_(make_user()).get("/sources/new/"))


def test_readers_see_that_a_space_is_filled_and_never_from_where(world):
    source = world.source(exclude="drafts-of-zanzibar/")
    world.run(source, state="failed", trouble="not_there", trouble_detail=str(world.folder))
    shown = world.as_(world.reader).get(f"/sources/{source.pk}/")
    assert shown.status_code == 200
    assert "Failed This file or folder is not there, or may not be seen." in text(shown)
    assert str(world.folder) not in shown.content.decode()
    assert "zanzibar" not in text(shown)
    assert "Run now" not in text(shown)
    assert str(world.folder) in world.as_(world.staff).get(f"/sources/{source.pk}/").content.decode()


def test_a_writer_who_is_no_administrator_changes_no_folder_of_this_server(world):
    source, client = world.source(), world.as_(world.writer)
    assert "Run now" not in text(client.get(f"/sources/{source.pk}/"))
    for action in ("edit", "run", "test", "pause", "delete"):
        response = client.post(f"/sources/{source.pk}/{action}/")
        assert response.status_code == 403, action
        assert "administrators" in text(response)
    assert client.get("/sources/new/?kind=folder").status_code == 403
    assert client.post("/sources/new/?kind=folder", folder_form(world)).status_code == 403


def test_strangers_are_told_of_no_source(world):
    source, client = world.source(), world.as_(make_user())
    assert client.get(f"/sources/{source.pk}/").status_code == 404
    assert "hub disk" not in text(client.get("/sources/"))
    assert client.get("/sources/?space=ops").status_code == 200


def test_in_whose_name_it_came_in_sees_it_no_longer_than_the_space(world):
    person = make_user("left")
    batch = Batch.objects.create(kind="sync", space=world.space, by=person)
    assert world.as_(person).get(f"/batches/{batch.pk}/").status_code == 404
    assert world.as_(world.reader).get(f"/batches/{batch.pk}/").status_code == 200


def questions(client, path):
    with CaptureQueriesContext(connection) as asked:
        assert client.get(path).status_code == 200
    return len(asked)


def test_the_list_asks_as_few_questions_of_many_sources_as_of_one(world):
    client = world.as_(world.writer)
    for number in range(4):
        source = world.source("jupyter", name=f"lab{number}", folder=f"lab{number}")
        world.run(source, batch=Batch.objects.create(kind="sync", space=world.space))
    client.get("/sources/")
    many = questions(client, "/sources/")
    Source.objects.exclude(name="lab0").delete()
    assert questions(client, "/sources/") == many


# Adding one


def test_each_kind_asks_for_what_it_needs_and_for_nothing_else(world):
    client = world.as_(world.staff)
    fields = {
        kind: set(client.get(f"/sources/new/?kind={kind}").context["form"].fields)
        for kind in ("folder", "jupyter", "hub")
    }
    assert not fields["folder"] & {
        "login",
        "secret",
        "verify_tls",
        "ca_certificate",
        "most_requests",
        "patience",
    }
    assert not (fields["jupyter"] | fields["hub"]) & {"is_watched"}
    assert "login" in fields["jupyter"] - fields["hub"]
    assert "secret" in fields["jupyter"] & fields["hub"]


def test_a_folder_is_added_holds_its_place_and_is_tested_before_anything_comes_in(world):
    client = world.as_(world.staff)
    response = client.post("/sources/new/?kind=folder", folder_form(world))
    source = Source.objects.get()
    assert response["Location"] == f"/sources/{source.pk}/"
    assert (source.by, source.time_zone, source.folder) == (world.staff, "Asia/Tokyo", "hub")
    hold = FolderHold.objects.get()
    assert (hold.space, hold.folder, hold.holder) == (world.space, "hub", "hub disk")
    assert not Notebook.objects.exists()
    assert source.is_paused
    assert "Nothing comes in before somebody starts it" in text(client.get(f"/sources/{source.pk}/"))
    assert "being tested" in text(client.get(f"/sources/{source.pk}/"))
    testing.run(Probe.objects.get().pk)
    shown = text(client.get(f"/sources/{source.pk}/"))
    assert "All is well: it can be run." in shown
    assert "There are notebooks: yes 1 found" in shown
    client.post(f"/sources/{source.pk}/run/")
    source.refresh_from_db()
    assert not source.is_paused
    assert source.next_run_at > timezone.now()
    assert source.runs.get().why == "person"


def test_one_click_fills_in_an_operationhubs_layout(world):
    shown = world.as_(world.staff).get("/sources/new/?kind=folder&layout=operationhub").content.decode()
    for words in ("/home/user-notebooks", "{owner}/**", "/home/{owner}/notebooks =&gt; {owner}", "/*/users/"):
        assert words in shown


def test_without_roots_no_folder_is_offered_and_the_page_says_what_to_set(world, settings):
    settings.SOURCE_ROOTS = []
    client = world.as_(world.staff)
    assert "OPSNOTES_SOURCE_ROOTS=/home/user-notebooks" in text(client.get("/sources/new/"))
    response = client.post("/sources/new/?kind=folder", folder_form(world))
    assert response.status_code == 422
    assert "This server offers no folders to sources" in text(response)
    assert not Source.objects.exists()


UNREADABLE = ("/etc", "notebooks", "{}/../..", "{}/out", "{}/nothing", "{}/kato/disk.ipynb", "\0")


@pytest.mark.parametrize("address", UNREADABLE)
def test_a_folder_that_sources_may_not_read_is_refused(world, address):
    (world.folder / "out").symlink_to("/etc")
    sent = folder_form(world, address=address.format(world.folder))
    response = world.as_(world.staff).post("/sources/new/?kind=folder", sent)
    assert response.status_code == 422
    assert not Source.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("space", "elsewhere"), ("time_zone", "Mars/Olympus"), ("every_minutes", "-5"), ("folder", "../up"),
        ("owner_pattern", "**"), ("path_mapping", "nonsense"), ("path_mapping", "/a => /b"), ("exclude", "!"),
        ("name", ""), ("name", "x" * 101),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_field_is_said_at_it(world, field, value):
    make_space("elsewhere")
    response = world.as_(world.staff).post("/sources/new/?kind=folder", folder_form(world, **{field: value}))
    assert response.status_code == 422
    assert field in response.context["form"].errors


@pytest.mark.parametrize("folder", ["hub", "hub/kato", ""])
def test_two_sources_never_fill_one_folder(world, folder):
    world.source()
    response = world.as_(world.staff).post(
        "/sources/new/?kind=folder", folder_form(world, name="b", folder=folder)
    )
    assert response.status_code == 422
    assert "two must not lie in each other" in text(response)
    assert FolderHold.objects.count() == 1


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://lab.example.org", "https://lab.example.org/"),
        ("https://lab.example.org/user/kato/lab/tree/a.ipynb", "https://lab.example.org/user/kato/"),
        (" https://lab.example.org/tree?x=1#y ", "https://lab.example.org/"),
    ],
)
def test_an_address_may_be_pasted_as_the_browser_shows_it(world, address, kept):
    world.as_(world.writer).post("/sources/new/?kind=jupyter", jupyter_form(address=address))
    assert Source.objects.get().address == kept


def test_the_token_in_a_pasted_address_is_kept_where_tokens_are(world):
    sent = jupyter_form(address=f"https://lab.example.org/lab?token={TOKEN}", secret="", login="")
    world.as_(world.writer).post("/sources/new/?kind=jupyter", sent)
    source = Source.objects.get()
    assert (source.address, source.login, opened(source)) == ("https://lab.example.org/", "token", TOKEN)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ftp://lab.example.org/",
        "https://ann:pw@lab.example.org/",
        "http://127.0.0.1:8888/",
        "http://lab.example.org/",
        "http://[",
    ],
)
def test_an_address_that_this_server_must_not_call_is_refused(world, address):
    response = world.as_(world.writer).post("/sources/new/?kind=jupyter", jupyter_form(address=address))
    assert response.status_code == 422
    assert "address" in response.context["form"].errors


# The secret


def test_a_token_is_shown_nowhere(world):
    client = world.as_(world.writer)
    client.post("/sources/new/?kind=jupyter", jupyter_form())
    source = Source.objects.get()
    assert opened(source) == TOKEN
    refused = client.post("/sources/new/?kind=jupyter", jupyter_form(folder="lab"))
    admin = make_user("root", is_staff=True, is_superuser=True)
    pages = [
        refused,
        client.get(f"/sources/{source.pk}/"),
        client.get(f"/sources/{source.pk}/edit/"),
        client.get(f"/api/v1/sources/{source.pk}/"),
        world.as_(admin).get(f"/admin/sync/source/{source.pk}/change/"),
    ]
    assert [page.status_code for page in pages] == [422, 200, 200, 200, 200]
    sealed = bytes(source.secret).decode()
    assert [page for page in pages if TOKEN in page.content.decode() or sealed in page.content.decode()] == []


def test_left_empty_the_token_that_is_kept_serves_on(world):
    source = world.source("jupyter")
    sent = jupyter_form(name="lab of kato", secret="")
    assert world.as_(world.writer).post(f"/sources/{source.pk}/edit/", sent).status_code == 302
    source.refresh_from_db()
    assert (source.name, opened(source)) == ("lab of kato", TOKEN)


@pytest.mark.parametrize(
    "change",
    [
        {"address": "https://evil.example.org/"},
        {"address": "https://lab.example.org/user/x/"},
        {"login": "password"},
    ],
)
def test_to_point_it_elsewhere_the_token_has_to_be_known(world, change):
    source = world.source("jupyter")
    response = world.as_(world.writer).post(f"/sources/{source.pk}/edit/", jupyter_form(secret="", **change))
    assert response.status_code == 422
    assert "secret" in response.context["form"].errors
    source.refresh_from_db()
    assert (source.address, opened(source)) == ("https://lab.example.org/", TOKEN)


def test_a_server_with_another_key_asks_for_the_token_again(world, settings):
    source = world.source("jupyter")
    settings.SECRET_KEY = "another key that is as long as one has to be"
    client = world.as_(world.writer)
    assert "has to be entered again" in text(client.get(f"/sources/{source.pk}/"))
    assert (
        "secret" in client.post(f"/sources/{source.pk}/edit/", jupyter_form(secret="")).context["form"].errors
    )
    assert client.post(f"/sources/{source.pk}/edit/", jupyter_form()).status_code == 302
    assert "has to be entered again" not in text(client.get(f"/sources/{source.pk}/"))


# Doing something with it


def test_what_came_in_stays_where_it_is_though_the_source_is_edited(world):
    source = world.source()
    SourceFile.objects.create(source=source, kind="notebook", path="kato/disk.ipynb")
    response = world.as_(world.staff).post(f"/sources/{source.pk}/edit/", folder_form(world, folder="other"))
    assert "it stays where it is" in text(response)
    assert FolderHold.objects.get().folder == "hub"


def test_before_anything_came_in_its_place_can_be_changed(world):
    source = world.source()
    world.as_(world.staff).post(
        f"/sources/{source.pk}/edit/", folder_form(world, folder="other", name="disk")
    )
    hold = FolderHold.objects.get()
    assert (hold.folder, hold.holder) == ("other", "disk")


def test_run_now_is_one_run_however_often_it_is_pressed(world):
    source, client = world.source(), world.as_(world.staff)
    for _ in range(2):
        assert client.post(f"/sources/{source.pk}/run/").status_code == 302
    assert source.runs.get().why == "person"
    shown = client.get(f"/sources/{source.pk}/", headers={"HX-Request": "true"})
    assert "every 1s" in shown.content.decode()
    assert "<html" not in shown.content.decode()


def test_a_paused_source_says_so_and_has_no_next_run(world):
    source, client = world.source(), world.as_(world.staff)
    world.run(source)
    client.post(f"/sources/{source.pk}/pause/")
    source.refresh_from_db()
    assert (source.is_paused, source.next_run_at) == (True, None)
    assert "paused" in text(client.get(f"/sources/{source.pk}/"))
    client.post(f"/sources/{source.pk}/run/")
    source.refresh_from_db()
    assert source.is_paused  # by hand it runs, and stays paused
    client.post(f"/sources/{source.pk}/pause/", {"go": "1"})
    source.refresh_from_db()
    assert not source.is_paused
    assert source.next_run_at > timezone.now()


def test_deleting_it_keeps_what_it_brought_and_frees_its_folder(world):
    source, client = world.source(), world.as_(world.staff)
    notebook = make_runbook(space=world.space, path="hub/kato/disk.ipynb")
    SourceFile.objects.create(source=source, kind="notebook", path="kato/disk.ipynb", notebook=notebook)
    run = world.run(source, batch=Batch.objects.create(kind="sync", space=world.space))
    assert "Everything that it brought stays" in text(client.get(f"/sources/{source.pk}/delete/"))
    assert Source.objects.exists()
    client.post(f"/sources/{source.pk}/delete/")
    assert not Source.objects.exists()
    assert not FolderHold.objects.exists()
    assert Notebook.objects.alive().get() == notebook
    assert client.get(f"/batches/{run.batch_id}/").status_code == 200


def test_what_is_gone_says_since_when_and_leads_to_what_is_kept(world):
    source = world.source()
    kept = make_runbook(space=world.space, path="hub/kato/disk.ipynb")
    private = make_runbook(("markdown", "# zanzibar"), space=make_space(), path="x.ipynb")
    since = timezone.now().replace(year=2025, month=5, day=2)
    for path, notebook in (("kato/disk.ipynb", kept), ("kato/moved.ipynb", private), ("README.md", None)):
        SourceFile.objects.create(
            source=source, kind="notebook", path=path, notebook=notebook, gone_since=since
        )
    client = world.as_(world.reader)
    for address in (f"/sources/{source.pk}/", f"/sources/{source.pk}/gone/"):
        shown = client.get(address).content.decode()
        assert "gone since" in shown
        assert "2025-05-02" in shown
        assert kept.get_absolute_url() in shown
        assert private.get_absolute_url() not in shown
    runbook = text(client.get(kept.get_absolute_url()))
    assert "From hub disk" in runbook
    assert "gone there since 2025-05-02" in runbook


def test_a_runbook_says_when_it_was_last_seen_at_its_source(world):
    source = world.source()
    kept = make_runbook(space=world.space, path="hub/kato/disk.ipynb")
    SourceFile.objects.create(source=source, kind="notebook", path="kato/disk.ipynb", notebook=kept)
    assert "last seen" not in text(world.as_(world.reader).get(kept.get_absolute_url()))
    world.run(source)
    assert "last seen there just now" in text(world.as_(world.reader).get(kept.get_absolute_url()))


def test_a_runs_numbers_are_said_in_words(world):
    source = world.source()
    batch = Batch.objects.create(
        kind="sync",
        space=world.space,
        tally={"unchanged": 548, "executions_stored": 3, "executions_merged": 1},
    )
    for number, state in enumerate(("stored", "stored", "failed", "unchanged")):
        BatchItem.objects.create(batch=batch, kind="notebook", path=f"{number}.ipynb", state=state)
    world.run(source, batch=batch, gone=1, renamed=2)
    said = "2 new or changed, 4 executions, 2 renamed or moved, 1 gone, 1 file failed, 549 unchanged"
    client = world.as_(world.reader)
    assert said in text(client.get("/sources/"))
    assert f"/batches/{batch.pk}/" in client.get(f"/sources/{source.pk}/").content.decode()
    shown = client.get(f"/batches/{batch.pk}/")
    assert "549 unchanged" in text(shown)
    assert "4 executions" in text(shown)
    assert "The source “hub disk”" in text(shown)
    assert "Upload more" not in text(shown)


def test_a_folder_that_is_yet_to_be_filled_can_be_watched(world):
    world.source()
    client = world.as_(world.reader)
    assert client.post("/watch/", {"space": "ops", "folder": "hub"}).status_code == 302
    assert client.post("/watch/", {"space": "ops", "folder": "nothing"}).status_code == 404


# The test of the connection


class Reader:
    """In place of one that goes over the network."""

    def __init__(self, *steps):
        self.steps = steps

    def probe(self):
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step

    def close(self):
        pass


def probed(world, monkeypatch, *steps):
    source = world.source("jupyter")
    made = steps[0] if isinstance(steps[0], Trouble) else None

    def reader_of(_source):
        if made:
            raise made
        return Reader(*steps)

    monkeypatch.setattr(testing, "reader_of", reader_of)
    probe = testing.ask(source)
    testing.run(probe.pk)
    return text(world.as_(world.writer).get(f"/sources/{source.pk}/"))


def test_a_test_says_where_it_stopped_and_why(world, monkeypatch):
    wrong = Step.failed(What.SIGNED_IN, Trouble(Problem.WRONG_TOKEN, "lab.example.org"))
    shown = probed(world, monkeypatch, Step.ok(What.ADDRESS), Step.ok(What.REACHED), wrong)
    assert "It cannot be run like this." in shown
    assert "Something answers there: yes" in shown
    assert "It lets us in: no The server does not take this token." in shown


def test_a_test_says_what_will_be_missing(world, monkeypatch):
    hidden = Step.note(What.LOGS, Trouble(Problem.HIDDEN_CLOSED))
    shown = probed(world, monkeypatch, Step.ok(What.NOTEBOOKS, 3, is_more=True), hidden)
    assert "It can be run; something will be missing." in shown
    assert "at least 3 found" in shown
    assert "ContentsManager.allow_hidden" in shown


def test_what_keeps_a_reader_from_being_made_is_said(world, monkeypatch):
    shown = probed(world, monkeypatch, Trouble(Problem.NOT_LISTED, "lab.example.org:443"))
    assert "OpsNotes may go there: no This server may not call that host." in shown


def test_a_fault_of_ours_is_said_to_be_one(world, monkeypatch):
    shown = probed(world, monkeypatch, Step.ok(What.ADDRESS), ZeroDivisionError("zanzibar"))
    assert "Something went wrong here" in shown
    assert "zanzibar" not in shown


def test_a_test_ends_though_its_server_goes_on_for_ever(world, monkeypatch):
    monkeypatch.setattr(testing, "MOST_SECONDS", 0)
    endless = [Step.ok(What.ADDRESS), Step.ok(What.REACHED), AssertionError("nobody asks so far")]
    assert "Something answers there: no No answer in time." in probed(world, monkeypatch, *endless)


def test_a_test_that_nobody_took_up_says_so_and_can_be_asked_for_again(world):
    source, client = world.source(), world.as_(world.staff)
    first = testing.ask(source)
    assert testing.ask(source).asked_at == first.asked_at  # under way: that one
    Probe.objects.update(asked_at=timezone.now() - LOST * 2)
    assert "no worker took it up" in text(client.get(f"/sources/{source.pk}/"))
    client.post(f"/sources/{source.pk}/test/")
    assert "being tested" in text(client.get(f"/sources/{source.pk}/"))


def test_a_test_that_is_rung_for_twice_is_done_once(world, monkeypatch):
    probe = testing.ask(world.source())
    testing.run(probe.pk)
    monkeypatch.setattr(testing, "reader_of", lambda source: pytest.fail("again"))
    testing.run(probe.pk)
    testing.run(0)


# In the administration


def test_whoever_runs_the_server_can_pause_what_does_harm(world):
    source = world.source("jupyter")
    admin = world.as_(make_user("root", is_staff=True, is_superuser=True))
    sent = {"action": "pause", "_selected_action": [source.pk]}
    admin.post("/admin/sync/source/", sent)
    source.refresh_from_db()
    assert source.is_paused
    page = f"/admin/sync/source/{source.pk}/change/"
    assert admin.post(page, {"address": "https://evil.example.org/"}).status_code == 403
