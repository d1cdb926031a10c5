import io
import os
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from notebooks import batches, blobs, moving, sidefiles, tidying
from notebooks import ingest as ingest_module
from notebooks.door import Incoming
from notebooks.ingest import ingest
from notebooks.models import Asset, Batch, Cell, Fragment, Notebook
from notebooks.storing import Fragments
from tests.builders import display, lose_bytes, make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

PICTURE = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture(autouse=True)
def no_bell(monkeypatch):
    monkeypatch.setattr("notebooks.doorbell.current_app.send_task", lambda name: None)


def tidy(**options):
    out = io.StringIO()
    call_command("tidy", stdout=out, **options)
    return out.getvalue().splitlines()


def grow_old():
    past = (timezone.now() - timedelta(days=2)).timestamp()
    for folder in default_storage.listdir("")[0]:
        for name in default_storage.listdir(folder)[1]:
            os.utime(default_storage.path(f"{folder}/{name}"), (past, past))


def test_it_says_what_it_would_remove_and_removes_nothing():
    space = make_space()
    ingest(space, "x.ipynb", make_notebook("ls"))
    ingest(space, "x.ipynb", make_notebook("df"))
    lost = blobs.put(b"nobody names me")
    grow_old()
    assert tidy() == [
        "0 batches would be removed",
        "1 fragments would be removed",
        "0 assets would be removed",
        "1 files would be removed",
        "Nothing was removed. --yes removes it.",
    ]
    assert Fragment.objects.count() == 2
    assert blobs.exists(lost)


def test_with_yes_only_what_nothing_uses_goes():
    space = make_space()
    ingest(space, "x.ipynb", make_notebook(("code", "plot()", [display({"image/png": PICTURE})])))
    notebook = ingest(space, "x.ipynb", make_notebook("df")).notebook
    readme = blobs.put(b"# hello")
    sidefiles.store(space, "README.md", readme, 7)
    lost = blobs.put(b"nobody names me")
    grow_old()
    tidy(yes=True)
    assert list(Fragment.objects.values_list("pk", flat=True)) == [Cell.objects.get().fragment_id]
    assert Asset.objects.count() == 1  # the older revision shows it
    kept = [*notebook.revisions.values_list("sha256", flat=True), readme, Asset.objects.get().pk]
    assert [blobs.exists(digest) for digest in [*kept, lost]] == [True] * 4 + [False]


def test_what_came_lately_stays():
    young = blobs.put(b"a row will name me in a moment")
    assert tidy(yes=True)[-1] == "0 files removed"
    assert blobs.exists(young)


def test_bytes_that_come_again_while_the_storage_is_tidied_stay(monkeypatch):
    again, lost = blobs.put(b"brought again"), blobs.put(b"nobody names me")
    grow_old()
    unused = sorted(tidying.unused_blobs())
    assert unused == sorted([again, lost])
    monkeypatch.setattr(tidying, "unused_blobs", lambda: iter(unused))
    blobs.put(b"brought again")  # its row is not there yet
    tidying.remove_files()
    assert (blobs.exists(again), blobs.exists(lost)) == (True, False)
    blobs.put_file(io.BytesIO(b"nobody names me"))
    assert blobs.get(lost) == b"nobody names me"


def test_what_a_killed_process_had_begun_to_write_goes():
    digest = blobs.put(b"whole")
    begun = Path(default_storage.path(f"{digest[:2]}/.incoming-abc"))
    begun.write_bytes(b"ha")
    tidy(yes=True)
    assert begun.exists()  # it may be being written
    grow_old()
    tidy(yes=True)
    assert not begun.exists()


def kill_tidy(digest):
    """As if the process had ended between moving the bytes aside and removing them."""
    kept = Path(default_storage.path(f"{digest[:2]}/{digest}"))
    return kept.replace(kept.with_name(f".leaving-{digest}"))


def test_what_a_killed_tidy_was_about_to_remove_comes_back_where_it_is_needed():
    readme = blobs.put(b"# needed after all")
    sidefiles.store(make_space(), "README.md", readme, 18)
    aside = kill_tidy(readme)
    assert blobs.get(readme) == b"# needed after all"
    assert not aside.exists()


def test_what_a_killed_tidy_left_is_brought_back_or_removed_by_the_next():
    needed, lost = blobs.put(b"# needed after all"), blobs.put(b"nobody names me")
    sidefiles.store(make_space(), "README.md", needed, 18)
    grow_old()
    aside = [kill_tidy(needed), kill_tidy(lost)]
    tidy(yes=True)
    assert (blobs.exists(needed), blobs.exists(lost)) == (True, False)
    assert [each.exists() for each in aside] == [False, False]


def test_what_was_put_anew_since_a_tidy_was_killed_stays_young():
    digest = blobs.put(b"brought again")
    grow_old()
    aside = kill_tidy(digest)
    blobs.put(b"brought again")  # its row is not there yet
    tidy(yes=True)
    assert blobs.get(digest) == b"brought again"
    assert not aside.exists()


def test_two_that_tidy_at_once_do_not_trip_over_each_other(monkeypatch):
    lost = blobs.put(b"nobody names me")
    grow_old()
    monkeypatch.setattr(tidying, "unused_blobs", lambda: iter([lost, lost]))
    tidying.remove_files()
    assert not blobs.exists(lost)


@pytest.mark.django_db(transaction=True)
def test_a_fragment_that_goes_while_a_notebook_that_needs_it_comes_in_is_made_again(monkeypatch):
    space = make_space()
    ingest(space, "x.ipynb", make_notebook("ls"))
    ingest(space, "x.ipynb", make_notebook("df"))
    look, tidied = Fragments.of, []

    def look_and_tidy(parsed):
        found = look(parsed)
        if not tidied:
            tidied.append(tidying.remove_fragments())
        return found

    monkeypatch.setattr(Fragments, "of", look_and_tidy)
    notebook = ingest(space, "y.ipynb", make_notebook("ls")).notebook
    assert "ls" in notebook.cells.get().fragment.html
    assert tidied


def tidy_beside():
    """On a connection of its own, as `manage.py tidy` beside the web server."""

    def remove():
        tidying.remove_fragments()
        connection.close()

    thread = Thread(target=remove)
    thread.start()
    thread.join()


AGAIN = {
    "rebuild": ingest_module.rebuild,
    "make current": lambda notebook: ingest_module.make_current(notebook, notebook.revisions.get(number=1)),
    "move": lambda notebook: moving.move(notebook, notebook.space, "b/y.ipynb", make_user()),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("way", AGAIN)
def test_fragments_that_go_while_a_notebook_is_written_again_are_made_again(monkeypatch, way):
    space = make_space()
    ingest(space, "x.ipynb", make_notebook("ls", "df"))
    notebook = ingest(space, "x.ipynb", make_notebook("ls")).notebook
    Cell.objects.all().delete()  # nothing uses its fragments, as after an upgrade that renders differently
    look, tidied = Fragments.of, []

    def look_and_tidy(parsed):
        found = look(parsed)
        if not tidied:
            assert not found.rendered
            tidied.append(tidy_beside())
            assert not Fragment.objects.exists()
        return found

    monkeypatch.setattr(Fragments, "of", look_and_tidy)
    AGAIN[way](notebook)
    assert tidied
    sources = ["ls", "df"] if way == "make current" else ["ls"]
    assert [cell.source for cell in notebook.cells.select_related("fragment")] == sources
    assert all(cell.fragment.html for cell in notebook.cells.all())


def test_batches_go_after_ninety_days_unless_something_waits():
    def batch(raw):
        made = batches.open_batch(make_space(), None, Batch.Kind.COMMAND)
        batches.receive(
            made, [Incoming("x.ipynb", len(raw), lambda: io.BytesIO(raw))] if raw else [], is_last=True
        )
        return made

    old, waiting, young = batch(b""), batch(b"{}"), batch(b"")
    Batch.objects.exclude(pk=young.pk).update(touched_at=timezone.now() - tidying.KEPT)
    tidy(yes=True)
    assert set(Batch.objects.values_list("pk", flat=True)) == {waiting.pk, young.pk}
    assert old.pk not in {waiting.pk, young.pk}


def test_rerender_makes_everything_again_from_the_originals():
    space = make_space()
    for number in range(3):
        ingest(space, f"{number}.ipynb", make_notebook(f"echo {number}"))
    before = list(Cell.objects.order_by("notebook").values_list("meme", "source"))
    Cell.objects.all().delete()
    Fragment.objects.all().delete()
    out = io.StringIO()
    call_command("rerender", stdout=out)
    assert out.getvalue().splitlines() == ["3 rendered, 0 failed"]
    assert list(Cell.objects.order_by("notebook").values_list("meme", "source")) == before


def test_rerender_changes_nothing_about_when_a_notebook_changed():
    notebook = ingest(make_space(), "x.ipynb", make_notebook("ls")).notebook
    past = timezone.now() - timedelta(days=30)
    Notebook.objects.update(updated_at=past, title="as an older version read it")
    call_command("rerender", stdout=io.StringIO())
    notebook.refresh_from_db()
    assert (notebook.updated_at, notebook.title) == (past, "x")


@pytest.mark.parametrize("way", ["make current", "move"])
def test_what_somebody_does_to_a_notebook_is_a_change(way):
    notebook = ingest(make_space(), "x.ipynb", make_notebook("ls")).notebook
    past = timezone.now() - timedelta(days=30)
    Notebook.objects.update(updated_at=past)
    AGAIN[way](notebook)
    notebook.refresh_from_db()
    assert notebook.updated_at > past


def test_rerender_says_which_originals_are_lost():
    notebook = ingest(make_space("hub"), "x.ipynb", make_notebook("ls")).notebook
    lose_bytes(notebook.revision.sha256)
    out = io.StringIO()
    with pytest.raises(SystemExit):
        call_command("rerender", stdout=out)
    assert out.getvalue().startswith("failed: hub/x.ipynb")
    assert Notebook.objects.get().cells.count() == 1
