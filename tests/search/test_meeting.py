"""A pasted error leads to where it was met before, and to what mended it."""

import re
from pathlib import Path

import pytest
from django.urls import reverse

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Execution, Status, Witness
from search import refresh
from search.errors.meeting import met_before
from search.errors.recognising import recognised
from search.find import Wish, find
from stickies.drafts import At, Draft
from stickies.models import Kind
from stickies.writing import write
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
HUB = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "operationhub"

CELL = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
TRACEBACK = """Traceback (most recent call last):
  File "deploy.py", line {line}, in restart
PermissionError: [Errno 13] Permission denied: '/var/run/{host}.pid'"""


def log(output, status, minute, path="web.ipynb", cell=CELL):
    raw = f"""{{"lc_cell_meme": {{"current": "{cell}"}}}}
----
restart({minute})
----
path: /home/sato/notebooks/.log/20260301/20260301-10{minute:02}00-0001.log
notebook_path: {path}
uid: 0
gid: 0
start time: 2026-03-01 10:{minute:02}:00(UTC)
----
{output}

----
end time: 2026-03-01 10:{minute:02}:01(UTC)
1 chunks with matched keywords or errors
----
execute_reply_status: {status}
"""
    return Told(Witness.LOG, raw.encode(), f"20260301-10{minute:02}00-0001.log", place_folder="", who="sato")


@pytest.fixture
def kato():
    return make_user("kato")


def test_the_answer_says_where_when_by_whom_what_next_and_what_was_noted(index, kato):
    space = make_space("ops", writers=[kato])
    notebook = make_runbook("restart(1)", ("markdown", "# Web"), space=space, path="web.ipynb", memes=[CELL])
    ingest_logs(space, [log(TRACEBACK.format(line=31, host="web-03"), "error", 1), log("", "ok", 2)])
    note = write(
        Draft(space, At.cell(notebook, notebook.cells.get(index=0)), "Needs sudo", Kind.HAZARD), kato
    )
    refresh.drain()
    (met,) = met_before(recognised(TRACEBACK.format(line=7, host="db-11")), kato)
    assert str(met.meme) == CELL
    assert met.likeness.why == ("message", "lines", "frames", "name")
    assert [each.who for each in met.failures] == ["sato"]
    assert met.mending.repair.status == Status.OK
    assert met.mended == 1
    assert list(met.notes) == [note]


def test_what_a_notebook_alone_tells_is_an_answer_too(index, kato):
    space = make_space("ops", readers=[kato])
    failed = (
        "code",
        "restart()",
        [error("PermissionError", "[Errno 13] Permission denied: '/var/run/web-03.pid'")],
    )
    make_runbook(failed, space=space, memes=[CELL])
    refresh.drain()
    (met,) = met_before(recognised(TRACEBACK.format(line=7, host="db-11")), kato)
    assert met.best.cell.source == "restart()"
    assert not met.failures
    assert met.mending is None


def test_nothing_is_told_of_what_i_may_not_see(index, kato):
    closed = make_space("closed", writers=[make_user()])
    make_runbook("restart(1)", space=closed, path="web.ipynb", memes=[CELL])
    ingest_logs(closed, [log(TRACEBACK.format(line=31, host="web-03"), "error", 1)])
    refresh.drain()
    assert met_before(recognised(TRACEBACK.format(line=31, host="web-03")), kato) == ()


def test_an_error_line_typed_into_the_box_is_met_too(engine, kato):
    space = make_space("ops", readers=[kato])
    failed = (
        "code",
        "restart()",
        [error("PermissionError", "[Errno 13] Permission denied: '/var/run/web-03.pid'")],
    )
    make_runbook(failed, space=space, memes=[CELL])
    make_runbook(failed, space=make_space(), memes=[CELL])
    refresh.drain()
    line = "PermissionError: [Errno 1] Permission denied: '/var/run/db-11.pid'"
    found = find(Wish(line, is_folded=True), kato)
    assert not found.hits
    (met,) = found.met
    assert met.best.cell.source == "restart()"
    assert find(Wish(line, is_folded=True), make_user()).met == ()
    for words in ("permission denied", "in:error permission denied for web-03", "restart the web server now"):
        assert find(Wish(words, is_folded=True), kato).met == ()


def test_the_page_and_the_api_say_where_a_typed_error_was_met(index, client, kato):
    space = make_space("ops", readers=[kato])
    failed = ("code", "restart()", [error("OSError", "No space left on device: 98% of /var")])
    notebook = make_runbook(failed, space=space, memes=[CELL])
    refresh.drain()
    client.force_login(kato)
    asked = {"q": "OSError: No space left on device: 91% of /opt"}
    html = client.get(reverse("search"), asked).content.decode()
    assert "This error was met before" in html
    assert "Nothing found" not in html
    assert f'href="{notebook.get_absolute_url()}#cell-0"' in html
    answer = client.get(reverse("api-search"), asked).json()
    assert (answer["count"], [each["index"] for each in answer["met"]]) == (0, [0])


def test_a_line_that_every_cell_has_says_less_than_one_that_is_rare(index, kato):
    space = make_space("ops", readers=[kato])
    for number in range(6):
        output = [
            stream("ping lost somewhere else"),
            error("RuntimeError", f"Unexpected exit code: {number}"),
        ]
        make_runbook(("code", f"ping {number}", output), space=space, path=f"{number}.ipynb")
    mount = [stream("mount failed: volume data-07 is gone\nretrying"), error("ValueError", "3 left")]
    make_runbook(("code", "mount()", mount), space=space, path="mount.ipynb")
    refresh.drain()
    met = met_before(
        recognised("mount failed: volume data-11 is gone\nRuntimeError: Unexpected exit code: 1"), kato
    )
    assert met[0].best.cell.source == "mount()"
    assert met[0].line == "mount failed: volume data-07 is gone"
    assert len(met) == 7
    assert {each.line for each in met[1:]} == {
        f"RuntimeError: Unexpected exit code: {number}" for number in range(6)
    }


def test_of_what_a_notebook_alone_tells_it_says_when_that_was_executed(index, kato):
    space = make_space("ops", readers=[kato])
    failed = {
        "cell_type": "code",
        "source": "restart()",
        "metadata": {"execution": {"iopub.status.idle": "2026-02-03T04:05:06Z"}},
        "outputs": [error("OSError", "volume is gone")],
        "execution_count": 1,
    }
    make_runbook(failed, space=space)
    refresh.drain()
    (met,) = met_before(recognised("Traceback\nOSError: volume is gone"), kato)
    assert met.latest.isoformat() == "2026-02-03T04:05:06+00:00"


@pytest.mark.parametrize("text", ["", "12 34\n56", "a\nb", "()\n()"])
def test_what_has_no_words_meets_nothing(index, kato, text):
    refresh.rebuild()
    assert met_before(recognised(text), kato) == ()


@pytest.mark.corpus
def test_failed_logs_of_a_real_team_lead_to_their_cells_with_their_numbers_changed(index, kato):
    if not HUB.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    space = make_space("hub", readers=[kato])
    logs = sorted(HUB.rglob("*.log"))
    ingest_logs(
        space,
        [
            Told(Witness.LOG, path.read_bytes(), path.name, time_zone="Asia/Tokyo")
            for path in logs
            if path.is_file()
        ],
    )
    refresh.rebuild()
    failed = (
        Execution.objects.filter(status=Status.ERROR)
        .exclude(transcript__output="")
        .select_related("transcript")
    )
    assert failed.count() == 21
    for execution in failed:
        pasted = re.sub(r"\d", lambda match: str((int(match[0]) + 3) % 10), execution.transcript.output)
        met = met_before(recognised(pasted), kato)
        assert execution.meme in {each.meme for each in met[:5]}, pasted
