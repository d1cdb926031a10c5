"""What all engines promise, through Haystack's own door."""

import os
import subprocess
import sys
from datetime import UTC, datetime

import pytest
from haystack import connections
from haystack.exceptions import SearchBackendError
from haystack.inputs import AutoQuery, Exact
from haystack.query import SQ, SearchQuerySet

from notebooks.ingest import Provenance, ingest
from notebooks.models import Cell, Notebook
from search import refresh
from search.naming import identifier_of
from tests.builders import error, make_notebook, make_runbook, make_space, stream
from tests.search.conftest import ENGINES, environment, use

pytestmark = pytest.mark.django_db

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
BRANCH = f"{UUID}-2-57f4-dde3"


def found(*conditions, **fields):
    """The sources of what is found, notebooks by their titles; best first."""
    names = [result.id for result in SearchQuerySet().filter(*conditions, **fields)]
    return [shown(name) for name in names]


def shown(name):
    kind, _, key = name.rpartition(".")
    if kind == "notebooks.notebook":
        return Notebook.objects.get(pk=key).title
    notebook, index = key.split("-")
    return Cell.objects.get(notebook=notebook, index=index).source


def index_cells(*cells, **options):
    notebook = make_runbook(*cells, **options)
    refresh.drain()
    return notebook


def test_all_words_must_be_there(engine):
    index_cells("tar xzf backup", "tar tzf", "cp backup")
    assert found(own="backup tar") == ["tar xzf backup"]


def test_a_phrase_stands_side_by_side(engine):
    index_cells("permission was denied", "Permission denied")
    assert found(own__exact="permission denied") == ["Permission denied"]
    assert found(content=Exact("permission denied")) == ["Permission denied"]


@pytest.mark.parametrize(
    "query",
    [
        "構",
        "築",
        "構築",
        "構築手順",
        "手順を確",
        "ク",
        "クラスタ",
        "クラスター",
        "ｸﾗｽﾀ",
        "認",
        "の構築手順を確認",
    ],
)
def test_japanese_is_found_from_one_character_up(engine, query):
    index_cells(("markdown", "クラスターの構築手順を確認"), ("markdown", "別の話"))
    assert found(own=query) == ["クラスターの構築手順を確認"]


def test_japanese_that_stands_otherwise_is_not_found(engine):
    index_cells(("markdown", "築構とスタクラ"))
    assert found(own="構築") == found(own="クラスタ") == []


@pytest.mark.parametrize("query", ["T03構築", "03構", "T03構", "構築T03", "築T03", "Ｔ０３構築"])
def test_japanese_beside_latin_is_found(engine, query):
    index_cells("T03構築T03", "T 構築")
    assert found(own=query) == (["T03構築T03"] if not query.startswith("03") else [])


@pytest.mark.parametrize(
    ("text", "queries"),
    [
        (
            "pip install --force-reinstall",
            ["--force-reinstall", "force-reinstall", "reinstall", "force", "--force"],
        ),
        ("cat /etc/hosts", ["/etc/hosts", "/etc", "etc/hosts", "hosts", "/etc/hosts;"]),
        ("ssh node-01.example.org", ["node-01.example.org", "node-01", "example.org", "01.example", "node"]),
        ("print(snake_case_name)", ["snake_case_name", "snake_case", "case_name", "case", "print(snake"]),
        ("$HDFS_NAMENODE", ["HDFS_NAMENODE", "hdfs_namenode", "$HDFS_NAMENODE", "namenode", "HDFS"]),
        ("NullPointerException", ["NullPointerException", "nullpointerexception", "pointer", "Exception"]),
        ("web17", ["web17", "WEB17", "web", "17"]),
        ("10.0.12.7", ["10.0.12.7", "10.0.12", "0.12.7"]),
        ("Café ＡＢＣ", ["café", "CAFÉ", "cafe\u0301", "abc", "ＡＢＣ"]),
    ],
)
def test_names_are_found_whole_and_in_parts(engine, text, queries):
    index_cells(text, "something else 99")
    assert {query: found(own=query) for query in queries} == {query: [text] for query in queries}


def test_options_are_no_operators(engine):
    index_cells("ls --no-such-thing", "ls")
    assert found(content=AutoQuery("--no-such-thing")) == ["ls --no-such-thing"]
    assert found(own="ls OR thing") == []


@pytest.mark.parametrize(
    "query",
    [
        "",
        " ",
        "&&",
        "(",
        ")",
        '"',
        "a:b",
        "NOT",
        "AND OR",
        "*",
        "~",
        "[a TO b]",
        "\\",
        "^2",
        "\ud800",
        "a" * 70_000,
    ],
)
def test_nothing_that_is_typed_raises(engine, query):
    index_cells("ls")
    assert found(own=query) == []


def test_a_beginning_is_found_where_it_is_asked_for(engine):
    index_cells("logrotate --verbose", "blog")
    assert found(own="log") == []
    assert found(own__startswith="logro") == ["logrotate --verbose"]
    assert found(own__startswith="logrotate --verb") == ["logrotate --verbose"]


def test_a_word_with_wrong_letters_is_found_where_it_is_asked_for(engine):
    index_cells("logrotate --force", "df")
    assert found(own="logrotaet") == []
    assert found(own__fuzzy="logrotaet") == found(own__fuzzy="lgrotate forc") == ["logrotate --force"]
    assert found(own__fuzzy="kubernetes") == found(own__fuzzy="dg") == []


def test_a_uuid_names_all_branches_and_a_full_id_one(engine):
    index_cells("a", "b", "c", memes=[UUID, BRANCH, None])
    assert sorted(found(meme=UUID)) == ["a", "b"]
    assert found(full_meme=BRANCH) == ["b"]


def test_output_errors_and_places_are_searched(engine):
    index_cells(
        "run()",
        ("code", "boot()", [stream("\x1b[31mdisk full\x1b[0m\n"), error("OSError", "No space left")]),
        ("markdown", "# Rotate logs"),
        path="hub/kato/disk.ipynb",
        owner="yamada",
    )
    assert found(own="disk full") == ["boot()"]
    assert found(own="oserror left") == ["boot()"]
    assert found(own="hub/kato") == ["Rotate logs"]
    assert found(own="yamada") == ["Rotate logs"]
    assert sorted(found(own="rotate")) == ["# Rotate logs", "Rotate logs"]


def test_context_completes_a_hit_but_makes_none(engine):
    index_cells(("markdown", "# Rotate logs"), "df -h", "ls")
    assert found(SQ(content="rotate df") & SQ(own="df")) == ["df -h"]
    assert "df -h" not in found(own="rotate")


def test_titles_come_before_code_and_code_before_output(engine):
    index_cells("ls", path="a.ipynb")
    index_cells(("markdown", "# quorum lost"), "ls", path="title.ipynb")
    index_cells("quorum check this and that", path="code.ipynb")
    index_cells(("code", "ls", [stream("quorum check this and that")]), path="output.ipynb")
    results = [result.id for result in SearchQuerySet().filter(own="quorum")]
    paths = [Notebook.objects.get(pk=int(name.rpartition(".")[2].split("-")[0])).path for name in results]
    assert paths == ["title.ipynb", "title.ipynb", "code.ipynb", "output.ipynb"]


def test_conditions_combine(engine):
    index_cells("alpha", "beta", "alpha beta")
    assert sorted(found(SQ(own="alpha") | SQ(own="beta"))) == ["alpha", "alpha beta", "beta"]
    assert found(SQ(own="alpha") & ~SQ(own="beta")) == ["alpha"]
    assert sorted(found(~SQ(own="alpha"), kind="code")) == ["beta"]
    assert found(SQ(own="alpha") & (SQ(own="beta") | SQ(own="gamma"))) == ["alpha beta"]
    assert [shown(r.id) for r in SearchQuerySet().filter(own="alpha").exclude(own="beta")] == ["alpha"]


def test_values_are_exact(engine):
    index_cells("a", path="team1/proj3.ipynb", owner="kato san")
    index_cells("b", path="team1/proj4.ipynb", owner="kato")
    assert sorted(found(owner__exact="kato", kind="code")) == ["b"]
    assert sorted(found(owner__in=["kato", "kato san"], kind="code")) == ["a", "b"]
    assert found(owner__in=[]) == []
    assert sorted(found(owner__startswith="kato ", kind="code")) == ["a"]


def test_only_what_lies_in_given_spaces_is_found(engine):
    ours, theirs = make_space(), make_space()
    index_cells("secret plan", space=theirs)
    index_cells("plan", space=ours)
    assert found(own="plan", space__in=[ours.pk]) == ["plan"]
    assert sorted(found(own="plan", space__in=[ours.pk, theirs.pk])) == ["plan", "secret plan"]
    assert found(own="plan", space__in=[]) == []


@pytest.mark.parametrize("count", [1, 64, 65, 3000])
def test_of_many_values_each_is_found(engine, count):
    owners = [f"owner {number}" for number in range(count)]
    index_cells("theirs", path="a.ipynb", owner=owners[-1])
    index_cells("nobody's", path="b.ipynb", owner="somebody else")
    assert found(owner__in=owners, kind="code") == ["theirs"]
    assert found(~SQ(owner__in=owners), kind="code") == ["nobody's"]


def save(space, path, day, *cells, owner=""):
    saved_at = datetime(2025, 3, day, tzinfo=UTC)
    return ingest(space, path, make_notebook(*cells), Provenance(saved_at=saved_at, owner=owner)).notebook


def test_newest_first_keeps_the_cells_of_a_notebook_in_order(engine):
    space = make_space()
    save(space, "old.ipynb", 1, "x old 0", "x old 1")
    save(space, "new.ipynb", 9, "x new 0", "x new 1")
    refresh.drain()
    hits = SearchQuerySet().filter(own="x")
    assert [shown(r.id) for r in hits.order_by("-recency")] == ["x new 0", "x new 1", "x old 0", "x old 1"]
    assert [shown(r.id) for r in hits.order_by("recency")] == ["x old 1", "x old 0", "x new 1", "x new 0"]


def test_a_range_of_dates_is_closed_at_both_ends(engine):
    space = make_space()
    for day in range(1, 6):
        save(space, f"{day}.ipynb", day, f"x {day}")
    refresh.drain()
    low, high = datetime(2025, 3, 2, tzinfo=UTC), datetime(2025, 3, 4, tzinfo=UTC)
    assert sorted(found(own="x", updated__range=(low, high))) == ["x 2", "x 3", "x 4"]
    assert sorted(found(own="x", updated__gt=low, updated__lt=high)) == ["x 3"]
    assert sorted(found(own="x", updated__gte=high)) == ["x 4", "x 5"]


def test_facets_count_values(engine):
    space = make_space()
    save(space, "a.ipynb", 1, "x 1", "x 2", ("markdown", "x"), owner="team1/kato")
    save(space, "b.ipynb", 2, "x 3", "y", owner="sato")
    refresh.drain()
    counts = (
        SearchQuerySet()
        .filter(own="x")
        .facet("kind")
        .facet("owner")
        .facet("space")
        .facet("year")
        .facet_counts()
    )
    assert counts["fields"] == {
        "kind": [("code", 3), ("markdown", 1)],
        "owner": [("team1/kato", 3), ("sato", 1)],
        "space": [(space.pk, 4)],
        "year": [(2025, 4)],
    }


def test_facets_count_values_that_begin_so(engine):
    index_cells(
        "ssh web-01", "ping web-02 && ssh web.example.org && ssh db-01", "ssh web-02", language="bash"
    )
    cells = SearchQuerySet().filter(kind__exact="code")
    counts = cells.facet("hosts", prefix="web-0", limit=5).facet_counts()
    assert counts["fields"]["hosts"] == [("web-02", 2), ("web-01", 1)]
    assert cells.facet("hosts", prefix="web.").facet_counts()["fields"]["hosts"] == [("web.example.org", 1)]
    assert cells.facet("hosts", limit=1).facet_counts()["fields"]["hosts"] == [("web-02", 2)]
    assert cells.facet("owner", prefix="\n*").facet_counts()["fields"]["owner"] == []


def test_narrowing_and_query_facets_take_values_as_they_are(engine):
    index_cells("x", owner="team1/proj3", path="a.ipynb")
    index_cells("x y", owner="team1", path="b.ipynb")
    narrowed = SearchQuerySet().filter(own="x").narrow('owner:"team1/proj3"')
    assert [shown(result.id) for result in narrowed] == ["x"]
    counts = SearchQuerySet().filter(own="x").query_facet("own", "y").facet_counts()
    assert counts["queries"] == {"own:y": 1}


def test_models_narrow_only_when_asked_for(engine):
    index_cells(("markdown", "# rotate"), "rotate")
    assert SearchQuerySet().filter(own="rotate").count() == 3
    assert SearchQuerySet().filter(own="rotate").models(Notebook).count() == 1


def test_all_is_all(engine):
    index_cells("a", "b")
    assert SearchQuerySet().count() == SearchQuerySet().all().count() == 3


def test_results_come_in_pages(engine):
    index_cells(*(f"needle {number}" for number in range(25)))
    ordered = SearchQuerySet().filter(own="needle").order_by("-recency")
    pages = [[shown(result.id) for result in ordered[start : start + 10]] for start in (0, 10, 20)]
    assert [len(page) for page in pages] == [10, 10, 5]
    assert pages[0] + pages[1] + pages[2] == [f"needle {number}" for number in range(25)]
    assert ordered.count() == 25


def test_highlights_mark_whole_and_partial_words_in_safe_html(engine):
    index_cells("echo '<b>' && /etc/hosts 構築手順 NameNode")
    for query, expected in [
        ("/etc/hosts", "<em>etc/hosts</em>"),
        ("築手", "構<em>築手</em>順"),
        ("node", "Name<em>Node</em>"),
    ]:
        [result] = SearchQuerySet().filter(own=query).highlight()
        assert expected in result.highlighted[0]
        assert "<b>" not in result.highlighted[0]


def test_ingesting_again_replaces_what_was_indexed(engine):
    notebook = index_cells("first version", "stays")
    ingest(notebook.space, notebook.path, make_notebook("second version"))
    refresh.drain()
    assert found(own="version") == ["second version"]
    assert found(own="stays") == []


def test_haystack_updates_and_removes_single_documents(engine):
    notebook = index_cells("alpha", "beta")
    index = engine.fields and SearchQuerySet().filter(own="alpha")[0].searchindex
    cell = notebook.cells.get(index=0)
    engine.remove(cell)
    assert found(own="alpha") == []
    engine.update(index, [cell])
    assert found(own="alpha") == ["alpha"]
    engine.update(index, [cell])
    assert SearchQuerySet().filter(own="alpha").count() == 1
    assert identifier_of(cell) == f"notebooks.cell.{notebook.pk}-0"


def test_clearing_forgets_everything_or_one_kind(engine):
    index_cells(("markdown", "# rotate"), "rotate")
    engine.clear(models=[Notebook])
    assert sorted(found(own="rotate")) == ["# rotate", "rotate"]
    engine.clear()
    assert SearchQuerySet().count() == 0


READER = """
import django; django.setup()
from haystack.query import SearchQuerySet
print(",".join(sorted(result.id for result in SearchQuerySet().filter(own="needle"))))
"""


def test_another_process_reads_what_this_one_wrote(engine, settings, tmp_path):
    first = index_cells("needle", path="a.ipynb")
    env = os.environ | environment(settings, tmp_path)
    seen = subprocess.run([sys.executable, "-c", READER], env=env, capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == f"notebooks.cell.{first.pk}-0"


WRITER = """
import sys
import django; django.setup()
from haystack import connections
with connections["default"].get_backend().writing() as writer:
    writer.remove("notebook", int(sys.argv[1]))
    writer.commit()
"""


def test_a_kept_searcher_sees_what_another_process_committed(engine, settings, tmp_path):
    notebook = index_cells("needle")
    assert found(own="needle") == ["needle"]
    env = os.environ | environment(settings, tmp_path)
    subprocess.run([sys.executable, "-c", WRITER, str(notebook.pk)], env=env, check=True, capture_output=True)
    assert found(own="needle") == []


@pytest.mark.parametrize("name", ENGINES)
def test_an_index_that_is_not_there_raises(name, settings, tmp_path):
    use(settings, tmp_path, name, called="nothing")
    with pytest.raises(SearchBackendError):
        SearchQuerySet().filter(own="x").count()


def test_a_broken_index_raises_and_does_not_say_nothing_found(embedded):
    index_cells("needle")
    generation = embedded.generations.current()
    for file in generation.iterdir():
        if file.name != "layout":
            file.unlink()
    (generation / "meta.json").write_text("{")

    connections.reload("default")
    with pytest.raises(SearchBackendError):
        SearchQuerySet().filter(own="needle").count()
