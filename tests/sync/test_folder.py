"""Reading a folder that other people write to meanwhile, by accident or on purpose."""

import os
import shutil

import pytest

from sync.folder import FolderReader
from sync.listing import Kind
from sync.models import Source
from sync.steps import How
from sync.trouble import Problem, Trouble
from tests.sync.doing import lay, log_text, write

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


def reader(root, only=(), **fields):
    return FolderReader(Source(kind="folder", address=str(root), **fields), only)


def listed(root, only=(), **fields):
    return {
        entry.path: entry for listing in reader(root, only, **fields).folders() for entry in listing.entries
    }


def troubles(root, **fields):
    return {each.folder: each.trouble.code for each in reader(root, **fields).folders() if each.trouble}


def test_takes_notebooks_side_files_and_logs_and_nothing_else(root):
    for name in ("a/x.ipynb", "a/README.md", "a/plan.png", f"a/.log/{MEME}/{MEME}.json"):
        lay(root / name, b"{}")
    lay(root / "a/.log/20260502/20260502-101500-0001.log", log_text(MEME))
    for name in (
        "a/.log/20260502/20260502-101500-0001-0.pkl",
        "a/x.pkl",
        "a/.secret.ipynb",
        "a/.hidden/y.ipynb",
        "a/.ipynb_checkpoints/x.ipynb",
        "nbsearch-tmp/z.ipynb",
        "a/data.csv",
        "a/notes.log",
        f"a/.log/{MEME}/other.json",
        "a/.log/20260502/y.ipynb",
    ):
        lay(root / name, b"{}")

    found = listed(root)

    assert {path: entry.kind for path, entry in found.items()} == {
        "a/x.ipynb": Kind.NOTEBOOK,
        "a/README.md": Kind.SIDE_FILE,
        "a/plan.png": Kind.SIDE_FILE,
        f"a/.log/{MEME}/{MEME}.json": Kind.LOG,
        "a/.log/20260502/20260502-101500-0001.log": Kind.LOG,
    }


def test_logs_are_left_where_the_source_does_not_take_them(root):
    lay(root / "a/.log/20260502/20260502-101500-0001.log", log_text(MEME))
    write(root / "a/x.ipynb")
    assert list(listed(root, takes_logs=False)) == ["a/x.ipynb"]


def test_what_a_hub_mounts_into_every_home_is_not_walked_again(root):
    for name in ("share/x.ipynb", "kato/a.ipynb", "kato/deep/users/b.ipynb"):
        write(root / "home" / name)
    for owner in ("kato", "lee"):
        write(root / "home" / owner / "users" / "kato" / "a.ipynb")
        write(root / "home" / owner / "share" / "x.ipynb")
    found = listed(root, owner_pattern="home/{owner}/**")
    assert set(found) == {"home/share/x.ipynb", "home/kato/a.ipynb", "home/kato/deep/users/b.ipynb"}


def test_no_link_leads_out(root, tmp_path):
    write(tmp_path / "private" / "secret.ipynb")
    (root / "folder").symlink_to(tmp_path / "private")
    (root / "file.ipynb").symlink_to(tmp_path / "private" / "secret.ipynb")
    (root / "ring.ipynb").symlink_to(root / "ring.ipynb")
    (root / "dangling.ipynb").symlink_to(root / "nowhere.ipynb")
    listing = next(iter(reader(root).folders()))
    assert listing.entries == []
    assert listing.skipped == {"symlink": 3}


def test_a_link_to_what_is_taken_anyway_is_taken_too(root):
    raw = write(root / "a" / "x.ipynb")
    write(root / "private" / "y.ipynb")
    (root / "b").mkdir()
    (root / "b" / "x.ipynb").symlink_to("../a/x.ipynb")
    (root / "b" / "y.ipynb").symlink_to("../private/y.ipynb")
    found = listed(root, exclude="private/")
    assert set(found) == {"a/x.ipynb", "b/x.ipynb"}
    assert reader(root, exclude="private/").read(found["b/x.ipynb"]) == raw


def test_a_folder_that_becomes_a_link_after_it_was_listed_is_not_followed(root, tmp_path):
    write(root / "a" / "x.ipynb")
    write(tmp_path / "private" / "x.ipynb", "the secret")
    entry = listed(root)["a/x.ipynb"]
    shutil.rmtree(root / "a")
    (root / "a").symlink_to(tmp_path / "private")
    with pytest.raises(Trouble):
        reader(root).read(entry)


def test_a_pipe_holds_nobody_up(root):
    os.mkfifo(root / "pipe.ipynb")
    write(root / "x.ipynb")
    entry = listed(root)["x.ipynb"]
    (root / "x.ipynb").unlink()
    os.mkfifo(root / "x.ipynb")
    with pytest.raises(Trouble) as trouble:
        reader(root).read(entry)
    assert trouble.value.code == Problem.NOT_A_FILE


def test_ten_thousand_files_in_one_folder(root):
    for number in range(10_000):
        (root / f"{number}.ipynb").touch()
    assert len(next(iter(reader(root).folders())).entries) == 10_000


def test_folders_as_deep_as_somebody_likes(root):
    where, handle = root, os.open(root, os.O_RDONLY)
    for _ in range(700):
        os.mkdir("d", dir_fd=handle)
        below = os.open("d", os.O_RDONLY, dir_fd=handle)
        os.close(handle)
        handle = below
    os.close(handle)
    write(where / "x.ipynb")
    assert set(listed(root)) == {"x.ipynb"}
    assert list(troubles(root).values()) == [Problem.UNSAYABLE]


def test_what_vanishes_during_the_walk_is_just_not_there(root):
    for name in ("a", "b", "c"):
        write(root / name / "x.ipynb")
    walk = reader(root).folders()
    assert [next(walk).folder, next(walk).folder] == ["", "a"]
    shutil.rmtree(root / "b")
    assert [(each.folder, each.trouble) for each in walk] == [("c", None)]


def test_a_folder_that_may_not_be_read_is_named(root, monkeypatch):
    write(root / "a" / "x.ipynb")
    write(root / "b" / "x.ipynb")
    original = os.open

    def closed(path, *args, **kwargs):  # whoever runs the tests may be root, to whom nothing is closed
        if path == "a":
            raise PermissionError(13, "Permission denied")
        return original(path, *args, **kwargs)

    monkeypatch.setattr(os, "open", closed)
    assert troubles(root) == {"a": Problem.NO_PERMISSION}
    assert set(listed(root)) == {"b/x.ipynb"}


def test_a_file_that_is_written_while_it_is_read_is_read_again(root, monkeypatch):
    lay(root / "README.md", b"before")
    entry = listed(root)["README.md"]
    original, written = os.fdopen, []

    def while_written(*args, **kwargs):
        if not written:
            written.append(lay(root / "README.md", b"and after", age=30))
        return original(*args, **kwargs)

    monkeypatch.setattr(os, "fdopen", while_written)
    assert reader(root).read(entry) == b"and after"


def test_a_file_that_never_rests_is_left_for_later(root, monkeypatch):
    lay(root / "README.md", b"0")
    entry = listed(root)["README.md"]
    original = os.fdopen

    def while_written(*args, **kwargs):
        with (root / "README.md").open("ab") as file:
            file.write(b"more")
        return original(*args, **kwargs)

    monkeypatch.setattr(os, "fdopen", while_written)
    with pytest.raises(Trouble) as trouble:
        reader(root).read(entry)
    assert trouble.value.code == Problem.CHANGING


def test_half_a_notebook_is_left_while_somebody_may_be_writing_it(root):
    lay(root / "x.ipynb", b'{"cells": [', age=0)
    with pytest.raises(Trouble) as trouble:
        reader(root).read(listed(root)["x.ipynb"])
    assert trouble.value.code == Problem.CHANGING


def test_half_a_notebook_that_has_lain_there_is_read_as_it_is(root):
    lay(root / "x.ipynb", b'{"cells": [', age=60)
    assert reader(root).read(listed(root)["x.ipynb"]) == b'{"cells": ['


def test_what_was_written_a_moment_ago_may_be_written_again_unseen(root):
    write(root / "new.ipynb", age=0)
    write(root / "old.ipynb", age=60)
    assert {path: entry.is_settled for path, entry in listed(root).items()} == {
        "new.ipynb": False,
        "old.ipynb": True,
    }


def test_a_link_that_is_new_is_no_trouble(root):
    """What was named is what changed: people put links beside their notebooks."""
    write(root / "there.ipynb")
    (root / "link.ipynb").symlink_to("there.ipynb")
    (root / "loop").symlink_to(".")
    lay(root / ".log/20260502/20260502-101500-0001.log", log_text(MEME))
    (root / f".log/{MEME}").mkdir()  # lc_wrapper links every log from here
    link = f".log/{MEME}/20260502-101500-0001.log"
    (root / link).symlink_to("../20260502/20260502-101500-0001.log")
    found = list(reader(root, ["link.ipynb", "loop", "loop/there.ipynb", link]).folders())
    assert [listing.trouble for listing in found if listing.trouble] == []
    assert [entry.path for listing in found for entry in listing.entries] == ["link.ipynb"]


def test_only_what_is_named_is_looked_at(root):
    for name in ("a/x.ipynb", "a/y.ipynb", "b/deep/z.ipynb", "c/w.ipynb", ".hidden/v.ipynb"):
        write(root / name)
    assert set(listed(root, ["a/x.ipynb", "b", "gone", ".hidden/v.ipynb"])) == {"a/x.ipynb", "b/deep/z.ipynb"}


def test_what_is_named_twice_is_listed_once(root):
    write(root / "a/deep/x.ipynb")
    named = ["a", "a/deep", "a/deep/x.ipynb", "a b"]
    found = [entry.path for listing in reader(root, named).folders() for entry in listing.entries]
    assert found == ["a/deep/x.ipynb"]


def test_larger_than_the_limit_is_not_read(root, settings):
    write(root / "x.ipynb")
    settings.MAX_NOTEBOOK_BYTES = 10
    with pytest.raises(Trouble) as trouble:
        reader(root).read(listed(root)["x.ipynb"])
    assert trouble.value.code == Problem.TOO_LARGE


def test_outside_the_roots_nothing_is_looked_at(root, tmp_path):
    with pytest.raises(Trouble) as trouble:
        listed(tmp_path)
    assert trouble.value.code == Problem.NOT_BELOW_ROOTS
    assert [step.how for step in reader(tmp_path).probe()] == [How.FAILED]


def test_the_test_of_a_connection_counts_what_is_there(root):
    write(root / "a" / "x.ipynb")
    lay(root / "a/.log/20260502/20260502-101500-0001.log", log_text(MEME))
    steps = {step.what: (step.how, step.found) for step in reader(root).probe()}
    assert steps == {
        "address": (How.OK, None),
        "folder": (How.OK, None),
        "notebooks": (How.OK, 1),
        "logs": (How.OK, 1),
    }
