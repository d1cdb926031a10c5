"""What lies where somebody may not read changes nothing that they are told, whatever it shares with what they may."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from lineage import refresh
from lineage.models import Holding, RunOf
from notebooks import moving
from notebooks.ingest import Provenance, ingest
from tests.builders import make_notebook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

FAMILIES = [f"0000000{number}-1111-11e1-8111-000000000000" for number in range(8)]
NOTEBOOK = "aaaaaaaa-1111-11e1-8111-000000000000"
SECRET = re.compile("xyzzy|mallory")


class Library:
    """A template and its runs, and two more runbooks that share cells with it; a reader of all of them."""

    def __init__(self):
        self.reader, self.mallory = make_user("alice"), make_user("mallory")
        self.open = make_space("open", readers=[self.reader])
        self.hidden = make_space("xyzzy", writers=[self.mallory])
        self.template = self.take_in(
            self.open, "templates/a.ipynb", ["ls", "pwd", "df", "id"], FAMILIES[:4], NOTEBOOK
        )
        self.runs = [self.run(self.open, "kato", day) for day in (1, 2, 3)]
        public = make_space("public", is_public=True)
        shared = [FAMILIES[0], FAMILIES[4], FAMILIES[5]]
        self.public = self.take_in(public, "shared/b.ipynb", ["ls", "uname -a", "w"], shared)
        other = [f"{FAMILIES[4]}-1-aaaa", FAMILIES[6]]
        self.other = self.take_in(self.open, "other/c.ipynb", ["uname -a", "hostname"], other)
        refresh.catch_up()

    def take_in(self, space, path, cells, memes, meme="", owner="kato", **metadata):
        raw = make_notebook(*cells, memes=memes, meme=meme, **metadata)
        return ingest(space, path, raw, Provenance(owner=owner)).notebook

    def run(self, space, who, day):
        cells = [("code", "ls -la", [stream("a")]), ("code", "pwd", [stream("/")]), "df", "id"]
        memes = [f"{meme}-1-{day}{who[:1].encode().hex()}f" for meme in FAMILIES[:4]]
        return self.take_in(
            space, f"user-notebooks/{who}/2026-10-0{day}/a.ipynb", cells, memes, NOTEBOOK, who
        )

    def hide_more(self):
        """Runs of the template, and cells of all families, with a history that names them."""
        for day in (4, 5, 6):
            self.run(self.hidden, "mallory", day)
        lineage = {"current": FAMILIES[7], "history": [NOTEBOOK], "root_cells_history": [[FAMILIES[1:3]]]}
        memes = [
            f"{FAMILIES[0]}-2-abcd-ffff",
            f"{FAMILIES[4]}-2-aaaa-bbbb",
            f"{FAMILIES[6]}-1-cccc",
            FAMILIES[7],
        ]
        cells = ["ls", "uname -a", "hostname", "echo xyzzy"]
        self.take_in(self.hidden, "xyzzy/d.ipynb", cells, memes, "", "mallory", lc_notebook_meme=lineage)
        gone = self.take_in(self.hidden, "xyzzy/e.ipynb", ["hostname"], [FAMILIES[6]], "", "mallory")
        moving.delete(gone, self.mallory)
        refresh.catch_up()

    def addresses(self):
        window = "since=2026-01-01&until=2026-12-31&unrun=1"
        yield from (
            f"/activity/?{window}{more}" for more in ("", "&space=xyzzy", "&who=kato", "&open=Xyzzy/xyzzy")
        )
        yield from (f"/api/v1/activity/?{window}", "/api/v1/activity/journeys/", "/browse/open/templates/")
        for meme in (*FAMILIES, NOTEBOOK, f"{FAMILIES[0]}-2-abcd-ffff"):
            yield reverse("family", args=[meme])
            yield reverse("api-memes-detail", args=[meme])
            yield reverse("api-memes-cells", args=[meme])
        for notebook in (self.template, self.runs[0], self.public, self.other):
            yield notebook.get_absolute_url()
            yield f"/compare/?a={notebook.pk}"
            for page in ("runs", "related", "history", f"runs/cells/?meme={FAMILIES[0]}"):
                yield f"/n/{notebook.pk}/{page}".replace("//", "/") + ("" if "?" in page else "/")
            for page in ("runs", "related", "pin"):
                yield f"/api/v1/notebooks/{notebook.pk}/{page}/"


@pytest.fixture
def library():
    return Library()


def client_of(person):
    client = Client()
    if person:
        client.force_login(person)
    return client


def told(client, addresses):
    """What each address answers, but for what differs from one request to the next."""
    answers = {}
    for address in addresses:
        response = client.get(address)
        body = re.sub(
            r'name="csrfmiddlewaretoken" value="\w+"|x-csrftoken[^}]*', "", response.content.decode()
        )
        answers[address] = response.status_code, response.get("Location"), response.get("ETag"), body
    return answers


@pytest.mark.parametrize("is_known", [True, False], ids=["reader", "anonymous"])
def test_what_is_hidden_changes_nothing(library, is_known):
    client = client_of(library.reader if is_known else None)
    before = told(client, library.addresses())
    assert {status for status, *_ in before.values()} >= {200, 404}
    library.hide_more()
    assert RunOf.objects.filter(template=library.template).count() == 6  # they do hang together
    assert Holding.objects.filter(space=library.hidden).exists()
    for address, answer in told(client, library.addresses()).items():
        assert answer == before[address], address


def test_who_may_read_it_is_told(library):
    """So the test above looks where something could have been seen."""
    before = told(client_of(library.mallory), library.addresses())
    library.hide_more()
    after = told(client_of(library.mallory), library.addresses())
    assert sum(after[address] != before[address] for address in before) > 10


def test_what_was_moved_away_is_told_nowhere(library):
    for number, notebook in enumerate((library.runs[0], library.other)):
        notebook.refresh_from_db()
        moving.move(notebook, library.hidden, f"xyzzy/{number}.ipynb", by=library.mallory)
    refresh.catch_up()
    asked = [
        address for address in library.addresses() if "yzzy" not in address
    ]  # the page repeats what is asked for
    for address, (_status, location, _etag, body) in told(client_of(library.reader), asked).items():
        assert not SECRET.search(body), address
        assert not SECRET.search(location or ""), address
        assert "hostname" not in body, address
    assert client_of(library.reader).get(f"/n/{library.other.pk}/related/").status_code == 404
