"""The one search behind page, API and command: what is understood, who sees what, what is shown of a hit."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.utils import timezone

from notebooks.ingest import Provenance, ingest
from notebooks.models import Notebook, Space
from notebooks.signals import notebook_changed
from search import refresh
from search.find import NEWEST, Wish, find, totals
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
BRANCH = f"{UUID}-2-57f4-dde3"


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", writers=[kato])


def put(space, path, *cells, **options):
    return make_runbook(*cells, space=space, path=path, **options)


def search(text, user, **wish):
    refresh.drain()
    return find(Wish(text, **wish), user)


def sources(found):
    return [hit.cell.source if hit.cell else hit.notebook.title for hit in found.hits]


def marked(hit):
    return [text for line in hit.snippet for text, is_marked in line.pieces if is_marked]


def test_a_stranger_finds_nothing_and_counts_nothing(engine, space):
    put(space, "a.ipynb", "needle")
    for stranger in (AnonymousUser(), make_user()):
        found = search("needle", stranger)
        assert (found.count, found.hits) == (0, ())
        assert not any(found.facets.values())
        assert totals(stranger) == (0, 0, 0, 0)


def test_readers_groups_and_the_public_find_what_they_may_read(engine):
    reader = make_user()
    put(make_space(readers=[reader]), "mine.ipynb", "needle mine")
    put(make_space(is_public=True), "public.ipynb", "needle public")
    put(make_space(), "secret.ipynb", "needle secret")
    assert sorted(sources(search("needle", reader))) == ["needle mine", "needle public"]
    assert sources(search("needle", AnonymousUser())) == ["needle public"]
    assert totals(reader) == (2, 2, 0, 0)


def test_a_membership_that_ends_ends_at_once(engine, kato, space):
    put(space, "a.ipynb", "needle")
    assert search("needle", kato).count == 1
    space.writers.clear()
    assert search("needle", kato).count == 0


def test_what_is_deleted_is_gone_before_the_index_knows(engine, kato, space):
    notebook = put(space, "a.ipynb", "needle")
    put(space, "b.ipynb", "needle too")
    search("needle", kato)
    Notebook.objects.filter(pk=notebook.pk).update(deleted_at=timezone.now())
    notebook_changed.send(Notebook, notebook=notebook)
    found = find(Wish("needle"), kato)
    assert (found.count, found.behind, sources(found)) == (1, 0, ["needle too"])
    assert [value.count for value in found.facets["kind"]] == [1]


def test_what_others_change_where_one_sees_nothing_does_not_show_as_behind(engine, kato, space):
    put(space, "a.ipynb", "needle")
    search("needle", kato)
    put(make_space(), "secret.ipynb", "needle")
    assert find(Wish("needle"), kato).behind == 0


def test_what_moved_into_a_closed_space_is_not_even_counted(engine, kato, space):
    notebook = put(space, "a.ipynb", "needle")
    search("needle", kato)
    Notebook.objects.filter(pk=notebook.pk).update(space=make_space())
    notebook_changed.send(Notebook, notebook=notebook)
    found = find(Wish("needle"), kato)
    assert (found.count, found.hits, found.facets["kind"]) == (0, (), ())
    assert search("needle", kato).count == 0


def test_a_notebook_that_comes_in_again_while_its_hit_is_made_is_found(index, kato, space):
    put(space, "a.ipynb", "needle")
    search("needle", kato)
    asked = []

    def overtaken(execute, sql, *rest):
        if not asked and sql.startswith('SELECT "notebooks_cell"."id"'):
            asked.append(sql)  # its notebook has been asked for
            put(space, "a.ipynb", "needle again")
        return execute(sql, *rest)

    with connection.execute_wrapper(overtaken):
        found = find(Wish("needle"), kato)
    assert asked
    assert (found.count, sources(found)) == (1, ["needle again"])


def test_a_document_without_its_row_drops_out_of_the_page(engine, kato, space):
    notebook = put(space, "a.ipynb", "needle one", "needle two")
    search("needle", kato)
    notebook.cells.filter(index=0).delete()
    found = find(Wish("needle"), kato)
    assert (found.count, sources(found)) == (1, ["needle two"])


def test_hits_are_built_from_the_rows_as_they_are_now(engine, kato, space):
    notebook = put(space, "a.ipynb", "needle old")
    search("needle", kato)
    ingest(space, "a.ipynb", make_notebook("needle new"))
    found = find(Wish("needle"), kato)
    assert (sources(found), found.behind) == (["needle new"], 1)
    assert found.hits[0].url == f"{notebook.get_absolute_url()}#cell-0"


def test_a_meme_finds_every_branch_and_a_full_id_only_its_own(engine, kato, space):
    put(space, "a.ipynb", "first", "second", "third", memes=[UUID, BRANCH, None])
    assert sorted(sources(search(UUID, kato))) == ["first", "second"]
    assert sorted(sources(search(UUID.upper(), kato))) == ["first", "second"]
    found = search(BRANCH, kato)
    assert sources(found) == ["second"]
    assert found.hits[0].why == ("meme",)
    assert found.hits[0].meme == BRANCH


def save(space, path, day, *cells, memes=()):
    raw = make_notebook(*cells, memes=memes)
    return ingest(space, path, raw, Provenance(saved_at=datetime(2025, 3, day, tzinfo=UTC)))


def test_of_equally_good_hits_the_newest_comes_first(engine, kato, space):
    for day in (2, 9, 5):
        save(space, f"{day}.ipynb", day, "opsctl rotate", memes=[UUID])
    for text in ("rotate", UUID):
        paths = [hit.notebook.path for hit in search(text, kato).hits]
        assert paths == ["9.ipynb", "5.ipynb", "2.ipynb"]


def test_a_uuid_is_found_as_text_too(engine, kato, space):
    put(space, "a.ipynb", ("code", "virsh list", [stream(f"vm-01 {UUID} running")]))
    found = search(UUID, kato)
    assert sources(found) == ["virsh list"]
    assert marked(found.hits[0]) == [UUID]


def test_words_of_the_title_complete_those_of_a_cell(engine, kato, space):
    put(space, "disk.ipynb", ("markdown", "# Disk full"), "rotate logs")
    put(space, "other.ipynb", ("markdown", "# Mail"), "rotate mail")
    assert sources(search("disk rotate", kato)) == ["rotate logs"]
    assert "rotate logs" not in sources(search("disk", kato))


def test_more_words_never_push_a_good_hit_down(engine, kato, space):
    put(space, "good.ipynb", ("markdown", "# Rotate the logs"), "opsctl rotate --force web-17")
    for number in range(8):
        noise = f"echo rotate {number} " * 10
        put(
            space,
            f"noise{number}.ipynb",
            (noise + "opsctl") if number % 2 else noise + "web-17 --force opsctl",
        )
    for text in (
        "rotate logs",
        "rotate logs opsctl",
        "rotate logs opsctl force",
        "rotate logs opsctl force web-17",
    ):
        assert search(text, kato).hits[0].notebook.path == "good.ipynb"


def test_beginnings_are_the_last_resort(engine, kato, space):
    put(space, "a.ipynb", "systemctl restart nginx", "restarting")
    exact = search("restart", kato)
    assert (sources(exact), exact.are_beginnings) == (["systemctl restart nginx"], False)
    loose = search("resta ngi", kato)
    assert (sources(loose), loose.are_beginnings) == (["systemctl restart nginx"], True)
    assert search("zzz", kato).are_beginnings is False


@pytest.mark.parametrize(
    "text", ["", "  ", "&& | $?", '"', '""', "(", "a:", "\0", "*", "x" * 5000, '"a b', "NOT OR"]
)
def test_no_text_raises(engine, kato, space, text):
    put(space, "a.ipynb", "ls -l")
    for sort in ("best", NEWEST):
        search(text, kato, sort=sort, narrowed={"year": "x", "space": "nowhere", "kind": "\0", "owner": "'"})
        search(text, kato, sort=sort, page=500)


def test_punctuation_alone_finds_nothing_rather_than_everything(engine, kato, space):
    put(space, "a.ipynb", "ls && ls")
    assert search("&&", kato).count == 0


def test_narrowing_and_its_counts(engine, kato, space):
    other = make_space("lab", writers=[kato])
    put(
        space,
        "a.ipynb",
        "needle",
        ("code", "needle 2", [error("OSError", "x")]),
        ("markdown", "needle"),
        owner="kato",
    )
    put(other, "b.ipynb", "needle 3", owner="sato")
    found = search("needle", kato)
    assert {value.value: value.count for value in found.facets["space"]} == {"ops": 3, "lab": 1}
    assert {value.value: value.count for value in found.facets["kind"]} == {"code": 3, "markdown": 1}
    assert {value.value: value.count for value in found.facets["status"]} == {
        "not_run": 2,
        "error": 1,
        "none": 1,
    }
    assert sources(search("needle", kato, narrowed={"space": "lab"})) == ["needle 3"]
    assert sources(search("needle", kato, narrowed={"status": "error"})) == ["needle 2"]
    assert search("needle", kato, narrowed={"owner": "kato", "kind": "code"}).count == 2
    assert search("needle", kato, narrowed={"space": "secret"}).count == 0


def test_each_host_and_tag_of_a_hit_counts(engine, kato, space):
    put(space, "a.ipynb", "ssh web-01 needle", "ping db-01 && ssh web-01 needle", "needle", language="bash")
    put(space, "b.ipynb", ("markdown", "needle #手順 #disk"), "ssh web-02 needle", language="bash")
    put(make_space(), "secret.ipynb", ("markdown", "needle #closed"), "ssh closed-01 needle", language="bash")
    facets = search("needle", kato).facets
    assert [(each.value, each.count) for each in facets["host"]] == [
        ("web-01", 2),
        ("db-01", 1),
        ("web-02", 1),
    ]
    assert {each.value: each.count for each in facets["tag"]} == {"disk": 1, "手順": 1}
    assert search("needle", kato, narrowed={"host": "WEB-01"}).count == 2
    assert sources(search("needle", kato, narrowed={"tag": "手順"})) == ["needle #手順 #disk"]
    assert search("needle", kato, narrowed={"host": "closed-01"}).count == 0


def test_a_facet_has_the_values_with_most_hits(engine, kato, space, monkeypatch):
    monkeypatch.setattr("search.find.MOST_VALUES", 1)
    put(space, "a.ipynb", "ssh web-01 needle", "ping db-01 && ssh web-01 needle", language="bash")
    assert [each.value for each in search("needle", kato).facets["host"]] == ["web-01"]


def test_narrowing_without_words_lists_the_newest(engine, kato, space):
    put(space, "a.ipynb", "one", "two")
    assert sources(search("", kato, narrowed={"kind": "code"})) == ["one", "two"]


def test_pages_follow_one_another(engine, kato, space):
    put(space, "a.ipynb", *(f"needle {number}" for number in range(45)))
    pages = [search("needle", kato, sort=NEWEST, page=page) for page in (1, 2, 3, 4)]
    assert [len(page.hits) for page in pages] == [20, 20, 5, 0]
    assert [source for page in pages for source in sources(page)] == [
        f"needle {number}" for number in range(45)
    ]
    assert pages[0].page_count == 3
    assert pages[3].count == 45


def test_snippets_show_the_right_lines_marked(engine, kato, space):
    code = "\n".join(["import os", *["pass"] * 50, "cat /etc/hosts  # 構築手順", *["pass"] * 50])
    output = "\n".join([*["ok"] * 200, "error: NameNode is in safe mode", "done"])
    put(space, "a.ipynb", ("code", code, [stream(output)]))
    [hit] = search("/etc/hosts 築手 node", kato).hits
    assert [(line.field, line.text) for line in hit.snippet] == [
        ("code", "cat /etc/hosts  # 構築手順"),
        ("output", "error: NameNode is in safe mode"),
    ]
    assert marked(hit) == ["etc/hosts", "築手", "Node"]
    assert set(hit.why) == {"code", "output"}


def test_long_lines_are_cut_around_the_mark(engine, kato, space):
    put(space, "a.ipynb", "x " * 5000 + "needle" + " y" * 5000)
    [line] = search("needle", kato).hits[0].snippet
    assert len(line.text) < 300
    assert line.text.startswith("…")
    assert line.text.endswith("…")
    assert "needle" in line.text


def test_an_error_is_said_once(engine, kato, space):
    put(space, "a.ipynb", ("code", "boot()", [error("OSError", "No space left on device")]))
    [hit] = search("no space left", kato).hits
    assert [line.text for line in hit.snippet] == ["OSError: No space left on device"]
    assert "error" in hit.why


def test_a_hit_is_titled_by_the_heading_it_stands_under(engine, kato, space):
    put(
        space,
        "a.ipynb",
        ("markdown", "# Disk full"),
        "df",
        ("markdown", "text\n## Rotate\n### Now"),
        "needle",
    )
    [hit] = search("needle", kato).hits
    assert hit.title_text == "Disk full › Now"


def test_a_heading_finds_its_runbook_and_its_cell(engine, kato, space):
    put(space, "a.ipynb", ("markdown", "# Disk full"), ("markdown", "## ログのローテーション"), "ls")
    hits = search("ローテ", kato).hits
    assert sorted(hit.kind for hit in hits) == ["markdown", "notebook"]
    assert all(marked(hit) == ["ローテ"] for hit in hits)


def test_queries_do_not_grow_with_the_hits(engine, kato, space, django_assert_max_num_queries):
    for number in range(20):
        put(space, f"{number}.ipynb", ("markdown", f"# T{number}"), "needle")
    refresh.drain()
    find(Wish("needle"), kato)
    with django_assert_max_num_queries(7):
        assert len(find(Wish("needle"), kato).hits) == 20


def test_two_groups_do_not_double_a_space(engine, kato):
    space = make_space(readers=[kato], writers=[kato])
    put(space, "a.ipynb", "needle")
    assert search("needle", kato).count == 1
    assert Space.objects.visible_to(kato).count() == 1


def prose_of(engine, space, person, text, query):
    """The lines of the hit that is a Markdown cell, and what is marked in them."""
    put(space, "a.ipynb", ("markdown", "# Title"), ("markdown", text))
    hit = next(hit for hit in search(query, person).hits if hit.kind == "markdown")
    return [line.text for line in hit.snippet], marked(hit)


def test_prose_is_shown_as_it_reads(engine, kato, space):
    text = "Before the **needle**, see [the *list*](hosts.ipynb#part) and `df -h`."
    assert prose_of(engine, space, kato, text, "needle") == (
        ["Before the needle, see the list and df -h."],
        ["needle"],
    )


def test_words_that_marks_part_are_marked_as_one(engine, kato, space):
    assert prose_of(engine, space, kato, "手順は**再起動**です", "手順は再起動")[1] == ["手順は再起動"]


def test_words_that_a_reader_does_not_see_are_shown_where_they_are_written(engine, kato, space):
    lines, marks = prose_of(engine, space, kato, "See [the **list**](needle.ipynb).", "needle")
    assert (lines, marks) == (["See [the **list**](needle.ipynb)."], ["needle"])
