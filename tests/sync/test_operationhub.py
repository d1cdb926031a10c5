"""A folder source over a hub's disk as it was found: who did what, told from the files by the test itself."""

import json
import os
import shutil
import tarfile
from collections import Counter
from pathlib import Path

import pytest

from execlogs.models import Execution, Status
from notebooks.models import Notebook
from sync.gone import gone_since
from sync.models import Run, SourceFile
from tests.sync.doing import make_source, sync

ARCHIVE = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "operationhub.tar.gz"

pytestmark = [pytest.mark.django_db, pytest.mark.corpus]


@pytest.fixture
def hub(root):
    if not ARCHIVE.exists():
        pytest.skip("../shared/corpus is not here")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(root, filter="tar")  # links and all
    return root / "operationhub"


@pytest.fixture
def source(hub):
    return make_source(
        hub,
        folder="hub",
        owner_pattern="user-notebooks/{owner}/**",
        path_mapping="/home/{owner}/notebooks => user-notebooks/{owner}",
        time_zone="Asia/Tokyo",
    )


def test_everything_comes_in_once_and_belongs_to_whose_it_is(hub, source):
    run = sync(source)

    files = {str(path.relative_to(hub)): path for path in hub.rglob("*.ipynb")}
    owners = {name: name.split("/")[1] if name.startswith("user-notebooks/") else "" for name in files}
    notebooks = {
        each.path.removeprefix("hub/"): each for each in Notebook.objects.alive().select_related("revision")
    }
    assert run.state == Run.State.DONE
    assert len(files) == 66
    assert {name: each.owner for name, each in notebooks.items()} == owners
    assert {name: each.revision.size for name, each in notebooks.items()} == {
        name: path.stat().st_size for name, path in files.items()
    }


def test_four_hundred_executions_of_which_23_failed(hub, source):
    run = sync(source)

    logs = [path for path in hub.rglob("*.log") if path.is_file() and not path.is_symlink()]
    told = Counter(path.read_text().rstrip().rpartition("execute_reply_status: ")[2] for path in logs)
    assert len(logs) == Execution.objects.count() == 400
    assert Execution.objects.filter(status=Status.ERROR).count() == told["error"] == 23
    whose = Counter(path.relative_to(hub).parts[1] for path in logs)
    assert Counter(Execution.objects.values_list("who", flat=True)) == whose
    assert not Execution.objects.filter(notebook=None).exists()
    assert run.batch.tally["executions_stored"] == 400
    assert not run.batch.items.filter(kind="log").exists()


def test_links_are_not_followed_and_pickles_not_opened(hub, source, monkeypatch):
    opened = []
    original = os.open

    def watched(path, *args, **kwargs):
        opened.append(str(path))
        return original(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", watched)
    sync(source)

    assert not [name for name in opened if name.endswith(".pkl")]
    assert SourceFile.objects.filter(path__endswith=".log").count() == 400  # the links are 400 more


def test_a_second_look_fetches_nothing(source):
    sync(source)
    again = sync(source)

    assert (again.seen, again.fetched, again.gone, again.renamed) == (again.seen, 0, 0, 0)
    assert again.batch.tally["unchanged"] == 66
    assert again.batch.tally["executions_unchanged"] == 400
    assert not again.batch.items.exists()


def test_changed_renamed_and_deleted_notebooks_end_where_the_files_are(hub, source):
    sync(source)
    files = sorted((hub / "user-notebooks").rglob("*.ipynb"))
    changed, renamed, deleted = files[0], files[1], files[2]
    pages = {path: _page(hub, path) for path in (changed, renamed, deleted)}
    document = json.loads(changed.read_text())
    document["cells"][0]["source"] = "# Another beginning"
    changed.write_text(json.dumps(document))
    moved = renamed.with_name("Another name.ipynb")
    renamed.rename(moved)
    shutil.rmtree(deleted.parent)

    run = sync(source)

    assert (run.renamed, run.gone, run.state) == (1, 1, Run.State.DONE)
    assert _page(hub, changed) == pages[changed]
    assert pages[changed].revisions.count() == 2
    assert _page(hub, moved) == pages[renamed]
    assert pages[renamed].revisions.count() == 1
    pages[deleted].refresh_from_db()
    assert not pages[deleted].is_deleted
    assert gone_since(pages[deleted]) is not None
    assert gone_since(pages[renamed]) is gone_since(pages[changed]) is None
    assert Notebook.objects.alive().count() == 66
    assert Execution.objects.count() == 400


def _page(hub, path):
    return Notebook.objects.alive().get(path=f"hub/{path.relative_to(hub)}")
