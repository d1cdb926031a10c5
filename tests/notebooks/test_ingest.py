import sqlite3
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connection

from lineage.models import Descent
from notebooks import blobs
from notebooks.ingest import Outcome, Provenance, identities_of, ingest, make_current, rebuild
from notebooks.models import Cell, Notebook, Revision
from notebooks.parsing import InvalidNotebook
from tests.builders import lose_bytes, make_notebook, make_space

pytestmark = pytest.mark.django_db

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


def memes(notebook):
    return [cell.full_meme for cell in notebook.cells.all()]


def test_the_original_is_kept_byte_for_byte():
    raw = make_notebook("ls") + b"\n\n"
    notebook = ingest(make_space(), "a/b.ipynb", raw).notebook
    assert blobs.get(notebook.revision.sha256) == raw


def test_title_and_owner_read_one_way_and_the_original_stays_as_it_was():
    raw = make_notebook(("markdown", "# Reboot \u202egpj.hs\u2066"))
    notebook = ingest(make_space(), "a.ipynb", raw, Provenance(owner="kato\u202e")).notebook
    assert (notebook.title, notebook.owner) == ("Reboot gpj.hs", "kato")
    assert blobs.get(notebook.revision.sha256) == raw


def test_the_same_bytes_again_are_unchanged():
    space, raw = make_space(), make_notebook("ls")
    ingest(space, "a.ipynb", raw)
    assert ingest(space, "a.ipynb", raw).outcome is Outcome.UNCHANGED
    assert Revision.objects.count() == 1


@pytest.fixture
def few_parameters():
    """As an old SQLite takes them."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite's limit can be set")
    before = connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 999)
    yield
    connection.connection.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, before)


def test_a_notebook_may_have_more_cells_than_a_query_takes_parameters(client, few_parameters):
    space = make_space(is_public=True)
    cells = [("raw", str(number)) for number in range(1100)]
    ingest(space, "a.ipynb", make_notebook(*cells))
    notebook = ingest(space, "a.ipynb", make_notebook(*cells, ("raw", "last"))).notebook
    assert notebook.cells.count() == 1101
    assert client.get(notebook.get_absolute_url()).status_code == 200
    assert client.get(notebook.revisions.last().get_absolute_url()).status_code == 200


def test_a_new_revision_comes_in_although_the_bytes_of_the_one_before_are_lost():
    space = make_space()
    before = ingest(space, "a.ipynb", make_notebook("ls", "df")).notebook
    known = memes(before)
    lose_bytes(before.revision.sha256)
    after = ingest(space, "a.ipynb", make_notebook("ls", "pwd", "df")).notebook
    assert [memes(after)[index] for index in (0, 2)] == known


def test_other_bytes_on_the_same_path_are_a_new_revision():
    space = make_space()
    ingest(space, "a.ipynb", make_notebook("ls"))
    notebook = ingest(space, "a.ipynb", make_notebook("ls", "df")).notebook
    assert (notebook.revision.number, notebook.revision.cells_added, notebook.cell_count) == (2, 1, 2)
    assert [cell.source for cell in notebook.cells.all()] == ["ls", "df"]


def test_bytes_that_return_after_others_are_a_revision_again():
    space, first = make_space(), make_notebook("ls")
    before = memes(ingest(space, "a.ipynb", first).notebook)
    ingest(space, "a.ipynb", make_notebook("something else entirely", "and more"))
    notebook = ingest(space, "a.ipynb", first).notebook
    assert (notebook.revision.number, memes(notebook)) == (3, before)


def test_what_is_no_notebook_changes_nothing():
    space = make_space()
    ingest(space, "a.ipynb", make_notebook("ls"))
    with pytest.raises(InvalidNotebook):
        ingest(space, "a.ipynb", b"{}")
    assert Notebook.objects.get().revision.number == 1


def test_assigned_memes_stay_over_reingest_and_rebuild():
    space = make_space()
    before = memes(ingest(space, "a.ipynb", make_notebook("ls", "ping a", "df")).notebook)
    notebook = ingest(space, "a.ipynb", make_notebook("df", "ls", "ping a", "uptime")).notebook
    after = memes(notebook)
    assert after[:3] == [before[2], before[0], before[1]]
    rebuild(notebook)
    assert memes(Notebook.objects.get()) == after


def test_a_carried_meme_that_comes_later_is_joined_to_the_assigned_one():
    space = make_space()
    assigned = ingest(space, "a.ipynb", make_notebook("ls")).notebook.cells.get().meme
    ingest(space, "a.ipynb", make_notebook("ls", memes=[MEME + "-1-00ff"]))
    descent = Descent.objects.get()
    assert (descent.child, descent.parent, descent.how) == (UUID(MEME), assigned, Descent.How.ADOPTED)


def test_duplicate_memes_inside_one_notebook_are_labels():
    notebook = ingest(make_space(), "a.ipynb", make_notebook("ls", "df", memes=[MEME, MEME])).notebook
    assert memes(notebook) == [MEME, MEME]


def test_nul_and_lone_surrogates_are_stored_readable():
    notebook = ingest(make_space(), "a.ipynb", make_notebook("a\x00b\ud800c")).notebook
    assert notebook.cells.get().source.startswith("a\ufffdb\ufffd")
    assert b"\\ud800" in blobs.get(notebook.revision.sha256)


def test_an_old_revision_can_be_made_current_and_the_others_stay():
    space = make_space()
    first = ingest(space, "a.ipynb", make_notebook("ls")).notebook
    before = memes(first)
    notebook = ingest(space, "a.ipynb", make_notebook("df -h /var", "uptime")).notebook
    make_current(notebook, notebook.revisions.get(number=1))
    shown = Notebook.objects.get()
    assert (shown.revision.number, memes(shown), shown.revisions.count()) == (1, before, 2)


def test_a_worker_that_was_overtaken_looks_again(monkeypatch):
    space, ours = make_space(), make_notebook("ls", "ours")
    real, overtaken = blobs.put, []

    def put(raw):
        if raw == ours and not overtaken:
            overtaken.append(True)
            ingest(space, "a.ipynb", make_notebook("ls", "theirs"))
        return real(raw)

    monkeypatch.setattr("notebooks.blobs.put", put)
    notebook = ingest(space, "a.ipynb", ours).notebook
    assert [revision.number for revision in notebook.revisions.all()] == [2, 1]
    assert (notebook.revision.number, notebook.revision.cells_edited) == (2, 1)


def test_owner_and_times_are_kept():
    space = make_space()
    notebook = ingest(
        space, "a.ipynb", make_notebook("ls"), Provenance(owner="kato", origin="command")
    ).notebook
    again = ingest(space, "a.ipynb", make_notebook("df"), Provenance()).notebook
    assert (notebook.owner, again.owner, again.revision.origin) == ("kato", "kato", "upload")


def test_links_to_other_notebooks_are_kept_as_paths_of_the_space():
    source = "[next](../b/T02%20手順.ipynb#x) [away](https://example.org/x.ipynb) [up](../../../x.ipynb)"
    notebook = ingest(make_space(), "a/T01.ipynb", make_notebook(("markdown", source))).notebook
    assert [link.path for link in notebook.links.all()] == ["b/T02 手順.ipynb"]


@pytest.mark.corpus
def test_the_next_release_of_a_real_library_keeps_the_ids_of_unchanged_and_moved_cells():
    cu8, cu9 = (CORPUS / "bdc-runbooks" / name for name in ("CU8", "CU9"))
    if not cu8.is_dir():
        pytest.skip("../shared/corpus is not here")
    space = make_space()
    for path in sorted(cu8.rglob("*.ipynb")):
        ingest(space, path.relative_to(cu8).as_posix(), path.read_bytes())
    before, once_before = _memes_by_source(), _sources_that_stand_once()
    for path in sorted(cu9.rglob("*.ipynb")):
        ingest(space, path.relative_to(cu9).as_posix(), path.read_bytes())
    after, once_after = _memes_by_source(), _sources_that_stand_once()
    again = set(Notebook.objects.filter(revision__number=2).values_list("path", flat=True))
    kept = {key for key in once_before & once_after if key[0] in again}
    assert kept
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}
    for revision in Revision.objects.filter(number=2).select_related("notebook"):
        assert len(identities_of(revision)) == revision.notebook.cell_count


def _memes_by_source():
    return {(c.notebook.path, c.source): c.full_meme for c in Cell.objects.select_related("notebook")}


def _sources_that_stand_once():
    seen = Counter((c.notebook.path, c.source) for c in Cell.objects.select_related("notebook"))
    return {key for key, times in seen.items() if times == 1}


def test_a_path_that_is_taken_between_looking_and_writing_is_looked_at_again(monkeypatch):
    """A row that is not there yet cannot be locked: the database lets only one be made."""
    space, raced = make_space(), []

    def account_of(owner):
        if not raced:
            raced.append(Notebook.objects.create(space=space, path="a.ipynb", title="theirs"))

    monkeypatch.setattr("notebooks.ingest._account_of", account_of)
    notebook = ingest(space, "a.ipynb", make_notebook("ours")).notebook
    # Theirs was made within our transaction here, so it went with it.
    assert [cell.source for cell in notebook.cells.all()] == ["ours"]
    assert Notebook.objects.get() == notebook
