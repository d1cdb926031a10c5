"""Workers are killed (-9) in the middle of a batch of 200: nothing is lost, nothing comes twice."""

import os
import random
import signal
import time
import zipfile

import pytest

from opsnotes.serving import workers
from tests.builders import display, make_notebook
from tests.killable import POINTS
from tests.sites import children_of

pytestmark = pytest.mark.xdist_group("workers")

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
ZIPS, IN_A_ZIP, SIDE_FILES, BROKEN = 4, 20, 20, 10
LOOSE = 200 - ZIPS * IN_A_ZIP - SIDE_FILES - BROKEN


def notebook(number):
    # Every picture differs, so each is an asset that somebody has to write.
    picture = PICTURE[:-8] + f"{number:04}"[::-1] + PICTURE[-4:]
    return make_notebook(
        f"echo {number}", ("code", "plot()", [display({"image/png": picture})]), ("markdown", f"# {number}")
    )


def write_batch(folder):
    """200 files: loose notebooks, zips of them, side files, and some that are no notebooks."""
    folder.mkdir()
    for number in range(LOOSE):
        (folder / f"{number:03}.ipynb").write_bytes(notebook(number))
    for number in range(ZIPS):
        with zipfile.ZipFile(folder / f"{number}.zip", "w") as archive:
            for inner in range(IN_A_ZIP):
                archive.writestr(f"zip{number}/{inner}.ipynb", notebook(1000 * (number + 1) + inner))
    for number in range(SIDE_FILES):
        (folder / f"{number}").mkdir()
        (folder / f"{number}" / "README.md").write_text(f"# {number}")
    for number in range(BROKEN):
        (folder / f"broken{number}.ipynb").write_text("{" * (number + 1))


class Workers:
    """The workers of a site, each started again as soon as it is dead: what a service manager does."""

    def __init__(self, site, kind):
        self.site, self.kind = site, kind
        parts = workers(1, 2)
        self.commands = {
            name: parts[name][0][3:] for name in ("worker", "index")
        }  # without "python -m celery"
        self.running = {name: self._start(name) for name in self.commands}

    def _start(self, name):
        return self.site.start("-m", "tests.killable", self.kind, *self.commands[name])

    def keep_alive(self):
        for name, process in self.running.items():
            if process.poll() is not None:
                self.running[name] = self._start(name)

    def kill_one(self):
        """Some process: mostly one of those that work, sometimes the worker itself or the writer of the index."""
        worker, index = self.running["worker"], self.running["index"]
        choice = random.random()
        victims = [worker.pid] if choice < 0.1 else [index.pid] if choice < 0.2 else children_of(worker.pid)
        if not victims:
            return False
        os.kill(random.choice(victims), signal.SIGKILL)
        return True


def check_that_all_is_in(site):
    items = site.rows("SELECT path, kind, state, reason_code FROM notebooks_batchitem")
    # A zip that was at hand each time its worker was killed fails with that reason, as any file would.
    closed = sum(kind == "archive" and state == "failed" for _, kind, state, _ in items)
    assert closed <= 1
    assert len(items) == len({path for path, *_ in items}) == 200 + ZIPS - closed * IN_A_ZIP
    assert {state for _, kind, state, _ in items if kind == "archive"} <= {"unpacked", "failed"}
    assert not [item for item in items if item[2] == "failed" and item[3] not in {"not_json", "killed"}]
    stored = {path for path, kind, state, _ in items if state == "stored" and kind == "notebook"}
    assert sum(state == "failed" and code == "not_json" for *_, state, code in items) >= BROKEN - 2
    assert {path for (path,) in site.rows("SELECT path FROM notebooks_notebook")} == stored
    assert site.value("SELECT count(*) FROM notebooks_revision") == len(stored)
    assert site.value("SELECT count(*) FROM notebooks_cell") == 3 * len(stored)
    assert site.value("SELECT count(*) FROM notebooks_sidefile") >= SIDE_FILES - 2
    found, wanted, total = site.index()
    assert found == wanted
    assert total == sum(wanted.values()) == 4 * len(stored)
    return items


def hand_in(site, tmp_path):
    """Everything is at the door before the first worker starts."""
    write_batch(tmp_path / "batch")
    script = """
import sys
from pathlib import Path
from notebooks import batches
from notebooks.gathering import gather
from notebooks.models import Batch, Space
batch = batches.open_batch(Space.objects.create(slug="s"), None, Batch.Kind.COMMAND)
batches.receive(batch, gather([Path(PATH)]), "1", is_last=True)
"""
    site.manage("shell", "-v0", "-c", script.replace("PATH", repr(str(tmp_path / "batch"))))


def test_at_every_named_point(site, tmp_path):
    hand_in(site, tmp_path)
    marks = tmp_path / "marks"
    marks.mkdir()
    running = Workers(site, marks)

    def all_is_done():
        running.keep_alive()
        return site.is_drained()

    site.wait_for(all_is_done, 120)
    struck = {mark.name for mark in marks.iterdir()}
    assert len(struck) >= 20, f"never struck: {set(POINTS) - struck}"
    check_that_all_is_in(site)


def test_at_fifty_random_moments(site, tmp_path):
    hand_in(site, tmp_path)
    running = Workers(site, "slow:0.15")
    kills = 0

    def all_is_done():
        nonlocal kills
        running.keep_alive()
        if kills < 50:
            time.sleep(random.random() * 0.2)
            kills += running.kill_one()
        return site.is_drained() and kills >= 50

    site.wait_for(all_is_done, 180)
    items = check_that_all_is_in(site)
    assert sum(state in {"stored", "unpacked"} for _, _, state, _ in items) > 150
