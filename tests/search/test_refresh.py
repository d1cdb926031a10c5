"""The index follows the database, whatever happens in between."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from urllib.request import urlopen

import pytest
from django.db import connection, transaction
from haystack import connections
from haystack.exceptions import SearchBackendError
from haystack.query import SearchQuerySet

from execlogs.forgetting import forget
from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Witness
from notebooks import moving
from notebooks.ingest import ingest
from notebooks.models import Notebook
from notebooks.signals import notebook_changed
from search import refresh, signals, tasks
from search.documents import documents_of
from search.find import Wish, find
from search.models import Due, Ring
from stickies import writing
from stickies.drafts import At, Draft
from tests.builders import make_notebook, make_runbook, make_space, make_user, stream
from tests.search.conftest import environment, use

pytestmark = pytest.mark.django_db
ALL_SEEN = 2**62  # nothing came in since


def indexed():
    return sorted(result.id for result in SearchQuerySet().all()[:10_000])


def generation_count(engine):
    if not hasattr(engine, "address"):
        return len(list(engine.path.glob("g-*")))
    with urlopen(f"{engine.address.server}/admin/collections?action=LIST") as response:
        names = json.load(response)["collections"]
    return len([name for name in names if name.startswith(f"{engine.address.alias}-")])


def expected():
    return sorted(
        document["id"] for document in documents_of(list(Notebook.objects.values_list("pk", flat=True)))
    )


def test_a_due_row_stands_and_falls_with_the_transaction():
    make_runbook("ls")
    assert Due.objects.notebook_count() == 1

    def roll_back():
        with transaction.atomic():
            make_runbook("ls")
            assert Due.objects.notebook_count() == 2
            raise RuntimeError

    with pytest.raises(RuntimeError):
        roll_back()
    assert Due.objects.notebook_count() == 1


def test_draining_brings_the_index_to_the_database(engine):
    space, person = make_space(), make_user()
    first, second = (make_runbook("a", "b", space=space, path=f"{number}.ipynb") for number in range(2))
    assert refresh.drain() == 2
    assert indexed() == expected()
    ingest(space, "0.ipynb", make_notebook("only one"))
    moving.delete(second, person)
    assert refresh.drain() == 2
    assert indexed() == expected() == [f"notebooks.cell.{first.pk}-0", f"notebooks.notebook.{first.pk}"]
    moving.restore(second)
    refresh.drain()
    assert indexed() == expected()
    assert refresh.drain() == 0


def test_a_move_is_followed(engine):
    person = make_user()
    notebook = make_runbook("needle")
    refresh.drain()
    other = make_space(writers=[person])
    moving.move(notebook, other, "new.ipynb", person)
    refresh.drain()
    assert SearchQuerySet().filter(own="needle", space__in=[other.pk]).count() == 1
    assert indexed() == expected()


def test_a_change_during_the_drain_stays_due(index, monkeypatch):
    notebook = make_runbook("first")
    refresh.drain()
    notebook_changed.send(Notebook, notebook=notebook)
    write = refresh._write

    def overtaken(writer, notebooks):
        write(writer, notebooks)
        monkeypatch.setattr(refresh, "_write", write)
        ingest(notebook.space, notebook.path, make_notebook("second"))

    monkeypatch.setattr(refresh, "_write", overtaken)
    refresh.drain()
    assert Due.objects.count() == 0
    assert SearchQuerySet().filter(own="second").count() == 1
    assert SearchQuerySet().filter(own="first").count() == 0


@pytest.mark.parametrize("step", ["_write", "_forget"])
def test_a_drain_that_dies_is_made_good_by_the_next(engine, monkeypatch, step):
    refresh.drain()
    make_runbook("needle")

    def die(*args):
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(refresh, step, die)
        with pytest.raises(RuntimeError):
            refresh.drain()
    assert Due.objects.exists()
    refresh.drain()
    assert indexed() == expected()
    assert not Due.objects.exists()


def test_a_drain_that_died_writing_changes_nothing(engine, monkeypatch):
    make_runbook("needle")
    refresh.drain()
    before = indexed()
    make_runbook("more", space=make_space(), path="b.ipynb")
    monkeypatch.setattr(refresh, "documents_of", lambda notebooks: (_ for _ in ()).throw(RuntimeError()))
    with pytest.raises(RuntimeError):
        refresh.drain()
    assert indexed() == before


def test_many_are_drained_in_few_commits(index, monkeypatch):
    refresh.drain()
    monkeypatch.setattr(refresh, "NOTEBOOKS_A_COMMIT", 4)
    monkeypatch.setattr(refresh, "GATHERING", 0)
    space = make_space()
    for number in range(10):
        make_runbook("ls", space=space, path=f"{number}.ipynb")
    assert refresh.drain() == 10
    assert indexed() == expected()


def test_a_drain_ends_although_more_and_more_comes(index, rung, monkeypatch):
    """Else lineage, which has the same worker, would have to wait until nothing streams in any more."""
    refresh.drain()
    notebook = make_runbook("first")
    write = refresh._write
    monkeypatch.setattr(refresh, "GATHERING", 0)
    monkeypatch.setattr(tasks, "SLICE", 0.2)

    def overtaken(writer, notebooks):
        write(writer, notebooks)
        Due.objects.create(notebook_id=notebook.pk)

    monkeypatch.setattr(refresh, "_write", overtaken)
    tasks.drain(ALL_SEEN)
    assert (refresh.is_due(), rung) == (True, ["drain"])
    tasks.sweep()
    assert (refresh.is_due(), rung) == (True, ["drain", "drain"])
    monkeypatch.setattr(refresh, "_write", write)
    tasks.drain(ALL_SEEN)
    assert (refresh.is_due(), rung) == (False, ["drain", "drain"])
    assert indexed() == expected()


def test_the_sweep_removes_what_a_killed_rebuild_left(engine):
    refresh.drain()
    make_runbook("needle")
    leave_behind(engine)
    assert generation_count(engine) == 2
    refresh.sweep()
    assert generation_count(engine) == 1
    assert indexed() == expected()


def test_what_cannot_be_removed_is_no_reason_to_build_the_index_again(embedded, monkeypatch):
    def fail():
        raise SearchBackendError("a replica is down")

    refresh.drain()
    before = embedded.generations.current()
    monkeypatch.setattr(refresh.backend().generations, "tidy", fail)
    refresh.sweep()
    assert embedded.generations.current() == before


def leave_behind(engine):
    """A generation that somebody began."""
    if not hasattr(engine, "address"):
        (engine.path / f"g-{'0' * 32}").mkdir()
        return
    collections = engine.generations
    engine.generations._server.create(f"{engine.address.alias}-{'0' * 12}", collections.configset, 1, 1)


@pytest.mark.parametrize("harm", [b"", b"{", b"\0" * 100])
def test_the_sweep_mends_what_cannot_be_read(embedded, harm):
    make_runbook("needle")
    refresh.drain()
    for file in embedded.generations.current().iterdir():
        if file.name != "layout":
            file.write_bytes(harm)
    connections.reload("default")
    make_runbook("more", space=make_space(), path="b.ipynb")
    refresh.sweep()
    assert indexed() == expected()


@pytest.mark.parametrize("harm", ["remove", "empty", "other version", "nothing"])
def test_the_sweep_mends_what_is_missing_empty_or_foreign(embedded, harm):
    make_runbook("needle")
    refresh.drain()
    generation = embedded.generations.current()
    if harm == "remove":
        (generation.parent / "current").unlink()
    elif harm == "empty":
        embedded.clear()
    elif harm == "other version":
        (generation / "layout").write_text("another")
    assert refresh.is_needed() is (harm != "nothing")
    refresh.sweep()
    assert indexed() == expected() != []
    assert not refresh.is_needed()


def test_the_sweep_of_a_new_installation_makes_an_empty_index(engine):
    refresh.sweep()
    assert SearchQuerySet().count() == 0


def test_searches_go_on_during_a_rebuild_and_changes_meanwhile_count(engine, monkeypatch):
    space = make_space()
    make_runbook("needle", space=space)
    refresh.drain()
    seen = []

    def meanwhile(done, total):
        if not seen:
            seen.append(SearchQuerySet().filter(own="needle").count())
            make_runbook("needle too", space=space, path="late.ipynb")
            ingest(space, "runbook.ipynb", make_notebook("changed"))

    refresh.rebuild(meanwhile)
    assert seen == [1]
    assert SearchQuerySet().filter(own="needle").count() == 1
    assert SearchQuerySet().filter(own="changed").count() == 1
    assert indexed() == expected()
    assert not Due.objects.exists()
    assert generation_count(engine) == 1


def test_what_goes_or_moves_while_it_is_rebuilt_is_not_found_as_it_was(engine, monkeypatch):
    """Each changed after the new index had taken it in as it was before."""
    person = make_user()
    space = make_space(writers=[person])
    going, moving_on, _ = (make_runbook("needle", space=space, path=f"{each}.ipynb") for each in range(3))
    note = writing.write(Draft(space, At(title="Disks"), "needle"), person)
    refresh.drain()
    other = make_space(writers=[person])
    write_all_logs = refresh._write_all_logs

    def meanwhile(writer):
        write_all_logs(writer)
        moving.delete(going, person)
        moving.move(moving_on, other, "new.ipynb", person)
        writing.delete(note, person)
        ingest_logs(space, [Told(Witness.LOG, log_of("needle", 0), "0.log")])

    monkeypatch.setattr(refresh, "_write_all_logs", meanwhile)
    refresh.rebuild()
    found = SearchQuerySet().filter(own="needle")
    assert sorted(hit.id.rpartition(".")[0] for hit in found[:100]) == [
        "execlogs.execution",
        *["notebooks.cell"] * 2,
    ]
    assert found.filter(space__in=[other.pk]).count() == 1
    assert not refresh.is_due()


def test_a_rebuild_that_dies_leaves_the_old_index(engine):
    make_runbook("needle")
    refresh.drain()

    def die(done, total):
        raise RuntimeError

    with pytest.raises(RuntimeError):
        refresh.rebuild(die)
    assert SearchQuerySet().filter(own="needle").count() == 1
    assert generation_count(engine) == 1


HOLDER = """
import sys, time
import django; django.setup()
from haystack import connections
from haystack.exceptions import SearchBackendError
with connections["default"].get_backend().writing():
    print("held", flush=True)
    time.sleep(float(sys.argv[1]))
"""


def hold(settings, tmp_path, seconds):
    env = os.environ | environment(settings, tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(seconds)], env=env, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout.readline().strip() == "held"
    return holder


def test_a_second_writer_waits_for_the_first(engine, settings, tmp_path):
    refresh.drain()
    make_runbook("needle")
    with hold(settings, tmp_path, 0.7):
        began = time.monotonic()
        refresh.drain()
    assert time.monotonic() - began > 0.4
    assert indexed() == expected()


def test_a_killed_writer_holds_up_nobody(engine, settings, tmp_path):
    refresh.drain()
    make_runbook("needle")
    with hold(settings, tmp_path, 60) as holder:
        holder.send_signal(signal.SIGKILL)
    refresh.drain()
    assert indexed() == expected()


def test_a_commit_that_was_killed_before_it_counted_is_made_again(index):
    """It had written what is deleted of an older segment; the same changes give that the same name."""
    space = make_space()
    for number in range(3):
        make_runbook("ls", space=space, path=f"{number}.ipynb")
    refresh.drain()
    status = index.generations.current() / "meta.json"
    before = status.read_bytes()
    ingest(space, "0.ipynb", make_notebook("changed"))
    due = list(Due.objects.values_list("notebook_id", flat=True))
    refresh.drain()
    status.write_bytes(before)
    Due.objects.bulk_create(Due(notebook_id=pk) for pk in due)
    connections.reload("default")
    refresh.drain()
    assert indexed() == expected()
    assert SearchQuerySet().filter(own="changed").count() == 1


def test_an_engine_that_cannot_commit_is_mended_by_the_sweep(index, monkeypatch):
    refresh.drain()
    make_runbook("needle")
    for file in index.generations.current().iterdir():
        if file.name.startswith(".managed"):
            file.write_bytes(b"{")
    with pytest.raises(SearchBackendError):
        refresh.drain()
    refresh.sweep()
    assert indexed() == expected() != []


@pytest.fixture
def rung(monkeypatch):
    rings = []
    monkeypatch.setattr(tasks.drain, "delay", lambda: rings.append("drain"))
    return rings


def test_many_changes_ring_once_until_somebody_comes(index, rung, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        for number in range(5):
            make_runbook("ls", space=make_space(), path=f"{number}.ipynb")
    assert rung == ["drain"]
    refresh.drain()
    with django_capture_on_commit_callbacks(execute=True):
        make_runbook("ls")
    assert rung == ["drain", "drain"]


def test_a_broker_out_of_reach_fails_nobody(index, monkeypatch, django_capture_on_commit_callbacks):
    def out_of_reach():
        raise OSError("no broker")

    monkeypatch.setattr(tasks.drain, "delay", out_of_reach)
    with django_capture_on_commit_callbacks(execute=True):
        make_runbook("needle")
    refresh.sweep()
    assert indexed() == expected()
    assert not Ring.objects.exists()


def test_tasks_drain_and_sweep(index):
    make_runbook("needle")
    tasks.drain(ALL_SEEN)
    assert indexed() == expected()
    tasks.sweep()


def test_a_worker_that_starts_sweeps(monkeypatch):
    rings = []
    monkeypatch.setattr(tasks.sweep, "delay", lambda: rings.append("sweep"))
    signals.sweep_at_start(sender=None)
    assert rings == ["sweep"]


@pytest.mark.django_db(transaction=True)
def test_searches_beside_a_writer_never_fail(settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    space = make_space()
    make_runbook("needle", space=space)
    refresh.drain()
    failures, stop = [], threading.Event()

    def search_on():
        try:
            while not stop.is_set():
                assert SearchQuerySet().filter(own="needle").count() == 1
        except Exception as failure:  # noqa: BLE001  whatever it is
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=search_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    for number in range(6):
        make_runbook("other", space=space, path=f"{number}.ipynb")
        refresh.drain()
        if number % 2:
            refresh.rebuild()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_log_is_found_once_it_is_in_and_not_when_it_was_let_go(index):
    person = make_user()
    space = make_space(readers=[person])
    refresh.drain()
    told = [Told(Witness.LOG, log_of(f"exhausted {number}", number), f"{number}.log") for number in range(3)]
    ingest_logs(space, told)
    refresh.drain()
    assert [hit.execution.status for hit in find(Wish("exhausted"), person).hits] == ["ok"] * 3
    forget(1)
    refresh.drain()
    assert find(Wish("exhausted"), person).count == 1
    assert not refresh.is_needed()


def log_of(output, number):
    return (
        '{"lc_cell_meme": {"current": "8f5c5fe2-71cc-11e7-9abe-02420aff0008"}}\n----\nls\n----\n'
        f"path: /home/kato/.log/20260101/{number}.log\n"
        f"start time: 2026-01-0{number + 1} 10:00:00(UTC)\n----\n{output}\n"
        f"----\nend time: 2026-01-0{number + 1} 10:00:01(UTC)\n0 chunks with matched keywords or errors\n----\n"
        "execute_reply_status: ok\n"
    ).encode()


def test_what_becomes_a_template_is_found_as_one_and_what_is_none_any_more_is_not(index):
    person = make_user()
    space = make_space(readers=[person])
    uuids = [f"8f5c5fe2-71cc-11e7-9abe-02420aff{number:04x}" for number in range(3)]
    cells = [("markdown", "# How"), ("code", "df"), ("code", "du")]
    make_runbook(*cells, space=space, path="template.ipynb", memes=uuids, meme=uuids[0])
    tasks.drain(ALL_SEEN)
    assert titles("is:template", person) == set()
    done = [("markdown", "# How"), ("code", "df", [stream("98%")]), ("code", "du", [stream("1")])]
    branches = [f"{uuid}-1-57f4" for uuid in uuids]
    run = make_runbook(*done, space=space, path="run.ipynb", memes=branches, meme=uuids[0])
    tasks.drain(ALL_SEEN)
    assert titles("is:template", person) == {"template.ipynb"}
    assert titles("is:run", person) == {"run.ipynb"}
    moving.delete(run, person)
    tasks.drain(ALL_SEEN)
    assert titles("is:template,run", person) == set()


def titles(query, person):
    return {hit.notebook.path for hit in find(Wish(query), person).hits}
