"""What a notebook tells of executions, and of the logs they left."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execlogs.parsing import Summary, parse_log, summary_in, witnesses_of
from notebooks.parsing import parse
from tests.builders import error, make_notebook, stream

LOG = "/home/kato/.log/20261121/20261121-143558-0032.log"


def witness_of(metadata, outputs=(), source="ls", count=1):
    cell = {
        "cell_type": "code",
        "metadata": metadata,
        "source": source,
        "outputs": list(outputs),
        "execution_count": count,
    }
    return next(iter(witnesses_of(parse(make_notebook(cell)))), None)


def test_end_by_nblineage_start_by_execute_time():
    witness = witness_of(
        {
            "lc_cell_meme": {"execution_end_time": "2026-11-21T05:36:00.857Z"},
            "ExecuteTime": {"start_time": "2026-11-21T05:35:58Z", "end_time": "2026-11-21T05:36:00.2Z"},
        }
    )
    assert witness.ended_at == datetime(2026, 11, 21, 5, 36, 0, 857_000, UTC)
    assert witness.started_at == datetime(2026, 11, 21, 5, 35, 58, tzinfo=UTC)
    assert (witness.status, witness.execution_count) == ("ok", 1)


def test_start_of_an_earlier_run_is_not_taken():
    witness = witness_of(
        {
            "lc_cell_meme": {"execution_end_time": "2026-11-21T05:36:00Z"},
            "ExecuteTime": {"start_time": "2024-01-01T00:00:00Z", "end_time": "2024-01-01T00:00:09Z"},
        }
    )
    assert witness.started_at is None


@pytest.mark.parametrize(
    "metadata",
    [
        {"papermill": {"start_time": "2026-11-21T05:35:58", "end_time": "2026-11-21T05:36:00"}},
        {
            "execution": {
                "shell.execute_reply.started": "2026-11-21T05:35:58Z",
                "shell.execute_reply": "2026-11-21T05:36:00Z",
            }
        },
        {
            "execution": {
                "iopub.status.busy": "2026-11-21T05:35:58Z",
                "iopub.status.idle": "2026-11-21T05:36:00Z",
            }
        },
    ],
)
def test_papermill_and_jupyterlab_tell_start_and_end(metadata):
    witness = witness_of(metadata)
    assert witness.started_at == datetime(2026, 11, 21, 5, 35, 58, tzinfo=UTC)
    assert witness.ended_at == datetime(2026, 11, 21, 5, 36, tzinfo=UTC)


def test_error_of_the_outputs_is_told_in_a_line():
    witness = witness_of({}, [stream("a\n"), error("ValueError", "\x1b[31m\nboom\x1b[0m\nmore")])
    assert (witness.status, witness.error) == ("error", "ValueError: boom")


def test_log_of_the_last_execution_is_the_last_of_the_history():
    witness = witness_of({"lc_wrapper": {"log_history": ["/a.log", LOG]}})
    assert witness.log == LOG


def test_summarised_output_names_its_log_itself():
    text = (
        f"path: {LOG} (2 logs recorded)\nstart time: 2026-11-21 14:35:58(JST)\noutput size: 0 bytes\n----\nx"
    )
    assert witness_of({"lc_wrapper": {"log_history": ["/a.log"]}}, [stream(text)]).log == LOG


def test_cell_that_was_never_run_and_prose_are_no_witnesses():
    assert witness_of({}, count=None) is None
    assert witness_of({}, source=" ", count=1) is None
    assert witnesses_of(parse(make_notebook(("markdown", "# Heading")))) == ()


def test_summary_tells_counts_times_and_size():
    text = (
        f"path: {LOG} (3 logs recorded)\nstart time: 2026-11-21 14:35:58(JST)\n"
        "end time: 2026-11-21 14:36:58(JST)\noutput size: 1060 bytes\n"
        "1 chunks with matched keywords or errors\n----\npath: /other.log\nstart time: never\nline\n"
    )
    assert summary_in(text) == Summary(
        path=LOG,
        started_text="2026-11-21 14:35:58(JST)",
        ended_text="2026-11-21 14:36:58(JST)",
        size=1060,
        chunks=1,
        recorded=3,
    )


def test_summary_of_a_running_cell_has_no_end():
    summary = summary_in(
        f"path: {LOG}\nstart time: 2026-11-21 14:35:58(JST)\noutput size: 0 bytes\n----\nline 1"
    )
    assert (summary.path, summary.ended_text, summary.size, summary.recorded) == (LOG, "", 0, None)


def test_summary_without_a_count_and_with_spaces_in_its_path():
    summary = summary_in(
        "path: /home/k/my work/.log/20170426/20170426-140052-0662.log\nstart time: now\nend time: x"
    )
    assert summary.path == "/home/k/my work/.log/20170426/20170426-140052-0662.log"


OLD = (
    "start time: 2017-04-26 14:00:51(JST)\nend time: 2017-04-26 14:00:56(JST)\n"
    "Output Size(byte): 237, Lines: 18, Path: /notebooks/.log/20170426/20170426-140052-0662.log\n"
    "4 keyword matched or stderr happened\n\n0\nend time: of days\n...\n"
)
EARLIER = (
    "start:2017-04-26 13:59:49(JST)\nend:2017-04-26 13:59:54(JST)\n"
    "path:/notebooks/.log/20170426/20170426-135950-0120.log\n\n"
)


@pytest.mark.parametrize("before", ["", EARLIER, EARLIER * 200])
def test_old_form_is_read_behind_the_earlier_executions_that_it_lists(before):
    assert summary_in(before + OLD) == Summary(
        path="/notebooks/.log/20170426/20170426-140052-0662.log",
        started_text="2017-04-26 14:00:51(JST)",
        ended_text="2017-04-26 14:00:56(JST)",
        size=237,
        lines=18,
        chunks=4,
    )


def test_old_form_of_a_running_cell_has_not_the_end_of_an_earlier_one():
    running = (
        "start time: 2017-04-26 14:00:51(JST)\nOutput Size(byte): 37, Path: /notebooks/.log/1/2.log\n\n0"
    )
    summary = summary_in(EARLIER + running)
    assert (summary.path, summary.ended_text, summary.size) == ("/notebooks/.log/1/2.log", "", 37)


def test_triple_alone_is_a_summary():
    summary = summary_in(EARLIER)
    assert summary.path == "/notebooks/.log/20170426/20170426-135950-0120.log"
    assert summary.ended_text == "2017-04-26 13:59:54(JST)"


@pytest.mark.parametrize(
    "text", ["", "path: /etc/hosts\nstart time: now", "tail -f /var/log/x.log\n", "path: a.log"]
)
def test_output_like_any_other_is_no_summary(text):
    assert summary_in(text) is None


@given(st.text(max_size=300), st.integers(0, 400))
def test_any_output_is_a_summary_or_none(text, place):
    hurt = (EARLIER + OLD)[:place] + text + (EARLIER + OLD)[place:]
    summary_in(text)
    summary_in(hurt)


@pytest.mark.corpus
def test_witnesses_of_operationhub_name_logs_that_are_there(operationhub):
    logs = {
        log.path: log
        for file in operationhub.rglob(".log/*/*.log")
        if not file.is_symlink()
        for log in [parse_log(file.read_bytes())]
    }
    runs = [parse(file.read_bytes()) for file in (operationhub / "user-notebooks").rglob("*.ipynb")]
    witnesses = [each for run in runs for each in witnesses_of(run)]
    joined = [(each, logs[each.log]) for each in witnesses if each.log]
    assert len(joined) == 353  # the others of the 400 were overwritten by a later run of the same cell
    assert all(each.status == log.status for each, log in joined)
    assert all(each.error for each, log in joined if log.status == "error")


@pytest.mark.corpus
def test_summaries_of_operationhub_give_the_size_of_their_logs(operationhub):
    sizes = {}
    for file in operationhub.rglob(".log/*/*.json"):
        sizes |= {entry["path"]: entry["size"] for entry in json.loads(file.read_bytes())}
    runs = [parse(file.read_bytes()) for file in (operationhub / "user-notebooks").rglob("*.ipynb")]
    summaries = [each.summary for run in runs for each in witnesses_of(run) if each.summary]
    assert len(summaries) == 6
    assert all(summary.size == sizes[summary.path] and summary.recorded for summary in summaries)
