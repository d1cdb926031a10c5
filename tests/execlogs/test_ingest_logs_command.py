import shutil
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from execlogs.models import Execution, Status
from notebooks.models import Space
from tests.builders import make_runbook, make_space, make_user
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, Ran, history

pytestmark = pytest.mark.django_db
ran = Ran()


def ingest_logs(*paths, **options):
    out = StringIO()
    code = 0
    try:
        call_command("ingest_logs", *map(str, paths), stdout=out, **options)
    except SystemExit as exit_:
        code = exit_.code
    return code, out.getvalue().splitlines()


def write(root, execution=ran, folder="kato/work", raw=None):
    """A log and its history under `root` as lc_wrapper leaves them, with the link and a pickle."""
    day, name = execution.path.split("/")[-2:]
    logs = root / folder / ".log"
    cell = logs / FAMILY
    for each in (logs / day, cell):
        each.mkdir(parents=True, exist_ok=True)
    (logs / day / name).write_bytes(execution.raw if raw is None else raw)
    (logs / day / name.replace(".log", "-0.pkl")).write_bytes(b"cos\nsystem\n(S'false'\ntR.")
    (cell / f"{FAMILY}.json").write_bytes(history(execution))
    (cell / name).symlink_to(f"../{day}/{name}")
    return logs / day / name


def test_tree_of_logs_is_read_once_each_whatever_links_to_them(tmp_path):
    space = make_space("ops")
    notebook = make_runbook(space=space, path="kato/work/disk.ipynb", meme=NOTEBOOK_MEME)
    write(tmp_path)
    assert ingest_logs(tmp_path, space="ops") == (0, ["1 stored, 0 unchanged, 0 failed"])
    execution = Execution.objects.get()
    assert execution.notebook == notebook
    assert execution.witness_names == ["log", "json"]
    assert ingest_logs(tmp_path, space="ops") == (0, ["0 stored, 1 unchanged, 0 failed"])


def test_log_that_was_running_is_told_of_more_fully(tmp_path):
    file = write(tmp_path, raw=ran.head.encode())
    (tmp_path / "kato" / "work" / ".log" / FAMILY / f"{FAMILY}.json").unlink()
    make_space("ops")
    ingest_logs(tmp_path, space="ops")
    assert Execution.objects.get().status == Status.RUNNING
    file.write_bytes(ran.raw)
    assert ingest_logs(tmp_path, space="ops")[1] == [
        "1 were known, and are told of more fully now",
        "0 stored, 0 unchanged, 0 failed",
    ]
    assert Execution.objects.get().status == Status.OK


def test_failure_has_its_line_and_the_exit_code_says_so(tmp_path):
    make_space("ops")
    file = write(tmp_path, raw=b"rubbish")
    code, lines = ingest_logs(tmp_path, space="ops")
    assert code == 1
    assert lines == [f"failed: {file}: This is no log of lc_wrapper.", "1 stored, 0 unchanged, 1 failed"]


def test_several_paths_put_their_own_names_before(tmp_path):
    make_space("ops")
    for name in ("one", "two"):
        write(tmp_path / name, ran.but(path=ran.path.replace("0032", f"00{len(name)}{ord(name[0]) % 10}")))
    ingest_logs(tmp_path / "one", tmp_path / "two", space="ops", folder="hub")
    assert set(Execution.objects.values_list("place", flat=True)) == {
        "hub/one/kato/work/disk.ipynb",
        "hub/two/kato/work/disk.ipynb",
    }


def test_time_zone_is_that_of_abbreviations_that_mean_several(tmp_path):
    make_space("ops")
    write(tmp_path, ran.but(started="2026-11-21 14:35:58(CST)"))
    ingest_logs(tmp_path, space="ops", time_zone="Asia/Shanghai")
    execution = Execution.objects.get()
    assert (execution.at.hour, execution.is_zone_guessed) == (6, False)


def test_space_that_is_not_there_is_made_for_the_first_superuser_alone(tmp_path):
    boss = make_user("boss", is_superuser=True)
    write(tmp_path)
    assert ingest_logs(tmp_path, space="new")[1][0] == "Made the space new, readable by boss"
    assert list(Space.objects.visible_to(boss)) == [Space.objects.get(slug="new")]
    assert not Space.objects.get(slug="new").is_public


@pytest.mark.parametrize("options", [{"space": "a b"}, {"time_zone": "Mars/Olympus"}, {"folder": "../up"}])
def test_wrong_option_says_what_to_write(tmp_path, options):
    with pytest.raises(CommandError, match="--"):
        ingest_logs(tmp_path, **options)


def test_path_that_is_not_there_is_said(tmp_path):
    with pytest.raises(CommandError, match="Not there"):
        ingest_logs(tmp_path / "gone")


@pytest.mark.corpus
def test_operationhub_as_found_on_its_disk(operationhub, tmp_path):
    make_space("ops")
    assert ingest_logs(operationhub, space="ops") == (0, ["400 stored, 0 unchanged, 0 failed"])
    assert ingest_logs(operationhub, space="ops") == (0, ["0 stored, 400 unchanged, 0 failed"])
    assert Execution.objects.filter(status=Status.ERROR).count() == 23
    flat = tmp_path / "flat"
    flat.mkdir()
    for file in operationhub.rglob(".log/*/*.log"):
        if not file.is_symlink():
            shutil.copy(file, flat)
    assert ingest_logs(flat, space="ops")[1][-1] == "0 stored, 400 unchanged, 0 failed"


@pytest.mark.corpus
def test_every_variant_is_stored(variants):
    make_space("ops")
    assert ingest_logs(variants, space="ops") == (0, ["7 stored, 0 unchanged, 0 failed"])
    rows = Execution.objects.order_by("at")
    assert [each.status for each in rows] == ["ok", "ok", "error", "ok", "ok", "error", "ok"]
    assert [each.witness_names for each in rows if each.meme is None] == [["log"]]
    assert rows.exclude(meme=None).filter(witnesses=3).count() == 6
