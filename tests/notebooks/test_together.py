"""Several new notebooks in one transaction end as they would one by one, and none pays for another."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lineage.models import Due as LineageDue
from notebooks import batches, together, working
from notebooks.door import Incoming
from notebooks.ingest import Provenance, ingest
from notebooks.models import Batch, BatchItem, Cell, Link, Notebook, NotebookAsset, Revision
from notebooks.models.batch import LeaseLost
from notebooks.together import File
from search.models import Due
from tests.builders import display, make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

State = BatchItem.State
PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
MEME = "00000001-1111-11e1-8111-000000000000"
FILES = {
    "a.ipynb": make_notebook("ls", ("markdown", "# A\n[b](b.ipynb)"), memes=[MEME, f"{MEME}-1-abcd"]),
    "b/c.ipynb": make_notebook("ls", ("code", "plot()", [display({"image/png": PICTURE})])),
    "b/d.ipynb": make_notebook(("code", "plot()", [display({"image/png": PICTURE})])),
    "empty.ipynb": make_notebook(),
}


@pytest.fixture(autouse=True)
def no_bells(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


def files(provenance, contents=FILES):
    return [File(path, raw, provenance) for path, raw in contents.items()]


def bring(contents):
    person = make_user()
    batch = batches.open_batch(make_space(writers=[person]), person, Batch.Kind.UPLOAD)
    incoming = [Incoming(path, len(raw), lambda raw=raw: io.BytesIO(raw)) for path, raw in contents.items()]
    batches.receive(batch, incoming, is_last=True)
    return batch


def work():
    while working.work("tester/0", 60):
        pass


def states(batch):
    return {item.path: item.state for item in batch.items.all()}


def what_is_in(space):
    """All that is stored, but for ids, times, and MEMEs that were worked out of the space's id."""
    of_space = {"notebook__space": space}
    return [
        list(Notebook.objects.filter(space=space).order_by("path").values_list(
            "path", "folder", "title", "owner", "account", "meme", "branch", "language", "kernel", "cell_count",
            "tags", "revision__sha256", "revision__number",
        )),
        list(Revision.objects.filter(**of_space).order_by("notebook__path").values_list(
            "notebook__path", "number", "sha256", "size", "nbformat", "by", "origin", "cells_added", "cells_edited",
        )),
        list(Cell.objects.filter(**of_space).order_by("notebook__path", "index").values_list(
            "notebook__path", "index", "cell_type", "branch", "assigned", "source", "output", "status", "fragment",
        )),
        sorted(Link.objects.filter(**of_space).values_list("notebook__path", "path")),
        sorted(NotebookAsset.objects.filter(**of_space).values_list("notebook__path", "asset")),
    ]  # fmt: skip


def test_what_is_stored_is_what_one_by_one_stores():
    person, alone, beside = make_user(), make_space(), make_space()
    provenance = Provenance(by=person, origin="api")
    assert together.ingest_new(beside, files(provenance), lambda: None)
    for path, raw in FILES.items():
        ingest(alone, path, raw, provenance)
    assert what_is_in(beside) == what_is_in(alone)
    assert Cell.objects.filter(meme=MEME, notebook__space=beside).count() == 2
    assert Due.objects.count() == LineageDue.objects.count() == 2 * len(FILES)


def test_the_same_path_again_is_a_new_revision_and_then_unchanged():
    space = make_space()
    together.ingest_new(space, files(Provenance()), lambda: None)
    notebook = ingest(space, "a.ipynb", make_notebook("df")).notebook
    assert notebook.revision.number == 2
    assert ingest(space, "a.ipynb", make_notebook("df")).outcome == "unchanged"


@pytest.mark.parametrize("taken", ["a.ipynb", "empty.ipynb"])
def test_where_a_path_is_taken_nothing_is_stored(taken):
    space = make_space()
    ingest(space, taken, make_notebook("mine"))
    assert not together.ingest_new(space, files(Provenance()), lambda: pytest.fail("stored"))
    assert Notebook.objects.count() == 1


def test_what_the_caller_writes_stands_or_falls_with_them():
    def fail():
        raise LeaseLost

    with pytest.raises(LeaseLost):
        together.ingest_new(make_space(), files(Provenance()), fail)
    assert not Notebook.objects.exists()


def test_many_cost_as_many_statements_as_a_few():
    space = make_space()

    def statements(first, last):
        contents = {f"{number}.ipynb": make_notebook(f"echo {number}") for number in range(first, last)}
        with CaptureQueriesContext(connection) as asked:
            together.ingest_new(space, files(Provenance(), contents), lambda: None)
        return len(asked)

    assert statements(0, 2) == statements(2, 14) < 30


def test_a_batch_is_stored_together(monkeypatch):
    real, alone = working.ingest, []

    def one_by_one(space, path, *args, **kwargs):
        alone.append(path)
        return real(space, path, *args, **kwargs)

    monkeypatch.setattr(working, "ingest", one_by_one)
    batch = bring({f"{number:02}.ipynb": make_notebook(f"echo {number}") for number in range(32)})
    work()
    assert alone == ["30.ipynb", "31.ipynb"]  # half of what is at hand goes to workers beside this one
    items = batch.items.filter(state=State.STORED).select_related("notebook")
    assert len(items) == 32
    assert all(item.notebook.path == item.path and not item.worker for item in items)


def test_one_that_is_no_notebook_fails_alone():
    batch = bring({**FILES, "broken.ipynb": b"{", "lost.ipynb": make_notebook("ls", "df")})
    work()
    assert states(batch) == {
        **dict.fromkeys(FILES, "stored"),
        "broken.ipynb": "failed",
        "lost.ipynb": "stored",
    }


def test_a_mistake_of_ours_with_one_leaves_the_others(monkeypatch, caplog):
    real = together.read

    def read(space, path, *args):
        return 1 / 0 if path == "b/c.ipynb" else real(space, path, *args)

    monkeypatch.setattr(together, "read", read)
    monkeypatch.setattr("notebooks.ingest.read", read)
    batch = bring(FILES)
    work()
    assert states(batch) == {**dict.fromkeys(FILES, "stored"), "b/c.ipynb": "failed"}
    assert "ZeroDivisionError" in caplog.text


def test_a_path_that_somebody_takes_meanwhile_gets_a_revision(monkeypatch):
    batch, real, raced = bring(FILES), together.read, []

    def read(space, path, *args):
        if not raced:
            raced.append(ingest(space, "a.ipynb", make_notebook("theirs")))
        return real(space, path, *args)

    monkeypatch.setattr(together, "read", read)
    work()
    assert set(states(batch).values()) == {"stored"}
    assert [each.number for each in Notebook.objects.get(path="a.ipynb").revisions.all()] == [2, 1]


def test_a_lease_that_was_lost_takes_all_of_them_back():
    batch = bring(FILES)
    items = BatchItem.objects.claim("late/0")
    BatchItem.objects.filter(pk=items[-1].pk).update(attempts=2, worker="other/0")
    with pytest.raises(LeaseLost):
        together.ingest_new(batch.space, files(Provenance()), lambda: BatchItem.objects.finish_stored(items))
    assert not Notebook.objects.exists()
    assert set(states(batch).values()) == {"running"}


def test_after_a_death_each_goes_by_itself_so_that_it_shows_which_kills(monkeypatch):
    batch = bring({**FILES, "e.ipynb": make_notebook("e"), "f.ipynb": make_notebook("f")})
    BatchItem.objects.claim("host/1")
    working.release("host/1")
    tried = []
    monkeypatch.setattr(together, "ingest_new", lambda space, some, **kwargs: tried.append(len(some)))
    work()
    assert set(states(batch).values()) == {"stored"}
    # The first three were claimed with the one that was in hand; what comes after them is new.
    assert tried == [2]


def test_what_came_from_memory_has_its_size():
    assert bring(FILES).items.get(path="a.ipynb").size == len(FILES["a.ipynb"])


def test_a_long_file_goes_by_itself(monkeypatch):
    monkeypatch.setattr(working, "MOST_TOGETHER", len(FILES["a.ipynb"]))
    monkeypatch.setattr(together, "ingest_new", lambda *args, **kwargs: pytest.fail("together"))
    batch = bring(dict.fromkeys(("x.ipynb", "y.ipynb", "z.ipynb"), FILES["a.ipynb"]))
    work()
    assert set(states(batch).values()) == {"stored"}
