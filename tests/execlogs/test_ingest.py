import random
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import permutations
from uuid import UUID

import pytest
from django.db import connection

from execlogs.ingest import Told, ingest
from execlogs.models import Execution, Status, Transcript, Witness
from execlogs.refusals import LogRefusal
from notebooks import blobs, tidying
from notebooks.ingest import ingest as ingest_notebook
from tests.builders import make_runbook, make_space
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, SIGNATURE, Ran, history

pytestmark = pytest.mark.django_db
ran = Ran(meme=f"{FAMILY}-1-00ff")


def by_log(execution=ran, witness=Witness.LOG, **around):
    return Told(witness=witness, raw=execution.raw, name=execution.path.rpartition("/")[2], **around)


def by_history(*executions, **around):
    name = f"{FAMILY}/{FAMILY}.json"
    return Told(witness=Witness.JSON, raw=history(*(executions or (ran,))), name=name, **around)


def counts(outcome):
    return outcome.stored, outcome.merged, outcome.unchanged, len(outcome.failed)


def state():
    """All that is told of executions, without what differs by when and under which number it was stored."""
    rows = Execution.objects.order_by("key").values()
    texts = Transcript.objects.order_by("execution__key").values("code", "output", "output_size", "is_cut")
    return [{**row, "id": 0, "recorded_at": 0} for row in rows], list(texts)


def test_execution_has_all_that_its_log_tells():
    space = make_space()
    assert counts(ingest(space, [by_log(who="kato", host="hub", place_folder="kato/work")])) == (1, 0, 0, 0)
    execution = Execution.objects.get()
    assert (execution.meme, execution.branch) == (UUID(FAMILY), "1-00ff")
    assert (execution.notebook_meme, execution.notebook_path) == (UUID(NOTEBOOK_MEME), "work/disk.ipynb")
    assert (execution.place, execution.who, execution.host) == ("kato/work/disk.ipynb", "kato", "hub")
    assert (execution.server_signature, execution.uid) == (SIGNATURE, 1000)
    assert execution.at == datetime(2026, 11, 21, 5, 35, 58, 32_000, UTC)  # the log's name has milliseconds
    assert execution.duration.total_seconds() == 0.968
    assert (execution.started_text, execution.is_zone_guessed) == (ran.started, False)
    assert (execution.status, execution.matches, execution.headline) == (Status.OK, 0, "ls")
    assert (execution.log_path, execution.witness_names) == (ran.path, ["log"])
    assert (execution.transcript.code, execution.transcript.output) == ("ls", "total 0\n")


def test_log_history_http_and_stream_are_one_execution():
    space = make_space()
    told = [by_log(), by_history(), by_log(witness=Witness.HTTP), by_log(witness=Witness.STREAM)]
    assert counts(ingest(space, told)) == (1, 0, 0, 0)
    assert Execution.objects.get().witness_names == ["log", "json", "http", "stream"]


def test_same_again_is_unchanged():
    space = make_space()
    told = [by_log(), by_history()]
    ingest(space, told)
    before = state()
    assert counts(ingest(space, told)) == (0, 0, 1, 0)
    assert state() == before


def test_any_order_ends_in_the_same_rows():
    """A running log, the whole one, its history, what a stream told with its own ends of lines, what HTTP told."""
    whole = ran.but(
        output="10%\r\nno space left: error\r\n", status="error", started="2026-11-21 14:35:58(CST)"
    )
    running = Told(Witness.LOG, (whole.head + "10%\r\n").encode(), whole.path, host="b")
    streamed = whole.raw.replace(b"\r\n", b"\n")
    told = [
        running,
        by_log(whole, who="kato", place_folder="kato/work", time_zone="America/Chicago"),
        by_history(whole, host="a"),
        Told(Witness.STREAM, streamed, "1", time_zone="America/Chicago"),
        by_log(whole, Witness.HTTP),
    ]
    for order in random.Random(1).sample(list(permutations(told)), 30):
        space = make_space()
        for each in order:
            ingest(space, [each])
        execution = Execution.objects.select_related("transcript").get(space=space)
        assert (execution.status, execution.branch, execution.who) == (Status.ERROR, "1-00ff", "kato")
        assert (execution.error, execution.place) == ("no space left: error", "kato/work/disk.ipynb")
        assert (execution.host, execution.is_zone_guessed) == ("a", False)
        assert execution.at == datetime(2026, 11, 21, 20, 35, 58, 32_000, UTC)
        assert execution.transcript.output == whole.output
        assert execution.witnesses == 15


def test_running_log_is_updated_when_it_has_finished():
    space = make_space()
    assert counts(ingest(space, [Told(Witness.LOG, f"{ran.head}fir".encode(), "a.log")])) == (1, 0, 0, 0)
    execution = Execution.objects.get()
    assert (execution.status, execution.ended_at, execution.transcript.output) == (
        Status.RUNNING,
        None,
        "fir",
    )
    assert counts(ingest(space, [by_log(ran.but(output="first\nsecond\n"))])) == (0, 1, 0, 0)
    execution.refresh_from_db()
    assert (execution.status, execution.transcript.output) == (Status.OK, "first\nsecond\n")


def test_history_alone_knows_how_an_old_log_ended():
    old = ran.but(notebook_path=None, notebook_meme=None, signature=None, uid=None, status=None)
    space = make_space()
    ingest(space, [by_log(old)])
    assert Execution.objects.get().status == Status.UNKNOWN
    assert counts(ingest(space, [by_history({**old.entry, "execute_reply_status": "error"})])) == (0, 1, 0, 0)
    assert Execution.objects.get().status == Status.ERROR


def test_history_tells_of_executions_whose_logs_are_gone():
    space = make_space()
    ingest(space, [by_history()])
    execution = Execution.objects.get()
    assert (execution.meme, execution.branch, execution.status) == (UUID(FAMILY), "", Status.OK)
    assert (execution.transcript.code, execution.transcript.output) == ("ls", "")


def test_what_tells_of_no_execution_fails_with_its_reason_and_the_others_are_stored():
    told = [
        Told(Witness.LOG, b"", "a.log"),
        by_log(),
        Told(Witness.JSON, b"{}", "b.json"),
        by_log(ran.but(started="yesterday")),
    ]
    outcome = ingest(make_space(), told)
    assert outcome.stored == 1
    assert outcome.failed == [
        (0, LogRefusal.EMPTY, ""),
        (2, LogRefusal.NOT_HISTORY, ""),
        (3, LogRefusal.NO_TIME, "yesterday"),
    ]


def test_log_above_the_limit_is_refused(settings):
    settings.MAX_NOTEBOOK_BYTES = 100
    assert ingest(make_space(), [by_log()]).failed == [(0, LogRefusal.TOO_LARGE, "")]


def test_same_log_in_two_spaces_is_two_executions():
    for space in (make_space(), make_space()):
        assert ingest(space, [by_log()]).stored == 1
    assert Execution.objects.count() == 2


def test_very_long_output_keeps_its_ends_and_the_log_itself_outlives_tidying(settings):
    long = ran.but(output="start\n" + "x" * 500_000 + "\nend\n")
    ingest(make_space(), [by_log(long)])
    transcript = Transcript.objects.get()
    assert transcript.is_cut and len(transcript.output) < 300_000
    assert transcript.output.startswith("start") and transcript.output.endswith("end\n")
    assert transcript.output_size == len(long.output)
    assert blobs.get(transcript.log_sha256) == long.raw
    assert transcript.log_sha256 in tidying._used(transcript.log_sha256[:2])


def test_finished_long_output_replaces_the_beginning_of_it():
    space = make_space()
    running = ran.but(output="x" * 300_000)
    ingest(space, [Told(Witness.LOG, (running.head + running.output).encode(), "a.log")])
    ingest(space, [by_log(running.but(output="x" * 400_000 + "done"))])
    assert Transcript.objects.get().output.endswith("done")


def test_bytes_that_are_no_text_are_kept_beside_it():
    raw = ran.head.encode() + b"caf\xe9\0\n" + ran.foot.encode()
    ingest(make_space(), [Told(Witness.LOG, raw, "a.log")])
    transcript = Transcript.objects.get()
    assert transcript.output == "caf\ufffd\ufffd\n"
    assert blobs.get(transcript.log_sha256) == raw


def test_execution_is_linked_to_the_notebook_at_its_place():
    space = make_space()
    notebook = make_runbook(space=space, path="kato/work/disk.ipynb")
    ingest(space, [by_log(place_folder="kato/work")])
    assert Execution.objects.get().notebook == notebook


def test_place_is_told_by_the_mapping_where_the_folder_is_not():
    space = make_space()
    mapping = [("/home/kato", "wrong"), ("/home/kato/notebooks", "users/kato")]
    ingest(space, [by_log(witness=Witness.STREAM, mapping=mapping)])
    assert Execution.objects.get().place == "users/kato/work/disk.ipynb"


def test_log_that_went_home_has_no_place_there():
    home = ran.but(path="/home/kato/.log/20261121/20261121-143558-0032.log")
    ingest(make_space(), [by_log(home, place_folder="kato")])
    assert Execution.objects.get().place == ""


@pytest.mark.parametrize(("path", "who"), [("/home/jovyan/", ""), ("/notebooks/", ""), ("/home/lee/", "lee")])
def test_person_is_told_by_the_home_where_nobody_else_does(path, who):
    ingest(make_space(), [by_log(ran.but(path=ran.path.replace("/home/kato/", path)))])
    assert Execution.objects.get().who == who


def test_queries_do_not_grow_with_the_number_of_logs(django_assert_max_num_queries):
    many = [ran.but(path=ran.path.replace("0032", f"{number:04}")) for number in range(90)]
    space = make_space()
    with django_assert_max_num_queries(14):
        ingest(space, [by_log(each) for each in many])


def _hub(root, space_root):
    """What folder, HTTP and stream hand in of a hub's tree, each by itself."""
    logs = [file for file in root.rglob(".log/*/*.log") if not file.is_symlink()]
    histories = list(root.rglob(".log/*/*.json"))

    def of(file):
        folder = file.parents[2].relative_to(space_root)
        return {"place_folder": str(folder), "who": folder.parts[1]}

    return {
        "folder": [Told(Witness.LOG, each.read_bytes(), each.name, **of(each)) for each in logs]
        + [Told(Witness.JSON, each.read_bytes(), str(each), **of(each)) for each in histories],
        "http": [Told(Witness.HTTP, each.read_bytes(), str(number)) for number, each in enumerate(logs)],
        "stream": [
            Told(Witness.STREAM, each.read_text().encode(), str(number)) for number, each in enumerate(logs)
        ],
    }


@pytest.mark.corpus
@pytest.mark.parametrize("way", ["folder", "http", "stream"])
def test_operationhub_has_400_executions_however_they_come(operationhub, way):
    space = make_space()
    for file in operationhub.rglob("*.ipynb"):
        ingest_notebook(space, str(file.relative_to(operationhub)), file.read_bytes())
    assert counts(ingest(space, _hub(operationhub, operationhub)[way])) == (400, 0, 0, 0)
    assert Counter(Execution.objects.values_list("status", flat=True)) == {"ok": 377, "error": 23}
    for execution in Execution.objects.select_related("notebook"):
        folder = execution.log_path.removeprefix("/home/").partition("/.log/")[0].replace("/notebooks", "")
        assert execution.notebook.path.startswith(f"user-notebooks/{folder}/")
        assert execution.who == folder.partition("/")[0]
        assert f"{execution.at.replace(tzinfo=None, microsecond=0)}" == _less_nine_hours(
            execution.started_text
        )


def _less_nine_hours(text):
    return str(
        datetime.fromisoformat(text.removesuffix("(JST)") + "+09:00").astimezone(UTC).replace(tzinfo=None)
    )


@pytest.mark.corpus
def test_operationhub_by_all_ways_at_once_in_any_order_is_still_400(operationhub):
    ways = _hub(operationhub, operationhub)
    told = [each for way in ways.values() for each in way]
    random.Random(4).shuffle(told)
    space = make_space()
    for start in range(0, len(told), 450):
        ingest(space, told[start : start + 450])
    assert Execution.objects.count() == 400
    assert Execution.objects.filter(status=Status.ERROR).count() == 23
    assert set(Execution.objects.values_list("witnesses", flat=True)) == {15}


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer")
def test_many_at_once_tell_of_the_same_and_nothing_is_lost():
    executions = [ran.but(path=ran.path.replace("0032", f"{number:04}")) for number in range(200)]
    space = make_space()

    def tell(witness):
        random.shuffle(shuffled := list(executions))
        for start in range(0, 200, 20):
            ingest(space, [by_log(each, witness) for each in shuffled[start : start + 20]])
        connection.close()

    with ThreadPoolExecutor(3) as threads:
        list(threads.map(tell, [Witness.LOG, Witness.HTTP, Witness.STREAM]))
    assert set(Execution.objects.values_list("witnesses", flat=True)) == {13}
    assert Execution.objects.count() == 200
