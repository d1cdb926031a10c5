"""Watching: what is closed after writing is asked for within moments, wherever the kernel can tell and where not."""

import os
import shutil
import threading
import time

import pytest

from sync import inotify, watching
from sync.inotify import Inotify, NoRoom, TopGone
from sync.models import Run, Source
from sync.watching import Watching
from tests.sync.doing import make_source, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def source(root):
    return make_source(root, owner_pattern="{owner}/**", exclude="private/")


@pytest.fixture
def watch(source, monkeypatch):
    monkeypatch.setattr(watching, "_TICK", 0.02)
    monkeypatch.setattr(watching, "QUIET", 0.05)
    monkeypatch.setattr(watching, "BEGUN", 0.3)
    watch = Watching()
    yield watch
    watch.go_on(lambda: True)


def asked_for(watch, until=lambda only: only, seconds=5.0):
    """What was asked for, once it satisfies `until`, or by the end of the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        watch.tick()
        waiting = Run.objects.filter(state="queued").first()
        if waiting is not None and until(waiting.only):
            break
    return [] if waiting is None else waiting.only


def begun(watch):
    """It has asked for everything, as it does at first, and that is done."""
    watch.tick()
    watch.tick()
    assert Run.objects.get().only == []
    Run.objects.all().delete()


def test_what_was_missed_is_looked_for_at_the_start(watch):
    begun(watch)


def test_a_file_is_asked_for_when_it_is_closed(root, watch):
    begun(watch)
    write(root / "kato/a/x.ipynb")  # in folders that are new, too
    assert asked_for(watch) in (["kato"], ["kato", "kato/a/x.ipynb"])


def test_a_file_that_is_written_for_long_is_asked_for_at_its_end(root, watch):
    (root / "a").mkdir()
    write(root / "a/x.ipynb")
    begun(watch)
    with (root / "a/x.ipynb").open("ab") as file:
        for _ in range(5):
            file.write(b"  ")
            file.flush()
            watch.tick()
        assert not Run.objects.exists()
    assert asked_for(watch) == ["a/x.ipynb"]


def test_moved_and_deleted_files_and_folders_are_asked_for(root, watch, tmp_path):
    for name in ("a/x.ipynb", "b/y.ipynb", "c/z.ipynb"):
        write(root / name)
    begun(watch)
    (root / "a").rename(root / "new")
    (root / "b/y.ipynb").unlink()
    (root / "c").rename(tmp_path / "c")
    expected = {"a", "new", "b/y.ipynb", "c"}
    assert set(asked_for(watch, lambda only: expected <= set(only))) == expected
    Run.objects.all().delete()
    write(root / "new/w.ipynb")
    assert asked_for(watch) == ["new/w.ipynb"]
    Run.objects.all().delete()
    write(tmp_path / "c/z.ipynb")  # it is not ours any more
    assert asked_for(watch, seconds=0.5) == []


def test_what_is_not_taken_is_not_asked_for(root, watch, tmp_path):
    for folder in ("private", "kato/users/lee", ".hidden", "kato"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "out").symlink_to(tmp_path)
    begun(watch)
    for name in (
        "private/x.ipynb",
        "kato/users/lee/x.ipynb",
        ".hidden/x.ipynb",
        "kato/.~x.ipynb",
        "kato/data.csv",
    ):
        (root / name).write_bytes(b"{}")
    (tmp_path / "x.ipynb").write_bytes(b"{}")
    assert asked_for(watch, seconds=0.6) == []
    assert not Run.objects.exists()


def test_where_the_kernel_has_no_room_the_folder_is_walked(root, watch, monkeypatch):
    def none_left(top, enters):
        raise NoRoom("No space left on device")

    monkeypatch.setattr(watching, "Inotify", none_left)
    monkeypatch.setattr(watching, "POLLED_EVERY", 0.1)
    write(root / "kato/gone.ipynb")
    begun(watch)
    write(root / "kato/x.ipynb")
    (root / "kato/gone.ipynb").unlink()
    expected = ["kato/gone.ipynb", "kato/x.ipynb"]
    assert asked_for(watch, lambda only: only == expected) == expected


def test_no_room_is_told_apart_from_what_concerns_one_folder(root, monkeypatch):
    for number in range(3):
        (root / str(number)).mkdir()
    original, calls = inotify._call, []

    def full(name, *args):
        calls.append(name)
        if calls.count("inotify_add_watch") > 2:
            raise NoRoom("No space left on device")
        return original(name, *args)

    monkeypatch.setattr(inotify, "_call", full)
    with pytest.raises(NoRoom):
        Inotify(root, lambda folder: True)


def test_lost_events_have_everything_looked_at(root, watch, monkeypatch):
    begun(watch)
    lost = inotify._EVENT.pack(-1, int(inotify.In.Q_OVERFLOW), 0, 0)
    read = os.read
    monkeypatch.setattr(inotify.os, "read", lambda handle, size: lost or read(handle, size))
    watch.tick()
    monkeypatch.undo()
    end = time.monotonic() + 5
    while not Run.objects.exists() and time.monotonic() < end:
        watch.tick()
    assert Run.objects.get().only == []


def test_a_folder_that_goes_and_comes_back_is_watched_again(root, watch, monkeypatch):
    monkeypatch.setattr(watching, "_SOURCES_EVERY", 0.05)
    begun(watch)
    root.rename(root.with_name("away"))
    shutil.rmtree(root.with_name("away"))
    for _ in range(5):
        watch.tick()
    root.mkdir()
    asked_for(watch, lambda only: True)
    Run.objects.all().delete()
    write(root / "kato/x.ipynb")
    assert asked_for(watch)


def test_sources_come_and_go_while_we_watch(root, watch, monkeypatch, source):
    monkeypatch.setattr(watching, "_SOURCES_EVERY", 0.05)
    (root / "kato").mkdir()
    begun(watch)
    Source.objects.update(is_paused=True)
    time.sleep(0.1)
    watch.tick()
    write(root / "kato/x.ipynb")
    assert asked_for(watch, seconds=0.4) == []
    Source.objects.update(is_paused=False)
    time.sleep(0.1)
    begun(watch)


def test_many_changes_at_once_are_one_run(root, watch):
    (root / "a").mkdir()
    begun(watch)
    writers = [
        threading.Thread(target=lambda n=n: [write(root / f"a/{n}-{m}.ipynb") for m in range(20)])
        for n in range(4)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert len(asked_for(watch, lambda only: len(only) == 80)) == 80
    assert Run.objects.count() == 1


def test_a_top_that_is_not_there_is_said(tmp_path):
    with pytest.raises(TopGone):
        Inotify(tmp_path / "nowhere", lambda folder: True)
