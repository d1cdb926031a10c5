"""Sending notebooks to real servers through the pages, and what becomes of them there."""

import json
import re
from hashlib import sha256
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from lineage.composition import basket
from notebooks import blobs
from notebooks.ingest import Provenance, identities_of, ingest
from notebooks.memes import parse as meme_of
from notebooks.models import Notebook
from sync import keeping
from sync.models import Run, Source
from sync.pushing.copies import sent
from sync.pushing.differing import differences
from sync.pushing.places import Place, place_of
from sync.secrets import seal
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.jupyter.servers import TOKEN
from tests.sync.doing import sync

pytestmark = [pytest.mark.jupyter, pytest.mark.xdist_group("jupyter"), pytest.mark.django_db]

MEMES = [f"{number:08x}-71cc-11e7-9abe-02420aff0008" for number in range(1, 6)]


@pytest.fixture(autouse=True)
def allowed(settings):
    settings.SOURCE_HOSTS = ["127.0.0.1"]


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def space(ann):
    return make_space("ops", writers=[ann])


@pytest.fixture
def client(ann):
    client = Client()
    client.force_login(ann)
    return client


@pytest.fixture
def source(jupyter, space, ann):
    return server_source(jupyter.url, space, ann)


def server_source(address, space, by, kind=Source.Kind.JUPYTER, **fields):
    given = {"name": "Team server", "login": "token", "folder": "server", "every_minutes": 0, **fields}
    source = Source(kind=kind, address=address, space=space, by=by, **given)
    source.secret = seal(TOKEN, address)
    keeping.keep(source)
    return source


def post(client, url, source, name, act="send", folder="", **more):
    return client.post(url, {"to": source.pk, "folder": folder, "name": name, "act": act, **more})


def push_url(notebook):
    return reverse("push", args=[notebook.pk])


@pytest.fixture
def notebook(space):
    return make_runbook(("markdown", "# Disk full"), "df -h", space=space, path="disk.ipynb", memes=MEMES[:2])


def test_a_runbook_is_sent_as_it_came(client, source, jupyter, notebook):
    answer = post(client, push_url(notebook), source, "disk.ipynb", folder="work/手順")
    assert answer.status_code == 302
    assert (jupyter.root / "work/手順/disk.ipynb").read_bytes() == blobs.get(notebook.revision.sha256)
    page = client.get(answer.url).content.decode()
    assert "It is on Team server now." in page
    (opens,) = re.findall(r'href="(/sources/\d+/open/[^"]+)"', page)
    assert (
        unquote(client.get(opens.replace("&amp;", "&")).url) == f"{jupyter.url}notebooks/work/手順/disk.ipynb"
    )


def test_it_opens_in_jupyterlab_where_there_is_one(client, jupyter, between, space, ann, notebook):
    server = between(jupyter.port)
    server.rule(lambda asked: asked.say(302, Location="/base/login?next=lab"), path="/base/lab")
    source = server_source(server.url(base="/base/"), space, ann)
    post(client, push_url(notebook), source, "a b.ipynb")
    opens = client.get(reverse("source-open", args=[source.pk]), {"path": "a b.ipynb"})
    assert opens.url == f"{server.url(base='/base/')}lab/tree/a%20b.ipynb"


def test_what_was_sent_comes_back_and_joins_its_family(client, source, jupyter, notebook):
    post(client, push_url(notebook), source, "copy.ipynb")
    assert Run.objects.get().state == Run.State.QUEUED
    sync(source)
    copy = Notebook.objects.get(path="server/copy.ipynb")
    assert [cell.meme for cell in copy.cells.order_by("index")] == [UUID(meme) for meme in MEMES[:2]]
    assert client.get(reverse("open-in-jupyter", args=[copy.pk])).url == f"{jupyter.url}notebooks/copy.ipynb"
    assert "Open in Jupyter" in client.get(copy.get_absolute_url()).content.decode()
    assert "Open in Jupyter" not in client.get(notebook.get_absolute_url()).content.decode()


def test_readers_are_not_led_to_the_address_of_the_server(source, jupyter, space):
    reader = make_user("bob")
    space.readers.add(reader)
    (jupyter.root / "copy.ipynb").write_bytes(make_notebook("df"))
    sync(source)
    copy = Notebook.objects.get(path="server/copy.ipynb")
    client = Client()
    client.force_login(reader)
    shown = client.get(copy.get_absolute_url()).content.decode()
    assert "last seen there" in shown
    assert "Open in Jupyter" not in shown
    assert client.get(reverse("open-in-jupyter", args=[copy.pk])).status_code == 404


def test_cells_without_an_id_take_the_assigned_one_along(client, source, jupyter, space):
    notebook = make_runbook("a", "b", "c", space=space, path="x.ipynb", memes=[None, MEMES[1], None])
    post(client, push_url(notebook), source, "x.ipynb")
    known = [str(identity.meme) for identity in identities_of(notebook.revision)]
    cells = json.loads((jupyter.root / "x.ipynb").read_bytes())["cells"]
    assert [cell["metadata"]["lc_cell_meme"]["current"] for cell in cells] == known
    assert cells[0]["metadata"]["lc_cell_meme"] == {
        "current": known[0],
        "history": [],
        "previous": None,
        "next": known[1],
    }
    assert cells[1]["metadata"]["lc_cell_meme"] == {"current": known[1]}
    sync(source)
    copy = Notebook.objects.get(path="server/x.ipynb")
    assert [(str(cell.meme), cell.assigned) for cell in copy.cells.order_by("index")] == [
        (each, False) for each in known
    ]


def test_a_composed_notebook_is_sent_by_nblineages_rules(client, ann, source, jupyter, space):
    first = make_runbook("a", "b", space=space, path="1.ipynb", memes=[f"{MEMES[0]}-1-0a0a", MEMES[1]])
    second = make_runbook("c", space=space, path="2.ipynb", memes=[None])
    for each in (first, second):
        basket.collect(ann, each.revision, range(each.cell_count))
    url = reverse("basket-push")
    assert client.post(url, {"name": "All of it"}).url == url
    assert "All of it.ipynb" in client.get(url).content.decode()
    assert post(client, url, source, "All of it.ipynb").status_code == 302
    document = json.loads((jupyter.root / "All of it.ipynb").read_bytes())
    tracking = [cell["metadata"]["lc_cell_meme"] for cell in document["cells"]]
    assigned = str(identities_of(second.revision)[0].meme)
    were = [f"{MEMES[0]}-1-0a0a", MEMES[1], assigned]
    for record, was in zip(tracking, were, strict=True):
        branched, former = meme_of(record["current"]), meme_of(was)
        assert (branched.uuid, branched.count) == (former.uuid, former.count + 1)
        assert branched.numbers[:-1] == former.numbers
        assert record["history"][-1]["current"] == was
    ids = [record["current"] for record in tracking]
    assert [record["previous"] for record in tracking] == [None, *ids[:-1]]
    assert [record["next"] for record in tracking] == [*ids[1:], None]
    sync(source)
    copy = Notebook.objects.get(path="server/All of it.ipynb")
    assert [str(cell.meme) for cell in copy.cells.order_by("index")] == [meme[:36] for meme in were]


# ----- when the name is taken


@pytest.fixture
def taken(jupyter):
    path = jupyter.root / "disk.ipynb"
    path.write_bytes(make_notebook(("markdown", "# Disk full"), "df -h /var", memes=MEMES[:2]))
    return path


def test_a_taken_name_is_asked_about_three_ways(client, source, taken, notebook):
    before = taken.read_bytes()
    answer = post(client, push_url(notebook), source, "disk.ipynb")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert all(words in page for words in ("View the difference", "Send under this name", "Overwrite"))
    assert 'value="disk-2.ipynb"' in page
    assert sha256(before).hexdigest() in page
    assert taken.read_bytes() == before


def test_the_difference_is_shown(client, source, taken, notebook):
    answer = post(client, push_url(notebook), source, "disk.ipynb", act="difference")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "1 cell differs" in page
    assert re.search(r"<del>.*/var.*</del>", page)
    assert "View the difference" not in page
    assert "Overwrite" in page


def test_another_name_is_taken(client, source, jupyter, taken, notebook):
    before = taken.read_bytes()
    assert post(client, push_url(notebook), source, "disk-2").status_code == 302
    assert taken.read_bytes() == before
    assert (jupyter.root / "disk-2.ipynb").read_bytes() == blobs.get(notebook.revision.sha256)


def test_what_was_seen_is_written_over(client, source, taken, notebook):
    seen = sha256(taken.read_bytes()).hexdigest()
    assert (
        post(client, push_url(notebook), source, "disk.ipynb", act="overwrite", seen=seen).status_code == 302
    )
    assert taken.read_bytes() == blobs.get(notebook.revision.sha256)


def test_what_changed_since_it_was_seen_is_asked_about_again(client, source, taken, notebook):
    seen = sha256(taken.read_bytes()).hexdigest()
    taken.write_bytes(b"somebody else's work")
    answer = post(client, push_url(notebook), source, "disk.ipynb", act="overwrite", seen=seen)
    assert answer.status_code == 200
    assert "It was changed there in the meantime" in answer.content.decode()
    assert taken.read_bytes() == b"somebody else's work"


def test_what_vanished_since_it_was_seen_is_not_brought_back(client, source, taken, notebook):
    seen = sha256(taken.read_bytes()).hexdigest()
    taken.unlink()
    answer = post(client, push_url(notebook), source, "disk.ipynb", act="overwrite", seen=seen)
    assert answer.status_code == 422
    assert not taken.exists()


def test_overwriting_without_having_seen_is_asking(client, source, taken, notebook):
    before = taken.read_bytes()
    assert post(client, push_url(notebook), source, "disk.ipynb", act="overwrite").status_code == 200
    assert taken.read_bytes() == before


def test_what_is_there_just_so_is_not_written_again(client, source, jupyter, taken, notebook):
    taken.write_bytes(blobs.get(notebook.revision.sha256))
    jupyter.requests()
    answer = post(client, push_url(notebook), source, "disk.ipynb")
    assert "just as it is here" in client.get(answer.url).content.decode()
    assert all(method != "PUT" for method, _status, _path in jupyter.requests())


def test_a_runbook_goes_back_to_where_it_came_from(client, ann, source, jupyter, space):
    """As it is spelt there: macOS writes e and its accent one after the other."""
    spelt = "re\u0301seau/e\u0301tat.ipynb"
    (jupyter.root / "re\u0301seau").mkdir()
    (jupyter.root / spelt).write_bytes(make_notebook("ls", memes=MEMES[:1]))
    sync(source)
    notebook = Notebook.objects.get()
    assert place_of(notebook, ann) == Place(source, spelt)
    page = client.get(push_url(notebook)).content.decode()
    folder, name = (
        re.search(r'name="folder" value="([^"]+)"', page)[1],
        re.search(r'name="name" value="([^"]+)"', page)[1],
    )
    answer = post(client, push_url(notebook), source, name, folder=folder)
    assert "just as it is here" in client.get(answer.url).content.decode()
    assert len(list(jupyter.root.rglob("*.ipynb"))) == 1


# ----- hubs


def test_to_a_users_folder_of_a_hub(client, hub, space, ann, notebook):
    source = server_source(hub.url, space, ann, Source.Kind.HUB)
    assert post(client, push_url(notebook), source, "disk.ipynb", folder="bob/work").status_code == 302
    assert (hub.notebooks_of("bob") / "work/disk.ipynb").read_bytes() == blobs.get(notebook.revision.sha256)
    opens = client.get(reverse("source-open", args=[source.pk]), {"path": "bob/work/disk.ipynb"})
    assert opens.url == f"{hub.url}user/bob/notebooks/work/disk.ipynb"
    answer = post(client, push_url(notebook), source, "disk.ipynb", folder="cat/work")
    assert "server does not run" in answer.content.decode()
    assert post(client, push_url(notebook), source, "disk.ipynb", folder="nobody").status_code == 422


def test_to_what_all_share(client, hub, space, ann, notebook):
    for name in ("ann", "bob"):
        (hub.notebooks_of(name) / "share").mkdir()
    source = server_source(hub.url, space, ann, Source.Kind.HUB, start="share")
    assert post(client, push_url(notebook), source, "disk.ipynb", folder="runbooks").status_code == 302
    opens = client.get(reverse("source-open", args=[source.pk]), {"path": "runbooks/disk.ipynb"})
    assert opens.url == f"{hub.url}hub/user-redirect/notebooks/share/runbooks/disk.ipynb"


# ----- who may, and what goes wrong


def test_who_may_not_change_the_source_sends_nothing_to_it(source, jupyter, space, notebook):
    reader = make_user("bob")
    space.readers.add(reader)
    client = Client()
    client.force_login(reader)
    assert "There is no server to send it to" in client.get(push_url(notebook)).content.decode()
    assert post(client, push_url(notebook), source, "x.ipynb").status_code == 422
    assert client.get(reverse("source-open", args=[source.pk]), {"path": "x.ipynb"}).status_code == 403
    assert list(jupyter.root.iterdir()) == []


def test_what_may_not_be_read_is_not_sent(client, source):
    hidden = make_runbook(space=make_space("private"))
    assert client.get(push_url(hidden)).status_code == 404
    assert post(client, push_url(hidden), source, "x.ipynb").status_code == 404


def test_a_paused_source_is_not_offered(client, source, notebook):
    keeping.pause(source, is_paused=True)
    assert post(client, push_url(notebook), source, "x.ipynb").status_code == 422


@pytest.mark.parametrize(
    ("folder", "name"), [("../out", "x"), ("", "a/b"), ("", ".hidden"), (".git", "x"), ("a", "")]
)
def test_a_name_that_is_none(client, source, jupyter, notebook, folder, name):
    assert post(client, push_url(notebook), source, name, folder=folder).status_code == 422
    assert list(jupyter.root.iterdir()) == []


def test_a_server_that_does_not_answer_is_told(client, space, ann, notebook, monkeypatch):
    monkeypatch.setattr("sync.jupyter.wire._pause_after", lambda attempt: 0)
    source = server_source("http://127.0.0.1:1/", space, ann)
    answer = post(client, push_url(notebook), source, "x.ipynb")
    assert answer.status_code == 422
    assert "Nothing listens at this address" in answer.content.decode()


@pytest.mark.parametrize("path", ["", "../../hub/logout", "/etc/passwd"])
def test_a_path_that_leads_out_is_not_opened(client, source, path):
    assert client.get(reverse("source-open", args=[source.pk]), {"path": path}).status_code == 404


# ----- pure


def test_bytes_that_carry_all_ids_are_sent_as_they_are(space):
    raw = make_notebook("a", "b", memes=MEMES[:2]) + b"   \r\n"
    notebook = ingest(space, "x.ipynb", raw, Provenance()).notebook
    assert sent(raw, identities_of(notebook.revision)) == raw


def test_differences_of_what_is_no_notebook():
    ours = make_notebook("a")
    assert not differences(b"not json", ours).is_notebook
    assert differences(ours, ours).count == 0
    found = differences(make_notebook("a", "b"), make_notebook("a", "c c c"))
    assert {each.change.value for each in found.shown} <= {"edited", "added", "removed"}
    assert found.count >= 1
