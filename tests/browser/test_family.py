"""The ways to a family, and what its page does, in a real browser."""

import pytest

from lineage import refresh
from notebooks.ingest import ingest
from tests.browser.conftest import PHONE
from tests.builders import make_notebook, make_runbook, make_space, make_user, stream

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
OTHER = MEME.replace("8f5c", "1111")


@pytest.fixture
def person():
    return make_user("kato")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


@pytest.fixture
def runbook(space):
    first = make_runbook(
        ("markdown", "# Disk full"), ("code", "rotate web-01", [stream("done")]), memes=[OTHER, MEME], space=space,
        path="share/a.ipynb",
    )  # fmt: skip
    make_runbook(
        "rotate web-17", memes=[f"{MEME}-1-00ff"], space=space, path="20260101/a.ipynb", owner="sato"
    )
    refresh.catch_up()
    return first


def test_a_cell_leads_to_its_family_and_back(page, log_in, person, runbook, expect):
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    page.locator("#cell-1").get_by_role("link", name="in 2 copies").click()
    page.wait_for_url(f"**/m/{MEME}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("rotate web-01")
    page.get_by_role("link", name="Disk full").first.click()
    page.wait_for_url("**#cell-1")


def test_a_permalink_to_a_cell_that_is_gone_leads_to_its_family(page, log_in, person, runbook, space, expect):
    log_in(page, person)
    ingest(space, "share/a.ipynb", make_notebook(("markdown", "# Disk full"), memes=[OTHER]))
    page.goto(f"{runbook.get_absolute_url()}#meme-{MEME}")
    page.wait_for_url(f"**/m/{MEME}/?left={runbook.pk}*")
    expect(page.locator(".notice")).to_contain_text("Disk full no longer has the cell")


def test_a_permalink_to_a_cell_that_is_there_stays(page, log_in, person, runbook):
    log_in(page, person)
    page.goto(f"{runbook.get_absolute_url()}#meme-{MEME}")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith(f"{runbook.get_absolute_url()}#meme-{MEME}")


@pytest.mark.parametrize("has_scripts", [True, False])
def test_what_differs_is_one_click_away(open_page, log_in, person, runbook, expect, has_scripts):
    page = open_page(java_script_enabled=has_scripts)
    log_in(page, person)
    page.goto(f"/m/{MEME}/")
    expect(page.locator("ins")).to_be_hidden()
    page.get_by_text("How it differs from the origin").click()
    expect(page.locator("ins")).to_have_text("17")
    expect(page.locator("del")).to_have_text("01")


def test_a_finger_finds_the_links_on_a_phone(open_page, log_in, person, runbook):
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(page, person)
    page.goto(f"/m/{MEME}/")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert page.get_by_text("How it differs from the origin").bounding_box()["height"] >= 44
    page.goto(runbook.get_absolute_url())
    assert page.locator("#cell-1").get_by_role("link", name="in 2 copies").bounding_box()["height"] >= 44
