"""What notebooks tell of executions, alone and beside logs."""

from datetime import UTC, datetime

import pytest

from execlogs import refresh, tasks
from execlogs.ingest import Told, ingest
from execlogs.models import Execution, Status, Witness
from notebooks.ingest import ingest as ingest_notebook
from notebooks.moving import move
from notebooks.signals import notebook_changed
from tests.builders import error, make_runbook, make_space, stream
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, Ran

pytestmark = pytest.mark.django_db
ran = Ran()
END = "2026-11-21T05:35:59.250Z"


def cell(outputs=(), log=ran.path, end=END, meme=FAMILY, **metadata):
    said = {"lc_cell_meme": {"current": meme, "execution_end_time": end}, **metadata}
    if log:
        said["lc_wrapper"] = {"log_history": [log]}
    return {
        "cell_type": "code",
        "source": "ls",
        "metadata": said,
        "outputs": list(outputs),
        "execution_count": 3,
    }


def bring_notebook(space, outputs=(), log=ran.path, path="kato/work/disk.ipynb", **fields):
    notebook = make_runbook(
        cell(outputs, log, **fields), space=space, path=path, meme=NOTEBOOK_MEME, owner="kato"
    )
    refresh.catch_up()
    return notebook


def bring_log(space, execution=ran):
    return ingest(space, [Told(Witness.LOG, execution.raw, "x.log", place_folder="kato/work")])


def test_notebook_alone_is_a_weak_witness():
    space = make_space()
    notebook = bring_notebook(
        space,
        [stream("trying\n"), error("OSError", "disk full")],
        log="",
        ExecuteTime={"start_time": "2026-11-21T05:35:40Z", "end_time": "2026-11-21T05:35:59Z"},
    )
    execution = Execution.objects.get()
    assert execution.is_weak
    assert (execution.status, execution.error) == (Status.ERROR, "OSError: disk full")
    assert execution.at == datetime(2026, 11, 21, 5, 35, 40, tzinfo=UTC)
    assert execution.ended_at == datetime(2026, 11, 21, 5, 35, 59, 250_000, UTC)
    assert (execution.notebook, execution.who, execution.headline) == (notebook, "kato", "ls")
    assert execution.transcript.output.startswith("trying")


def test_cell_that_does_not_say_when_is_no_row():
    bring_notebook(make_space(), [stream("x")], end=None)
    assert not Execution.objects.exists()


@pytest.mark.parametrize("log", [ran.path, ""])
@pytest.mark.parametrize("notebook_first", [True, False])
def test_notebook_and_log_are_one_execution_whoever_comes_first(log, notebook_first):
    failed = ran.but(status="error", output="")
    space = make_space()
    if notebook_first:
        bring_notebook(space, [error("OSError", "disk full")], log)
        first = Execution.objects.get().pk
        bring_log(space, failed)
    else:
        bring_log(space, failed)
        first = Execution.objects.get().pk
        bring_notebook(space, [error("OSError", "disk full")], log)
    execution = Execution.objects.get()
    assert execution.pk == first  # its address stays
    assert execution.witness_names == ["log", "notebook"]
    assert (execution.status, execution.error) == (Status.ERROR, "OSError: disk full")
    assert execution.started_text == ran.started
    assert execution.ended_at == datetime(2026, 11, 21, 5, 35, 59, tzinfo=UTC)


def test_log_says_how_it_ended_whatever_the_notebook_shows():
    space = make_space()
    bring_notebook(space, [error("OSError", "an old output")])
    bring_log(space)
    execution = Execution.objects.get()
    assert (execution.status, execution.error, execution.transcript.output) == (Status.OK, "", "total 0\n")


def test_branch_that_the_notebook_gained_since_is_not_the_executions():
    space = make_space()
    bring_log(space)
    bring_notebook(space, [stream("x")], meme=f"{FAMILY}-1-00ff")
    execution = Execution.objects.get()
    assert (execution.branch, execution.witnesses) == ("", Witness.LOG | Witness.NOTEBOOK)


def test_cell_that_was_run_again_without_a_log_is_another_execution():
    space = make_space()
    bring_log(space)
    bring_notebook(space, [stream("x")], end="2026-12-01T00:00:00Z")
    assert sorted(Execution.objects.values_list("witnesses", flat=True)) == [Witness.LOG, Witness.NOTEBOOK]


def test_copy_of_the_file_tells_of_the_same_execution():
    space = make_space()
    bring_notebook(space, [stream("x")], log="")
    bring_notebook(space, [stream("x")], log="", path="kato/work/copy.ipynb")
    assert Execution.objects.count() == 1


def test_reading_a_notebook_again_changes_nothing():
    space = make_space()
    notebook = bring_notebook(space, [stream("first error\n"), error("OSError", "disk full")])
    before = list(Execution.objects.values())
    notebook_changed.send(type(notebook), notebook=notebook)
    refresh.catch_up()
    assert list(Execution.objects.values()) == before


def test_earlier_execution_stays_when_the_cell_is_run_again():
    space = make_space()
    bring_notebook(space, [stream("x")], log="")
    bring_notebook(space, [stream("y")], log="", end="2026-11-22T00:00:00Z")
    assert Execution.objects.count() == 2


@pytest.mark.corpus
def test_notebooks_of_operationhub_join_their_logs(operationhub):
    space = make_space()
    hub = operationhub / "user-notebooks"
    for file in hub.rglob("*.ipynb"):
        ingest_notebook(space, str(file.relative_to(hub)), file.read_bytes())
    refresh.catch_up()
    assert Execution.objects.count() == 287  # so many cells say when
    logs = [file for file in hub.rglob(".log/*/*.log") if not file.is_symlink()]
    ingest(space, [Told(Witness.LOG, file.read_bytes(), file.name) for file in logs])
    assert Execution.objects.count() == 400
    told = Execution.objects.filter(witnesses=Witness.LOG | Witness.NOTEBOOK)
    assert told.count() == 287
    assert not Execution.objects.filter(status=Status.ERROR, error="", witnesses__gt=1).exists()


@pytest.mark.parametrize("log", [ran.path, ""])
def test_notebook_that_is_moved_to_another_space_tells_nothing_twice(log):
    space, other = make_space(), make_space()
    notebook = bring_notebook(space, [stream("x")], log)
    move(notebook, other, "moved.ipynb", None)
    refresh.catch_up()
    execution = Execution.objects.get()
    assert (execution.space, execution.notebook) == (space, notebook)


def test_notebook_that_is_moved_leaves_its_logs_where_they_were():
    space, other = make_space(), make_space()
    notebook = bring_notebook(space, [stream("x")])
    bring_log(space)
    move(notebook, other, "moved.ipynb", None)
    refresh.catch_up()
    assert Execution.objects.get().space == space


def test_many_notebooks_are_heard_with_few_questions(django_assert_max_num_queries):
    space = make_space()
    for number in range(12):
        end = f"2026-11-21T05:{number:02}:59.250Z"
        log = "" if number % 2 else ran.path.replace("0032", f"{number:04}")
        make_runbook(cell([stream("x")], log, end), space=space, path=f"{number}.ipynb")
    with django_assert_max_num_queries(60):  # three for each, to read it; the others are for all
        refresh.catch_up()
    assert Execution.objects.count() == 12


def test_the_task_waits_until_nothing_more_came(monkeypatch):
    asked = []
    monkeypatch.setattr(tasks.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(tasks.catch_up, "delay", asked.append)
    make_runbook(cell(), meme=NOTEBOOK_MEME)
    tasks.catch_up()
    assert (len(asked), Execution.objects.count()) == (1, 0)
    tasks.catch_up(asked[0])
    assert (len(asked), Execution.objects.count()) == (1, 1)
