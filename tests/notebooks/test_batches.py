import io
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notebooks import batches, blobs, working
from notebooks.door import Incoming
from notebooks.models import Batch, BatchItem, Notebook, SideFile
from notebooks.models.batch import LEASE, MOST_ATTEMPTS, LeaseLost
from notebooks.parsing import InvalidNotebook
from notebooks.progress import progress_of
from notebooks.refusals import Refusal
from tests.builders import lose_bytes, make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

State = BatchItem.State
RAW = make_notebook("ls")


@pytest.fixture(autouse=True)
def bells(monkeypatch):
    """How often the workers' bell was rung; nobody hears it."""
    rung = []
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", rung.append)
    return rung


def a_file(path, raw=RAW, **fields):
    return Incoming(path=path, size=len(raw), open=lambda: io.BytesIO(raw), **fields)


def a_batch(kind=Batch.Kind.UPLOAD, space=None, **fields):
    person = make_user()
    return batches.open_batch(space or make_space(writers=[person]), person, kind, **fields)


def bring(*files, **fields):
    batch = a_batch(**fields)
    batches.receive(batch, files, is_last=True)
    return batch


def work(batch=None):
    while working.work("tester/0", 60, batch):
        pass


def states(batch):
    return {item.path: (item.state, item.reason_code) for item in batch.items.all()}


def test_files_become_notebooks_below_the_folder_of_the_batch():
    batch = bring(a_file("a/x.ipynb"), folder="hub/kato")
    work()
    notebook = Notebook.objects.get()
    assert (notebook.path, notebook.owner) == ("hub/kato/a/x.ipynb", batch.by.username)
    assert blobs.get(notebook.revision.sha256) == RAW
    assert progress_of(batch).state == "done"


def test_a_revision_of_somebody_elses_notebook_keeps_its_owner():
    space = make_space()
    first, second = make_user(), make_user()
    space.writers.set([first, second])
    for person, raw in ((first, RAW), (second, make_notebook("df"))):
        batches.receive(
            batches.open_batch(space, person, Batch.Kind.UPLOAD), [a_file("x.ipynb", raw)], is_last=True
        )
        work()
    notebook = Notebook.objects.get()
    assert (notebook.owner, notebook.revision.by) == (first.username, second)


def test_a_failure_has_a_reason_and_the_rest_goes_on():
    batch = bring(a_file("bad.ipynb", b"not json"), a_file("good.ipynb"))
    work()
    assert states(batch) == {"bad.ipynb": ("failed", "not_json"), "good.ipynb": ("stored", "")}
    assert progress_of(batch).counts == {
        "queued": 0, "running": 0, "stored": 1, "unchanged": 0, "skipped": 0, "failed": 1,
    }  # fmt: skip
    assert progress_of(batch).state == "failed"


def test_the_same_bytes_again_are_unchanged():
    batch = bring(a_file("x.ipynb"), a_file("README.md", b"# hello"))
    work()
    again = batches.open_batch(batch.space, batch.by, Batch.Kind.UPLOAD)
    batches.receive(again, [a_file("x.ipynb"), a_file("README.md", b"# hello")], is_last=True)
    work()
    assert (progress_of(again).unchanged, Notebook.objects.get().revision.number) == (2, 1)


def test_readme_and_images_come_along_as_side_files():
    bring(a_file("a/README.md", b"# hello"), a_file("a/plan.PNG", b"\x89PNG"), a_file("a/notes.md", b"no"))
    work()
    assert list(SideFile.objects.order_by("path").values_list("path", "folder", "media_type")) == [
        ("a/README.md", "a", "text/markdown"),
        ("a/plan.PNG", "a", "image/png"),
    ]


def test_files_of_other_kinds_are_skipped_in_a_folder_and_told_when_chosen():
    batch = bring(a_file("folder/notes.txt", b"x"), a_file("notes.txt", b"x", is_chosen=True))
    assert (batch.items.get().path, batch.items.get().reason_code) == ("notes.txt", Refusal.KIND)
    batch.refresh_from_db()
    assert batch.skipped == {"kind": 1}


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("a/.ipynb_checkpoints/x-checkpoint.ipynb", "checkpoint"),
        ("nbsearch-tmp/x.ipynb", "temporary"),
        (".log/x.ipynb", "dot_folder"),
        ("a/x.pkl", "pickle"),
        ("a/.x.ipynb", "dot_file"),
    ],
)
def test_what_jupyter_leaves_about_is_skipped_counted_and_said(path, reason):
    batch = bring(a_file(path), a_file(path.replace("x", "y")))
    batch.refresh_from_db()
    assert (batch.skipped, batch.items.count()) == ({reason: 2}, 0)
    assert progress_of(batch).skipped == 2


@pytest.mark.parametrize("path", ["../x.ipynb", "/etc/x.ipynb", "a/../../x.ipynb", "C:\\x.ipynb"])
def test_a_path_that_leads_out_fails_and_says_so(path):
    assert bring(a_file(path), folder="f").items.get().reason_code == Refusal.UNSAFE_PATH


def test_a_file_above_the_limit_fails_with_the_limit_and_is_not_kept(settings):
    settings.MAX_NOTEBOOK_BYTES = 100
    item = bring(a_file("x.ipynb", RAW)).items.get()
    assert (item.reason_code, item.sha256) == (Refusal.TOO_LARGE, "")
    assert f"> {100 / 1024**2:g} MB" in item.reason


def test_two_files_of_one_batch_on_one_path_the_second_fails():
    nfd, nfc = "か\u3099.ipynb", "が.ipynb"
    batch = bring(a_file(nfc), a_file(nfd, make_notebook("other")))
    work()
    assert sorted(batch.items.values_list("path", "state", "reason_code")) == [
        (nfc, "failed", "duplicate_path"),
        (nfc, "stored", ""),
    ]
    assert Notebook.objects.get().cells.get().source == "ls"


def test_a_named_portion_that_is_sent_again_counts_once():
    batch = a_batch()
    portion = [a_file("x.ipynb"), a_file("a/x.pkl"), a_file("/bad.ipynb", b""), a_file("x.ipynb", b"other")]
    for _ in range(2):
        batches.receive(batch, portion, "1")
    batches.receive(batch, [a_file("y.ipynb")], "2", is_last=True)
    batches.receive(batch, [a_file("y.ipynb")], "2", is_last=True)
    batch.refresh_from_db()
    assert (batch.items.count(), batch.skipped, batch.is_open) == (4, {"pickle": 1}, False)


def test_a_portion_without_a_name_that_is_sent_again_doubles_no_item():
    batch = a_batch()
    portion = [a_file("x.ipynb"), a_file("x.ipynb", b"other"), a_file("/abs.ipynb")]
    for _ in range(2):
        batches.receive(batch, portion)
    assert batch.items.count() == 3


def test_a_later_portion_on_a_path_of_an_earlier_one_fails():
    batch = a_batch()
    batches.receive(batch, [a_file("x.ipynb")])
    batches.receive(batch, [a_file("x.ipynb", make_notebook("other"))], is_last=True)
    assert list(batch.items.values_list("reason_code", flat=True)) == ["", "duplicate_path"]


def test_a_closed_batch_takes_nothing_more():
    batch = bring(a_file("x.ipynb"))
    with pytest.raises(batches.BatchClosed):
        batches.receive(batch, [a_file("y.ipynb")])
    assert batch.items.count() == 1


def test_the_bell_is_rung_on_commit(bells, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        bring(*[a_file(f"{n}.ipynb") for n in range(20)])
    assert 1 <= len(bells) <= 4


def test_a_broker_out_of_reach_does_not_fail_the_upload(monkeypatch, django_capture_on_commit_callbacks):
    def away(name):
        raise ConnectionRefusedError

    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", away)
    with django_capture_on_commit_callbacks(execute=True):
        assert bring(a_file("x.ipynb")).items.get().state == State.QUEUED


def test_rights_are_asked_for_again_when_the_work_is_done():
    batch = bring(a_file("x.ipynb"))
    batch.space.writers.clear()
    work()
    assert states(batch) == {"x.ipynb": ("failed", "not_allowed")}
    assert not Notebook.objects.exists()


def test_lost_bytes_are_a_reason():
    batch = bring(a_file("x.ipynb"))
    lose_bytes(batch.items.get().sha256)
    work()
    assert batch.items.get().reason_code == Refusal.BYTES_MISSING


def test_a_mistake_of_ours_fails_one_file_and_is_logged(monkeypatch, caplog):
    batch = bring(a_file("x.ipynb"), a_file("y.ipynb", make_notebook("df")))
    real = working.ingest

    def ingest(space, path, *args, **kwargs):
        if path == "x.ipynb":
            raise KeyError("oops")
        return real(space, path, *args, **kwargs)

    monkeypatch.setattr(working, "ingest", ingest)
    work()
    assert states(batch) == {"x.ipynb": ("failed", "internal"), "y.ipynb": ("stored", "")}
    assert "oops" in caplog.text


def test_failed_files_are_retried_one_or_all():
    batch = bring(a_file("x.ipynb", b"{"), a_file("y.ipynb", b"{"), a_file("/z.ipynb"))
    work()
    first = batch.items.get(path="x.ipynb")
    assert batches.retry(batch, first.pk) == 1
    assert states(batch)["x.ipynb"] == ("queued", "")
    work()
    assert batches.retry(batch) == 2  # the path that leads out has no bytes to try again with
    assert progress_of(batch).queued == 2


def test_an_old_failure_is_not_tried_again_over_something_newer(monkeypatch):
    space, person = make_space(), make_user()
    space.writers.add(person)
    failed, newer = (batches.open_batch(space, person, Batch.Kind.UPLOAD) for _ in range(2))
    batches.receive(failed, [a_file("x.ipynb", make_notebook("old"))], is_last=True)
    with monkeypatch.context() as broken:
        broken.setattr("notebooks.working.ingest", lambda *arguments, **options: 1 / 0)
        work()
    batches.receive(newer, [a_file("x.ipynb", make_notebook("new"))], is_last=True)
    work()
    assert batches.retry(failed) == 0
    assert states(failed) == {"x.ipynb": (State.FAILED, Refusal.SUPERSEDED)}
    assert Notebook.objects.get().cells.get().source == "new"


def test_the_later_of_two_uploads_of_a_path_wins():
    space, person = make_space(), make_user()
    space.writers.add(person)
    for source in ("first", "second", "third"):
        batch = batches.open_batch(space, person, Batch.Kind.UPLOAD)
        batches.receive(batch, [a_file("x.ipynb", make_notebook(source))], is_last=True)
    assert not working.work("late/0", 60, batch)  # its turn has not come
    work()
    notebook = Notebook.objects.get()
    assert [r.number for r in notebook.revisions.all()] == [3, 2, 1]
    assert notebook.cells.get().source == "third"


def test_a_small_batch_does_not_wait_for_a_large_one():
    large = bring(*[a_file(f"{n}.ipynb", b"{") for n in range(100)])
    small = bring(a_file("x.ipynb"))
    working.work("tester/0", 0)
    while progress_of(small).queued:
        working.work("tester/0", 0)
    assert progress_of(large).queued > 80


def test_an_item_is_claimed_once():
    bring(a_file("x.ipynb"))
    assert len(BatchItem.objects.claim("a")) == 1
    assert not BatchItem.objects.claim("b")


def test_a_lease_that_ran_out_is_taken_over_and_the_late_result_does_not_count():
    bring(a_file("x.ipynb"))
    [late] = BatchItem.objects.claim("a")
    BatchItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    with pytest.raises(LeaseLost):
        late.finish(State.FAILED)
    item = BatchItem.objects.get()
    assert (item.state, item.attempts) == (State.STORED, 2)


def test_a_worker_that_starts_again_gets_back_what_it_held():
    bring(a_file("x.ipynb"))
    BatchItem.objects.claim("host/1")
    assert not working.work("host/2", 60)
    assert BatchItem.objects.get().state == State.RUNNING
    assert not working.work("host/1", 60)
    assert BatchItem.objects.get().state == State.STORED


def test_a_node_that_starts_again_releases_what_all_its_processes_held():
    bring(a_file("w.ipynb"), a_file("x.ipynb"), a_file("y.ipynb"), a_file("z.ipynb"))
    for item, name in zip(BatchItem.objects.all(), ("node/1", "node/2", "node/3", "node2/1"), strict=True):
        BatchItem.objects.filter(pk=item.pk).claim(name)
    working.release_all("node")
    assert [*BatchItem.objects.values_list("state", flat=True)] == ["queued", "queued", "queued", "running"]


def test_a_file_that_ended_its_worker_three_times_fails_and_says_so():
    batch = bring(a_file("x.ipynb"))
    for _ in range(MOST_ATTEMPTS):
        assert BatchItem.objects.claim("host/1")
        working.release("host/1")
    work()
    assert states(batch) == {"x.ipynb": ("failed", "killed")}
    batches.retry(batch)
    work()
    assert states(batch) == {"x.ipynb": ("stored", "")}


def test_files_claimed_beside_one_that_kills_do_not_pay_for_it():
    batch = bring(*[a_file(f"{n}.ipynb") for n in range(5)])
    for _ in range(MOST_ATTEMPTS):
        first, *_ = BatchItem.objects.claim("host/1")
        first.finish(State.UNCHANGED)  # so the second was in hand when the worker died
        working.release("host/1")
        BatchItem.objects.filter(pk=first.pk).update(state=State.QUEUED, attempts=0)
    work()
    failed = ("failed", "killed")
    assert states(batch) == {f"{n}.ipynb": failed if n == 1 else ("stored", "") for n in range(5)}


def test_files_of_a_machine_that_never_came_back_do_not_pay_for_the_one_in_hand():
    bring(*[a_file(f"{n}.ipynb") for n in range(4)])
    BatchItem.objects.claim("gone/1")
    BatchItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    work()
    assert [(item.state, item.attempts) for item in BatchItem.objects.all()] == [("stored", 2)] + 3 * [
        ("stored", 1)
    ]


def test_an_archive_whose_lease_was_renewed_stays_while_others_are_taken_back():
    bring(a_file("a.ipynb"), a_file("b.zip", b"PK"))
    [notebook, archive] = BatchItem.objects.claim("busy/1")
    notebook.finish(State.UNCHANGED)
    BatchItem.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    archive.renew()
    working.work("other/1", 0)
    assert BatchItem.objects.get(pk=archive.pk).worker == "busy/1"


def test_half_of_what_is_at_hand_is_left_for_workers_beside_this_one(monkeypatch):
    bring(*[a_file(f"{n}.ipynb", b"{") for n in range(9)])
    left = []

    def look(*args, **kwargs):
        left.append(BatchItem.objects.filter(state=State.QUEUED).count())
        raise InvalidNotebook(Refusal.NOT_JSON)

    monkeypatch.setattr(working, "ingest", look)
    working.work("host/1", 60)
    assert left == [4] * 5 + [2] * 2 + [1, 0]


def test_what_was_not_begun_in_time_goes_back_as_it_was():
    bring(*[a_file(f"{n}.ipynb") for n in range(9)])
    assert working.work("host/1", 0)
    items = [(item.state, item.attempts, item.worker) for item in BatchItem.objects.all()]
    assert items == [("stored", 1, "")] + 8 * [("queued", 0, "")]


def test_a_busy_database_gives_back_what_was_claimed_without_counting_the_attempt(monkeypatch):
    bring(*[a_file(f"{n}.ipynb") for n in range(4)])

    def busy(*args, **kwargs):
        raise working.OperationalError("database is locked")

    monkeypatch.setattr(working, "ingest", busy)
    monkeypatch.setattr(working.together, "ingest_new", busy)
    with pytest.raises(working.OperationalError):
        working.work("host/1", 60)
    assert {(item.state, item.attempts) for item in BatchItem.objects.all()} == {(State.QUEUED, 0)}


@pytest.mark.skipif(connection.vendor != "sqlite", reason="other databases say it by the kind of the error")
def test_what_the_database_refuses_each_time_is_not_tried_for_ever(monkeypatch):
    bring(a_file("x.ipynb"))

    def full(*args, **kwargs):
        raise working.OperationalError("database or disk is full")

    monkeypatch.setattr(working, "ingest", full)
    working.work("host/1", 60)
    item = BatchItem.objects.get()
    assert (item.state, item.reason_code) == (State.FAILED, "disk_full")


def test_the_sweep_rings_for_what_nobody_works_on(bells):
    batches.sweep()
    assert not bells
    bring(a_file("x.ipynb"))
    batches.sweep()
    assert bells
    bells.clear()
    BatchItem.objects.claim("a")
    batches.sweep()
    assert not bells
    BatchItem.objects.update(lease_until=timezone.now() - LEASE)
    batches.sweep()
    assert bells


def test_a_batch_left_open_for_an_hour_is_closed_and_an_empty_one_goes():
    left, empty, fresh = a_batch(), a_batch(), a_batch()
    batches.receive(left, [a_file("x.ipynb")])
    Batch.objects.exclude(pk=fresh.pk).update(touched_at=timezone.now() - batches.SILENT)
    batches.sweep()
    assert dict(Batch.objects.values_list("pk", "is_open")) == {left.pk: False, fresh.pk: True}
    assert empty.pk not in Batch.objects.values_list("pk", flat=True)


def test_time_left_follows_the_speed_of_the_last_while():
    batch = bring(*[a_file(f"{n}.ipynb", b"{") for n in range(4)])
    assert progress_of(batch).seconds_left is None
    working.work("tester/0", 0)
    Batch.objects.update(created_at=timezone.now() - timedelta(seconds=10))
    batch.refresh_from_db()
    assert progress_of(batch).seconds_left == pytest.approx(30, abs=2)


def test_the_state_of_a_batch():
    batch = a_batch()
    assert progress_of(batch).state == "open"
    batches.receive(batch, [a_file("x.ipynb")], is_last=True)
    assert (progress_of(batch).state, progress_of(batch).percent) == ("running", 0)
    work()
    assert (progress_of(batch).state, progress_of(batch).percent) == ("done", 100)
