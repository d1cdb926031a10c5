"""What is derived follows the notebooks, whatever happens to them."""

from datetime import timedelta
from uuid import UUID

import pytest
from django.utils import timezone

from lineage import refresh, tasks
from lineage.models import Descent, Due, Holding, Ring, RunOf, Trace
from lineage.runs import worked
from notebooks import ingest, moving
from notebooks.ingest import rebuild
from notebooks.parsing import parse
from tests.builders import lose_bytes, make_notebook, make_runbook, make_space, make_user

A, B, C = (f"0000000{n}-1111-11e1-8111-000000000000" for n in "123")

pytestmark = pytest.mark.django_db


def counts(space=None):
    rows = Holding.objects.filter(space=space) if space else Holding.objects.all()
    return {str(row.uuid): (row.cells, row.notebooks) for row in rows}


def test_a_family_is_counted_over_the_notebooks_that_hold_it():
    make_runbook("ls", "pwd", "ls -l", memes=[A, B, f"{A}-1-abcd"])
    assert refresh.catch_up() == 1
    assert counts() == {A: (2, 1), B: (1, 1)}
    assert Holding.objects.get(uuid=A).least_branched == 0


def test_branch_counts_are_numbers_not_text():
    make_runbook("ls", memes=[f"{A}-12-abcd"], space=make_space("one"))
    refresh.catch_up()
    assert Holding.objects.get().least_branched == 12


def test_a_new_revision_a_deletion_and_a_return_are_followed():
    user = make_user()
    space = make_space(writers=[user])
    notebook = make_runbook("ls", "pwd", memes=[A, B], space=space)
    refresh.catch_up()
    ingest.ingest(space, notebook.path, make_notebook("ls", "df", memes=[A, C]))
    refresh.catch_up()
    assert counts() == {A: (1, 1), C: (1, 1)}
    moving.delete(notebook, user)
    refresh.catch_up()
    assert counts() == {}
    assert not Trace.objects.exists()
    moving.restore(notebook)
    refresh.catch_up()
    assert counts() == {A: (1, 1), C: (1, 1)}


def test_a_notebook_that_changes_its_space_is_counted_there():
    here, there = make_space("here"), make_space("there")
    notebook = make_runbook("ls", memes=[A], space=here)
    refresh.catch_up()
    moving.move(notebook, there, notebook.path, by=make_user())
    refresh.catch_up()
    assert counts(here) == {}
    assert counts(there) == {A: (1, 1)}


def test_catching_up_twice_and_rebuilding_end_the_same():
    make_runbook("ls", "pwd", memes=[A, B])
    refresh.catch_up()
    before = counts()
    assert refresh.catch_up() == 0
    refresh.rebuild()
    assert counts() == before
    assert Trace.objects.count() == 1


def test_the_sweep_finds_what_nobody_noted():
    make_runbook("ls", memes=[A])
    Due.objects.all().delete()
    assert refresh.sweep() == 1
    assert counts() == {A: (1, 1)}
    assert refresh.sweep() == 0


def test_a_notebook_whose_bytes_are_missing_is_counted_by_its_rows():
    notebook = make_runbook("ls", memes=[A])
    lose_bytes(notebook.revision.sha256)
    refresh.catch_up()
    assert counts() == {A: (1, 1)}
    assert Trace.objects.get().steps == 1
    assert refresh.sweep() == 0


def test_a_trace_tells_how_far_it_ran():
    make_runbook(
        "ls",
        "pwd",
        path="user-notebooks/kato/20261023/x.ipynb",
        owner="lee",
        memes=[A, B],
        space=make_space(),
    )
    refresh.catch_up()
    trace = Trace.objects.get()
    assert (trace.who, trace.ending, trace.steps, trace.ran) == ("kato", "never", 2, 0)


def test_an_adopted_id_stays_and_moves_with_its_notebook():
    here, there = make_space("here"), make_space("there")
    notebook = make_runbook("ls", space=here)
    assigned = notebook.cells.get().meme
    ingest.ingest(here, notebook.path, make_notebook("ls", memes=[A]))
    refresh.catch_up()
    edge = Descent.objects.get()
    assert (edge.child, edge.parent, edge.how, edge.space) == (UUID(A), assigned, "adopted", here)
    rebuild(notebook)
    notebook.refresh_from_db()
    moving.move(notebook, there, notebook.path, by=make_user())
    refresh.catch_up()
    assert Descent.objects.get().space == there


def test_histories_and_new_roots_become_descents():
    cell = {
        "cell_type": "code",
        "source": "ls",
        "metadata": {"lc_cell_meme": {"current": C, "history": [{"current": A}, {"current": C}]}},
        "outputs": [],
        "execution_count": None,
    }
    make_runbook(
        cell,
        lc_notebook_meme={"current": C, "history": [B], "root_cells_history": [[[B, C], ["nonsense"]]]},
    )
    refresh.catch_up()
    edges = set(Descent.objects.values_list("child", "parent", "how"))
    assert edges == {(UUID(C), UUID(A), "history"), (UUID(C), UUID(B), "new_root")}


def test_the_number_of_queries_does_not_grow_with_the_notebooks(django_assert_max_num_queries):
    space = make_space()
    for number in range(12):
        make_runbook("ls", "pwd", memes=[A, B], space=space, path=f"{number}.ipynb")
    with django_assert_max_num_queries(60):
        refresh.catch_up()
    assert sum(row.cells for row in Holding.objects.filter(uuid=A)) == 12


def test_a_copy_without_memes_is_joined_by_its_texts_as_the_weakest_word():
    texts = [f"systemctl restart service-number-{n} && journalctl -u it" for n in range(6)]
    space = make_space()
    first = make_runbook(*texts, path="CU8/a.ipynb", space=space)
    second = make_runbook(*texts, path="CU9/a.ipynb", space=space)
    refresh.catch_up()
    edges = set(Descent.objects.values_list("child", "parent", "how"))
    pairs = zip(second.cells.all(), first.cells.all(), strict=True)
    assert edges == {(mine.meme, theirs.meme, "alike") for mine, theirs in pairs}


def test_a_notebook_is_parsed_once_for_all_that_is_derived_of_it(monkeypatch):
    space, parsed = make_space(), []
    make_runbook("ls", "pwd", path="a.ipynb", memes=[A, B], space=space)
    make_runbook("ls", "df", path="user/kato/a.ipynb", memes=[f"{A}-1-abcd", f"{B}-1-abcd"], space=space)
    for module in (refresh, worked):
        monkeypatch.setattr(module, "parse", lambda raw: parsed.append(raw) or parse(raw))
    refresh.catch_up()
    assert RunOf.objects.count() == 1
    assert len(parsed) == len(set(parsed)) == 2


def test_what_is_not_kept_between_is_read_again(monkeypatch):
    monkeypatch.setattr(refresh, "KEPT", 0)
    space = make_space()
    make_runbook("ls", "pwd", path="a.ipynb", memes=[A, B], space=space)
    make_runbook("ls", "df", path="user/kato/a.ipynb", memes=[f"{A}-1-abcd", f"{B}-1-abcd"], space=space)
    refresh.catch_up()
    assert [each.kind for each in RunOf.objects.get().deviations.all()] == ["edited"]


def test_what_becomes_due_meanwhile_waits_for_its_own_ring(monkeypatch):
    notebook = make_runbook("ls", memes=[A])
    read = refresh._read

    def reading(pks):
        Due.objects.create(notebook_id=notebook.pk)
        return read(pks)

    monkeypatch.setattr(refresh, "_read", reading)
    assert refresh.catch_up() == 1
    assert Due.objects.count() == 1
    assert not Ring.objects.exists()


def pending(count, newest, seconds=0):
    return refresh.Pending(count, newest, timezone.now() - timedelta(seconds=seconds))


def test_while_more_and_more_comes_in_it_waits():
    assert tasks.is_growing(pending(3, newest=9), seen=0)
    assert tasks.is_growing(pending(3, newest=9), seen=8)


@pytest.mark.parametrize(
    ("waiting", "seen"),
    [
        (pending(3, newest=9), 9),
        (pending(refresh.NOTEBOOKS_AT_ONCE, newest=9), 8),
        (pending(3, newest=9, seconds=60), 8),
        (refresh.Pending(0, 0, None), 0),
    ],
    ids=["nothing more came", "enough is together", "something waited for long", "nothing is due"],
)
def test_it_waits_no_more(waiting, seen):
    assert not tasks.is_growing(waiting, seen)


def test_the_task_looks_again_until_nothing_more_came(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(tasks.catch_up, "delay", asked.append)
    make_runbook("ls", memes=[A])
    tasks.catch_up()
    assert (len(asked), Trace.objects.count()) == (1, 0)
    tasks.catch_up(asked[0])
    assert (len(asked), Trace.objects.count()) == (1, 1)
