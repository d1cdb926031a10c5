"""From two runbooks and a search hit to a new notebook, by keyboard and by mouse; with and without script."""

import json
import re
import time
from contextlib import contextmanager
from threading import Event

import nbformat
import pytest
from playwright.sync_api import expect

from lineage.composition import basket as baskets
from notebooks import memes
from tests.browser.axe import serious
from tests.browser.test_journey import make_space, upload
from tests.builders import make_runbook, make_user
from tests.builders import make_space as make_hub

pytestmark = pytest.mark.browser

DISK = "/browse/samples/share/runbooks/ディスク逼迫への対応 (Disk full).ipynb"
HDFS = "/browse/samples/share/runbooks/D31_HDFS - 状態確認と再起動.ipynb"


@contextmanager
def at_basket(running, **options):
    """A page of somebody whose basket is empty, before and after."""
    with running.page(**options) as page:
        empty(page)
        yield page
        empty(page)


def empty(page):
    page.goto("/basket/")
    button = page.locator("form[action='/basket/clear/'] button")
    if button.count():
        button.click()
        expect(page.locator(".held")).to_have_count(0)


def collect(page):
    """Four cells: a section of one runbook, a cell of another, and a hit."""
    page.goto(DISK)
    section = page.locator(".markdown-row", has_text="対象ホストの指定")
    section.hover()
    section.locator("button[name='section']").click()
    expect(page.locator("#basket-link .count")).to_have_text("3")
    expect(page.locator("#say")).to_have_text(re.compile("3"))
    page.goto(HDFS)
    page.locator(".code-row").first.locator("button[name='cell']").click()
    expect(page.locator("#basket-link .count")).to_have_text("4")
    page.goto("/search/?q=pg_dump&kind=code")
    page.locator("article.hit button[name='cell']").first.click()
    expect(page.locator("#basket-link .count")).to_have_text("5")


def order(page):
    return [item.get_attribute("data-item") for item in page.locator(".held").all()]


def test_cells_of_three_runbooks_become_one_that_joins_their_families(running, tmp_path):
    make_space(running, "Composed")
    with at_basket(running, viewport={"width": 1280, "height": 900}) as page:
        collect(page)
        page.locator("#basket-link").click()
        before = order(page)
        page.locator(f"#up-{before[4]}").focus()
        page.keyboard.press("Enter")
        expect(page.locator(".held").nth(3)).to_have_attribute("data-item", before[4])
        expect(page.locator("#say")).to_have_text("It is at place 4 now.")
        expect(page.locator(f"#up-{before[4]}")).to_be_focused()
        page.keyboard.press("Space")
        expect(page.locator(".held").nth(2)).to_have_attribute("data-item", before[4])
        page.locator(f"#drop-{before[0]}").press("Enter")
        expect(page.locator(".held")).to_have_count(4)
        page.locator("#id_name").fill("New way")
        page.keyboard.press("Tab")
        expect(page.locator(".new-title")).to_have_text("New way")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download .ipynb").click()
        download.value.save_as(tmp_path / download.value.suggested_filename)
        upload(page, "Composed", [tmp_path / "New way.ipynb"])
        expect(page.locator("h1")).to_have_text("All files are in", timeout=30_000)
        page.goto("/browse/composed/New way.ipynb")
        expect(page.locator("h1")).to_have_text("New way")
        expect(page.locator(".row")).to_have_count(5)
    document = nbformat.read(tmp_path / "New way.ipynb", as_version=4)
    nbformat.validate(document)
    for cell in document.cells[1:]:
        meme = memes.parse(cell.metadata.lc_cell_meme.current)
        spaces = running.site.value(
            "SELECT count(DISTINCT n.space_id) FROM notebooks_cell c JOIN notebooks_notebook n ON n.id = c.notebook_id"
            " WHERE c.meme = ?",
            meme.uuid.hex,
        )
        assert spaces >= 2, cell.source


def test_a_cell_is_dragged_by_its_grip_and_dropped_cells_come_back(running):
    with at_basket(running, viewport={"width": 1280, "height": 900}) as page:
        collect(page)
        page.goto("/basket/")
        before = order(page)
        page.locator(".held [data-grip]").nth(3).drag_to(
            page.locator(".held").first, target_position={"x": 40, "y": 4}
        )
        expect(page.locator(".held").first).to_have_attribute("data-item", before[3])
        expect(page.locator("#say")).to_have_text("It is at place 1 now.")
        page.reload()
        assert order(page) == [before[3], *before[:3], before[4]]
        page.get_by_role("button", name="Take cell 2 out").click()
        expect(page.locator(".held")).to_have_count(4)
        page.get_by_role("button", name="Put it back").click()
        page.wait_for_load_state()
        expect(page.locator(".held")).to_have_count(5)
        expect(page.locator("#basket-link .count")).to_have_text("5")


@pytest.mark.django_db(transaction=True)
def test_who_leaves_before_an_order_is_answered_finds_it_kept(page, log_in, monkeypatch):
    person, is_over, asked = make_user("kato"), Event(), []
    runbook = make_runbook("a", "b", "c", space=make_hub("hub", readers=[person]))
    baskets.collect(person, runbook.revision, range(3))
    move = baskets.move

    def lost_at_first(*args):
        """The first request never gets there."""
        asked.append(args)
        return move(*args) if len(asked) > 1 else is_over.wait(30) and None

    monkeypatch.setattr(baskets, "move", lost_at_first)
    log_in(page, person)
    page.goto("/basket/")
    before = order(page)
    page.locator(".held [data-grip]").nth(2).drag_to(
        page.locator(".held").first, target_position={"x": 40, "y": 4}
    )
    expect(page.locator(".held").first).to_have_attribute("data-item", before[2])
    page.goto("/")
    end = time.monotonic() + 20
    while page.goto("/basket/") and order(page) != [before[2], *before[:2]]:
        assert time.monotonic() < end, asked
    is_over.set()


def test_the_last_cell_taken_out_leaves_a_page_that_says_what_to_do(running):
    with at_basket(running) as page:
        page.goto(DISK)
        page.locator(".code-row button[name='cell']").first.click()
        expect(page.locator("#basket-link .count")).to_have_text("1")
        page.goto("/basket/")
        page.get_by_role("button", name="Take cell 1 out").click()
        expect(page.get_by_role("heading", name="The basket is empty")).to_be_visible()
        expect(page.locator(".making")).to_have_count(0)


def test_all_of_it_works_without_script(running):
    with at_basket(running, java_script_enabled=False) as page:
        page.goto(DISK)
        page.locator(".code-row button[name='cell']").nth(1).click()
        expect(page.locator("#basket-link .count")).to_have_text("1")
        assert "/n/" in page.url
        page.locator(".code-row button[name='cell']").nth(0).click()
        expect(page.locator("#basket-link .count")).to_have_text("2")
        page.goto("/basket/")
        first = order(page)[0]
        page.locator(f"#down-{first}").click()
        expect(page.locator(".held").nth(1)).to_have_attribute("data-item", first)
        page.locator("#id_name").fill("By hand")
        page.get_by_role("button", name="Update the preview").click()
        expect(page.locator(".new-title")).to_have_text("By hand")
        sent = page.request.get("/basket/download/")
        assert json.loads(sent.body())["cells"][0]["source"] == ["# By hand"]


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault_in_a_basket(running, language):
    with at_basket(running, locale=language) as page:
        assert serious(page) == []  # empty, with a way back
        collect(page)
        page.goto("/basket/")
        page.locator(f"#up-{order(page)[3]}").click()
        expect(page.locator("#say")).to_have_text(re.compile("3"))
        expect(page.locator(".custom")).not_to_have_count(0)
        assert serious(page) == []


def test_a_basket_is_no_wider_than_a_phone(running):
    with at_basket(running, viewport={"width": 390, "height": 844}) as page:
        page.goto(DISK)
        page.locator(".code-row button[name='cell']").nth(2).click()
        expect(page.locator("#basket-link .count")).to_have_text("1")
        page.goto("/basket/")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for button in page.locator(".held-tools button, .making button, #basket-link").all():
            box = button.bounding_box()
            assert min(box["width"], box["height"]) >= 44, button.inner_text()
