import json
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from execlogs.parsing import InvalidLog, ParsedLog, Status, parse_log
from notebooks.memes import Meme
from tests.execlogs.builders import FAMILY, NOTEBOOK_MEME, SIGNATURE, Ran
from tests.patience import at_most

ran = Ran()

# Lines of the grammar itself stand in code and output too: that is where a reader goes wrong.
lines = st.sampled_from(
    [
        "----",
        "path: /x/.log/20200101/20200101-000000-0000.log",
        "start time: 2020-01-01 00:00:00(UTC)",
        "end time: 2020-01-01 00:00:00(UTC)",
        "0 chunks with matched keywords or errors",
        "execute_reply_status: ok",
        "",
        " ",
    ]
) | st.text(st.characters(exclude_characters="\n\0", exclude_categories=["Cs"]), max_size=20)
texts = st.lists(lines, max_size=8).map("\n".join)
logged = st.builds(
    Ran,
    # A whole header in the code is told apart by the file's name alone, and that has a test of its own.
    code=texts.filter(lambda text: "----\npath: " not in text or "start time: " not in text),
    output=texts,
    meme=st.sampled_from([FAMILY, f"{FAMILY}-1-00ff"]),
    notebook_path=st.sampled_from([None, "work/手順 01.ipynb", "a: b.ipynb"]),
    notebook_meme=st.sampled_from([None, NOTEBOOK_MEME]),
    signature=st.sampled_from([None, SIGNATURE]),
    uid=st.none() | st.integers(0, 2**32 - 1),
    matches=st.integers(0, 10**6),
    results=st.integers(0, 3),
    status=st.sampled_from([None, "ok", "error", "aborted", "None"]),
)


REASONS = {"empty", "unfinished", "not_log"}


def read(raw):
    """The log, or the code of why it is none."""
    try:
        return parse_log(raw)
    except InvalidLog as invalid:
        return invalid.code


def test_whole_log_tells_everything():
    log = parse_log(
        Ran(
            code='print("Hello")\n1+1',
            output="Hello\n",
            meme=f"{FAMILY}-1-00ff",
            notebook_path="work/手順 01.ipynb",
            uid=0,
            results=2,
            matches=3,
        ).raw
    )
    stem = "/home/kato/notebooks/work/.log/20261121/20261121-143558-0032"
    assert log == ParsedLog(
        code='print("Hello")\n1+1',
        path=f"{stem}.log",
        started_text="2026-11-21 14:35:58(JST)",
        meme=Meme(UUID(FAMILY), "1-00ff"),
        raw_meme=f"{FAMILY}-1-00ff",
        notebook_path="work/手順 01.ipynb",
        notebook_meme=UUID(NOTEBOOK_MEME),
        server_signature=SIGNATURE,
        uid=0,
        gid=0,
        ended_text="2026-11-21 14:35:59(JST)",
        chunks=3,
        output="Hello\n",
        results=(f"{stem}-0.pkl", f"{stem}-1.pkl"),
        status=Status.OK,
        is_complete=True,
    )


@given(logged)
@example(ran.but(output=ran.text))  # a log that was printed
@example(ran.but(output="", code=""))
def test_generated_log_parses_to_what_it_was_made_of(execution):
    log = parse_log(execution.raw)
    assert (log.code, log.output) == (execution.code, execution.output)
    assert (log.path, log.started_text, log.ended_text) == (
        execution.path,
        execution.started,
        execution.ended,
    )
    assert log.raw_meme == execution.meme
    assert log.notebook_path == (execution.notebook_path or "")
    assert str(log.notebook_meme or "") == (execution.notebook_meme or "")
    assert log.server_signature == (execution.signature or "")
    assert (log.uid, log.gid, log.chunks) == (execution.uid, execution.uid, execution.matches)
    assert len(log.results) == execution.results
    assert log.status == ("" if execution.status in {None, "None"} else execution.status)
    assert log.is_complete


@given(logged, st.data())
def test_log_that_is_cut_anywhere_is_read_as_far_as_it_goes(execution, data):
    cut = data.draw(st.integers(0, len(execution.raw) - 1))
    log = read(execution.raw[:cut])
    if isinstance(log, str):
        assert log in REASONS
        assert cut < len(execution.head.encode())
    else:
        assert log.code == execution.code
        assert log.started_text == execution.started
        assert log.output.startswith(execution.output) or execution.output.startswith(
            log.output.rstrip("\n-\ufffd")
        )


@given(st.binary(max_size=400) | logged.map(lambda each: each.raw), st.data())
def test_any_bytes_are_an_execution_or_a_plain_reason(raw, data):
    """Bytes put anywhere into a log, and bytes that are none."""
    place = data.draw(st.integers(0, len(raw)))
    hurt = raw[:place] + data.draw(st.binary(max_size=6)) + raw[place + data.draw(st.integers(0, 5)) :]
    log = read(hurt)
    if isinstance(log, str):
        assert log in REASONS
    else:
        assert "\0" not in log.code + log.output + log.path
        json.dumps([log.code, log.output, log.path], ensure_ascii=False).encode()


def test_code_that_holds_a_whole_log_is_told_from_the_header_by_the_files_name():
    inner = ran.but(path="/tmp/.log/20200101/20200101-000000-0000.log")
    log = parse_log(ran.but(code=f"text = '''{inner.text}'''").raw, name="20261121-143558-0032.log")
    assert log.path == ran.path
    assert log.code.startswith("text = '''") and log.code.endswith("'''")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (ran.head[:90].encode(), "unfinished"),
        (b"PING\n", "not_log"),
        (ran.text.encode("utf-16"), "not_log"),
    ],
)
def test_what_tells_of_no_execution_says_why(raw, code):
    with pytest.raises(InvalidLog) as refused:
        parse_log(raw)
    assert refused.value.code == code


def test_running_log_has_its_output_so_far_and_no_end():
    log = parse_log(f"{ran.head}first\nsec".encode())
    assert (log.output, log.ended_text, log.status, log.is_complete) == ("first\nsec", "", "", False)


def test_old_log_without_status_has_ended_and_says_not_how():
    old = Ran(meme=None, notebook_path=None, notebook_meme=None, signature=None, uid=None, status=None)
    log = parse_log(old.raw)
    assert (log.is_complete, log.status, log.ended_text) == (True, Status.UNKNOWN, old.ended)
    assert (log.code, log.meme, log.uid) == ("ls", None, None)


def test_signature_that_was_read_with_its_lines_end_is_taken_without():
    log = parse_log(ran.but(signature=f"{SIGNATURE}\n").raw)
    assert (log.server_signature, log.uid) == (SIGNATURE, 1000)


def test_colours_and_carriage_returns_are_kept_and_nuls_replaced():
    log = parse_log(ran.but(output="\x1b[31m50%\r100%\x1b[0m\r\n\0").raw)
    assert log.output == "\x1b[31m50%\r100%\x1b[0m\r\n\ufffd"


def test_bytes_that_are_no_utf8_are_replaced():
    assert parse_log(ran.head.encode() + b"caf\xe9\n" + ran.foot.encode()).output == "caf\ufffd\n"


def test_file_that_went_through_windows_is_read():
    log = parse_log(ran.text.replace("\n", "\r\n").encode())
    assert (log.code, log.output, log.status) == ("ls", "total 0\n", "ok")


def test_meme_that_is_none_is_kept_as_it_stood():
    log = parse_log(ran.but(meme="not-a-meme").raw)
    assert (log.meme, log.raw_meme, log.code) == (None, "not-a-meme", "ls")


@pytest.mark.parametrize(
    ("output", "error"),
    [
        ("ok: 3\nlibvirt: error : no memory\nlater error\n", "libvirt: error : no memory"),
        ("\x1b[31mFATAL\x1b[0m: no pg_hba.conf entry\n", "FATAL: no pg_hba.conf entry"),
        ("10%\r50%\rcannot write\n", "cannot write"),
        ("web-01 : ok=1 unreachable=0 failed=0\nfinished, 0 errors\n", ""),
        ("failed=0\nfailed=1 unreachable=0\n", "failed=1 unreachable=0"),
        ("to stderr\n", ""),
        ("", ""),
    ],
)
def test_error_is_the_first_line_of_the_output_that_says_so(output, error):
    assert parse_log(ran.but(output=output, status="error").raw).error == error


def test_execution_that_went_well_has_no_error_whatever_it_printed():
    assert parse_log(ran.but(output="error: none of your business\n").raw).error == ""


@pytest.mark.corpus
def test_every_log_of_operationhub_is_read(operationhub):
    files = [file for file in operationhub.rglob(".log/*/*.log") if not file.is_symlink()]
    logs = [parse_log(file.read_bytes(), file.name) for file in files]
    assert Counter(log.status for log in logs) == {"ok": 377, "error": 23}
    assert all(log.is_complete and log.meme and log.notebook_meme for log in logs)
    assert all(
        log.path.endswith(f"/{file.parent.name}/{file.name}") for log, file in zip(logs, files, strict=True)
    )
    assert sum(log.status == "error" and not log.error for log in logs) == 2  # nothing was printed


@pytest.mark.corpus
def test_every_variant_is_read(variants):
    logs = {
        file.name: parse_log(file.read_bytes())
        for file in variants.rglob(".log/*/*.log")
        if not file.is_symlink()
    }
    assert {name[-8:-4]: (log.status, log.chunks, len(log.results)) for name, log in logs.items()} == {
        "0032": ("ok", 0, 1),
        "0052": ("ok", 1, 0),
        "0071": ("error", 1, 1),
        "0178": ("ok", 0, 0),
        "0213": ("ok", 0, 0),
        "0616": ("error", 0, 1),
        "0738": ("ok", 1, 0),
    }
    assert logs["20261121-143604-0178.log"].meme is None
    assert str(logs["20261121-143652-0616.log"].meme) == "f2125b84-4669-11e7-958b-02420aff0006-2-a3f2-bc1e"
    assert logs["20261121-143652-0616.log"].error.startswith("ls: cannot access")
    assert "*******\nline 60\nERROR: **** full\n" in logs["20261121-143654-0738.log"].output


@pytest.mark.parametrize("ending", [f"x\n{' ' * 50_000}", "x" * 50_000])
def test_an_end_that_is_none_is_not_tried_in_every_way(ending):
    """A second of it was a day with a file of the largest size."""
    whole = f"{Ran().head}\n----\nend time: {ending}{chr(10) * 50_000}z"
    with at_most(seconds=2):
        assert not parse_log(whole.encode()).is_complete
