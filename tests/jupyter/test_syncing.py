"""Whole syncs from real servers: what changes there is here, and nothing that is here is asked for again."""

import shutil
import time
from pathlib import Path

import pytest

from execlogs.models import Execution, Status
from notebooks import blobs
from notebooks.models import Notebook, Revision
from sync.models import Run, Source
from sync.trouble import Problem
from tests.builders import make_space, make_user
from tests.jupyter.servers import TOKEN, JupyterServer
from tests.jupyter.test_pushing import server_source
from tests.sites import Site
from tests.sync.doing import lay, log_text, sync, write

pytestmark = [pytest.mark.jupyter, pytest.mark.xdist_group("jupyter"), pytest.mark.django_db]

_ADD_SOURCE = """
from sync import keeping
from sync.models import Source
from sync.secrets import seal
from notebooks.models import Space
space = Space.objects.create(slug="ops", name="Operations")
source = Source(name="Team server", kind="jupyter", address="{address}", space=space, login="token")
source.secret = seal("{token}", source.address)
keeping.keep(source)
"""
CORPUS = Path(__file__).parents[2] / "../shared/corpus"
MEMES = [f"{number:08x}-71cc-11e7-9abe-02420aff0008" for number in range(1, 30)]


@pytest.fixture(autouse=True)
def allowed(settings, monkeypatch):
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def space(ann):
    return make_space("ops", writers=[ann])


@pytest.fixture
def source(jupyter, space, ann):
    return server_source(jupyter.url, space, ann)


def paths_here():
    return sorted(Notebook.objects.alive().values_list("path", flat=True))


def fetched(server):
    """Files whose content it was asked for."""
    return [
        path for _method, _status, path in server.requests() if "content=1" in path and "type=file" in path
    ]


def test_what_is_there_comes_byte_for_byte(jupyter, source):
    raw = write(jupyter.root / "手順/a b.ipynb", "ls") + b"  \r\n"
    lay(jupyter.root / "手順/a b.ipynb", raw)
    done = sync(source)
    assert (done.state, paths_here()) == (Run.State.DONE, ["server/手順/a b.ipynb"])
    assert blobs.get(Notebook.objects.get().revision.sha256) == raw


def test_what_is_stored_is_not_asked_for_again(jupyter, source):
    for number in range(6):
        write(jupyter.root / f"{number}.ipynb", f"ls {number}")
    sync(source)
    assert len(fetched(jupyter)) == 6
    done = sync(source)
    assert fetched(jupyter) == []
    assert done.batch.tally["unchanged"] == 6
    write(jupyter.root / "3.ipynb", "ls changed", age=30)
    sync(source)
    assert len(fetched(jupyter)) == 1
    assert Revision.objects.filter(notebook__path="server/3.ipynb").count() == 2


def test_what_has_another_time_alone_makes_no_revision(jupyter, source):
    raw = write(jupyter.root / "a.ipynb")
    sync(source)
    lay(jupyter.root / "a.ipynb", raw, age=10)
    sync(source)
    sync(source)
    assert Revision.objects.count() == 1
    assert len(fetched(jupyter)) == 2


def test_what_is_renamed_keeps_its_page(jupyter, source):
    write(jupyter.root / "a.ipynb", "ls", memes=MEMES[:1], meme=MEMES[5])
    sync(source)
    before = Notebook.objects.get()
    (jupyter.root / "new").mkdir()
    (jupyter.root / "a.ipynb").rename(jupyter.root / "new/b.ipynb")
    done = sync(source)
    after = Notebook.objects.alive().get(path="server/new/b.ipynb")
    assert (after.pk, done.renamed, done.gone) == (before.pk, 1, 0)


def test_what_vanishes_is_kept_and_said_to_be_gone(jupyter, source):
    write(jupyter.root / "a.ipynb", "ls")
    write(jupyter.root / "b.ipynb", "df")
    sync(source)
    (jupyter.root / "a.ipynb").unlink()
    done = sync(source)
    assert done.gone == 1
    assert source.files.get(path="a.ipynb").gone_since is not None
    assert paths_here() == ["server/a.ipynb", "server/b.ipynb"]
    write(jupyter.root / "a.ipynb", "ls")
    sync(source)
    assert source.files.get(path="a.ipynb").gone_since is None


def test_a_server_that_fails_makes_nothing_gone(jupyter, space, ann, between):
    server = between(jupyter.port)
    source = server_source(server.url(base="/base/"), space, ann)
    write(jupyter.root / "good/a.ipynb")
    write(jupyter.root / "bad/b.ipynb", "df")
    sync(source)
    rule = server.rule(lambda asked: asked.say(500), path="/contents/bad")
    done = sync(source)
    assert (done.state, done.trouble, done.gone) == (Run.State.FAILED, Problem.SERVER_ERROR, 0)
    server.rules.remove(rule)
    assert sync(source).state == Run.State.DONE
    server.rule(lambda asked: asked.say(503))
    done = sync(source)
    assert (done.trouble, done.gone) == (Problem.BUSY, 0)
    assert source.files.filter(gone_since=None).count() == 2


def test_a_server_that_lies_about_times_is_found_out(jupyter, space, ann, between):
    """All times the same, whatever is saved: the size tells; where it does not, a settled time has to be believed."""
    server = between(jupyter.port)

    def frozen(model):
        for each in model.get("content") or [] if model.get("type") == "directory" else []:
            each["last_modified"] = "2000-01-01T00:00:00Z"

    server.rule(lambda asked: asked.hand_on(frozen), path="type=directory")
    source = server_source(server.url(base="/base/"), space, ann)
    write(jupyter.root / "a.ipynb", "ls")
    sync(source)
    write(jupyter.root / "a.ipynb", "ls -la")
    sync(source)
    assert Revision.objects.count() == 2


def test_a_server_that_tells_neither_size_nor_time_is_read_each_time(jupyter, space, ann, between):
    server = between(jupyter.port)

    def silent(model):
        for each in model.get("content") or [] if model.get("type") == "directory" else []:
            each["last_modified"] = each["size"] = None

    server.rule(lambda asked: asked.hand_on(silent), path="type=directory")
    source = server_source(server.url(base="/base/"), space, ann)
    write(jupyter.root / "a.ipynb", "ls a")
    sync(source)
    write(jupyter.root / "a.ipynb", "ls b")
    sync(source)
    sync(source)
    assert Revision.objects.count() == 2


def test_a_file_that_changes_while_it_is_read_comes_whole_later(jupyter, space, ann, between):
    server = between(jupyter.port)
    source = server_source(server.url(base="/base/"), space, ann)
    write(jupyter.root / "a.ipynb", "ls")
    sizes = iter(range(10, 1000))

    def growing(asked):
        (jupyter.root / "a.ipynb").write_bytes(b"{" * next(sizes))
        return asked.hand_on(lambda model: model | {"size": 1})

    rule = server.rule(growing, path="format=base64")
    sync(source)
    assert not Notebook.objects.exists()
    server.rules.remove(rule)
    raw = write(jupyter.root / "a.ipynb", "whole", age=5)
    sync(source)
    assert blobs.get(Notebook.objects.get().revision.sha256) == raw


def test_logs_come_with_their_notebooks(jupyter, source):
    write(jupyter.root / "work/x.ipynb", "ls", memes=MEMES[:1])
    for number in range(3):
        stamp = f"20260502-10150{number}-0001"
        lay(jupyter.root / f"work/.log/20260502/{stamp}.log", log_text(MEMES[0], stamp=stamp))
        links = jupyter.root / f"work/.log/{MEMES[0]}"
        links.mkdir(exist_ok=True)
        (links / f"{stamp}.log").symlink_to(f"../20260502/{stamp}.log")
    sync(source)
    assert Execution.objects.count() == 3
    assert {each.notebook.path for each in Execution.objects.select_related("notebook")} == {
        "server/work/x.ipynb"
    }
    assert len(fetched(jupyter)) == 4
    sync(source)
    assert fetched(jupyter) == []
    assert Execution.objects.count() == 3


def test_a_server_that_is_killed_in_the_middle_is_gone_on_with(space, ann, tmp_path, between):
    server = JupyterServer(tmp_path / "dies").start()
    try:
        for number in range(60):
            write(server.root / f"{number % 3}/{number}.ipynb", f"ls {number}")
        before = between(server.port)
        killed = []

        def kill_at_twenty(asked):
            if len(before.asked) == 20 and not killed:
                killed.append(True)
                server.kill()

        before.rule(kill_at_twenty)
        source = server_source(before.url(), space, ann)
        done = sync(source)
        assert done.state == Run.State.FAILED
        assert killed
        here = Notebook.objects.count()
        assert here < 60
        server.start()
        server.requests()
        assert sync(source).state == Run.State.DONE
        assert Notebook.objects.count() == 60
        assert len(fetched(server)) == 60 - here
        assert not source.files.exclude(gone_since=None).exists()
    finally:
        server.kill()


def test_a_worker_that_is_killed_in_the_middle_is_gone_on_with(jupyter, between, tmp_path, migrated):
    """A real process with a database of its own. What was in then is not asked for again. Images, since a few large
    files are as many portions as a thousand notebooks."""
    for number in range(14):
        lay(jupyter.root / f"{number % 3}/{number}.png", bytes([number]) * 6_000_000)
    slow = between(jupyter.port)
    slow.rule(lambda asked: time.sleep(0.2), path="format=base64")
    site = Site(tmp_path / "site", template=migrated)
    site.environment["OPSNOTES_SOURCE_HOSTS"] = "127.0.0.1"
    site.manage("shell", "-v0", "-c", _ADD_SOURCE.format(address=slow.url(base="/base/"), token=TOKEN))
    try:
        process = site.start("manage.py", "sync", "Team server")
        known = "SELECT count(*) FROM sync_sourcefile"
        site.wait_for(lambda: site.value(known) > 0)
        process.kill()
        process.wait()
        before = site.value(known)
        assert 0 < before < 14
        # As when the time is over for which the dead process had it, or a worker of its name begins again.
        site.manage("shell", "-v0", "-c", "from sync.models import Run; Run.objects.update(state='queued')")
        jupyter.requests()
        slow.rules.clear()
        assert ", 0 failed;" in site.manage("sync", "Team server")
        assert len(fetched(jupyter)) == 14 - before
        assert site.value("SELECT count(*) FROM notebooks_sidefile") == 14
    finally:
        site.stop()


# ----- hubs


def test_everybody_of_a_hub(hub, space, ann):
    source = server_source(hub.url, space, ann, Source.Kind.HUB, owner_pattern="{owner}/**")
    write(hub.notebooks_of("ann") / "work/a.ipynb", "ls")
    write(hub.notebooks_of("bob") / "b.ipynb", "df")
    done = sync(source)
    assert done.state == Run.State.DONE
    assert {each.path: each.owner for each in Notebook.objects.all()} == {
        "server/ann/work/a.ipynb": "ann",
        "server/bob/b.ipynb": "bob",
    }


def test_whose_server_stopped_has_lost_nothing(hub, space, ann):
    source = server_source(hub.url, space, ann, Source.Kind.HUB, owner_pattern="{owner}/**")
    write(hub.notebooks_of("ann") / "a.ipynb", "ls")
    write(hub.notebooks_of("bob") / "b.ipynb", "df")
    sync(source)
    hub.stop_server_of("bob")
    try:
        done = sync(source)
        assert (done.state, done.trouble, done.gone) == (Run.State.DONE, "", 0)
        assert source.files.filter(gone_since=None).count() == 2
    finally:
        hub.start_server_of("bob")


# ----- real runbooks


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside the project")
def test_operationhub_and_a_hundred_templates(jupyter, space, ann):
    shutil.copytree(CORPUS / "operationhub", jupyter.root / "operationhub")
    for original in sorted(CORPUS.glob("ocs-templates/**/*.ipynb"))[:100]:
        copy = jupyter.root / original.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original, copy)
    source = server_source(
        jupyter.url, space, ann, owner_pattern="operationhub/user-notebooks/{owner}/**", time_zone="Asia/Tokyo",
        path_mapping="/home/{owner}/notebooks => operationhub/user-notebooks/{owner}",
    )  # fmt: skip
    assert sync(source).state == Run.State.DONE
    originals = {str(path.relative_to(jupyter.root)): path for path in jupyter.root.rglob("*.ipynb")}
    assert len(originals) == 166
    stored = {each.path: each for each in Notebook.objects.select_related("revision")}
    assert set(stored) == {f"server/{path}" for path in originals}
    for path, original in originals.items():
        assert blobs.get(stored[f"server/{path}"].revision.sha256) == original.read_bytes(), path
    assert stored[f"server/{next(path for path in originals if '/kato/' in path)}"].owner == "kato"
    assert Execution.objects.exclude(log_path="").count() == 400
    assert Execution.objects.exclude(log_path="").filter(status=Status.ERROR).count() == 23
    jupyter.requests()
    again = sync(source)
    folders = [path for _method, _status, path in jupyter.requests()]
    assert all("type=directory" in path for path in folders)
    assert len(folders) == len(set(folders))
    assert again.batch.tally["unchanged"] == 166
