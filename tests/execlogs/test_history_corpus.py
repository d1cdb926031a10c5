"""Histories, truth marks and what came next on a real hub's tree, worked out from its files by other means."""

import json
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from uuid import UUID

import pytest

from execlogs.history import histories_of, history_of, mendings_of
from execlogs.history.evidence import shown_in
from execlogs.history.truth import account_of, marks_of
from execlogs.ingest import Told, ingest
from execlogs.models import Execution, Status, Witness
from notebooks.ingest import ingest as ingest_notebook
from notebooks.models import Notebook
from tests.builders import make_space, make_user

pytestmark = [pytest.mark.corpus, pytest.mark.django_db]
NOW = datetime(2026, 11, 21, tzinfo=UTC)
STALE = timedelta(days=90)
DAY = timedelta(hours=12)


@dataclass(frozen=True)
class Log:
    """One .log file, read by splitting it."""

    file: Path
    folder: str  # of its notebook, below the hub
    meme: str
    code: str
    at: datetime
    ended: datetime
    status: str
    output: str

    @property
    def who(self):
        return self.folder.split("/")[1]

    @property
    def took(self):
        return max(self.ended - self.at, timedelta())


def read(file, root):
    head, _, rest = file.read_text().partition("\n----\npath: ")
    first, _, code = head.partition("\n----\n")
    header, _, rest = rest.partition("\n----\n")
    output, _, footer = rest.rpartition("\n----\nend time: ")
    started = header.partition("start time: ")[2].splitlines()[0]
    at = moment(started) + timedelta(milliseconds=int(file.stem.rpartition("-")[2]))
    return Log(
        file=file,
        folder=str(file.parents[2].relative_to(root)),
        meme=base(json.loads(first)["lc_cell_meme"]["current"]),
        code=code,
        at=at,
        ended=max(moment(footer.splitlines()[0]), at),
        status=footer.partition("execute_reply_status: ")[2].strip(),
        output=output,
    )


def moment(text):
    return datetime.fromisoformat(text.removesuffix("(JST)") + "+09:00").astimezone(UTC)


def base(meme):
    return "-".join(meme.split("-")[:5])


@pytest.fixture
def logs(operationhub):
    files = [file for file in operationhub.rglob(".log/*/*.log") if not file.is_symlink()]
    return sorted((read(file, operationhub) for file in files), key=lambda log: log.at)


@pytest.fixture
def person(operationhub, logs):
    """Who may read the hub, once it came in."""
    person = make_user()
    space = make_space(readers=[person])
    for file in operationhub.rglob("*.ipynb"):
        ingest_notebook(space, str(file.relative_to(operationhub)), file.read_bytes())
    told = [
        Told(Witness.LOG, log.file.read_bytes(), log.file.name, place_folder=log.folder, who=log.who)
        for log in logs
    ]
    assert ingest(space, told).stored == 400
    return person


def families(logs):
    found = defaultdict(list)
    for log in logs:
        found[UUID(log.meme)].append(log)
    return found


def test_every_cells_history_is_what_its_logs_say(logs, person):
    ran = families(logs)
    told = histories_of({uuid: frozenset({uuid}) for uuid in ran}, person)
    assert sum(history.ran for history in told.values()) == 400
    assert sum(history.failed for history in told.values()) == 23
    for uuid, own in ran.items():
        history = told[uuid]
        recent = own[-30:]
        took = [log.took for log in recent if log.status == "ok"]
        assert (history.ran, history.failed) == (len(own), sum(log.status == "error" for log in own))
        assert list(history.statuses) == [log.status for log in recent]
        assert [each.at for each in history.recent] == [log.at for log in recent]
        assert history.typical == (
            timedelta(seconds=median(each.total_seconds() for each in took)) if took else None
        )
        for past, status in ((history.last_ok, "ok"), (history.last_error, "error")):
            last = next((log for log in reversed(own) if log.status == status), None)
            assert (past and (past.at, past.who)) == (last and (last.at, last.who))
            assert past is None or past.place.startswith(f"{last.folder}/")
            if status == "error" and last:
                assert past.error in last.output
        assert history_of({uuid}, person).counts == history.counts


def test_what_came_after_each_failure_is_what_the_files_say(logs, person):
    failures = list(Execution.objects.filter(status=Status.ERROR))
    told = mendings_of(failures, person)
    by_name = {log.file.name: log for log in logs}
    mended = 0
    for failure in failures:
        log = by_name[name_of(failure)]
        after = [
            each
            for each in logs
            if each.folder == log.folder and log.at < each.at < log.at + DAY and each is not log
        ]
        repair = next((each for each in after if each.meme == log.meme and each.status == "ok"), None)
        first = next((each for each in after if each.status == "ok"), None)
        last = repair or first
        expected = after[: after.index(last) + 1] if last else []
        mending = told[failure.pk]
        assert [name_of(each) for each in mending.after] == [each.file.name for each in expected]
        assert mending.is_repaired == (repair is not None)
        assert mending.is_changed == (repair is not None and repair.code.strip() != log.code.strip())
        mended += mending.is_repaired
    assert 0 < mended < len(failures) == 23


def name_of(execution):
    return execution.log_path.rpartition("/")[2]


def test_every_notebooks_marks_and_account_are_what_the_files_say(logs, operationhub, person):
    kinds = defaultdict(int)
    clean = 0
    for notebook in Notebook.objects.all():
        cells = cells_of(operationhub / notebook.path, logs)
        shown = shown_in(notebook)
        marks = marks_of(shown, NOW, STALE)
        found = {index: {str(mark.kind) for mark in some} for index, some in marks.items()}
        expected = {cell["index"]: expected_marks(cell, cells) for cell in cells}
        assert found == {index: some for index, some in expected.items() if some}, notebook.path
        account = account_of(shown, marks)
        ran = [cell for cell in cells if cell["status"] != "not_run"]
        spoilt = set().union(*expected.values()) - {"old"}
        assert account.is_clean == (
            bool(cells) and all(cell["status"] == "ok" for cell in cells) and not spoilt
        ), notebook.path
        assert account.at == max((cell["at"] for cell in ran), default=None)
        assert account.who == (notebook.path.split("/")[1] if ran else "")
        assert [each.tries for each in account.retried] == [
            cell["tries"] for cell in ran if cell["tries"] > 1
        ]
        clean += account.is_clean
        for some in found.values():
            for kind in some:
                kinds[kind] += 1
    assert clean == 47
    assert kinds["never"] and kinds["old"] and kinds["order"]


def cells_of(file, logs):
    """The cells that can run, with what file and logs say."""
    own = [log for log in logs if str(file).endswith(f"{log.folder}/{file.name}")]
    cells = []
    for index, cell in enumerate(json.loads(file.read_text())["cells"]):
        source = "".join(cell["source"])
        if cell["cell_type"] != "code" or not source.strip():
            continue
        outputs = cell["outputs"]
        ran = [log for log in own if log.meme == base(cell["metadata"]["lc_cell_meme"]["current"])]
        ended = cell["metadata"]["lc_cell_meme"].get("execution_end_time")
        failed = any(output["output_type"] == "error" for output in outputs)
        has_run = cell["execution_count"] is not None or outputs
        status = "error" if failed else "ok" if has_run else "not_run"
        cells.append(
            {
                "index": index,
                "status": status,
                "at": datetime.fromisoformat(ended) if ended else ran[-1].ended if ran else None,
                "count": cell["execution_count"],
                "is_changed": bool(ran) and ran[-1].code.strip() != source.strip(),
                "tries": tries(ran) if status == "ok" else 1,
            }
        )
    return cells


def tries(ran):
    before = [log.status for log in ran[:-1]]
    failed = 0
    while before and before.pop() == "error":
        failed += 1
    return failed + 1


def expected_marks(cell, cells):
    if cell["status"] == "not_run":
        return {"cleared" if cell["at"] else "never"}
    above = [each for each in cells if each["index"] < cell["index"] and each["status"] != "not_run"]
    failed = [each for each in above if each["status"] == "error"]
    found = {"changed"} if cell["is_changed"] else set()
    if any(is_later(each, cell) for each in above):
        found.add("order")
    if failed and not is_later(failed[-1], cell):
        found.add("after-failure")
    if cell["at"] and NOW - cell["at"] > STALE:
        found.add("old")
    return found


def is_later(one, other):
    if one["at"] and other["at"] and abs(one["at"] - other["at"]) > timedelta(seconds=1):
        return one["at"] > other["at"]
    return bool(one["count"] and other["count"] and one["count"] > other["count"])
