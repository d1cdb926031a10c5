"""A Jupyter Server as a source: what it lists, what is read, and what a test of it says."""

import os
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest

from sync.listing import Kind
from sync.readers import reader_of
from sync.steps import How, What
from sync.trouble import Problem, Trouble
from tests.jupyter.servers import TOKEN, JupyterServer, free_port
from tests.jupyter.sources import source_at
from tests.jupyter.test_wire import problem_of

pytestmark = [pytest.mark.jupyter, pytest.mark.xdist_group("jupyter")]

CORPUS = Path(__file__).parents[2] / "../shared/corpus"
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
LONG_AGO = 1_700_000_000


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.SOURCE_HOSTS = ["127.0.0.1"]


def put(root, path, raw=b"{}", at=LONG_AGO):
    file = root / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(raw)
    os.utime(file, (at, at))
    return file


def listed(source):
    with closing(reader_of(source)) as reader:
        return {listing.folder: listing for listing in reader.folders()}


def paths_of(source):
    return sorted(entry.path for listing in listed(source).values() for entry in listing.entries)


def steps_of(source):
    with closing(reader_of(source)) as reader:
        return {step.what: (step.how, step.code) for step in reader.probe()}


def test_a_request_a_folder_whatever_is_in_it(jupyter):
    for number in range(40):
        put(jupyter.root, f"{number % 4}/{number}.ipynb")
    assert len(paths_of(source_at(jupyter.url))) == 40
    assert len(jupyter.requests()) == 5


def test_what_is_taken_and_what_is_left(jupyter):
    taken = [
        "a.ipynb",
        "README.md",
        "img/x.png",
        ".log/20260101/20260101-000000-0000.log",
        f".log/{MEME}/{MEME}.json",
    ]
    left = [
        "a.txt", ".ipynb_checkpoints/a-checkpoint.ipynb", ".secret/a.ipynb", ".hidden.ipynb", "nbsearch-tmp/b.ipynb",
        ".log/20260101/20260101-000000-0000-0.pkl", f".log/{MEME}/20260101-000000-0000.log",
    ]  # fmt: skip
    for path in (*taken, *left):
        put(jupyter.root, path)
    assert paths_of(source_at(jupyter.url)) == sorted(taken)


def test_without_logs_their_folders_are_not_asked_for(jupyter):
    put(jupyter.root, "a.ipynb")
    put(jupyter.root, ".log/20260101/x.log")
    assert paths_of(source_at(jupyter.url, takes_logs=False)) == ["a.ipynb"]
    assert all(".log" not in path for _method, _status, path in jupyter.requests())


def test_what_the_patterns_leave_out_is_not_asked_for(jupyter):
    for path in ("kato/a.ipynb", "kato/users/sato/b.ipynb", "kato/share/c.ipynb", "kato/drafts/d.ipynb"):
        put(jupyter.root, path)
    source = source_at(jupyter.url, owner_pattern="{owner}/**", exclude="drafts/")
    assert paths_of(source) == ["kato/a.ipynb"]
    asked = " ".join(path for _method, _status, path in jupyter.requests())
    assert not any(name in asked for name in ("users", "share", "drafts"))


def test_paths_are_below_the_start(jupyter):
    put(jupyter.root, "team/手順/a b.ipynb", b"here")
    put(jupyter.root, "other/c.ipynb")
    source = source_at(jupyter.url, start="team")
    with closing(reader_of(source)) as reader:
        (entry,) = [entry for listing in reader.folders() for entry in listing.entries]
        assert entry.path == "手順/a b.ipynb"
        assert reader.read(entry) == b"here"


def test_what_was_just_saved_is_not_settled(jupyter):
    put(jupyter.root, "old.ipynb")
    put(jupyter.root, "new.ipynb", at=time.time())
    entries = {entry.path: entry for entry in listed(source_at(jupyter.url))[""].entries}
    assert entries["old.ipynb"].is_settled
    assert not entries["new.ipynb"].is_settled
    assert entries["old.ipynb"].kind is Kind.NOTEBOOK
    assert entries["old.ipynb"].saved_at.timestamp() == LONG_AGO


def test_links_that_lead_round_in_circles_end(jupyter):
    put(jupyter.root, "a.ipynb")
    put(jupyter.root, "team/b.ipynb")
    (jupyter.root / "team" / "loop").symlink_to(jupyter.root)
    (jupyter.root / "team" / "here").symlink_to(".")
    (jupyter.root / "empty").mkdir()
    (jupyter.root / "empty" / "loop").symlink_to(".")
    found = listed(source_at(jupyter.url))
    assert sorted(entry.path for each in found.values() for entry in each.entries) == [
        "a.ipynb",
        "team/b.ipynb",
    ]
    assert sum(each.skipped.get("symlink", 0) for each in found.values()) == 3
    assert len(jupyter.requests()) < 40


def test_folders_of_the_same_name_in_each_other_are_no_circle(jupyter):
    path = "/".join(["deep"] * 7)
    put(jupyter.root, f"{path}/a.ipynb")
    assert paths_of(source_at(jupyter.url)) == [f"{path}/a.ipynb"]


def test_one_folder_that_fails_does_not_hide_the_others(jupyter, between, monkeypatch):
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)
    put(jupyter.root, "good/a.ipynb")
    put(jupyter.root, "bad/b.ipynb")
    server = between(jupyter.port)
    server.rule(lambda asked: asked.say(500), path="/contents/bad")
    found = listed(source_at(server.url(base="/base/")))
    assert found["bad"].trouble.code == Problem.SERVER_ERROR
    assert [entry.path for entry in found["good"].entries] == ["good/a.ipynb"]


def test_a_slow_folder_is_left_for_the_next_run(jupyter, between, monkeypatch):
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)
    put(jupyter.root, "slow/a.ipynb")
    put(jupyter.root, "b.ipynb")
    server = between(jupyter.port)
    server.rule(lambda asked: time.sleep(1.5) or asked.hang_up(), path="/contents/slow")
    found = listed(source_at(server.url(base="/base/"), patience=1))
    assert found["slow"].trouble.code == Problem.TIMED_OUT
    assert [entry.path for entry in found[""].entries] == ["b.ipynb"]


def test_a_start_that_is_not_there_is_no_empty_folder(jupyter):
    source = source_at(jupyter.url, start="nowhere")
    assert problem_of(lambda: listed(source)) == Problem.NOT_THERE


def test_a_server_that_ends_in_the_middle_leaves_nothing_looking_empty(jupyter, between, monkeypatch):
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)
    for number in range(6):
        put(jupyter.root, f"{number}/a.ipynb")
    server = between(jupyter.port)
    server.rule(lambda asked: asked.hand_on(), times=3)
    server.rule(lambda asked: asked.say(503))
    seen = []
    with closing(reader_of(source_at(server.url(base="/base/")))) as reader, pytest.raises(Trouble) as caught:
        seen.extend(reader.folders())
    assert caught.value.code == Problem.BUSY
    assert caught.value.is_whole
    assert all(listing.trouble is None for listing in seen)


def test_ten_thousand_files_in_one_folder_are_one_request(jupyter):
    folder = jupyter.root / "many"
    folder.mkdir()
    put(folder, "0.ipynb")
    for number in range(1, 10_000):
        os.link(folder / "0.ipynb", folder / f"{number}.ipynb")
    try:
        assert len(paths_of(source_at(jupyter.url, patience=120))) == 10_000
        assert len(jupyter.requests()) == 2
    finally:
        shutil.rmtree(folder)


@pytest.mark.corpus
@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not beside the project")
def test_a_hubs_tree_is_listed_and_read_as_it_is(jupyter):
    shutil.copytree(CORPUS / "operationhub", jupyter.root / "operationhub")
    here = jupyter.root / "operationhub" / "user-notebooks"
    source = source_at(jupyter.url, start="operationhub/user-notebooks", owner_pattern="{owner}/**")
    with closing(reader_of(source)) as reader:
        entries = [entry for listing in reader.folders() for entry in listing.entries]
        for entry in entries:
            assert reader.read(entry) == (here / entry.path).read_bytes()
    on_disk = [
        path for path in here.rglob("*") if path.is_file() and path.suffix in {".ipynb", ".log", ".json"}
    ]
    assert sorted(here / entry.path for entry in entries) == sorted(on_disk)
    assert sum(entry.kind is Kind.NOTEBOOK for entry in entries) == 60
    assert sum(entry.path.endswith(".log") for entry in entries) == 400


# ----- tests of the connection


def test_all_is_well(jupyter):
    put(jupyter.root, "a.ipynb")
    put(jupyter.root, ".log/20260101/x.log")
    assert steps_of(source_at(jupyter.url)) == dict.fromkeys(What, (How.OK, ""))


def test_no_logs_where_hidden_files_are_shown_is_fine(jupyter):
    put(jupyter.root, "a.ipynb")
    assert steps_of(source_at(jupyter.url))[What.LOGS] == (How.OK, "")


@pytest.fixture(scope="module")
def closed(tmp_path_factory):
    """A server that keeps hidden files to itself, as servers do who were not told otherwise."""
    server = JupyterServer(tmp_path_factory.mktemp("jupyter") / "closed", hidden=False).start()
    yield server
    server.kill()


def test_that_logs_cannot_be_seen_is_said(closed):
    put(closed.root, "a.ipynb")
    put(closed.root, ".log/20260101/x.log")
    steps = steps_of(source_at(closed.url))
    assert steps[What.LOGS] == (How.NOTE, Problem.HIDDEN_CLOSED)
    assert steps[What.NOTEBOOKS] == (How.OK, "")
    assert not any(method in {"PUT", "POST", "DELETE"} for method, _status, _path in closed.requests())
    assert sorted(path.name for path in closed.root.iterdir()) == [".log", "a.ipynb"]


@pytest.mark.parametrize(
    ("changes", "what", "problem"),
    [
        ({"secret": "wrong"}, What.SIGNED_IN, Problem.WRONG_TOKEN),
        ({"secret": "wrong", "login": "password"}, What.SIGNED_IN, Problem.WRONG_PASSWORD),
        ({"login": ""}, What.SIGNED_IN, Problem.NO_LOGIN),
        ({"start": "nowhere"}, What.FOLDER, Problem.NOT_THERE),
        ({"start": "a.ipynb"}, What.FOLDER, Problem.NOT_A_FOLDER),
    ],
)
def test_what_is_wrong_is_said_where_it_shows(jupyter, changes, what, problem):
    put(jupyter.root, "a.ipynb")
    steps = steps_of(source_at(jupyter.url, **changes))
    assert list(steps)[-1] == what
    assert steps[what] == (How.FAILED, problem)


def test_nobody_is_there(monkeypatch):
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)
    steps = steps_of(source_at(f"http://127.0.0.1:{free_port()}/"))
    assert steps == {What.ADDRESS: (How.OK, ""), What.REACHED: (How.FAILED, Problem.REFUSED)}


def test_a_base_url_that_is_missing(jupyter):
    steps = steps_of(source_at(jupyter.url.replace("/base/", "/")))
    assert steps[What.REACHED] == (How.FAILED, Problem.NOT_JUPYTER)


def test_a_name_that_leads_inside_is_told_of_the_address(settings, monkeypatch):
    settings.SOURCE_HOSTS = []
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])
    assert steps_of(source_at("https://rebind.example/")) == {What.ADDRESS: (How.FAILED, Problem.NOT_PUBLIC)}


def test_neither_token_nor_password_is_in_what_a_test_says(jupyter):
    for secret in (TOKEN, "wrong-secret"):
        with closing(reader_of(source_at(jupyter.url, secret=secret))) as reader:
            assert secret not in str([step.row() | {"reason": step.reason} for step in reader.probe()])
