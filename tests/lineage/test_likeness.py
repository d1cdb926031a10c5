from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from lineage.families.likeness import MOST_CELLS, OTHER_TITLE, SAME_TITLE, Text, edges_of, pair
from notebooks import moving
from notebooks.ingest import Provenance, ingest
from notebooks.models import Cell, Notebook
from tests.builders import make_notebook, make_space, make_user, stream

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "bdc-runbooks"
STEPS = tuple(f"kubectl describe pod web-{number} --namespace shop-{number}" for number in range(8))
BOILERPLATE = tuple(f"from operations.common import connection_{n}, retry_{n}" for n in range(3))


def texts(*sources):
    return [Text("code", source, UUID(int=index)) for index, source in enumerate(sources)]


def sources_of(pairs):
    return [(one.source, other.source) for one, other in pairs]


# ----- which cell is which


def test_equal_texts_pair_in_order():
    assert sources_of(pair(texts("a", "b", "c"), texts("a", "x y z", "c"))) == [("a", "a"), ("c", "c")]


def test_an_edited_cell_pairs_with_what_stands_in_its_place():
    mine, theirs = texts("a", "ping -c 3 web-1", "b"), texts("a", "ping -c 3 web-2", "b")
    assert ("ping -c 3 web-1", "ping -c 3 web-2") in sources_of(pair(mine, theirs))


def test_prose_is_never_an_edit_of_code():
    assert pair([Text("markdown", "same words here", uuid4())], texts("same words here")) == []


def test_blank_cells_pair_with_nothing():
    assert pair(texts("", "  \n"), texts("", "  \n")) == []


def test_boilerplate_alone_makes_no_copy():
    own, other = texts(*BOILERPLATE, *STEPS[:4]), texts(*BOILERPLATE, *STEPS[4:])
    for wanted in (SAME_TITLE, OTHER_TITLE):
        assert not (wanted.may_be_had(own, other) and wanted.is_had(own, other, [])), wanted
    assert not OTHER_TITLE.is_had(own, other, pair(own, other))


def test_beneath_another_title_nearly_all_must_be_equal():
    own = texts(*STEPS)
    assert OTHER_TITLE.is_had(own, texts(*STEPS[:7], "x"), pair(own, texts(*STEPS[:7], "x")))
    assert not OTHER_TITLE.is_had(own, texts(*STEPS[:5]), pair(own, texts(*STEPS[:5])))


# ----- what a notebook of the library is a copy of


@pytest.fixture
def space(db):
    return make_space()


def titled(title, *sources):
    return [("markdown", f"# {title}"), *sources]


def come(space, path, *cells, saved=0, **notebook):
    """A notebook whose source saved it on that day."""
    provenance = Provenance(saved_at=datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=saved))
    return ingest(space, path, make_notebook(*cells, **notebook), provenance).notebook


def memes_of(notebook):
    return list(notebook.cells.order_by("index").values_list("meme", flat=True))


def test_a_copy_in_another_folder_descends_from_the_older_cell_by_cell(space):
    older = come(space, "CU8/disk.ipynb", *titled("Disk full", *STEPS))
    younger = come(
        space, "CU9/disk.ipynb", *titled("Disk full", *STEPS[:6], "an added step", *STEPS[6:]), saved=1
    )
    mine = memes_of(younger)
    assert edges_of(younger) == list(zip(mine[:7] + mine[8:], memes_of(older), strict=True))


def test_the_older_one_says_the_same_when_it_comes_later(space):
    younger = come(space, "b.ipynb", *titled("Disk full", *STEPS), saved=1)
    older = come(space, "a.ipynb", *titled("Disk full", *STEPS))
    assert edges_of(older) == edges_of(younger) == list(zip(memes_of(younger), memes_of(older), strict=True))


def test_what_came_in_first_is_the_parent_where_saved_at_once(space):
    first, second = (come(space, f"{name}.ipynb", *titled("Disk full", *STEPS)) for name in "ab")
    assert edges_of(second) == list(zip(memes_of(second), memes_of(first), strict=True))


def test_a_later_revision_makes_nothing_younger(space):
    older = come(space, "a.ipynb", *titled("Disk full", *STEPS))
    younger = come(space, "b.ipynb", *titled("Disk full", *STEPS), saved=1)
    come(space, "a.ipynb", *titled("Disk full", *STEPS, "one more"), saved=2)
    assert dict(edges_of(younger))[memes_of(younger)[0]] == memes_of(older)[0]


def test_all_copies_join_the_oldest(space):
    oldest, *copies = (come(space, f"{n}.ipynb", *titled("Disk full", *STEPS), saved=n) for n in range(4))
    for copy in copies:
        assert {parent for _, parent in edges_of(copy)} == set(memes_of(oldest))


def test_a_copy_that_was_run_is_found_by_its_title(space):
    """Outputs make other fragments of the same texts."""
    older = come(space, "a.ipynb", *titled("Disk full", *STEPS))
    ran = [("code", source, [stream("ok")]) for source in STEPS]
    younger = come(space, "b.ipynb", *titled("Disk full", *ran), saved=1)
    assert edges_of(younger) == list(zip(memes_of(younger), memes_of(older), strict=True))


def test_a_renamed_copy_is_found_by_its_cells(space):
    older = come(space, "a.ipynb", *titled("Disk full", *STEPS))
    younger = come(space, "b.ipynb", *titled("Disk full on web-17", *STEPS), saved=1)
    assert set(edges_of(younger)) >= set(zip(memes_of(younger)[1:], memes_of(older)[1:], strict=True))


def test_texts_that_many_share_do_not_join_strangers(space):
    for number in range(40):
        own = [f"check_part(name='part-{number}', step={step}, host='web')" for step in range(4)]
        come(
            space, f"{number}.ipynb", *titled(f"Part {number}", "import os", *BOILERPLATE, *own), saved=number
        )
    for notebook in Notebook.objects.all():
        assert edges_of(notebook) == [], notebook.path


def test_two_of_one_title_with_little_in_common_are_strangers(space):
    come(space, "a/README.ipynb", *titled("README", BOILERPLATE[0], *STEPS[:4]))
    assert (
        edges_of(come(space, "b/README.ipynb", *titled("README", BOILERPLATE[0], *STEPS[4:]), saved=1)) == []
    )


def test_short_texts_tell_nothing(space):
    cells = titled("Setup", "import os", "import sys", "ls", "pwd", "df -h", "date")
    come(space, "a.ipynb", *cells)
    assert edges_of(come(space, "b.ipynb", *cells)) == []


def test_another_space_is_not_looked_at(space):
    come(make_space(), "a.ipynb", *titled("Disk full", *STEPS))
    assert edges_of(come(space, "a.ipynb", *titled("Disk full", *STEPS))) == []


def test_what_lies_in_the_bin_is_not_looked_at(space):
    moving.delete(come(space, "a.ipynb", *titled("Disk full", *STEPS)), make_user())
    assert edges_of(come(space, "b.ipynb", *titled("Disk full", *STEPS))) == []


def test_a_notebook_that_carries_its_memes_needs_no_likeness(space, django_assert_num_queries):
    cells = titled("Disk full", *STEPS)
    come(space, "a.ipynb", *cells)
    carried = come(space, "b.ipynb", *cells, memes=[str(uuid4()) for _ in cells])
    with django_assert_num_queries(1):
        assert edges_of(carried) == []


def test_a_copy_without_memes_descends_from_cells_that_carry_them(space):
    cells = titled("Disk full", *STEPS)
    carried = come(space, "a.ipynb", *cells, memes=[str(uuid4()) for _ in cells])
    bare = come(space, "b.ipynb", *cells, saved=1)
    assert edges_of(bare) == list(zip(memes_of(bare), memes_of(carried), strict=True))


def test_an_enormous_notebook_is_left_alone(space):
    cells = [f"print('a line of a generated notebook', {number})" for number in range(MOST_CELLS + 1)]
    come(space, "a.ipynb", *cells)
    assert edges_of(come(space, "b.ipynb", *cells)) == []


def test_the_queries_do_not_grow_with_the_copies(space, django_assert_max_num_queries):
    for number in range(20):
        come(space, f"{number}.ipynb", *titled("Disk full", *STEPS), saved=number)
    with django_assert_max_num_queries(6):
        assert edges_of(come_last := Notebook.objects.get(path="19.ipynb"))
    assert come_last.cells.count() == len(edges_of(come_last))


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason=f"{CORPUS} is not there")
def test_a_release_of_real_runbooks_descends_from_the_one_before(space):
    """CU9 is CU8's next release: a third of the texts changed, and most of every runbook is boilerplate."""
    folders = [
        f"{release}/public/content/{name}"
        for release in ("CU8", "CU9")
        for name in ("diagnose", "log-analyzers")
    ]
    for path in sorted(path for folder in folders for path in (CORPUS / folder).rglob("*.ipynb")):
        ingest(space, path.relative_to(CORPUS).as_posix(), path.read_bytes())
    owner = dict(Cell.objects.values_list("meme", "notebook__path"))
    joined = 0
    for notebook in Notebook.objects.filter(path__startswith="CU9"):
        edges = edges_of(notebook)
        assert {owner[child] for child, _ in edges} <= {notebook.path}
        assert {owner[parent] for _, parent in edges} <= {notebook.path.replace("CU9", "CU8")}, notebook.path
        joined += bool(edges)
    assert joined >= 30, joined  # the others share one text or none
    for notebook in Notebook.objects.filter(path__startswith="CU8"):
        for child, parent in edges_of(notebook):
            assert (owner[child], owner[parent]) == (notebook.path.replace("CU8", "CU9"), notebook.path)
