"""The files of a real Jupyter Server, byte for byte."""

import json
import os
from hashlib import sha256
from pathlib import Path

import pytest

from sync.jupyter.contents import Contents
from sync.jupyter.session import Password, Session, Token
from sync.trouble import Problem, Trouble
from tests.builders import make_notebook
from tests.jupyter.servers import TOKEN, JupyterServer
from tests.jupyter.test_wire import problem_of

pytestmark = [pytest.mark.jupyter, pytest.mark.xdist_group("jupyter")]

MOST = 50_000_000
CORPUS = Path(__file__).parents[2] / "../shared/corpus"
ODD_NAMES = [
    "a b", "100%", "a%20b", "#1?x=1&y", "日本語", "e\u0301", "back\\slash", "'\"<b>", "..x", "trailing ", "+", ";a=b",
]  # fmt: skip


@pytest.fixture
def contents(jupyter, contents_of):
    return contents_of(jupyter.url)


def names(folder):
    return sorted(entry.name for entry in folder.entries)


def test_a_folder_is_one_request(jupyter, contents):
    for number in range(30):
        (jupyter.root / f"{number}.ipynb").write_bytes(make_notebook(str(number)))
    assert len(contents.folder("").entries) == 30
    assert len(jupyter.requests()) == 1


def test_what_is_told_of_a_file(jupyter, contents):
    path = jupyter.root / "a.ipynb"
    path.write_bytes(make_notebook("ls"))
    os.utime(path, (1_700_000_000, 1_700_000_000.25))
    (jupyter.root / "folder").mkdir()
    file, folder = sorted(contents.folder("").entries, key=lambda entry: entry.kind, reverse=True)
    assert (file.name, file.kind, file.size) == ("a.ipynb", "notebook", path.stat().st_size)
    assert file.modified.startswith("2023-11-14T22:13:20.25")
    assert file.is_writable
    assert (folder.path, folder.kind, folder.size) == ("folder", "directory", None)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_every_name_can_be_listed_and_read(jupyter, contents, name):
    (jupyter.root / name).mkdir()
    (jupyter.root / name / f"{name}.ipynb").write_bytes(name.encode())
    (entry,) = contents.folder(name).entries
    assert entry.path == f"{name}/{name}.ipynb"
    assert contents.read(entry.path, MOST) == name.encode()
    assert contents.digest(entry.path, MOST) == sha256(name.encode()).hexdigest()


def test_a_name_that_is_no_text_is_said_so(jupyter, contents):
    (jupyter.root / os.fsdecode(b"caf\xe9.ipynb")).write_bytes(b"{}")
    (entry,) = contents.folder("").entries
    assert problem_of(lambda: contents.read(entry.path, MOST)) == Problem.UNSAYABLE


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"{}", b"not json", b"\xff\xfe\x00binary", b"\xef\xbb\xbf{}", b"{}\r\n\r\n",
        json.dumps({"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}).encode() + b"   \n",
    ],
)  # fmt: skip
def test_bytes_come_as_they_lie_there(jupyter, contents, raw):
    (jupyter.root / "a.ipynb").write_bytes(raw)
    assert contents.read("a.ipynb", MOST) == raw
    assert contents.digest("a.ipynb", MOST) == sha256(raw).hexdigest()


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside the project")
def test_the_whole_corpus_comes_byte_for_byte(jupyter, contents):
    originals = sorted(CORPUS.glob("operationhub/**/*.ipynb"))
    originals += sorted(path for path in CORPUS.glob("operationhub/**/*.log") if path.is_file())[:100]
    originals += sorted(CORPUS.glob("ocs-templates/**/*.ipynb"))[:100]
    originals += sorted(CORPUS.glob("literate-computing-*/**/*.ipynb"))
    for original in originals:
        copy = jupyter.root / original.relative_to(CORPUS)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.symlink_to(original.resolve())
    for original in originals:
        path = str(original.relative_to(CORPUS))
        assert contents.read(path, MOST) == original.read_bytes(), path
    assert len(originals) > 300


def test_hidden_files_are_shown_where_the_server_allows_it(jupyter, contents):
    log = jupyter.root / ".log" / "20261121" / "x.log"
    log.parent.mkdir(parents=True)
    log.write_bytes(b"log")
    assert names(contents.folder("")) == [".log"]
    assert contents.read(".log/20261121/x.log", MOST) == b"log"


def test_what_is_larger_than_the_limit_is_not_read(jupyter, contents):
    (jupyter.root / "a.ipynb").write_bytes(b"x" * 5_000_000)
    (jupyter.root / "b.ipynb").write_bytes(b"x" * 1001)
    for path in ("a.ipynb", "b.ipynb"):
        with pytest.raises(Trouble) as caught:
            contents.read(path, 1000)
        assert (caught.value.code, caught.value.detail) == (Problem.TOO_LARGE, path)


def test_what_is_not_there(jupyter, contents):
    (jupyter.root / "file.txt").write_text("x")
    (jupyter.root / "folder").mkdir()
    assert problem_of(lambda: contents.folder("nowhere")) == Problem.NOT_THERE
    assert problem_of(lambda: contents.read("nowhere/a.ipynb", MOST)) == Problem.NOT_THERE
    assert problem_of(lambda: contents.folder("file.txt")) == Problem.NOT_A_FOLDER
    assert problem_of(lambda: contents.read("folder", MOST)) == Problem.NOT_A_FILE
    assert contents.entry("nowhere") is None
    assert contents.digest("nowhere", MOST) is None


def test_a_file_that_is_being_written_is_read_again(jupyter, contents_of, between):
    """The server looks at size and bytes one after the other."""
    (jupyter.root / "a.ipynb").write_bytes(b"whole")
    server = between(jupyter.port)
    grown = [b"w", b"who"]

    def half(asked):
        return asked.hand_on(lambda model: model | {"content": "dw==", "size": len(grown.pop())})

    server.rule(half, times=1, path="/a.ipynb")
    assert contents_of(server.url(base="/base/")).read("a.ipynb", MOST) == b"whole"


def test_a_file_that_is_never_the_same_is_left_for_later(jupyter, contents_of, between):
    (jupyter.root / "a.ipynb").write_bytes(b"0")
    server = between(jupyter.port)
    counted = iter(range(100, 1000))

    def other(asked):
        (jupyter.root / "a.ipynb").write_bytes(b"x" * next(counted))
        return asked.hand_on(lambda model: model | {"size": 5})

    server.rule(other, path="/a.ipynb")
    assert (
        problem_of(lambda: contents_of(server.url(base="/base/")).read("a.ipynb", MOST)) == Problem.CHANGING
    )


def test_a_server_that_knows_no_sizes_is_believed_its_bytes(jupyter, contents_of, between):
    (jupyter.root / "a.ipynb").write_bytes(b"whole")
    server = between(jupyter.port)
    server.rule(lambda asked: asked.hand_on(lambda model: model | {"size": 0}))
    assert contents_of(server.url(base="/base/")).read("a.ipynb", MOST) == b"whole"


def test_a_notebook_that_the_server_wrote_anew_is_not_taken_for_the_original(jupyter, contents_of, between):
    (jupyter.root / "a.ipynb").write_bytes(make_notebook("ls"))
    server = between(jupyter.port)
    server.rule(
        lambda asked: asked.hand_on(lambda model: model | {"format": "json", "content": {"cells": []}})
    )
    assert (
        problem_of(lambda: contents_of(server.url(base="/base/")).read("a.ipynb", MOST)) == Problem.ODD_ANSWER
    )


def test_a_server_without_hashes_is_asked_for_the_bytes(jupyter, contents_of, between):
    (jupyter.root / "a.ipynb").write_bytes(b"{}")
    server = between(jupyter.port)

    def old(model):
        model.pop("hash", None)
        model.pop("hash_algorithm", None)

    server.rule(lambda asked: asked.hand_on(old))
    assert contents_of(server.url(base="/base/")).digest("a.ipynb", MOST) == sha256(b"{}").hexdigest()


def test_a_server_is_read_without_keeping_it_awake(jupyter, contents):
    (jupyter.root / "a.ipynb").write_bytes(b"{}")
    before = contents.session.ask("GET", "api/status", query={"no_track_activity": "1"}).json()[
        "last_activity"
    ]
    contents.folder("")
    contents.read("a.ipynb", MOST)
    after = contents.session.ask("GET", "api/status", query={"no_track_activity": "1"}).json()[
        "last_activity"
    ]
    assert before == after


# ----- who asks


def test_a_wrong_token(jupyter, contents_of):
    contents = contents_of(jupyter.url, Token("wrong"))
    assert contents.version()
    assert problem_of(lambda: contents.folder("")) == Problem.WRONG_TOKEN


def test_no_token(jupyter, contents_of):
    assert problem_of(lambda: contents_of(jupyter.url, None).folder("")) == Problem.NO_LOGIN


def test_a_wrong_password(jupyter, contents_of):
    assert (
        problem_of(lambda: contents_of(jupyter.url, Password("wrong")).folder("")) == Problem.WRONG_PASSWORD
    )


def test_a_folder_that_may_not_be_read_is_no_matter_of_the_token(jupyter, contents_of, between):
    server = between(jupyter.port)
    server.rule(lambda asked: asked.say(403, {"message": "Permission denied: private"}), path="/private")
    contents = contents_of(server.url(base="/base/"))
    with pytest.raises(Trouble) as caught:
        contents.folder("private")
    assert (caught.value.code, caught.value.is_whole) == (Problem.FORBIDDEN, False)
    assert "Permission denied" in caught.value.detail


@pytest.fixture(scope="module")
def by_password(tmp_path_factory):
    folder = tmp_path_factory.mktemp("jupyter") / "by-password"
    server = JupyterServer(folder, token="", password="correct horse", hidden=False).start()
    yield server
    server.kill()


def test_signing_in_by_password(by_password, contents_of):
    (by_password.root / "a.ipynb").write_bytes(b"{}")
    contents = contents_of(by_password.url, Password("correct horse"))
    assert contents.read("a.ipynb", MOST) == b"{}"
    contents.write("b.ipynb", b"[]", expected=None)
    assert (by_password.root / "b.ipynb").read_bytes() == b"[]"
    assert len([path for _m, _s, path in by_password.requests() if path.startswith("/login")]) == 2
    assert (
        problem_of(lambda: contents_of(by_password.url, Password("wrong")).folder(""))
        == Problem.WRONG_PASSWORD
    )
    assert problem_of(lambda: contents_of(by_password.url, None).folder("")) == Problem.NO_LOGIN


def test_a_server_that_forgot_who_signed_in_is_told_again(by_password, contents_of):
    contents = contents_of(by_password.url, Password("correct horse"))
    contents.folder("")
    contents.session._cookies = {"_xsrf": "2|old", "username": "forgotten"}
    assert contents.folder("").is_writable


def test_a_folder_that_may_not_be_read_is_no_reason_to_sign_in_again(by_password, contents_of, between):
    server = between(by_password.port)
    server.rule(lambda asked: asked.say(403, {"message": "Permission denied"}), path="/contents/private")
    contents = contents_of(server.url(), Password("correct horse"))
    for _ in range(3):
        assert problem_of(lambda: contents.folder("private")) == Problem.FORBIDDEN
    assert len(server.paths("POST")) == 1


def test_hidden_files_are_not_shown_where_the_server_does_not_allow_it(by_password, contents_of):
    (by_password.root / ".log").mkdir(exist_ok=True)
    contents = contents_of(by_password.url, Password("correct horse"))
    assert ".log" not in names(contents.folder(""))
    assert problem_of(lambda: contents.folder(".log")) == Problem.NOT_THERE


def test_something_else_answers(between, contents_of, started_hub):
    server = between()
    server.rule(lambda asked: asked.say(200, b"<html>Welcome to nginx"))
    assert problem_of(contents_of(server.url()).version) == Problem.NOT_JUPYTER
    assert problem_of(contents_of(started_hub.url).version) == Problem.IS_HUB


# ----- writing


def test_a_new_file_is_written_byte_for_byte(jupyter, contents):
    raw = make_notebook("ls") + b"  \r\n"
    contents.make_folder("手順/new")
    contents.write("手順/new/a.ipynb", raw, expected=None)
    assert (jupyter.root / "手順/new/a.ipynb").read_bytes() == raw


def test_what_changed_in_the_meantime_is_not_written_over(jupyter, contents):
    path = jupyter.root / "a.ipynb"
    path.write_bytes(b"old")
    seen = contents.digest("a.ipynb", MOST)
    path.write_bytes(b"changed meanwhile")
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=seen)) == Problem.CHANGED
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=None)) == Problem.CHANGED
    path.unlink()
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=seen)) == Problem.CHANGED
    assert not path.exists()


def test_what_is_as_it_was_seen_is_written_over(jupyter, contents):
    path = jupyter.root / "a.ipynb"
    path.write_bytes(b"old")
    contents.write("a.ipynb", b"mine", expected=contents.digest("a.ipynb", MOST))
    assert path.read_bytes() == b"mine"


def test_an_answer_that_is_lost_does_not_make_a_file_unwritten(jupyter, contents_of, between):
    server = between(jupyter.port)

    def lose(asked):
        asked.ask_upstream()
        return asked.hang_up()

    server.rule(lose, method="PUT")
    contents_of(server.url(base="/base/")).write("a.ipynb", b"mine", expected=None)
    assert (jupyter.root / "a.ipynb").read_bytes() == b"mine"


def test_what_was_not_written_is_said_to_be_so(jupyter, contents_of, between):
    server = between(jupyter.port)
    server.rule(lambda asked: asked.hang_up(), method="PUT")
    contents = contents_of(server.url(base="/base/"))
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=None)) == Problem.BROKEN_OFF


def test_a_server_that_writes_something_else_is_found_out(jupyter, contents_of, between):
    server = between(jupyter.port)

    def scrub(asked):
        (jupyter.root / "a.ipynb").write_bytes(b"scrubbed")
        return asked.say(200, {"path": "a.ipynb"})

    server.rule(scrub, method="PUT")
    contents = contents_of(server.url(base="/base/"))
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=None)) == Problem.NOT_AS_SENT


def test_a_folder_that_is_there_stays_as_it_is(jupyter, contents):
    (jupyter.root / "a").mkdir()
    (jupyter.root / "a" / "x").write_text("x")
    (jupyter.root / "file").write_text("x")
    contents.make_folder("a/b")
    assert names(contents.folder("a")) == ["b", "x"]
    assert problem_of(lambda: contents.make_folder("file/b")) == Problem.NOT_A_FOLDER


def test_a_server_that_is_read_only(jupyter, contents_of, between):
    server = between(jupyter.port)
    server.rule(lambda asked: asked.say(403, {"message": "Permission denied: a.ipynb"}), method="PUT")
    contents = contents_of(server.url(base="/base/"))
    assert problem_of(lambda: contents.write("a.ipynb", b"mine", expected=None)) == Problem.READ_ONLY


# ----- a server that comes and goes


def test_a_server_that_restarts_is_asked_again(jupyter, tmp_path, wire_to):
    server = JupyterServer(tmp_path / "restarts").start()
    try:
        (server.root / "a.ipynb").write_bytes(b"{}")
        contents = Contents(Session(wire_to(server.url), Token(TOKEN)))
        assert contents.read("a.ipynb", MOST) == b"{}"
        server.kill()
        assert problem_of(lambda: contents.read("a.ipynb", MOST)) == Problem.REFUSED
        server.start()
        assert contents.read("a.ipynb", MOST) == b"{}"
    finally:
        server.kill()
