import json
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from execlogs.parsing import HistoryEntry, InvalidLog, Status, parse_history, parse_log
from tests.execlogs.builders import NOTEBOOK_MEME, SIGNATURE, Ran, history

ran = Ran()
values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)


def test_entry_tells_what_the_log_tells_but_branch_and_output():
    (entry,) = parse_history(history(ran))
    assert entry == HistoryEntry(
        code=ran.code,
        path=ran.path,
        started_text=ran.started,
        ended_text=ran.ended,
        size=len(ran.raw),
        notebook_path="work/disk.ipynb",
        notebook_meme=UUID(NOTEBOOK_MEME),
        server_signature=SIGNATURE,
        uid=1000,
        gid=1000,
        status=Status.OK,
    )


def test_old_entry_has_only_the_oldest_keys():
    old = {key: ran.entry[key] for key in ("code", "path", "start", "end", "size")}
    (entry,) = parse_history(history(old))
    assert (entry.code, entry.status, entry.server_signature, entry.uid) == (ran.code, "", "", None)


def test_entry_without_path_or_start_is_left_out():
    assert parse_history(history({"code": "ls"}, {"path": "/x.log"}, {"start": ran.started}, ran.entry)) == (
        parse_history(history(ran))
    )


@settings(max_examples=40)
@given(st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(ran.entry, values)) | values, max_size=4))
def test_values_of_any_shape_end_in_entries(entries):
    for entry in parse_history(json.dumps(entries).encode()):
        assert entry.path and entry.started_text


@given(st.binary(max_size=100))
def test_any_bytes_are_entries_or_a_plain_reason(raw):
    try:
        reason = parse_history(raw) and ""
    except InvalidLog as invalid:
        reason = invalid.code
    assert reason in {"", (), "empty", "not_json", "not_history"}


@pytest.mark.parametrize(
    ("raw", "code"), [(b"", "empty"), (b"[{", "not_json"), (b"{}", "not_history"), (b"[" * 99999, "not_json")]
)
def test_what_is_no_history_says_why(raw, code):
    with pytest.raises(InvalidLog) as refused:
        parse_history(raw)
    assert refused.value.code == code


def test_lone_surrogates_are_replaced():
    (entry,) = parse_history(b'[{"code": "\\ud800", "path": "/a.log", "start": "2026-11-21 14:35:58(JST)"}]')
    assert entry.code == "\ufffd"


@pytest.mark.corpus
def test_histories_of_operationhub_name_every_log_once(operationhub):
    entries = [
        entry for file in operationhub.rglob(".log/*/*.json") for entry in parse_history(file.read_bytes())
    ]
    logs = {
        log.path: log
        for file in operationhub.rglob(".log/*/*.log")
        if not file.is_symlink()
        for log in [parse_log(file.read_bytes())]
    }
    assert len(entries) == len(logs) == 400
    for entry in entries:
        log = logs[entry.path]
        assert (entry.code, entry.started_text, entry.ended_text) == (
            log.code,
            log.started_text,
            log.ended_text,
        )
        assert (entry.status, entry.notebook_meme, entry.uid) == (log.status, log.notebook_meme, log.uid)
