"""A notebook of thousands of cells: in parts, each of which tells of the whole."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notebooks.ingest import ingest
from notebooks.models import Fragment
from notebooks.paging import CELLS
from search import refresh
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream
from tests.search.conftest import use

pytestmark = pytest.mark.django_db
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
BYTES = 1_000_000


@pytest.fixture
def space(client):
    person = make_user()
    client.force_login(person)
    return make_space("hub", readers=[person])


def cells(count, *, failed=()):
    """A title, then a heading and nine commands in turn."""
    made = [("markdown", "# Long haul")]
    for number in range(1, count):
        if number % 10 == 1:
            made.append(("markdown", f"## Step {number}"))
        else:
            ended = error("OSError", "no") if number in failed else stream(f"result {number}\n")
            made.append(("code", f"command({number})", [ended]))
    return made


def long_runbook(space, count=2 * CELLS + 20, **options):
    return make_runbook(*cells(count, **options), space=space, path="long.ipynb")


def text_of(client, address, **query):
    response = client.get(address, query)
    assert response.status_code == 200
    return response.content.decode()


def indexes_in(html):
    return [int(index) for index in re.findall(r'<div class="row[^>]* id="cell-(\d+)"', html)]


@pytest.mark.parametrize("query", ["", f"?from={CELLS}"])
def test_a_page_of_five_thousand_cells_is_as_long_and_asks_as_much_as_one_of_a_thousand(client, space, query):
    asked = []
    for count in (1_000, 1_000, 5_000):  # the first of all pages asks for what is the same on every one
        notebook = make_runbook(*cells(count), space=space, path=f"{len(asked)}.ipynb")
        with CaptureQueriesContext(connection) as captured:
            html = text_of(client, f"{notebook.get_absolute_url()}{query}")
        asked.append(len(captured))
        first = CELLS if query else 0
        assert indexes_in(html) == list(range(first, first + CELLS))
        assert len(html.encode()) < BYTES
    assert asked[1] == asked[2] <= 36


def test_only_the_html_of_the_page_leaves_the_database(client, space, django_assert_max_num_queries):
    notebook = long_runbook(space)
    with django_assert_max_num_queries(35) as asked:
        client.get(notebook.get_absolute_url())
    read = [query["sql"] for query in asked.captured_queries if '"html"' in query["sql"]]
    assert len(read) == 1
    assert f'"index" < {CELLS}' in read[0]


def test_page_after_page_every_cell_is_there(client, space):
    address, found = long_runbook(space).get_absolute_url(), []
    html = text_of(client, address)
    while True:
        found += indexes_in(html)
        following = re.search(r'rel="next" href="([^#"]*)#cells"', html)
        if not following:
            break
        html = text_of(client, address + following[1])
    assert found == list(range(2 * CELLS + 20))


def test_it_says_which_cells_these_are(client, space):
    address = long_runbook(space).get_absolute_url()
    said = [text_of(client, address, **{"from": at}) for at in ("0", f"{CELLS + 7}", "99999", "-3", "search")]
    assert [re.search(r"Cells ([\d,]+–[\d,]+ of [\d,]+)", html)[1] for html in said] == [
        "1–500 of 1,020", "501–1,000 of 1,020", "1,001–1,020 of 1,020", "1–500 of 1,020", "1–500 of 1,020",
    ]  # fmt: skip


def test_a_notebook_of_one_page_says_nothing_of_pages(client, space):
    notebook = make_runbook(*cells(CELLS), space=space)
    html = text_of(client, notebook.get_absolute_url())
    assert indexes_in(html) == list(range(CELLS))
    assert not re.search(r"\?from=|data-total|pager|Parts of this runbook", html)


def test_the_outline_leads_to_headings_on_every_page(client, space):
    address = long_runbook(space).get_absolute_url()
    html = text_of(client, address)
    links = re.findall(r'<a href="([^"]*)">(Step \d+)</a>', html)
    assert len(links) == (2 * CELLS + 20) // 10
    assert links[0] == ("#cell-1-Step-1", "Step 1")
    assert (f"./?from={CELLS}#cell-{CELLS + 1}-Step-{CELLS + 1}", f"Step {CELLS + 1}") in links
    for link, _ in links[:: len(links) // 4]:
        page, _, element = link.partition("#")
        assert f'id="{element}"' in text_of(client, address + page.removeprefix("./"))


def test_the_verdict_is_of_the_whole_and_leads_to_the_error_wherever_it_is(client, space):
    at = 2 * CELLS + 5
    notebook = long_runbook(space, failed=(at, at + 2))
    html = text_of(client, notebook.get_absolute_url())
    steps = (2 * CELLS + 20) * 9 // 10 - 1
    assert f"All {steps} cells ran." in html
    assert f'<a href="./?from={2 * CELLS}#cell-{at}">Jump to the first error</a>' in html
    assert "Cells 1,001–1,020: 2 failed" in html


def test_the_strip_leads_to_the_pages(client, space):
    html = text_of(client, long_runbook(space).get_absolute_url(), **{"from": str(CELLS)})
    links = re.findall(r'<a href="(\?from=\d+)#cells"( aria-current="true")? title="([^"]*)"', html)
    assert links == [
        ("?from=0", "", "Cells 1–500"),
        (f"?from={CELLS}", ' aria-current="true"', "Cells 501–1,000"),
        (f"?from={2 * CELLS}", "", "Cells 1,001–1,020"),
    ]


def test_links_within_the_notebook_lead_to_other_pages(client, space):
    head = ("markdown", f"[a](#Step-{CELLS + 1}) [b](#far) [c](#Step-1) [d](#nowhere)")
    last = ("markdown", "<a id='far'></a>end")
    notebook = make_runbook(head, *cells(CELLS + 10)[1:], last, space=space)
    html = text_of(client, notebook.get_absolute_url())
    assert f'<a href="./?from={CELLS}#cell-{CELLS + 1}-Step-{CELLS + 1}">a</a>' in html
    assert f'<a href="./?from={CELLS}#cell-{CELLS + 10}-far">b</a>' in html
    assert '<a href="#cell-1-Step-1">c</a>' in html
    assert "<a>d</a>" in html


def test_a_link_from_another_notebook_leads_to_the_page_of_its_heading(client, space):
    long = long_runbook(space)
    source = make_runbook(("markdown", f"[x](long.ipynb#Step-{CELLS + 1})"), space=space, path="a.ipynb")
    html = text_of(client, source.get_absolute_url())
    place = f"?from={CELLS}#cell-{CELLS + 1}-Step-{CELLS + 1}"
    assert f'href="{long.get_absolute_url()}{place}"' in html


def test_a_meme_is_marked_on_the_page_of_its_first_bearer_alone(client, space):
    memes = [None] * (CELLS + 3)
    memes[5] = memes[CELLS + 1] = MEME
    notebook = make_runbook(*cells(CELLS + 3), memes=memes, space=space)
    first, second = (text_of(client, notebook.get_absolute_url(), **{"from": at}) for at in (0, CELLS))
    assert (first.count(f'id="meme-{MEME}"'), second.count(f'id="meme-{MEME}"')) == (1, 0)


@pytest.mark.parametrize("address", ["/n/{pk}/long-haul/", "/n/{pk}/v/1/"])
def test_a_meme_is_asked_for_by_its_name(client, space, address):
    memes = [None] * (CELLS + 3)
    memes[CELLS + 1] = MEME
    notebook = make_runbook(*cells(CELLS + 3), memes=memes, space=space)
    path = address.format(pk=notebook.pk)
    assert client.get(path, {"meme": MEME.upper()}).url == f"{path}?from={CELLS}#meme-{MEME}"
    for unknown in ("x", ""):
        assert client.get(path, {"meme": unknown}).url == path
    gone = "8f5c5fe2-0000-0000-0000-000000000000"
    assert client.get(path, {"meme": gone}).url == f"/m/{gone}/?left={notebook.pk}"


def test_a_meme_tells_a_stranger_nothing(client):
    notebook = make_runbook("ls", memes=[MEME])
    assert client.get(notebook.get_absolute_url(), {"meme": MEME}).status_code == 404


def test_an_old_revision_comes_in_the_same_pages(client, space):
    long_runbook(space)
    notebook = ingest(space, "long.ipynb", make_notebook("short")).notebook
    Fragment.objects.filter(html__contains="command(").delete()
    html = text_of(client, f"/n/{notebook.pk}/v/1/", **{"from": str(CELLS)})
    assert indexes_in(html) == list(range(CELLS, 2 * CELLS))
    assert f"command({CELLS + 2})" in re.sub(r"<[^>]*>", "", html)
    assert '<a href="./?from=0#cell-1-Step-1">Step 1</a>' in html
    assert not Fragment.objects.filter(
        html__contains="command(3)"
    ).exists()  # of a page that nobody asked for


def test_a_report_comes_in_the_same_pages(client, space):
    address = reverse("report", args=[long_runbook(space).pk])
    html = text_of(client, address, **{"from": str(CELLS)})
    assert indexes_in(html) == list(range(CELLS, 2 * CELLS))
    assert "command(" not in html
    assert f'rel="next" href="?from={2 * CELLS}#cells"' in html


def test_a_page_of_a_report_with_nothing_to_tell_says_so(client, space):
    notebook = make_runbook(("markdown", "# T"), *["x = 1"] * (CELLS + 1), space=space)
    html = text_of(client, reverse("report", args=[notebook.pk]), **{"from": str(CELLS)})
    assert "These cells have neither prose nor outputs." in html
    assert "Nothing to report" not in html


def test_the_html_copy_has_every_cell_and_leads_within_itself(client, space):
    notebook = long_runbook(space)
    response = client.get(reverse("download", args=[notebook.pk, "html"]))
    html = b"".join(response.streaming_content).decode()
    assert indexes_in(html) == list(range(2 * CELLS + 20))
    assert "?from=" not in html
    assert f'<a href="#cell-{2 * CELLS + 1}-Step-{2 * CELLS + 1}">' in html


def test_a_long_readme_is_begun_on_its_folder_and_read_on_its_own_page(client, space):
    notebook = make_runbook(*cells(CELLS + 3), space=space, path="README.ipynb")
    html = text_of(client, "/browse/hub/")
    assert indexes_in(html) == list(range(CELLS))
    assert "The first 500 of 503 cells." in html
    assert f'href="{notebook.get_absolute_url()}?from={CELLS}#cells"' in html


def test_a_hit_leads_to_the_page_of_its_cell(client, space, settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    notebook = make_runbook(*cells(CELLS + 5), "needle()", space=space)
    refresh.drain()
    place = f"{notebook.get_absolute_url()}?from={CELLS}#cell-{CELLS + 5}"
    assert f'href="{place}"' in text_of(client, reverse("search"), q="needle")
    (hit,) = client.get(reverse("api-search"), {"q": "needle"}).json()["results"]
    assert hit["url"] == place


def test_the_title_of_the_window_tells_the_pages_apart(client, space):
    address = long_runbook(space).get_absolute_url()
    titles = [
        re.search(r"<title>(.*?)</title>", text_of(client, address, **{"from": at}))[1] for at in (0, CELLS)
    ]
    assert titles == ["Long haul · OpsNotes", "Long haul · Cells 501–1,000 · OpsNotes"]


def test_home_leads_to_the_page_of_the_error(client, space):
    at = CELLS + 4
    made = [*cells(at, failed=()), ("code", "x", [error("OSError", "no")])]
    notebook = make_runbook(*made, space=space)
    assert f'href="{notebook.get_absolute_url()}?from={CELLS}#cell-{at}"' in text_of(client, "/")


def test_lists_draw_a_short_strip(client, space):
    long_runbook(space)
    for page in ("/", "/browse/hub/"):
        strip = re.search(r'class="bricks mini".*?</span>', text_of(client, page))[0]
        assert 0 < strip.count("<i ") <= 32
