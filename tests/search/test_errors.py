"""An error is recognised, and known again when its numbers have changed."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.parsing import parse
from notebooks.parsing.model import Status
from notebooks.rendering.searchtext import output_text
from search.errors.folding import folded, stretches
from search.errors.recognising import recognised
from search.errors.resembling import likeness

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

TRACEBACK = """Traceback (most recent call last):
  File "/home/kato/deploy.py", line 31, in restart
    os.unlink("/var/run/web-03.pid")
PermissionError: [Errno 13] Permission denied: '/var/run/web-03.pid'
"""
LATER = """Traceback (most recent call last):
  File "/home/sato/work/deploy.py", line 44, in restart
    os.unlink(path)
PermissionError: [Errno 13] Permission denied: '/var/run/db-11.pid'
"""
OTHER = """Traceback (most recent call last):
  File "/home/kato/other.py", line 3, in main
PermissionError: [Errno 1] Operation not permitted: '/x'
"""
JAVA = """2026-11-20 03:12:44,120 ERROR [main] Client: call failed
java.net.ConnectException: Connection refused: node-04.example.org:8020
\tat org.apache.hadoop.ipc.Client.call(Client.java:1508)
\tat org.apache.hadoop.ipc.Client.call(Client.java:1441)
"""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("timed out after 30 s", "timed out after 45 s"),
        ("2026-11-20 03:12:44,120 ERROR x", "2025-01-02 13:00:01,001 ERROR x"),
        ("Nov 20 03:12:44 web-01 sshd[812]: failed", "Jan  2 13:00:00 db-3 sshd[1]: failed"),
        ("cannot open /var/log/a.log", "cannot open /srv/x/b-2.txt"),
        ("connect to 10.0.0.3:8080 failed", "connect to 192.168.1.20:80 failed"),
        ("commit 1a2b3c4d5e not found", "commit 99ffee0011 not found"),
        ("object 0x7f2a failed", "object 0x11 failed"),
        ("id 8f5c5fe2-71cc-11e7-9abe-02420aff0008 lost", "id 034b406c-71c8-11e7-a8bf-02420aff0008 lost"),
        ("Host node-04.example.org is down", "Host web-1.sub.example.com is down"),
        ("使用率 98% を超えました", "使用率 71% を超えました"),
        ("  Disk   FULL ", "disk full"),
    ],
)
def test_what_differs_from_time_to_time_is_folded(one, other):
    assert folded(one) == folded(other)


def test_what_says_something_else_is_not():
    assert folded("permission denied: /a") != folded("no such file: /a")


def test_the_words_between_are_what_another_time_has_too():
    line = "Connection to 10.0.0.3 port 8080 timed out after 30 seconds waiting"
    assert stretches(line) == ["timed out after", "seconds waiting", "connection to", "port"]


@given(st.text(max_size=500))
def test_no_text_breaks_it(text):
    pasted = recognised(text)
    likeness(pasted, text)
    assert folded(folded(text)) == folded(folded(folded(text)))


def test_the_last_line_of_a_traceback_says_what_happened():
    pasted = recognised(TRACEBACK)
    assert pasted.name == "PermissionError"
    assert pasted.message == "[Errno 13] Permission denied: '/var/run/web-03.pid'"
    assert pasted.telling[0] == "PermissionError: [Errno 13] Permission denied: '/var/run/web-03.pid'"
    assert pasted.frames == {"deploy.py:restart"}
    java = recognised(JAVA)
    assert java.name == "ConnectException"
    assert "Client.java:org.apache.hadoop.ipc.Client.call" in java.frames


def test_the_same_error_is_more_like_than_one_of_the_same_name():
    pasted = recognised(TRACEBACK)
    same, other = likeness(pasted, LATER), likeness(pasted, OTHER)
    assert same.score > 2 * other.score > 0
    assert same.why == ("message", "lines", "frames", "name")
    assert not likeness(pasted, "all is well\n")


@pytest.mark.corpus
def test_real_errors_are_known_again_when_their_numbers_change():
    if not CORPUS.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    failed = [
        output_text(cell.outputs)
        for path in sorted(CORPUS.rglob("*.ipynb"))
        for cell in parse(path.read_bytes()).cells
        if cell.status is Status.ERROR
    ]
    assert len(failed) > 10
    for text in failed:
        changed = re.sub(r"\d", lambda match: str((int(match[0]) + 3) % 10), text)
        best = max(likeness(recognised(changed), other).score for other in failed)
        assert likeness(recognised(changed), text).score == best


WHOLE_LOG = """{"lc_cell_meme": {"current": "47a3f978-f216-11ee-a53d-0242ac110002-1-4986"}}
----
assert rotate(host), "error: never said"
----
path: /home/kato/notebooks/disk/.log/20250830/20250830-145809-0260.log
notebook_path: disk/Disk full.ipynb
start time: 2025-08-30 14:58:09(JST)
----
rotating
error: stat of /var/log/nginx/access.log failed: Permission denied

----
end time: 2025-08-30 14:58:09(JST)
1 chunks with matched keywords or errors
----
result: /home/kato/notebooks/disk/.log/20250830/20250830-145809-0260-0.pkl
execute_reply_status: error
"""


def test_of_a_whole_log_its_output_tells():
    pasted = recognised(WHOLE_LOG)
    assert pasted.telling == ("error: stat of /var/log/nginx/access.log failed: Permission denied",)
    assert pasted.text == "rotating\nerror: stat of /var/log/nginx/access.log failed: Permission denied\n"


def test_of_a_long_output_the_end_is_looked_at():
    pasted = recognised("all is well, so far\n" * 5000 + "mount: /data: can't find it")
    assert pasted.telling == ("mount: /data: can't find it",)
    assert pasted.is_cut


@pytest.mark.parametrize(
    "line",
    [
        "Traceback (most recent call last):",
        "RuntimeError                              Traceback (most recent call last)",
        "2 chunks with matched keywords or errors",
        "execute_reply_status: error",
    ],
)
def test_what_says_only_that_something_failed_tells_nothing_beside_what_did(line):
    assert recognised(f"{line}\nmount: /data: can't find it").telling == ("mount: /data: can't find it",)
