"""Completion: what stands at the cursor, what is offered there, and to whom."""

import json
from datetime import timedelta
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import strategies as st

from execlogs.announcing import announce
from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook
from notebooks.signals import notebook_changed
from search import refresh
from search.language import read
from search.language.completing import place_at, written
from search.language.tree import Field, Phrase, Word
from search.suggesting import suggest
from tests.builders import make_notebook, make_space, make_user
from tests.execlogs.making import make_execution
from tests.search.test_language import TEXTS


def at(text):
    """The cursor stands at "|"."""
    cursor = text.index("|")
    return place_at(text.replace("|", ""), cursor)


@pytest.mark.parametrize(
    ("text", "replaced", "typed", "field"),
    [
        ("ow|", "ow", "ow", None),
        ("disk -ow|", "ow", "ow", None),
        ("(a OR ow|", "ow", "ow", None),
        ("wo|rd next", "word", "wo", None),
        ("owner:ka|", "ka", "ka", "owner"),
        ("-owner:ka|to x", "kato", "ka", "owner"),
        ("owner：ka|", "ka", "ka", "owner"),
        ("owners:|", "", "", "owner"),
        ("lang:bash,py|", "py", "py", "lang"),
        ('lang:"a, b",py|', "py", "py", "lang"),
        ('owner:"sato ha|nako" x "y"', '"sato hanako"', "sato ha", "owner"),
        ('owner:"sato ha|', '"sato ha', "sato ha", "owner"),
        ("updated:>=tod|", "tod", "tod", "updated"),
        ("ran:2026-01..tod|", "tod", "tod", "ran"),
        ("x -(b tag:d|i c)", "di", "d", "tag"),
    ],
)
def test_what_stands_at_the_cursor(text, replaced, typed, field):
    place = at(text)
    plain = text.replace("|", "")
    assert plain[place.start : place.end] == replaced
    assert (place.typed, place.field.name if place.field else None) == (typed, field)


@pytest.mark.parametrize("text", ['"a b|', 'a"b|', 'owner:"a"|', "http://ho|", "nofield:x|"])
def test_nothing_is_completed_where_nothing_could_be_meant(text):
    assert at(text) is None


def test_a_name_that_has_its_value_keeps_it():
    place = at("ow|ner:kato")
    assert (place.start, place.end, place.has_value) == (0, 6, True)


def test_what_holds_beside_the_cursor():
    assert at("disk -owner:ka| lang:bash").rest.split() == ["disk", "lang:bash"]


@given(TEXTS, st.integers(0, 60))
def test_no_text_and_no_cursor_is_an_error(text, cursor):
    place = place_at(text, cursor)
    assert place is None or 0 <= place.start <= place.end <= len(text)


@given(st.text(min_size=1, max_size=20).map(str.strip).filter(bool))
def test_a_value_is_written_so_that_it_reads_as_itself(value):
    place = at("tag:|")
    tree = read(f"tag:{written(place, value)}").tree
    assert tree in (
        Field("tag", (Word(value),)),
        Field("tag", (Phrase(value.replace("\0", " ").strip()),)),
    ) or any(sign in value for sign in "“”„‟＂：（）－＊，＞＜＝\0")


# --- What is offered


@pytest.fixture
def kato(db):
    return make_user("kato")


@pytest.fixture
def library(kato):
    """Two spaces of kato's, and one of somebody else with its own names for all."""
    ops, lab = make_space("ops", readers=[kato], name="運用"), make_space("lab", writers=[kato])
    closed = make_space("closed", readers=[make_user("yamada")])
    bash = {"language": "bash"}
    today, before = timezone.now(), timezone.now() - timedelta(days=700)
    for number in range(3):
        made = make_notebook("ssh web-01 df -h", ("markdown", "#disk #手順"), **bash)
        ingest(ops, f"runbooks/disk/{number}.ipynb", made, Provenance(owner="Sato Hanako", saved_at=today))
    made = make_notebook("ssh web-02 systemctl restart nginx", **bash)
    ingest(lab, "net/a.ipynb", made, Provenance(owner="kato", saved_at=before))
    ingest(lab, "b.ipynb", make_notebook("print(1)"), Provenance(owner="lee", saved_at=before))
    secret = make_notebook("ssh web-secret dnf upgrade", ("markdown", "#disclosed"), **bash)
    ingest(closed, "runsecret/a.ipynb", secret, Provenance(owner="satellite", saved_at=today))
    announce([make_execution(space, who=who).pk for space, who in ((ops, "sato"), (closed, "santa"))])
    refresh.drain()
    return ops


def offered(text, viewer):
    cursor = text.find("|") if "|" in text else len(text)
    found = suggest(text.replace("|", ""), cursor, viewer)
    return [found.whole(option) for option in found.options]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("ow", ["owner:"]),
        ("disk -ow", ["disk -owner:"]),
        ("owner:", ['owner:"Sato Hanako"', "owner:kato", "owner:lee", "owner:sato"]),
        ("owner:SA", ['owner:"Sato Hanako"', "owner:sato"]),  # who wrote a log
        ("-owner:s| disk", ['-owner:"Sato Hanako" disk']),
        ("host:web", ["host:web-01", "host:web-02"]),
        ("host:web|-99 x", ["host:web-01 x", "host:web-02 x"]),
        ("lang:python host:", ["lang:python host:web-01", "lang:python host:web-02"]),  # nothing beside it
        ("space:lab host:", ["space:lab host:web-02"]),
        ("tag:d", ["tag:disk"]),
        ("tag:#手", ["tag:手順"]),
        ("command:sys", ["command:systemctl"]),
        ("service:", ["service:nginx"]),
        ("space:運", ["space:ops"]),
        ("space:", ["space:ops", "space:lab"]),
        ("folder:run", ["folder:runbooks"]),
        ("folder:runbooks/", ["folder:runbooks/disk"]),
        ("kernel:b", ["kernel:bash"]),
        ("by:s", ["by:sato"]),
        ("in:", ["in:code", "in:markdown", "in:log"]),
        ("is:", ["is:stale"]),
        ("updated:to", ["updated:today"]),
        ("updated:>=今", ["updated:>=今日", "updated:>=今週", "updated:>=今月", "updated:>=今年"]),
        ("web-0", ["host:web-01", "host:web-02"]),
        ("手", ["tag:手順"]),
        ("title:d", []),
        ("nofield:x", []),
    ],
)
def test_what_is_offered(engine, library, kato, text, expected):
    assert offered(text, kato) == expected


@pytest.mark.parametrize(
    "text",
    [
        "owner:sat",
        "host:web-s",
        "tag:disc",
        "space:cl",
        "folder:runs",
        "by:sant",
        "command:dnf",
        "web-secret",
        "disclo",
    ],
)
def test_a_value_of_a_closed_space_is_offered_to_nobody_else(engine, library, kato, text):
    yamada = type(kato).objects.get(username="yamada")
    offers = offered(text, yamada)
    assert offers
    assert not set(offers) & {*offered(text, kato), *offered(text, AnonymousUser())}
    assert offered(text, AnonymousUser()) == []


def test_what_was_moved_away_is_offered_no_more_at_once(index, library, kato):
    notebook = Notebook.objects.get(path="net/a.ipynb")
    assert offered("service:", kato) == ["service:nginx"]
    Notebook.objects.filter(pk=notebook.pk).update(space=make_space())
    notebook_changed.send(Notebook, notebook=notebook)
    assert offered("service:", kato) == []


def test_fields_are_found_by_what_people_call_them(index, library, kato):
    with translation.override("ja"):
        assert "tag:" in offered("タグ", kato)


def test_an_empty_place_offers_all_fields(index, kato):
    assert offered("", kato)[:3] == ["title:", "heading:", "in:"]


# --- Over HTTP


@pytest.fixture
def get(client, kato, index, library):
    client.force_login(kato)

    def get_(name, **asked):
        return client.get(reverse(name), asked)

    return get_


def test_the_page_is_told_what_stands_instead_of_what(get):
    answer = get("search-complete", q="x 𠮷 owner:ka y", at=12).json()
    assert (answer["start"], answer["end"]) == (10, 12)
    assert answer["options"] == [{"text": "kato", "label": "kato", "about": "", "count": 2, "goes_on": False}]


@pytest.mark.parametrize("at", ["x", "-1", "99999999", "", "7"])
def test_a_cursor_that_is_none_still_answers(get, at):
    assert get("search-complete", q="owner:\0", at=at).status_code == 200


def test_an_engine_that_fails_suggests_nothing(get):
    (refresh.backend().path / "current").unlink()
    assert get("search-complete", q="owner:").json()["options"] == []


def test_a_browser_is_told_how_to_search_here(get):
    answer = get("opensearch")
    assert answer["Content-Type"] == "application/opensearchdescription+xml"
    names = {"o": "http://a9.com/-/spec/opensearch/1.1/"}
    described = ET.fromstring(answer.content)
    addresses = {each.get("type"): each.get("template") for each in described.findall("o:Url", names)}
    assert addresses["text/html"] == "http://testserver/search/?q={searchTerms}"
    assert (
        addresses["application/x-suggestions+json"] == "http://testserver/search/suggestions/?q={searchTerms}"
    )
    assert 'rel="search"' in get("search").content.decode()


def test_a_browser_is_suggested_whole_queries(get):
    answer = get("search-suggestions", q="disk owner:s")
    assert answer["Content-Type"] == "application/x-suggestions+json"
    text, queries, about, addresses = json.loads(answer.content)
    assert (text, queries, about) == ("disk owner:s", ['disk owner:"Sato Hanako"'], [""])
    assert addresses == ["http://testserver/search/?q=disk+owner%3A%22Sato+Hanako%22"]
