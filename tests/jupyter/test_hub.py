"""A JupyterHub as a source: everybody's notebooks, through everybody's own server."""

from contextlib import closing

import pytest

from sync.jupyter.hub import Hub
from sync.jupyter.session import Token
from sync.models import Source
from sync.readers import reader_of
from sync.steps import How, What
from sync.trouble import Problem, Trouble
from tests.jupyter.servers import TOKEN
from tests.jupyter.sources import source_at
from tests.jupyter.test_reader import listed, paths_of, put, steps_of
from tests.jupyter.test_wire import problem_of

pytestmark = [pytest.mark.jupyter, pytest.mark.xdist_group("jupyter")]


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.SOURCE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def source(hub):
    return source_at(hub.url, Source.Kind.HUB, owner_pattern="{owner}/**")


def test_who_there_is_and_whose_server_runs(hub, wire_to):
    """Three users, two a page."""
    users = {user.name: user.below for user in Hub(wire_to(hub.url), Token(TOKEN)).users()}
    assert users == {"ann": "user/ann/", "bob": "user/bob/", "cat": ""}


def test_everybody_whose_server_runs_is_read(hub, source):
    put(hub.notebooks_of("ann"), "work/a.ipynb", b"ann's")
    put(hub.notebooks_of("ann"), "work/.log/20260101/x.log", b"log")
    put(hub.notebooks_of("bob"), "手順.ipynb", b"bob's")
    with closing(reader_of(source)) as reader:
        found = {entry.path: reader.read(entry) for listing in reader.folders() for entry in listing.entries}
    assert found == {
        "ann/work/a.ipynb": b"ann's",
        "ann/work/.log/20260101/x.log": b"log",
        "bob/手順.ipynb": b"bob's",
    }


def test_whose_server_does_not_run_is_not_taken_for_empty(hub, source):
    trouble = listed(source)["cat"].trouble
    assert (trouble.code, trouble.is_usual, trouble.is_whole) == (Problem.NOT_RUNNING, True, False)


def test_everybodys_view_of_everybody_is_not_walked(hub, source):
    """As OperationHub mounts it."""
    for name in ("ann", "bob"):
        put(hub.notebooks_of(name), "own.ipynb")
        put(hub.notebooks_of(name), "share/common.ipynb")
        put(hub.notebooks_of(name), "users/ann/own.ipynb")
    assert paths_of(source) == ["ann/own.ipynb", "bob/own.ipynb"]


def test_what_all_share_is_read_once(hub):
    for name in ("ann", "bob"):
        put(hub.notebooks_of(name), "share/common/a.ipynb", b"shared")
    source = source_at(hub.url, Source.Kind.HUB, start="share")
    with closing(reader_of(source)) as reader:
        (entry,) = [entry for listing in reader.folders() for entry in listing.entries]
        assert (entry.path, reader.read(entry)) == ("common/a.ipynb", b"shared")


def test_one_users_folder(hub):
    put(hub.notebooks_of("bob"), "work/a.ipynb", b"bob's")
    put(hub.notebooks_of("ann"), "work/b.ipynb")
    source = source_at(hub.url, Source.Kind.HUB, start="bob/work")
    with closing(reader_of(source)) as reader:
        (entry,) = [entry for listing in reader.folders() for entry in listing.entries]
        assert (entry.path, reader.read(entry)) == ("a.ipynb", b"bob's")


def test_a_server_that_stops_in_the_middle_stops_nobody_elses(hub, source):
    put(hub.notebooks_of("ann"), "a.ipynb", b"ann's")
    put(hub.notebooks_of("bob"), "b.ipynb", b"bob's")
    with closing(reader_of(source)) as reader:
        entries = {entry.path: entry for listing in reader.folders() for entry in listing.entries}
        hub.stop_server_of("ann")
        try:
            for _ in range(2):
                with pytest.raises(Trouble) as caught:
                    reader.read(entries["ann/a.ipynb"])
                assert (caught.value.code, caught.value.is_whole) == (Problem.NOT_RUNNING, False)
            assert reader.read(entries["bob/b.ipynb"]) == b"bob's"
        finally:
            hub.start_server_of("ann")


@pytest.mark.parametrize(
    ("token", "problem", "detail"),
    [
        ("wrong", Problem.WRONG_TOKEN, ""),
        (f"{TOKEN}-nobody", Problem.LACKS_SCOPE, "list:users, read:servers, access:servers"),
        (f"{TOKEN}-lister", Problem.LACKS_SCOPE, "access:servers"),
    ],
)
def test_what_a_token_may_not_do_is_said(hub, token, problem, detail):
    with closing(reader_of(source_at(hub.url, Source.Kind.HUB, secret=token))) as reader:
        last = list(reader.probe())[-1]
    assert (last.what, last.how, last.code, last.detail) == (What.SIGNED_IN, How.FAILED, problem, detail)


def test_a_token_that_opens_no_server_brings_no_emptiness(hub):
    """Its scopes may have changed since it was tested."""
    put(hub.notebooks_of("ann"), "a.ipynb")
    found = listed(source_at(hub.url, Source.Kind.HUB, secret=f"{TOKEN}-lister"))
    assert found["ann"].trouble.code == Problem.LACKS_SCOPE
    assert (
        problem_of(lambda: listed(source_at(hub.url, Source.Kind.HUB, secret=f"{TOKEN}-nobody")))
        == Problem.LACKS_SCOPE
    )


def test_all_is_well(hub, source):
    put(hub.notebooks_of("ann"), "a.ipynb")
    assert steps_of(source) == dict.fromkeys(What, (How.OK, ""))


def test_a_jupyter_server_is_no_hub(jupyter):
    steps = steps_of(source_at(jupyter.url, Source.Kind.HUB))
    assert steps[What.REACHED] == (How.FAILED, Problem.NOT_HUB)


def test_a_hub_is_no_jupyter_server(hub):
    assert steps_of(source_at(hub.url))[What.REACHED] == (How.FAILED, Problem.IS_HUB)


def test_one_users_server_by_its_own_address(hub):
    put(hub.notebooks_of("ann"), "a.ipynb")
    assert paths_of(source_at(f"{hub.url}user/ann/")) == ["a.ipynb"]
    assert steps_of(source_at(f"{hub.url}user/ann/", secret="wrong"))[What.SIGNED_IN] == (
        How.FAILED,
        Problem.WRONG_TOKEN,
    )


def test_hubs_from_before_there_were_portions(between, wire_to):
    server = between()
    listing = [
        {"name": "ann", "servers": {"": {"ready": True, "url": "/user/ann/"}}},
        {"name": "bob", "servers": {}},
    ]
    server.rule(lambda asked: asked.say(200, listing), path="hub/api/users")
    users = [(user.name, user.below) for user in Hub(wire_to(server.url()), Token(TOKEN)).users()]
    assert users == [("ann", "user/ann/"), ("bob", "")]


@pytest.mark.parametrize(
    "url", ["http://evil.example/user/ann/", "//evil.example/", "/../etc/", "user/ann", 7, None]
)
def test_where_a_server_is_is_the_hubs_to_say_only_below_itself(between, wire_to, url):
    server = between()
    listing = [{"name": "ann", "servers": {"": {"ready": True, "url": url}}}]
    server.rule(lambda asked: asked.say(200, listing), path="hub/api/users")
    (user,) = Hub(wire_to(server.url(base="/jh/")), Token(TOKEN)).users()
    assert not user.is_running
