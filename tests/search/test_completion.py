"""Completion: what stands at the cursor, what is offered there, and to whom."""

import json
from datetime import timedelta
from itertools import product
from xml.etree import ElementTree as ET

import pytest
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from execlogs.announcing import announce
from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook
from notebooks.signals import notebook_changed
from search import refresh
from search.analysis import normalise
from search.find import Wish, find
from search.language import read, write
from search.language.completing import place_at, written
from search.language.fields import FIELDS, Values
from search.language.lexing import Named, tokens, unified
from search.language.reading import Hint
from search.language.tree import Field, Not, Phrase, Word
from search.models import SavedSearch
from search.saved.history import remember
from search.suggesting import Kind, suggest
from tests.builders import make_notebook, make_space, make_user
from tests.execlogs.making import make_execution
from tests.search.test_language import TEXTS
from tests.stickies.builders import make_note

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
SECRET = "9a5c5fe2-71cc-11e7-9abe-02420aff0009"


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
        ("(wo|rd(s), x) next", "word(s),", "wo", None),
        ("(tag:d|i(s)k) x", "di(s)k", "d", "tag"),
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


@pytest.mark.parametrize(
    "text", ['"a b|', 'a"b|', 'owner:"a"|', "http://ho|", "nofield:x|", 'title:a\\"b|', "ran:x,t|"]
)
def test_nothing_is_completed_where_nothing_could_be_meant(text):
    assert at(text) is None


def test_a_name_that_has_its_value_keeps_it():
    place = at("ow|ner:kato")
    assert (place.start, place.end, place.has_value) == (0, 6, True)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("disk -owner:ka| lang:bash", "disk lang:bash"),
        ("owner:kato,sa|,lee disk", "disk"),
        ('owner:"a b",c|,"d e" disk', "disk"),
        ("disk OR owner:k|", ""),
        ("disk (full OR owner:k|) df", "disk df"),
        ("disk -(full owner:k| df)", "disk full df"),
        ("x (a b|", "x a"),
        ('owner:k| "open', "open"),
        ("|", ""),
    ],
)
def test_what_holds_beside_the_cursor(text, holds):
    assert write(at(text).beside) == holds


@pytest.mark.parametrize(
    ("text", "others"), [("owner:Kato,s|", ("kato",)), ('tag:a,|,"b c" x', ("a", "b c")), ("owner:k|", ())]
)
def test_what_stands_in_the_list_already(text, others):
    assert at(text).others == others


@given(TEXTS, st.integers(0, 60))
def test_no_text_and_no_cursor_is_an_error(text, cursor):
    place = place_at(text, min(cursor, len(text)))
    assert place is None or 0 <= place.start <= place.end <= len(text)


# Values as they come: with blanks, quotes, commas, brackets, in Japanese, ending in what the language has a sign for.
VALUES = st.lists(
    st.sampled_from(
        ["sato", "佐藤", "花子", " ", '"', "\\", ",", "(", ")", "*", "-", ":", "：", "“", "OR", "（"]
    ),
    min_size=1,
    max_size=6,
).map("".join) | st.text(min_size=1, max_size=20)


@given(TEXTS, TEXTS, VALUES, st.sampled_from(["", "-", "(", "-("]), st.sampled_from(["", "x,", '"a b",']))
@example("", '"', "sato", "", "")
@example('title:a\\"b', "", "0", "", "")
def test_a_value_that_is_taken_reads_as_meant_wherever_it_is(before, after, value, lead, others):
    """Whatever stands around it: one more value of that field, as it is, and no new hint that it is not understood."""
    text = f"{before} {lead}tag:{others}"
    place = place_at(f"{text} {after}", len(text))
    stands = place and place.field and place.field.name == "tag" and written(place, value)
    if not stands:
        return
    whole = f"{text[: place.start]}{stands} {after}"
    taken = [each for each in tokens(whole) if isinstance(each, Named) and each.name == "tag"]
    assert any(normalise(leaf.text) == normalise(value.strip()) for each in taken for leaf in each.values)


@given(VALUES)
def test_nearly_every_value_can_be_written(value):
    """But for what is nothing, and marks that the language takes for its own."""
    text = written(at("tag:|"), value)
    if text is None:
        assert not value.strip() or unified(value) != value
        return
    (leaf,) = read(f"tag:{text}").tree.values
    assert leaf in (Word(value), Phrase(value.strip()))


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
        made = make_notebook(
            "ssh web-01 df -h",
            ("markdown", "# Disk full\n\n## 容量の確認\n\n#disk #手順"),
            memes=[MEME],
            **bash,
        )
        ingest(ops, f"runbooks/disk/{number}.ipynb", made, Provenance(owner="Sato Hanako", saved_at=today))
    made = make_notebook("ssh web-02 systemctl restart nginx", **bash)
    ingest(lab, "net/a.ipynb", made, Provenance(owner="kato", saved_at=before))
    ingest(lab, "b.ipynb", make_notebook("print(1)"), Provenance(owner="lee", saved_at=before))
    secret = make_notebook(
        "ssh web-secret dnf upgrade", ("markdown", "# Dismantling\n\n#disclosed"), memes=[SECRET], **bash
    )
    ingest(closed, "runsecret/a.ipynb", secret, Provenance(owner="satellite", saved_at=today))
    executed = [
        make_execution(space, who=who, meme=meme, at=today, status="error")
        for space, who, meme in ((ops, "sato", MEME), (ops, "Tanaka", None), (closed, "santa", SECRET))
    ]
    announce([each.pk for each in executed])
    make_note(Notebook.objects.get(path="runbooks/disk/0.ipynb"), by=kato, space=lab, kind="hazard")
    refresh.drain()
    return ops


def offered(text, viewer):
    cursor = text.find("|") if "|" in text else len(text)
    found = suggest(text.replace("|", ""), cursor, viewer)
    return [found.whole(option) for option in found.options]


OFFERED = {
    "ow": ["owner:"],
    "disk -ow": ["disk -owner:"],
    "owner:": ['owner:"Sato Hanako"', "owner:kato", "owner:lee", "owner:Tanaka", "owner:sato"],
    "owner:SA": ['owner:"Sato Hanako"', "owner:sato"],  # who wrote a log
    "-owner:s| disk": ['-owner:"Sato Hanako" disk'],
    "host:web": ["host:web-01", "host:web-02"],
    "host:web|-99 x": ["host:web-01 x", "host:web-02 x"],
    "lang:python host:": [],
    "space:lab host:": ["space:lab host:web-02"],
    "tag:d": ["tag:disk"],
    "tag:#手": ["tag:手順"],
    "command:sys": ["command:systemctl"],
    "service:": ["service:nginx"],
    "space:運": ["space:ops"],
    "space:": ["space:ops", "space:lab"],
    "folder:run": ["folder:runbooks"],
    "folder:runbooks/": ["folder:runbooks/disk"],
    "kernel:b": ["kernel:bash"],
    "by:s": ["by:sato"],
    "by:": ["by:sato", "by:Tanaka"],
    "-by:ta": ["-by:Tanaka"],
    "ran:to": ["ran:today"],
    "ran:<=今": ["ran:<=今日", "ran:<=今週", "ran:<=今月", "ran:<=今年"],
    "by:sato ran:to": ["by:sato ran:today"],
    "failed:": ["failed:>=1"],
    "failed:>=": ["failed:>=1"],
    "has:": ["has:error", "has:note", "has:hazard"],
    "title:di": ['title:"Disk full"'],
    "title:fu": ['title:"Disk full"'],
    'title:"disk f|': ['title:"Disk full"'],
    "web-01 title:": ['web-01 title:"Disk full"'],
    "heading:容": ["heading:容量の確認"],
    "headings:確認": ["headings:容量の確認"],
    "path:di": ["path:disk"],
    "path:runbooks/d": ["path:runbooks/disk"],
    "path:b": ["path:b.ipynb"],
    "meme:8F5C": [f"meme:{MEME}"],
    "owner:kato,l": ["owner:kato,lee"],
    "owner:kato,k": [],
    "lang:bash,": ["lang:bash,python"],
    "(web-01 OR host:web-02) owner:s": ['(web-01 OR host:web-02) owner:"Sato Hanako"'],
    "(owner:ka| web) OR x": ["(owner:kato web) OR x"],
    "wen owner:k": ["wen owner:kato"],  # of words that find nothing yet
    "we owner:le": [],  # of what they begin
    "we by:": ["we by:sato"],
    "we failed:": ["we failed:>=1"],
    "folder:RUN": ["folder:runbooks"],
    "in:": ["in:code", "in:markdown", "in:error", "in:note", "in:log"],
    "df in:": ["df in:code"],
    "is:": ["is:stale"],
    "updated:to": ["updated:today"],
    "updated:>=今": ["updated:>=今日", "updated:>=今週", "updated:>=今月", "updated:>=今年"],
    "web-0": ["host:web-01", "host:web-02"],
    "手": ["tag:手順"],
    "nofield:x": [],
}


def test_what_is_offered(engine, library, kato):
    assert {text: offered(text, kato) for text in OFFERED} == OFFERED


OF_A_CLOSED_SPACE = [
    "owner:sat",
    "host:web-s",
    "tag:disc",
    "space:cl",
    "folder:runs",
    "by:sant",
    "command:dnf",
    "web-secret",
    "disclo",
    "title:dism",
    "heading:dism",
    "path:runs",
    f"meme:{SECRET[:8]}",
]


def test_a_value_of_a_closed_space_is_offered_to_nobody_else(engine, library, kato):
    yamada = type(kato).objects.get(username="yamada")
    for text in OF_A_CLOSED_SPACE:
        offers = offered(text, yamada)
        assert offers, text
        assert not set(offers) & {*offered(text, kato), *offered(text, AnonymousUser())}, text
        assert offered(text, AnonymousUser()) == [], text


def test_each_value_says_how_many_hits_it_has(engine, library, kato):
    for rest, field in product(["", "web-01 ", "-web-02 ", "lang:bash "], FIELDS):
        for sign in ("", ">=") if FIELDS[field].values in {Values.DATE, Values.NUMBER} else ("",):
            text = f"{rest}{field}:{sign}{MEME[:6] if field == 'meme' else ''}"
            found = suggest(text, len(text), kato)
            for option in found.options:
                hits = find(Wish(found.whole(option)), kato).count
                assert option.count == hits > 0, found.whole(option)


BEGUN = st.lists(
    st.sampled_from([
        "owner:", "tag:", "host:", "path:", "title:d", "heading:", "folder:r", "by:", "meme:8f", "updated:>=", "ran:t",
        "in:", "has:n", "-", "(", ")", " ", " ", ",", '"', "sa", "手", "we", " OR ", "disk", "*", "：", "（", "\\",
        "\0",
    ]),
    max_size=9,
).map("".join)  # fmt: skip


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BEGUN, st.integers(0, 40))
def test_no_text_fails_at_any_cursor_and_each_value_that_is_taken_reads_as_meant(
    index, library, kato, text, cursor
):
    found = suggest(text, cursor, kato)
    assert 0 <= found.start <= found.end <= len(found.text)
    for option in found.options:
        query = read(found.whole(option))
        if option.kind == Kind.VALUE and not any(each.hint == Hint.TOO_MUCH for each in query.advice):
            values = [value.text for field in fields_in(query.tree) for value in field.values]
            assert any(normalise(value).endswith(normalise(option.label)) for value in values)


def fields_in(node):
    if isinstance(node, Field):
        yield node
    for each in getattr(node, "of", ()) if not isinstance(node, Not) else (node.of,):
        yield from fields_in(each)


def test_a_word_is_offered_with_its_hits_too(engine, library, kato):
    for text in ("we", "手", "df sa"):
        found = suggest(text, len(text), kato)
        values = [option for option in found.options if option.kind == Kind.VALUE]
        assert values
        assert [option.count for option in values] == [
            find(Wish(found.whole(option)), kato).count for option in values
        ]


def test_what_was_moved_away_is_offered_no_more_at_once(index, library, kato):
    notebook = Notebook.objects.get(path="net/a.ipynb")
    assert offered("service:", kato) == ["service:nginx"]
    Notebook.objects.filter(pk=notebook.pk).update(space=make_space())
    notebook_changed.send(Notebook, notebook=notebook)
    assert offered("service:", kato) == []


def test_what_is_remembered_is_of_the_spaces_that_one_reads_at_this_moment(index, library, kato):
    assert offered("by:", kato) == ["by:sato", "by:Tanaka"]
    assert offered("failed:", kato) == ["failed:>=1"]
    library.readers.remove(kato)
    assert offered("by:", kato) == offered("failed:", kato) == []


def test_what_is_asked_of_the_database_is_asked_once_in_half_a_minute(
    index, library, kato, django_assert_max_num_queries
):
    """Beside that, who reads what, and whose names there are."""
    assert offered("by:s", kato) == ["by:sato"]
    with django_assert_max_num_queries(6):
        assert offered("by:sa", kato) == ["by:sato"]


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
    assert answer["options"] == [
        {
            "kind": "value",
            "text": "kato",
            "label": "kato",
            "about": "",
            "count": 3,
            "goes_on": False,
            "url": "",
        }
    ]
    assert answer["searches"] == []


@pytest.mark.parametrize("at", ["x", "-1", "99999999", "", "7"])
def test_a_cursor_that_is_none_still_answers(get, at):
    assert get("search-complete", q="owner:\0", at=at).status_code == 200


def test_an_engine_that_fails_says_so_in_the_shape_of_the_api(get):
    (refresh.backend().path / "current").unlink()
    answer = get("search-complete", q="owner:")
    assert (answer.status_code, list(answer.json())) == (503, ["detail"])
    assert get("search-suggestions", q="owner:").json()[1] == []


def test_the_api_answers_as_the_page_does(get):
    told = get("api-search-complete", q="x owner:ka y", at=10)
    assert told.json() == get("search-complete", q="x owner:ka y", at=10).json()
    assert [each["text"] for each in told.json()["options"]] == ["kato"]
    assert "at" in get("api-search-complete", q="x", at="end").json()
    (refresh.backend().path / "current").unlink()
    failed = get("api-search-complete", q="owner:")
    assert (failed.status_code, failed.json()) == (503, get("search-complete", q="owner:").json())


def test_what_is_offered_to_one_person_is_kept_by_nobody(get):
    assert "no-store" in get("search-complete", q="owner:")["Cache-Control"]


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


# --- Searches that are asked again


@pytest.fixture
def recalled(client, index, library):
    """What of a person's searches is offered for what they typed: its kind, label and words."""

    def recalled_(typed, person, at=""):
        client.force_login(person)
        answer = client.get(reverse("search-complete"), {"q": typed, "at": at}).json()
        return [(each["kind"], each["label"], each["text"]) for each in answer["searches"]]

    return recalled_


@pytest.fixture
def lee(kato):
    """Who reads nothing of kato's."""
    return make_user("lee")


def past(*texts):
    return [("past", text, text) for text in texts]


def save(name, text, *, owner=None, space=None, **narrowed):
    return SavedSearch.objects.create(name=name, text=text, owner=owner, space=space, narrowed=narrowed)


def test_last_searches_are_recalled_where_the_box_is_empty_or_begins_one(recalled, kato, lee):
    for text in ("disk full", "Disk owner:kato", "容量 不足", "net"):
        remember(kato, text)
    assert recalled("", kato) == past("net", "容量 不足", "Disk owner:kato", "disk full")
    assert recalled("dIS", kato) == past("Disk owner:kato", "disk full")
    assert recalled("disk ", kato) == past("Disk owner:kato", "disk full")
    assert recalled("容", kato) == past("容量 不足")
    assert recalled("net", kato) == []  # it stands there already
    assert recalled("disk", kato, at=1) == []  # what follows the cursor is not begun
    assert recalled("", lee) == recalled("disk", lee) == []


def test_few_searches_are_recalled(recalled, kato, library):
    for number in range(12):
        remember(kato, f"disk {number}")
        save(f"disk search {number}", "df", owner=kato)
    found = recalled("disk", kato)
    assert [kind for kind, _, _ in found] == ["past"] * 5 + ["saved"] * 3
    assert found[0] == ("past", "disk 11", "disk 11")


def test_saved_searches_are_recalled_by_name_and_words_ones_own_first(recalled, kato, lee, library):
    mine = save("Full disks", "df -h", owner=kato, host="web-01")
    save("Failed", "has:error", space=library)
    save("Not mine", "df", owner=lee)
    save("Not for me", "df", space=make_space("elsewhere", writers=[lee]))
    assert recalled("", kato) == [("saved", "Full disks", "df -h"), ("saved", "Failed", "has:error")]
    assert recalled("full", kato) == recalled("df", kato) == [("saved", "Full disks", "df -h")]
    assert recalled("FAI", kato) == recalled("has:err", kato) == [("saved", "Failed", "has:error")]
    assert mine.get_absolute_url() != ""


def test_a_saved_search_is_opened_whole_and_says_what_it_is(client, index, library, kato):
    mine, shared = save("One", "df", owner=kato), save("Other", "df", space=library)
    client.force_login(kato)
    answers = {
        language: client.get(
            reverse("search-complete"), {"q": ""}, headers={"accept-language": language}
        ).json()["searches"]
        for language in ("en", "ja")
    }
    assert [each["url"] for each in answers["en"]] == [mine.get_absolute_url(), shared.get_absolute_url()]
    assert [each["about"] for each in answers["en"]] == ["saved search", "saved search, shared with 運用"]
    assert [each["about"] for each in answers["ja"]] == ["保存した検索", "「運用」で共有された検索"]


def test_without_an_account_no_search_is_recalled_but_those_of_public_spaces(client, index, library, kato):
    remember(kato, "disk")
    save("Mine", "df", owner=kato)
    save("Shared", "df", space=library)
    save("For all", "df", space=make_space("open", is_public=True))
    found = client.get(reverse("search-complete"), {"q": ""}).json()["searches"]
    assert [each["label"] for each in found] == ["For all"]


def test_a_browser_is_suggested_last_searches_too(get, kato):
    remember(kato, "disk full")
    _, queries, about, addresses = json.loads(get("search-suggestions", q="disk f").content)
    assert (queries[0], about[0]) == ("disk full", "searched for before")
    assert addresses[0] == "http://testserver/search/?q=disk+full"
