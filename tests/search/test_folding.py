"""Copies of one cell are one hit, on every page of a result, and nothing is lost or told that may not be."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from rest_framework.test import APIClient

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Witness
from lineage import refresh as lineage
from notebooks.ingest import Provenance, ingest
from search import find as finding
from search import folding, refresh
from search.find import NEWEST, Wish, find
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

DAY = datetime(2026, 3, 1, tzinfo=UTC)


def meme(number):
    return f"8f5c5fe2-71cc-11e7-9abe-02420aff{number:04x}"


CELL, OTHER, NOTEBOOK = meme(1), meme(2), meme(100)


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", writers=[kato])


def save(space, path, *cells, day=0, memes=(CELL,), notebook=""):
    raw = make_notebook(*cells, memes=memes, meme=notebook)
    return ingest(space, path, raw, Provenance(saved_at=DAY + timedelta(days=day))).notebook


def search(text, user, **wish):
    refresh.drain()
    return find(Wish(text, is_folded=True, **wish), user)


def shown(found):
    return [(hit.notebook.path, hit.copies.count) for hit in found.hits]


def test_copies_of_one_cell_are_one_hit_with_their_number(engine, kato, space):
    for number in range(5):
        save(space, f"{number}.ipynb", "needle rotate", day=number)
    save(space, "other.ipynb", "a needle elsewhere, among many other words", memes=[OTHER])
    found = search("needle", kato)
    assert shown(found) == [("4.ipynb", 4), ("other.ipynb", 0)]
    assert (found.count, found.folded_away, found.page_count) == (6, 4, 1)
    assert {each.value: each.count for each in found.facets["kind"]} == {"code": 6}
    assert found.hits[0].copies.family == reverse("family", args=[CELL])


def test_what_i_may_not_see_is_not_counted_among_the_copies(engine, kato, space):
    save(space, "mine.ipynb", "needle")
    for number in range(3):
        save(make_space(), f"{number}.ipynb", "needle")
    assert shown(search("needle", kato)) == [("mine.ipynb", 0)]


def test_without_folding_every_copy_is_a_hit(engine, kato, space):
    for number in range(3):
        save(space, f"{number}.ipynb", "needle")
    refresh.drain()
    assert [hit.copies.count for hit in find(Wish("needle"), kato).hits] == [0, 0, 0]


def test_who_asks_by_a_meme_sees_the_copies(engine, kato, space):
    for number in range(3):
        save(space, f"{number}.ipynb", "needle")
    for query in (CELL, f"needle meme:{CELL}"):
        assert len(search(query, kato).hits) == 3


@pytest.mark.parametrize(
    ("sort", "among"),
    [
        ("best", folding.AMONG),
        (NEWEST, folding.AMONG),
        ("best", 0),  # so the copies are counted apart
        (NEWEST, 0),
    ],
)
def test_no_fold_comes_twice_or_is_lost_over_pages(engine, kato, space, monkeypatch, sort, among):
    monkeypatch.setattr(folding, "SLICE", 1)
    monkeypatch.setattr(folding, "MOST_COUNTED", min(folding.MOST_COUNTED, among))
    monkeypatch.setattr(finding, "COUNTED", {"fold": {"limit": folding.MOST_COUNTED, "among": among}})
    for number in range(12):
        text = "needle " * (1 + number % 4)
        save(
            space,
            f"{number}.ipynb",
            text,
            f"{text} x",
            text,
            memes=[CELL, meme(10 + number), OTHER],
            day=number,
        )
    pages = [search("needle", kato, sort=sort, page=page, size=4) for page in range(1, 6)]
    assert [len(page.hits) for page in pages] == [4, 4, 4, 2, 0]
    assert [page.page_count for page in pages] == [2, 3, 4, 4, 4]
    memes = [hit.meme for page in pages for hit in page.hits]
    assert sorted(memes) == sorted([CELL, OTHER, *(meme(10 + number) for number in range(12))])
    counts = {hit.meme: hit.copies.count for page in pages for hit in page.hits}
    assert (counts.pop(CELL), counts.pop(OTHER), set(counts.values())) == (11, 11, {0})


def test_a_template_stands_for_its_runs(engine, kato, space):
    """Though it is older, and a run with an output is as good."""
    save(space, "template.ipynb", "needle rotate", memes=[CELL], notebook=NOTEBOOK)
    for number in range(3):
        cell = ("code", "needle rotate", [stream("done")])
        save(
            space,
            f"run{number}.ipynb",
            cell,
            day=number + 1,
            memes=[f"{CELL}-1-57f4"],
            notebook=f"{NOTEBOOK}-1",
        )
    lineage.catch_up()
    assert shown(search("needle", kato)) == [("template.ipynb", 3)]
    assert shown(search("needle done", kato)) == [("run2.ipynb", 2)]
    assert shown(search("needle", kato, sort=NEWEST)) == [("run2.ipynb", 3)]


def test_runbooks_fold_by_their_own_meme(engine, kato, space):
    for number in range(3):
        save(space, f"{number}.ipynb", ("markdown", "# Needle"), day=number, notebook=NOTEBOOK)
    found = search("needle", kato)
    assert sorted((hit.kind, hit.copies.count) for hit in found.hits) == [("markdown", 2), ("notebook", 2)]


def test_cells_without_a_meme_fold_where_they_have_the_same_text(engine, kato, space):
    for number in range(3):
        save(space, f"{number}.ipynb", "needle rotate", f"needle {number}", day=number, memes=())
    found = search("needle rotate", kato)
    assert shown(found) == [("2.ipynb", 2)]
    copies = found.hits[0].copies
    assert (copies.meme, copies.family) == ("", "")
    assert len(find(Wish("needle", fold=copies.fold), kato).hits) == 3
    assert len(search("needle", kato).hits) == 4


def test_executions_fold_into_their_cell_and_else_among_themselves(engine, kato, space):
    save(space, "web.ipynb", ("code", "restart()", [error("OSError", "needle exhausted")]))
    ingest_logs(space, [log(number, CELL) for number in range(3)])
    found = search("needle", kato)
    assert [(hit.kind, hit.copies.count) for hit in found.hits] == [("code", 3)]
    found = search("needle", kato, narrowed={"kind": "log"})
    assert [(hit.kind, hit.copies.count) for hit in found.hits] == [("log", 2)]


def log(number, cell):
    raw = f"""{{"lc_cell_meme": {{"current": "{cell}"}}}}
----
restart({number})
----
path: /home/sato/notebooks/.log/20260301/20260301-10000{number}-0001.log
notebook_path: web.ipynb
uid: 0
gid: 0
start time: 2026-03-01 10:00:0{number}(UTC)
----
OSError: needle exhausted after {number}

----
end time: 2026-03-01 10:00:0{number}(UTC)
1 chunks with matched keywords or errors
----
execute_reply_status: error
"""
    return Told(Witness.LOG, raw.encode(), f"20260301-10000{number}-0001.log", place_folder="", who="sato")


def test_another_copy_stands_in_for_one_that_is_gone(engine, kato, space):
    notebooks = [save(space, f"{number}.ipynb", "needle", day=number) for number in range(3)]
    refresh.drain()
    notebooks[2].cells.all().delete()
    found = find(Wish("needle", is_folded=True), kato)
    assert (shown(found), found.count) == ([("1.ipynb", 1)], 2)


def test_of_equals_what_succeeded_lately_comes_before_what_failed(engine, kato, space):
    failed = ("code", "needle", [error("OSError", "no")])
    save(space, "failed.ipynb", failed, day=3, memes=[OTHER])
    done = {"cell_type": "code", "source": "needle", "metadata": {}, "outputs": [], "execution_count": 1}
    save(space, "done.ipynb", done, day=1, memes=[CELL])
    assert [path for path, _ in shown(search("needle", kato))] == ["done.ipynb", "failed.ipynb"]


def test_the_page_opens_the_copies_in_place_and_their_family(index, client, kato, space):
    for number in range(3):
        make_runbook("needle rotate", space=space, path=f"{number}.ipynb", memes=[CELL])
    refresh.drain()
    client.force_login(kato)
    html = client.get(reverse("search"), {"q": "needle OR haystack", "kind": "code"}).content.decode()
    assert html.count('class="hit"') == 1
    assert "and 2 more runs of this cell" in html
    address = f"?q=%28needle+OR+haystack%29+meme%3A{CELL}&amp;kind=code"
    assert f'href="{address}"' in html
    assert f'href="/m/{CELL}/"' in html
    opened = client.get(reverse("search") + address.replace("&amp;", "&")).content.decode()
    assert opened.count('class="hit"') == 3
    assert (
        client.get(reverse("search"), {"q": "needle", "fold": "0"}).content.decode().count('class="hit"') == 3
    )


def test_the_page_opens_copies_without_a_meme(index, client, kato, space):
    for number in range(2):
        make_runbook("needle rotate", f"needle {number}", space=space, path=f"{number}.ipynb")
    refresh.drain()
    client.force_login(kato)
    html = client.get(reverse("search"), {"q": "needle"}).content.decode()
    [(address, _)] = re.findall(r'href="(\?q=needle&amp;fold=(\d+))">and 1 more with the same text', html)
    opened = client.get(reverse("search") + address.replace("&amp;", "&")).content.decode()
    assert opened.count('class="hit"') == 2
    assert "needle 0" not in opened
    for number in ("9" * 19, "9" * 50, "-1", "x"):
        assert client.get(reverse("search"), {"q": "needle", "fold": number}).status_code == 200


def test_the_api_folds_unless_told_not_to(index, kato, space):
    for number in range(3):
        make_runbook("needle", space=space, path=f"{number}.ipynb", memes=[CELL])
    refresh.drain()
    client = APIClient()
    client.force_authenticate(kato)
    answer = client.get(reverse("api-search"), {"q": "needle"}).json()
    [hit] = answer["results"]
    assert (answer["count"], answer["more"]) == (3, False)
    assert (hit["copies"], hit["family"]) == (2, f"/m/{CELL}/")
    every = client.get(reverse("api-search"), {"q": "needle", "fold": "0"}).json()
    assert [(each["copies"], each["family"]) for each in every["results"]] == [(0, "")] * 3
