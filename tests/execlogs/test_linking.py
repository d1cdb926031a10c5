import pytest

from execlogs import refresh
from execlogs.ingest import Told, ingest
from execlogs.models import Due, Execution, Witness
from notebooks.ingest import ingest as ingest_notebook
from notebooks.moving import delete, move, restore
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, Ran

pytestmark = pytest.mark.django_db
ran = Ran()


def tell(space, execution=ran, witness=Witness.HTTP, **around):
    ingest(space, [Told(witness, execution.raw, execution.path.rpartition("/")[2], **around)])
    return Execution.objects.get(log_path=execution.path)


def notebook_of(execution):
    refresh.catch_up()
    execution.refresh_from_db()
    return execution.notebook


def runbook(space, path="kato/work/disk.ipynb", **fields):
    return make_runbook(space=space, path=path, meme=NOTEBOOK_MEME, **fields)


def test_notebook_that_comes_later_gets_its_executions():
    space = make_space()
    by_place = tell(space, place_folder="kato/work")
    by_name = tell(space, ran.but(path=ran.path.replace("0032", "0033")))
    assert by_place.notebook is by_name.notebook is None
    notebook = runbook(space)
    assert notebook_of(by_place) == notebook_of(by_name) == notebook
    assert not Due.objects.exists()


def test_moved_notebook_takes_its_executions_along():
    space, other = make_space(), make_space()
    notebook = runbook(space)
    before = tell(space, place_folder="kato/work")
    move(notebook, other, "elsewhere.ipynb", None)
    after = tell(space, ran.but(path=ran.path.replace("0032", "0033")), place_folder="kato/work")
    assert notebook_of(before) == notebook_of(after) == notebook


def test_deleted_notebook_leaves_its_executions_and_gets_them_back():
    space, by = make_space(), make_user()
    notebook = runbook(space)
    execution = tell(space, place_folder="kato/work")
    delete(notebook, by)
    assert notebook_of(execution) is None
    restore(notebook)
    assert notebook_of(execution) == notebook


def test_without_a_place_the_log_names_exactly_one():
    space = make_space()
    mine, his = runbook(space), runbook(space, "sato/work/disk.ipynb")
    runbook(space, "kato/work/other.ipynb")
    assert tell(space).notebook == mine
    his_run = ran.but(path=ran.path.replace("/home/kato/", "/home/sato/"))
    assert tell(space, his_run).notebook == his
    nobodys = ran.but(path=ran.path.replace("/home/kato/", "/home/jovyan/"))
    assert tell(space, nobodys).notebook is None


def test_another_persons_copy_alone_is_not_taken_for_it():
    space = make_space()
    runbook(space, "sato/work/disk.ipynb", owner="sato")
    assert tell(space).notebook is None


def test_notebook_with_another_meme_is_not_taken_for_it():
    space = make_space()
    make_runbook(space=space, path="kato/work/disk.ipynb", meme=FAMILY)
    assert tell(space).notebook is None


def test_second_copy_takes_back_what_was_linked_while_there_was_one():
    space = make_space()
    nobodys = ran.but(path="/home/jovyan/work/.log/20261121/20261121-143558-0032.log")
    notebook = runbook(space, "a/work/disk.ipynb")
    execution = tell(space, nobodys)
    assert execution.notebook == notebook
    runbook(space, "b/work/disk.ipynb")
    assert notebook_of(execution) is None


def test_notebook_of_another_space_is_never_linked():
    runbook(make_space())
    assert tell(make_space(), place_folder="kato/work").notebook is None


def test_relinking_asks_as_much_for_many_executions_as_for_few(django_assert_max_num_queries):
    space = make_space()
    many = [ran.but(path=ran.path.replace("0032", f"{number:04}")) for number in range(60)]
    ingest(space, [Told(Witness.HTTP, each.raw, "a.log", place_folder="kato/work") for each in many])
    ingest_notebook(space, "kato/work/disk.ipynb", make_notebook("ls", meme=NOTEBOOK_MEME))
    with django_assert_max_num_queries(20):
        refresh.catch_up()
    assert not Execution.objects.filter(notebook=None).exists()
