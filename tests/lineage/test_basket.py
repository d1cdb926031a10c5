import json
import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lineage import refresh
from lineage.composition import basket
from lineage.models import BasketItem
from notebooks import memes, moving
from notebooks.ingest import ingest
from notebooks.models import Cell
from tests.builders import display, lose_bytes, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

HUB = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "operationhub"
MEMES = [f"0000000{number}-71cc-11e7-9abe-02420aff0008" for number in range(1, 8)]
DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", name="Operations", readers=[kato])


@pytest.fixture
def browser(client, kato):
    client.force_login(kato)
    return client


def put(browser, notebook, *indices, **sent):
    cells = [f"{notebook.revision_id}:{index}" for index in indices]
    return browser.post(reverse("basket-add"), {"cell": cells, **sent})


def held(user):
    return [
        (item.revision.notebook.path, item.index)
        for item in BasketItem.objects.of(user).select_related("revision__notebook")
    ]


def page(browser):
    response = browser.get(reverse("basket"))
    assert response.status_code == 200
    return response.content.decode()


def made(browser, **options):
    response = browser.post(reverse("basket-download"), {"has_title": "on", **options})
    assert response.status_code == 200, response.get("Location")
    document = nbformat.reads(response.content.decode(), as_version=4)
    nbformat.validate(document)
    return document


def sources(document):
    return [cell.source for cell in document.cells]


# ----- collecting


def test_a_cell_goes_in_and_is_counted_in_the_header(browser, kato, space):
    notebook = make_runbook("ls", "df", space=space)
    response = put(browser, notebook, 1, next=notebook.get_absolute_url())
    assert response["Location"] == notebook.get_absolute_url()
    assert held(kato) == [("runbook.ipynb", 1)]
    html = browser.get(notebook.get_absolute_url()).content.decode()
    assert re.search(r'id="basket-link".*?<span class="count">1</span>', html)
    assert "1 cell was put into the basket." in html


def test_a_section_goes_in_with_all_below_its_heading(browser, kato, space):
    notebook = make_runbook(
        ("markdown", "# T"), ("markdown", "## A"), "ls", ("markdown", "### deeper"), "df", ("markdown", "## B"), "ps",
        space=space,
    )  # fmt: skip
    browser.post(reverse("basket-add"), {"section": f"{notebook.revision_id}:1"})
    assert [index for _, index in held(kato)] == [1, 2, 3, 4]


def test_a_section_of_an_old_revision_is_that_of_then(browser, kato, space):
    old = make_runbook(("markdown", "## A"), "ls", ("markdown", "## B"), space=space).revision
    make_runbook(("markdown", "## A"), "ls", "df", space=space)
    browser.post(reverse("basket-add"), {"section": f"{old.pk}:0"})
    assert [item.index for item in BasketItem.objects.of(kato)] == [0, 1]
    assert {item.revision_id for item in BasketItem.objects.of(kato)} == {old.pk}


def test_a_whole_notebook_goes_in(browser, kato, space):
    notebook = make_runbook("ls", "df", "ps", space=space)
    browser.post(reverse("basket-add"), {"revision": notebook.revision_id})
    assert [index for _, index in held(kato)] == [0, 1, 2]


def test_what_is_in_already_stays_once(browser, kato, space):
    notebook = make_runbook("ls", "df", space=space)
    put(browser, notebook, 1)
    put(browser, notebook, 0, 1)
    assert [index for _, index in held(kato)] == [1, 0]


def test_a_page_that_stays_is_told_the_number_and_what_happened(browser, space):
    notebook = make_runbook("ls", space=space)
    response = browser.post(
        reverse("basket-add"), {"cell": f"{notebook.revision_id}:0"}, headers={"HX-Request": "true"}
    )
    assert 'hx-swap-oob="true"' in response.content.decode()
    assert json.loads(response["HX-Trigger"]) == {"said": "1 cell was put into the basket."}


def test_nobody_is_led_to_another_site(browser, space):
    response = put(browser, make_runbook("ls", space=space), 0, next="https://evil.example/")
    assert response["Location"] == reverse("basket")


def test_a_stranger_to_the_site_is_asked_to_log_in_and_led_back(client):
    notebook = make_runbook("ls", space=make_space(is_public=True))
    assert 'form="collect"' not in client.get(notebook.get_absolute_url()).content.decode()
    response = put(client, notebook, 0, next=notebook.get_absolute_url())
    assert response["Location"].startswith(reverse("login"))
    assert notebook.get_absolute_url() in unquote(unquote(response["Location"]))


@pytest.mark.parametrize(
    "sent", [{"cell": "1"}, {"cell": "x:1"}, {"section": "9" * 30 + ":0"}, {"revision": "-1"}]
)
def test_what_names_no_cell_is_not_there(browser, sent):
    assert browser.post(reverse("basket-add"), sent).status_code == 404


def test_a_cell_beyond_the_end_is_not_there(browser, space):
    assert put(browser, make_runbook("ls", space=space), 1).status_code == 404


def test_what_is_too_much_goes_in_not_at_all(browser, kato, space, monkeypatch):
    monkeypatch.setattr(basket, "MOST", 3)
    one, two = make_runbook("ls", "df", space=space), make_runbook("ps", "w", space=space, path="two.ipynb")
    put(browser, one, 0, 1)
    response = browser.post(
        reverse("basket-add"), {"revision": [one.revision_id, two.revision_id]}, follow=True
    )
    assert "holds at most 3 cells" in response.content.decode()
    assert len(held(kato)) == 2


# ----- order


def test_cells_are_moved_one_place_or_many(browser, kato, space):
    notebook = make_runbook("a", "b", "c", space=space)
    put(browser, notebook, 0, 1, 2)
    last = BasketItem.objects.get(index=2)
    browser.post(reverse("basket-order"), {"item": last.pk, "to": 1})
    assert [index for _, index in held(kato)] == [0, 2, 1]
    browser.post(reverse("basket-order"), {"item": last.pk, "to": -1})
    assert [index for _, index in held(kato)] == [2, 0, 1]
    browser.post(reverse("basket-order"), {"item": last.pk, "to": 99})
    assert [index for _, index in held(kato)] == [0, 1, 2]


def test_a_move_on_a_page_that_stays_answers_with_the_basket_alone(browser, space):
    put(browser, make_runbook("a", "b", space=space), 0, 1)
    sent = {"item": BasketItem.objects.get(index=1).pk, "to": 0}
    response = browser.post(reverse("basket-order"), sent, headers={"HX-Request": "true"})
    assert response.content.decode().lstrip().startswith('<div id="basket">')
    assert json.loads(response["HX-Trigger"])["said"] == "It is at place 1 now."


def test_of_many_only_the_named_are_arranged_and_the_rest_follows(kato, space):
    notebook = make_runbook("a", "b", "c", "d", space=space)
    pks = [item.pk for item in basket.collect(kato, notebook.revision, range(4))]
    basket.arrange(kato, [pks[3], pks[1]])
    assert [index for _, index in held(kato)] == [3, 1, 0, 2]


def test_what_was_dropped_is_brought_back_to_its_place(browser, kato, space):
    put(browser, make_runbook("a", "b", "c", space=space), 0, 1, 2)
    browser.post(reverse("basket-drop"), {"item": BasketItem.objects.get(index=1).pk})
    assert [index for _, index in held(kato)] == [0, 2]
    assert "1 cell was taken out." in page(browser)
    browser.post(reverse("basket-undo"))
    assert [index for _, index in held(kato)] == [0, 1, 2]
    assert "taken out" not in page(browser)


def test_a_cleared_basket_says_so_and_can_be_filled_again(browser, kato, space):
    put(browser, make_runbook("a", "b", space=space), 1, 0)
    browser.post(reverse("basket-clear"))
    html = page(browser)
    assert "The basket is empty" in html
    assert "2 cells were taken out." in html
    browser.post(reverse("basket-undo"))
    assert [index for _, index in held(kato)] == [1, 0]


def test_what_came_in_since_follows_what_is_brought_back(browser, kato, space):
    notebook = make_runbook("a", "b", "c", space=space)
    put(browser, notebook, 0, 1)
    places = basket.places(kato)
    basket.clear(kato)
    basket.collect(kato, notebook.revision, [2, 1])
    basket.bring_back(kato, places)
    assert [index for _, index in held(kato)] == [0, 1, 2]


def test_nobody_touches_the_basket_of_another(browser, space):
    notebook = make_runbook("a", "b", space=space)
    lee = make_user("lee")
    space.readers.add(lee)
    theirs = basket.collect(lee, notebook.revision, [0, 1])
    for name in ("basket-order", "basket-drop"):
        assert browser.post(reverse(name), {"item": theirs[1].pk, "to": 0}).status_code == 404
    browser.post(reverse("basket-clear"))
    assert [index for _, index in held(lee)] == [0, 1]


# ----- who may read what


def test_nobody_collects_what_they_may_not_read(browser, kato):
    hidden = make_runbook("secret", space=make_space())
    for sent in (
        {"cell": f"{hidden.revision_id}:0"},
        {"section": f"{hidden.revision_id}:0"},
        {"revision": hidden.revision_id},
    ):
        assert browser.post(reverse("basket-add"), sent).status_code == 404
    assert held(kato) == []


def test_what_may_not_be_read_any_more_is_said_and_left_out(browser, kato, space):
    other = make_space("closed", name="Closed", readers=[kato])
    put(
        browser,
        make_runbook("zanzibar", ("markdown", "# Zanzibar"), space=other, path="zanzibar.ipynb"),
        0,
        1,
    )
    put(browser, make_runbook("ls", space=space), 0)
    other.readers.clear()
    html = page(browser)
    assert html.count("you may not read any more") == 2
    assert "zanzibar" not in html.lower()
    assert "Closed" not in html
    document = made(browser)
    assert sources(document) == ["ls"]
    assert "zanzibar" not in json.dumps(document).lower()
    browser.post(reverse("basket-clear"))
    browser.post(reverse("basket-undo"))
    assert "zanzibar" not in page(browser).lower()


def test_what_lies_in_the_bin_is_said_and_left_out(browser, kato, space):
    notebook = make_runbook(("markdown", "# Old way"), "ls", space=space)
    put(browser, notebook, 0, 1)
    moving.delete(notebook, kato)
    assert "A cell of “Old way”, which is in the bin." in page(browser)
    response = browser.get(reverse("basket-download"), follow=True)
    assert "nothing in the basket to make a notebook of" in response.content.decode()


def test_lost_bytes_cost_their_own_cells_alone(browser, space):
    lost = make_runbook("gone", space=space)
    put(browser, lost, 0)
    put(browser, make_runbook("ls", space=space, path="two.ipynb"), 0)
    lose_bytes(lost.revision.sha256)
    assert "whose bytes this server has lost" in page(browser)
    assert sources(made(browser)) == ["ls"]


# ----- the page


def test_cells_are_shown_as_they_will_be(browser, space):
    ran = ("code", "df -h", [stream("Filesystem\n")])
    put(browser, make_runbook(("markdown", "Look **here**"), ran, space=space), 1, 0)
    html = page(browser)
    assert html.index("df") < html.index("<strong>here</strong>")
    assert "Filesystem" not in html
    browser.post(reverse("basket"), {"name": "Check", "has_title": "on", "keeps_outputs": "on"})
    html = page(browser)
    assert '<h2 class="new-title">Check</h2>' in html
    assert "Filesystem" in html


def test_pictures_come_from_the_runbook_that_has_them(browser, space):
    picture = {
        "cell_type": "markdown", "source": "![dot](attachment:dot.png)", "attachments": {"dot.png": {"image/png": DOT}},
    }  # fmt: skip
    notebook = make_runbook(picture, space=space)
    put(browser, notebook, 0)
    address = re.search(r'<img[^>]* src="([^"]*)"', page(browser))[1]
    assert address.startswith(f"/n/{notebook.pk}/assets/")
    assert browser.get(address).status_code == 200
    assert made(browser).cells[0].attachments["dot.png"]["image/png"] == DOT


def test_an_old_revision_is_named_and_keeps_its_text(browser, space):
    old = make_runbook("ls -l", space=space)
    put(browser, old, 0)
    make_runbook("ls -la", space=space)
    html = page(browser)
    assert "of revision 1; the current one is 2" in html
    assert sources(made(browser)) == ["ls -l"]


def test_a_mix_of_languages_is_said(browser, space):
    put(browser, make_runbook("ls", "df", space=space), 0, 1)
    put(browser, make_runbook("ls", space=space, path="b.ipynb", language="bash"), 0)
    assert "several languages (python, bash)" in page(browser)


def test_the_options_are_kept_and_nonsense_is_not(browser, space):
    put(browser, make_runbook("ls", space=space), 0)
    browser.post(reverse("basket"), {"name": "Recover", "is_new_root": "on"})
    browser.post(reverse("basket"), {"name": "x" * 1000})
    assert 'value="Recover"' in page(browser)


def test_the_page_costs_the_same_few_queries_however_much_it_holds(browser, kato, space):
    counts = []
    for number in range(12):
        notebook = make_runbook(
            f"echo {number}", "ls", memes=[MEMES[number % 7], None], space=space, path=f"{number}.ipynb"
        )
        basket.collect(kato, notebook.revision, [0, 1])
        if number in (2, 11):
            refresh.catch_up()
            page(browser)
            with CaptureQueriesContext(connection) as queries:
                page(browser)
            counts.append(len(queries))
    assert counts[0] == counts[1] <= 16


def test_the_number_in_the_header_is_one_query_for_who_is_logged_in_and_none_for_others(
    client, browser, kato, space
):
    put(browser, make_runbook("ls", "df", space=space), 0, 1)
    with CaptureQueriesContext(connection) as queries:
        browser.get(reverse("spaces"))
    assert len([each for each in queries if "lineage_basketitem" in each["sql"]]) == 1
    client.logout()
    with CaptureQueriesContext(connection) as queries:
        client.get(reverse("spaces"))
    assert [each for each in queries if "lineage_basketitem" in each["sql"]] == []


# ----- advice


def usual(space, *order, copies=2):
    """Runbooks whose cells stand in this order."""
    for number in range(copies):
        make_runbook(
            *(f"step {each}" for each in order), memes=[MEMES[each] for each in order], space=space,
            path=f"usual-{number}.ipynb", meme=MEMES[6],
        )  # fmt: skip
    refresh.catch_up()
    return Cell.objects.filter(notebook__path="usual-0.ipynb")


def put_steps(user, cells, *order):
    for each in order:
        cell = cells.get(source=f"step {each}")
        basket.collect(user, cell.notebook.revision, [cell.index])


def test_what_usually_stands_before_is_told_where_it_comes_later(browser, kato, space):
    put_steps(kato, usual(space, 0, 1, 2), 2, 0)
    html = page(browser)
    assert re.search(r"Usually .*“step 0”.* stands before this, in 2 of 2 notebooks", html)
    assert "Here it comes later." in html


def test_what_usually_stands_before_is_offered_where_it_is_missing(browser, kato, space):
    put_steps(kato, usual(space, 0, 1, 2), 1, 2)
    html = page(browser)
    assert re.search(r"Usually .*“step 0”", html)
    assert html.count('class="custom"') == 1
    sent = dict(re.findall(r'name="(cell|before)" value="([0-9:]+)"', html.partition('class="custom"')[2]))
    browser.post(reverse("basket-add"), sent)
    assert [index for _, index in held(kato)] == [0, 1, 2]
    assert 'class="custom"' not in page(browser)


def test_the_usual_order_needs_no_advice(browser, kato, space):
    put_steps(kato, usual(space, 0, 1, 2), 0, 1, 2)
    assert 'class="custom"' not in page(browser)


def test_one_notebook_is_no_custom(browser, kato, space):
    put_steps(kato, usual(space, 0, 1, copies=1), 1)
    assert 'class="custom"' not in page(browser)


def test_advice_counts_only_what_the_person_may_see(browser, kato, space):
    cells = usual(space, 0, 1)
    hidden = make_space()
    for number in range(5):
        make_runbook(
            "hidden step", "step 1", memes=[MEMES[5], MEMES[1]], space=hidden, path=f"{number}.ipynb"
        )
    refresh.catch_up()
    put_steps(kato, cells, 1)
    html = page(browser)
    assert "in 2 of 2 notebooks" in html
    assert "hidden step" not in html


# ----- the new notebook


@pytest.mark.corpus
@pytest.mark.parametrize("is_new_root", [False, True])
def test_five_cells_of_three_real_runbooks_become_one_that_joins_their_families(
    browser, kato, space, is_new_root
):
    if not HUB.is_dir():
        pytest.skip("../shared/corpus is not here")
    files = sorted((HUB / "share" / "runbooks").glob("*.ipynb"))[:2]
    files += sorted((HUB / "user-notebooks").rglob("*disk-full/*.ipynb"))[:1]
    chosen = []
    for file, indices in zip(files, [(1, 2), (4,), (3, 5)], strict=True):
        notebook = ingest(space, str(file.relative_to(HUB)), file.read_bytes()).notebook
        basket.collect(kato, notebook.revision, indices)
        raw = json.loads(file.read_bytes())["cells"]
        chosen += [raw[index] for index in indices]
    options = {"name": "Five", **({"is_new_root": "on"} if is_new_root else {})}
    document = made(browser, **options)
    old = [memes.parse(cell["metadata"]["lc_cell_meme"]["current"]) for cell in chosen]
    new = [memes.parse(cell.metadata.lc_cell_meme.current) for cell in document.cells[1:]]
    assert sources(document)[1:] == ["".join(cell["source"]) for cell in chosen]
    again = ingest(space, "five.ipynb", browser.get(reverse("basket-download")).content).notebook
    joined = list(again.cells.order_by("index")[1:].values_list("meme", "assigned"))
    assert not any(assigned for _, assigned in joined)
    if is_new_root:
        assert all(each.branch == "" for each in new)
        assert not {each.uuid for each in old} & {uuid for uuid, _ in joined}
    else:
        for before, after in zip(old, new, strict=True):
            assert (after.uuid, after.count) == (before.uuid, before.count + 1)
            assert after.numbers[:-1] == before.numbers
        assert [uuid for uuid, _ in joined] == [each.uuid for each in old]
        assert all(Cell.objects.filter(meme=each.uuid).count() >= 2 for each in old)


def test_cells_without_memes_join_by_the_ids_they_were_assigned(browser, kato, space):
    notebook = make_runbook("ls", "df", space=space)
    put(browser, notebook, 1)
    document = made(browser)
    assigned = notebook.cells.get(index=1).meme
    assert memes.parse(document.cells[0].metadata.lc_cell_meme.current).uuid == assigned
    before = document.cells[0].metadata.lc_cell_meme.history[0]
    assert before == {
        "current": str(assigned),
        "previous": str(notebook.cells.get(index=0).meme),
        "next": None,
    }


def test_the_file_is_named_as_the_person_named_it(browser, space):
    put(browser, make_runbook("ls", space=space), 0)
    response = browser.post(reverse("basket-download"), {"name": "復旧 手順", "has_title": "on"})
    assert response["Content-Type"] == "application/x-ipynb+json"
    assert unquote(response["Content-Disposition"]).endswith("復旧 手順.ipynb")


def test_it_says_by_whom_it_was_made_and_of_what(browser, kato, space, settings):
    notebook = make_runbook("ls", space=space, path="share/a.ipynb")
    put(browser, notebook, 0)
    told = made(browser).metadata.opsnotes.composed
    assert told.by == "kato"
    assert told.cells[0].address == settings.BASE_URL + notebook.get_absolute_url()
    assert told.cells[0].path == "ops/share/a.ipynb"


def test_kept_outputs_are_those_of_the_original(browser, space):
    output = display({"text/plain": "42"})
    put(browser, make_runbook(("code", "6 * 7", [output]), space=space), 0)
    cell = made(browser, keeps_outputs="on").cells[0]
    assert (cell.outputs, cell.execution_count) == ([output], 1)


def test_a_notebook_of_version_3_gives_cells_too(browser, space):
    old = {
        "metadata": {}, "nbformat": 3, "nbformat_minor": 0,
        "worksheets": [{"cells": [{"cell_type": "code", "input": "ls", "language": "python", "outputs": []}]}],
    }  # fmt: skip
    put(browser, ingest(space, "old.ipynb", json.dumps(old).encode()).notebook, 0)
    assert sources(made(browser)) == ["ls"]


def test_bytes_of_the_sources_stay_as_they_are(browser, space):
    raw = make_notebook("ls", memes=[MEMES[0]])
    notebook = ingest(space, "a.ipynb", raw).notebook
    put(browser, notebook, 0)
    made(browser, is_new_root="on", name="x")
    assert b"".join(browser.get(reverse("file", args=[notebook.pk])).streaming_content) == raw


def test_family_page_and_comparison_offer_their_cells_too(browser, kato, space):
    one = make_runbook("ls -l", memes=[MEMES[0]], space=space)
    two = make_runbook("ls -la", memes=[MEMES[0]], space=space, path="two.ipynb")
    refresh.catch_up()
    for address in (f"/m/{MEMES[0]}/", f"/compare/?a={one.pk}&b={two.pk}"):
        offered = re.findall(
            r'form="collect"[^>]* name="cell" value="([0-9:]+)"', browser.get(address).content.decode()
        )
        assert sorted(offered) == sorted(f"{each.revision_id}:0" for each in (one, two)), address


def test_old_revisions_offer_their_cells_as_they_were(browser, space):
    old = make_runbook("ls -l", space=space).revision
    make_runbook("ls -la", space=space)
    assert f'name="cell" value="{old.pk}:0"' in browser.get(old.get_absolute_url()).content.decode()
