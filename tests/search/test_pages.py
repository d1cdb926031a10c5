"""The results page, the API call and the commands."""

import json
from html.parser import HTMLParser
from urllib.parse import quote

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from rest_framework.test import APIClient

from notebooks import moving
from notebooks.models import Notebook
from notebooks.signals import notebook_changed
from search import refresh
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

PAYLOAD = '<img src=x onerror=beacon()><script>beacon()</script>" onmouseover="beacon()" {{ 7|add:7 }} needle'


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(index, kato):
    return make_space("ops", writers=[kato])


@pytest.fixture
def page(client, kato):
    """Asks as kato."""
    client.force_login(kato)

    def get(query="", status=200, **asked):
        refresh.drain()
        response = client.get(reverse("search"), {"q": query, **asked} if query else asked)
        assert response.status_code == status
        return response.content.decode()

    return get


@pytest.fixture
def api(kato):
    client = APIClient()
    client.force_authenticate(kato)

    def get(query="", status=200, **asked):
        refresh.drain()
        response = client.get(reverse("api-search"), {"q": query, **asked})
        assert response.status_code == status, response.content
        return response.json()

    return get


def test_the_page_leads_to_the_cell(space, page):
    notebook = make_runbook("ls", "cat /etc/hosts", space=space)
    html = page("/etc/hosts")
    assert f'href="{notebook.get_absolute_url()}#cell-1"' in html
    assert "<mark>etc/hosts</mark>" in html
    assert "data-step" in html


def test_without_a_query_the_page_says_what_can_be_typed(space, page):
    html = page()
    assert "Search code, prose, output and errors" in html
    assert 'class="hit"' not in html


def test_nothing_found_says_what_to_do(space, page):
    make_runbook("ls", space=space)
    html = page("nowhere to be", kind="code")
    assert "Nothing found" in html
    assert '<a href="?q=to+be&amp;kind=code" aria-label="Without nowhere">' in html
    assert "Search without narrowing" in html
    assert "There is no word in this" in page("&&")


def test_an_empty_library_says_so(space, page):
    assert "There is nothing to search yet" in page("ls")


def test_an_engine_that_fails_is_no_empty_result(space, page, client):
    make_runbook("ls", space=space)
    refresh.drain()
    (refresh.backend().path / "current").unlink()
    response = client.get(reverse("search"), {"q": "ls"})
    html = response.content.decode()
    assert response.status_code == 503
    assert "The search engine failed" in html
    assert "Nothing found" not in html


def test_the_page_says_how_far_search_is_behind(space, client, kato):
    notebook = make_runbook("needle", space=space)
    refresh.drain()
    notebook_changed.send(Notebook, notebook=notebook)
    client.force_login(kato)
    html = client.get(reverse("search"), {"q": "needle"}).content.decode()
    assert "Search is 1 runbook behind" in html
    assert "up to date" not in html


def test_facets_are_links_that_narrow_and_widen(space, page):
    make_runbook("needle", ("markdown", "needle"), space=space, owner="kato")
    assert "?q=needle&amp;kind=markdown" in page("needle")
    narrowed = page("needle", kind="markdown")
    assert narrowed.count('class="hit"') == 1
    assert 'href="?q=needle"' in narrowed


def test_what_is_asked_for_and_has_a_page_leads_to_it(space, page):
    make_runbook("!ssh web-01.example.org", "!ssh web-02.example.org", space=space)
    of_host = reverse("entity", args=["host", "web-01.example.org"])
    assert of_host in page("host:web-01.example.org")
    assert of_host in page("WEB-01.example.org")
    assert of_host in page("ssh", host="web-01.example.org")
    assert reverse("entity", args=["command", "ssh"]) in page("command:ssh")
    assert page('host:"web\n01",web-01.example.org').count("/e/host/") == 1  # no page can be called so
    for without in ("ssh", "host:web-*", "-host:web-01.example.org ssh", "host:web-09.example.org"):
        assert "/e/" not in page(without)


def test_a_hit_without_words_says_what_it_was_found_by(space, page):
    make_runbook("ssh web-01.example.org", space=space, owner="kato")
    assert "Found by: Owner, not Has</p>" in page("owner:kato -has:error")
    assert "Found in: code</p>" in page("ssh owner:kato")


def test_the_name_of_a_host_is_marked_where_it_stands(space, page):
    make_runbook(("code", "!restart {web}", [stream("one\ntwo\nweb-01.example.org is up")]), space=space)
    html = page("host:web-01.example.org", kind="code")
    assert '<span class="output"><mark>web-01.example.org</mark> is up</span>' in html
    assert "Found in: output</p>" in html


def test_pages_and_order_are_links(space, page):
    make_runbook(*(f"needle {number}" for number in range(45)), space=space)
    html = page("needle", page=2)
    assert 'rel="prev" href="?q=needle"' in html
    assert 'rel="next" href="?q=needle&amp;page=3"' in html
    assert "?q=needle&amp;sort=newest" in html
    assert "This page of the result is empty" in page("needle", page=9)


@pytest.mark.parametrize(
    "asked",
    [{"page": "x"}, {"page": "-1"}, {"page": "9" * 50}, {"sort": "?"}, {"year": "no"}, {"space": "\0"}],
)
def test_an_address_that_makes_no_sense_still_answers(space, page, asked):
    make_runbook("needle", space=space)
    assert "Search" in page("needle", **asked)


def test_everybody_may_search_what_is_public(index, client):
    make_runbook("needle open", space=make_space(is_public=True))
    make_runbook("needle closed", space=make_space())
    refresh.drain()
    html = client.get(reverse("search"), {"q": "needle"}).content.decode()
    assert html.count('class="hit"') == 1
    assert "closed" not in html


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.seen = []

    def handle_starttag(self, tag, attrs):
        self.seen.append((tag, dict(attrs)))


def dangers(html):
    """Tags and attributes that only a payload brings."""
    parser = Tags()
    parser.feed(html)
    return [
        (tag, attrs)
        for tag, attrs in parser.seen
        if tag in {"img", "iframe", "svg"}
        or any(name.startswith("on") for name in attrs)
        or (tag == "script" and "src" not in attrs)
    ]


def make_hostile(space):
    return make_runbook(
        ("markdown", f"# {PAYLOAD}"),
        ("code", f"print('{PAYLOAD}')", [stream(PAYLOAD), error(PAYLOAD, PAYLOAD)]),
        ("markdown", f"text {PAYLOAD}"),
        space=space,
        path=f"{PAYLOAD.replace('/', '_')}/needle.ipynb",
        owner=PAYLOAD[:150],
        language="<b>needle</b>",
    )


def test_hostile_notebooks_stay_text(space, page, api):
    make_hostile(space)
    html = page("needle")
    assert html.count('class="hit"') == 4
    assert dangers(html) == dangers(page(PAYLOAD)) == []
    assert "14 needle" not in html
    for hit in api("needle")["results"]:
        assert dangers(hit["snippet"]) == []
        assert "<mark>needle</mark>" in hit["snippet"]


def test_the_api_answers_as_promised(space, api):
    notebook = make_runbook(
        "ls", ("code", "cat /etc/hosts", [stream("127.0.0.1 <localhost>")]), space=space, owner="kato"
    )
    answer = api("hosts localhost")
    cell = notebook.cells.get(index=1)
    [hit] = answer["results"]
    assert answer["count"] == 1
    assert hit == {
        "kind": "code",
        "title": notebook.title,
        "url": f"{notebook.get_absolute_url()}#cell-1",
        "snippet": "cat /etc/<mark>hosts</mark>\n127.0.0.1 &lt;<mark>localhost</mark>&gt;",
        "score": hit["score"],
        "why": ["code", "output"],
        "notebook": notebook.pk,
        "index": 1,
        "note": None,
        "execution": None,
        "note_kind": None,
        "meme": cell.full_meme,
        "copies": 0,
        "family": "",
        "updated_at": hit["updated_at"],
    }
    assert hit["score"] > 0
    assert hit["updated_at"].endswith("Z")
    assert answer["facets"]["owner"] == [{"value": "kato", "label": "kato", "count": 1}]
    assert answer["query"] == {
        "text": "hosts localhost",
        "terms": [
            {"kind": "word", "text": "hosts", "field": "", "negated": False},
            {"kind": "word", "text": "localhost", "field": "", "negated": False},
        ],
        "hints": [],
        "beginnings": False,
        "meant": "",
    }


def test_the_api_narrows_orders_and_pages(space, api):
    make_runbook(*(f"needle {number}" for number in range(25)), ("markdown", "needle"), space=space)
    assert api("needle", kind="markdown")["count"] == 1
    assert [hit["index"] for hit in api("needle", sort="newest", page=2)["results"]] == list(range(20, 26))
    assert "page" in api("needle", status=400, page=0)
    assert "kind" in api("needle", status=400, kind="nonsense")


def test_the_api_wants_to_know_who_asks(index):
    assert APIClient().get(reverse("api-search"), {"q": "x"}).status_code in {401, 403}


def test_the_api_says_that_the_engine_failed(space, api):
    refresh.drain()
    (refresh.backend().path / "current").unlink()
    client = APIClient()
    client.force_authenticate(make_user())
    response = client.get(reverse("api-search"), {"q": "x"})
    assert response.status_code == 503
    assert "failed" in response.json()["detail"]


def test_a_deleted_runbook_is_nowhere(space, page, api, kato):
    notebook = make_runbook("needle", space=space)
    refresh.drain()
    moving.delete(notebook, kato)
    assert 'class="hit"' not in page("needle")
    assert api("needle")["count"] == 0


def test_queries_with_anything_survive_the_address(space, page):
    make_runbook("100% & <needle> 構築", space=space)
    html = page("100% & 構築", kind="code")
    assert html.count('class="hit"') == 1
    assert f"?q={quote('100% & 構築').replace('%20', '+')}" in html


# --- Commands


def test_reindex_says_how_many(space, capsys):
    make_runbook("needle", space=space)
    call_command("reindex")
    assert "1 notebooks indexed" in capsys.readouterr().out


def test_reindex_if_needed_does_nothing_twice(space, capsys):
    make_runbook("needle", space=space)
    call_command("reindex", "--if-needed")
    call_command("reindex", "--if-needed")
    assert capsys.readouterr().out == "1 notebooks indexed\nThe search index is whole.\n"


def test_reindex_mends_an_index_that_cannot_be_read(space, capsys):
    make_runbook("needle", space=space)
    refresh.drain()
    for file in refresh.backend().generations.current().iterdir():
        if file.name != "layout":
            file.write_bytes(b"")
    call_command("reindex", "--if-needed")
    assert "1 notebooks indexed" in capsys.readouterr().out


def test_search_on_the_command_line(space, capsys):
    make_runbook("cat /etc/hosts \x1b[31m", space=space)
    refresh.drain()
    call_command("search", "/etc/hosts", "--user", "kato")
    out = capsys.readouterr().out
    assert "cat /etc/hosts" in out
    assert "#cell-0" in out
    assert "\x1b[31m" not in out
    assert "1 found" in out


def test_search_without_a_user_sees_what_is_public(space, capsys):
    make_runbook("needle", space=space)
    refresh.drain()
    call_command("search", "needle")
    assert "0 found" in capsys.readouterr().out


def test_search_as_json_is_what_the_api_says(space, capsys, api):
    make_runbook("needle", space=space)
    refresh.drain()
    call_command("search", "needle", "--json", "--user", "kato")
    assert json.loads(capsys.readouterr().out) == api("needle")


def test_search_as_nobody_known_fails(index):
    with pytest.raises(CommandError, match="nobody1"):
        call_command("search", "x", "--user", "nobody1")


def test_search_fails_where_the_engine_does(index):
    with pytest.raises(CommandError, match="engine failed"):
        call_command("search", "x")
