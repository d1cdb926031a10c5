"""What Solr alone promises; the rest it promises with the others, in test_engines and test_operators."""

import socket
import threading
from types import SimpleNamespace
from xml.etree import ElementTree as ET

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from haystack import connections
from haystack.exceptions import SearchBackendError
from haystack.query import SQ, SearchQuerySet

from search import refresh
from search.engines import solr
from search.engines.generations import IndexMissing
from search.engines.solrcloud.address import Address
from search.engines.solrcloud.server import Server, shortcomings_of
from tests.builders import make_runbook, make_space
from tests.search.conftest import ON_SOLR, emptied, filling, use

pytestmark = [pytest.mark.django_db, *ON_SOLR]


@pytest.fixture
def engine(settings, tmp_path):
    return emptied(use(settings, tmp_path, "solr"))


def fill(engine, *documents):
    with filling(engine) as writer:
        for number, document in enumerate(documents):
            writer.add({"id": f"notebooks.notebook.{number}", "django_ct": "notebooks.notebook", **document})


def found(*conditions, **fields):
    """Numbers of documents, the best first."""
    return [int(result.pk) for result in SearchQuerySet().filter(*conditions, **fields)]


SYNTAX = [
    "${q}", "$q", "{!func}1", "{!term f=kind}code", "*:*", "*", "-kind:code", "[* TO *]", "a OR b",
    'a" OR "b', "a\\", "\\*", 'source:"x"', '_query_:"x"', "a^5", "a~2", "'", '"', "%{x}", "a\x1fb", "a,b", " a ",
    "&q=x",
]  # fmt: skip


def test_no_value_is_syntax(engine):
    fill(
        engine,
        *({"owner": text} for text in SYNTAX),
        {"owner": "somebody", "source": "a b x q", "kind": "code"},
    )
    every = {text: number for number, text in enumerate(SYNTAX)}
    assert {text: found(owner__exact=text) for text in SYNTAX} == {t: [n] for t, n in every.items()}
    assert {text: found(owner__in=[text, "nobody"]) for text in SYNTAX} == {t: [n] for t, n in every.items()}
    for text in SYNTAX:
        begins = sorted(number for each, number in every.items() if each.startswith(text))
        assert sorted(found(owner__startswith=text)) == begins
        assert found(owner__gte=text, owner__lte=text) == [every[text]]


def test_no_words_are_syntax(engine):
    fill(engine, {"source": "somebody else"})
    assert {text: found(own=text) for text in SYNTAX} == {text: [] for text in SYNTAX}
    assert {text: found(own__startswith=text) for text in SYNTAX} == {text: [] for text in SYNTAX}


def test_what_is_longer_than_a_term_of_lucenes_is_still_told_apart(engine):
    one, other = "x" * 40_000 + "1", "x" * 40_000 + "2"
    fill(
        engine, {"source": f"echo {one} end", "owner": one, "tags": [one]}, {"source": other, "owner": other}
    )
    assert found(own__exact=f"echo {one} end") == found(own=one) == found(owner__exact=one) == [0]
    assert found(tags__exact=one) == [0]
    assert sorted(found(own__startswith="x" * 300)) == [0, 1]


def test_japanese_that_is_cut_as_people_cut_it_comes_first(engine):
    fill(engine, {"source": "東京都の設定"}, {"source": "京都での設定の手順"})
    assert found(own="京都") == [1, 0]
    assert found(own="都の") == [0]


def test_of_a_phrase_with_an_open_end_the_most_frequent_are_found(engine):
    endings = [f"x{number:03}" for number in range(solr.MOST_ENDINGS + 20)]
    fill(engine, *({"source": f"tar {ending}"} for ending in endings), *[{"source": "tar xzf"}] * 3)
    results = found(own__startswith="tar x")
    assert set(range(len(endings), len(endings) + 3)) <= set(results)
    assert len(results) == solr.MOST_ENDINGS + 2
    assert found(own__startswith="tar y") == []


def test_equally_good_hits_come_freshest_first_and_are_the_same_from_page_to_page(engine):
    fill(
        engine, *({"source": "df", "precedence": number % 5, "fold": 2**62 + number} for number in range(40))
    )
    results = list(SearchQuerySet().filter(own="df")[:40])
    assert [int(each.pk) % 5 for each in results] == [4] * 8 + [3] * 8 + [2] * 8 + [1] * 8 + [0] * 8
    assert {each.fold - 2**62 for each in results} == set(range(40))
    pages = [SearchQuerySet().filter(own="df")[start : start + 7] for start in range(0, 40, 7)]
    assert [each.pk for page in pages for each in page] == [each.pk for each in results]


def test_facets_count_exactly_over_all_shards(engine):
    owners = [f"owner {number % 90:02}" for number in range(400)] + ["owner 77"] * 2
    fill(engine, *({"source": "df", "owner": owner} for owner in owners))
    counts = SearchQuerySet().filter(own="df").facet("owner", limit=50).facet_counts()["fields"]["owner"]
    assert counts[0] == ("owner 77", 6)
    assert counts[1:] == [(f"owner {number:02}", 5) for number in range(40)] + [
        (f"owner {number:02}", 4) for number in range(40, 49)
    ]


def test_a_search_may_be_long(engine):
    fill(engine, {"source": "word 699"}, {"source": "other", "meme": "meme 19999"})
    words = SQ(own="word699")
    for number in range(700):
        words |= SQ(own__exact=f"word {number}")
    assert found(words) == [0]
    assert found(meme__in=[f"meme {number}" for number in range(20_000)]) == [1]


def test_a_new_index_is_sent_in_portions(engine, monkeypatch):
    monkeypatch.setattr(solr, "DOCUMENTS_A_REQUEST", 7)
    with engine.rebuilding() as writer:
        for number in range(50):
            writer.add(
                {"id": f"notebooks.notebook.{number}", "django_ct": "notebooks.notebook", "source": "df"}
            )
        assert len(writer._documents) < 7
    assert SearchQuerySet().filter(own="df").count() == 50


def test_an_index_of_another_version_is_replaced_and_nothing_of_it_stays(engine, monkeypatch):
    make_runbook("needle")
    refresh.drain()
    server = Server(engine.address)
    server.create(
        "tests-0123456789ab", engine.generations.configset, 1, 1
    )  # as a rebuild that was killed leaves it
    monkeypatch.setattr(solr.Backend, "engine_version", "another")
    connections["default"]._backend = None
    assert refresh.is_needed()
    with pytest.raises(IndexMissing):
        SearchQuerySet().count()
    with pytest.raises(IndexMissing):
        refresh.backend().clear(models=[])
    refresh.sweep()
    assert SearchQuerySet().filter(own="needle").count() == 1
    assert ours(server.collections()) == [server.alias("tests")]
    assert (
        ours(server.configsets())
        == [refresh.backend().generations.configset]
        != [engine.generations.configset]
    )


def ours(names):
    return [name for name in names if name.startswith("tests-")]


@pytest.mark.django_db(transaction=True)
def test_searches_beside_a_rebuild_never_fail(engine):
    space = make_space()
    make_runbook("needle", space=space)
    refresh.drain()
    failures, counts, stop = [], [], threading.Event()

    def search_on():
        try:
            while not stop.is_set():
                counts.append(SearchQuerySet().filter(own="needle").count())
        except Exception as failure:  # noqa: BLE001  whatever it is
            failures.append(failure)
        finally:
            connection.close()

    threads = [threading.Thread(target=search_on) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        refresh.rebuild()
    stop.set()
    for thread in threads:
        thread.join()
    assert failures == []
    assert set(counts) == {1}


def away(settings, tmp_path, port, **options):
    settings.HAYSTACK_CONNECTIONS = {
        "default": {
            "ENGINE": "search.engines.solr.Engine",
            "PATH": str(tmp_path),
            "URL": f"http://ops:secret@127.0.0.1:{port}/solr/opsnotes",
            "SILENTLY_FAIL": False,
            **options,
        }
    }
    connections.reload("default")


def test_a_server_that_is_away_is_said_without_its_password(settings, tmp_path):
    away(settings, tmp_path, 1)
    with pytest.raises(SearchBackendError) as raised:
        SearchQuerySet().count()
    assert not isinstance(raised.value, IndexMissing)
    assert "secret" not in str(raised.value)
    [complaint] = refresh.backend().shortcomings()
    assert complaint.startswith("http://127.0.0.1:1/solr does not answer")
    assert "secret" not in complaint


def test_a_server_that_hangs_is_given_up(settings, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        away(settings, tmp_path, silent.getsockname()[1], TIMEOUT=0.2)
        with pytest.raises(SearchBackendError, match="timed out"):
            SearchQuerySet().count()


def test_our_server_lacks_nothing(engine):
    assert list(engine.shortcomings()) == []


@pytest.mark.parametrize(
    ("version", "mode", "clauses", "said"),
    [
        ("8.11.4", "solrcloud", "65536", "It is Solr 8.11.4; version 9"),
        ("9.10.1", "std", "65536", "It does not run in cloud mode"),
        ("10.0.0", "solrcloud", "", "SOLR_OPTS=-Dsolr.max.booleanClauses=65536"),
    ],
)
def test_what_a_server_lacks_is_said(version, mode, clauses, said):
    info = {"lucene": {"solr-spec-version": version}, "mode": mode}
    server = SimpleNamespace(info=lambda: info, property=lambda name: clauses)
    [complaint] = shortcomings_of(server)
    assert said in complaint


def test_an_address_has_its_parts():
    address = Address.of("https://ops:p%40ss@[::1]:8983/search/solr/ops/")
    assert (address.server, address.alias) == ("https://[::1]:8983/search/solr", "ops")
    assert address.auth == ("ops", "p@ss")
    assert str(address) == "https://[::1]:8983/search/solr/ops"
    assert Address.of("http://solr/solr/ops").auth is None


def test_the_schema_is_written(engine, tmp_path, capsys):
    call_command("solr_schema", str(tmp_path / "conf"))
    schema = ET.parse(tmp_path / "conf" / "schema.xml")
    kinds = {field.get("name"): field.get("type") for field in schema.iter("field")}
    assert {name: kinds[name] for name in ("source", "owner", "space", "updated")} == {
        "source": "atoms", "owner": "keyword", "space": "number", "updated": "moment",
    }  # fmt: skip
    assert ET.parse(tmp_path / "conf" / "solrconfig.xml").find("requestHandler") is not None
    assert engine.generations.configset in capsys.readouterr().out


def test_the_schema_is_given_to_solr(engine, monkeypatch, capsys):
    monkeypatch.setattr(solr.Backend, "engine_version", "yet another")
    connections["default"]._backend = None
    call_command("solr_schema", "--apply")
    configset = refresh.backend().generations.configset
    assert configset in Server(engine.address).configsets()
    assert configset in capsys.readouterr().out
    Server(engine.address).remove_configset(configset)


def test_the_schema_is_not_given_to_what_cannot_use_it(settings, tmp_path):
    away(settings, tmp_path, 1)
    with pytest.raises(CommandError, match="does not answer"):
        call_command("solr_schema", "--apply")


def test_other_engines_have_no_schema(settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    with pytest.raises(CommandError, match="not Solr"):
        call_command("solr_schema", str(tmp_path))
