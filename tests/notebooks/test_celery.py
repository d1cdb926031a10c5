"""The same work on both brokers, by real worker processes."""

import os
import signal
import time
from pathlib import Path

import pytest

from tests.builders import make_notebook
from tests.notebooks.conftest import BROKERS, broker
from tests.sites import Site, alive_in_session, children_of

pytestmark = pytest.mark.xdist_group("workers")


@pytest.fixture(scope="module", params=BROKERS)
def kept_site(request, tmp_path_factory, migrated):
    folder = tmp_path_factory.mktemp("kept")
    with broker(request.param, folder) as url:
        site = Site(folder / "site", url, template=migrated)
        site.workers = None
        yield site
        site.stop()


@pytest.fixture
def working(kept_site):
    """A site whose workers are up: to start them takes longer than most of what they do here."""
    if kept_site.workers is None or kept_site.workers.poll() is not None:
        kept_site.workers = kept_site.start("manage.py", "work", "--concurrency", "2")
        first = kept_site.data.parent / "first.ipynb"
        first.write_bytes(make_notebook("warm up"))
        kept_site.manage("ingest", first)
    return kept_site


def write_library(folder, count):
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.ipynb").write_bytes(make_notebook(f"echo {number}", "uptime"))
    return folder


def test_files_are_stored_and_indexed_by_the_workers(working, tmp_path):
    (write_library(tmp_path / "library", 30) / "broken.ipynb").write_text("{")
    printed = working.manage("ingest", tmp_path / "library")
    assert printed.splitlines()[-1] == "30 stored, 0 unchanged, 0 skipped, 1 failed"
    working.wait_for(working.is_drained)
    found, wanted, total = working.index()
    assert (found, total) == (wanted, sum(wanted.values()))


def test_a_file_is_picked_up_within_a_second(working, tmp_path):
    script = """
import io, time
from notebooks import batches
from notebooks.door import Incoming
from notebooks.models import Batch, Space
from tests.builders import make_notebook
waits = []
for number in range(5):
    raw = make_notebook(f"echo {number}")
    batch = batches.open_batch(Space.objects.get(), None, Batch.Kind.COMMAND)
    began = time.monotonic()
    batches.receive(batch, [Incoming(f"{number}.ipynb", len(raw), lambda: io.BytesIO(raw))], is_last=True)
    while batch.items.get().state == "queued":
        time.sleep(0.002)
    waits.append(time.monotonic() - began)
    time.sleep(0.3)
print(min(waits))
"""
    assert float(working.manage("shell", "-v0", "-c", script).splitlines()[-1]) < 1


def test_what_came_while_no_worker_ran_is_done_when_one_starts(site, tmp_path):
    script = """
import io
from notebooks import batches
from notebooks.door import Incoming
from notebooks.models import Batch, Space
from tests.builders import make_notebook
batch = batches.open_batch(Space.objects.create(slug="s"), None, Batch.Kind.COMMAND)
raw = make_notebook("ls")
batches.receive(batch, [Incoming("x.ipynb", len(raw), lambda: io.BytesIO(raw))], is_last=True)
"""
    site.manage("shell", "-v0", "-c", script)
    for message in (site.data / "queue" / "messages").glob("*.msg") if (site.data / "queue").is_dir() else ():
        message.unlink()  # the bell that nobody heard
    site.start("manage.py", "work", "--concurrency", "1")
    site.wait_for(lambda: site.value("SELECT state FROM notebooks_batchitem") == "stored")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_no_process_outlives_the_command(working, how):
    process = working.workers
    sessions = children_of(process.pid)
    assert len(sessions) == 4  # the workers for files and for sources, the watch, and the writer of the index
    os.kill(process.pid, how)
    process.wait(30)
    working.wait_for(lambda: not any(alive_in_session(leader) for leader in sessions), 10)


def test_when_one_ends_all_end(working):
    sessions = children_of(working.workers.pid)
    os.kill(sessions[1], signal.SIGKILL)
    assert working.workers.wait(30) == 1
    working.wait_for(lambda: not any(alive_in_session(leader) for leader in sessions), 10)


def test_web_and_workers_run_and_stop_together(site):
    port = 18000 + os.getpid() % 2000
    process = site.start("manage.py", "run", "--port", port, "--concurrency", "1")
    site.wait_for(lambda: f"http://127.0.0.1:{port}/" in site.log.read_text(), 60)
    sessions = children_of(process.pid)
    assert len(sessions) == 5  # web, workers of files and of sources, the index, the watch
    # Readers come first.
    site.wait_for(lambda: sorted(map(niceness, sessions), key=str) == [0, 0, 10, 10, 10])
    began = time.monotonic()
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0
    assert time.monotonic() - began < 25
    assert not any(alive_in_session(leader) for leader in sessions)


def niceness(leader):
    """The same of all processes of a session, by which it shares the machine with other sessions too."""
    of_each = {os.getpriority(os.PRIO_PROCESS, pid) for pid in alive_in_session(leader)}
    group = Path(f"/proc/{leader}/autogroup")
    if group.exists():  # a kernel that shares between sessions
        of_each.add(int(group.read_text().split()[-1]))
    return of_each.pop() if len(of_each) == 1 else None
