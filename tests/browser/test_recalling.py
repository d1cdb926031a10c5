"""Searches that are asked again: recalled in the search field by keyboard, by finger, and on a phone."""

import re

import pytest

from search.models import SavedSearch
from search.saved.history import remember
from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import serious
from tests.browser.test_searching import active, kato, listed, open_search

__all__ = ["kato", "open_search"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def box(page):
    """Where nothing is searched for yet, that in the middle of the page."""
    return page.locator("input[data-search]:visible")


@pytest.fixture(autouse=True)
def searches(kato):
    for text in ("owner:kato needle", "手順"):
        remember(kato, text)
    SavedSearch.objects.create(name="My needles", text="needle", owner=kato, narrowed={"host": "web-01"})


def test_what_was_typed_begins_a_search_that_is_taken_whole_by_keyboard(open_search, expect):
    page = open_search("/search/")
    page.keyboard.press("/")
    page.keyboard.type("owner:k")
    expect(listed(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    expect(active(page)).to_have_text("owner:kato needle")
    expect(page.locator("[aria-selected=true] .means")).to_have_text("searched for before")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("owner:kato needle")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("owner%3Akato"))


def test_an_empty_field_offers_searches_to_who_clicks_into_it_and_opens_a_saved_one(open_search, expect):
    page = open_search("/search/")
    box(page).click()
    expect(listed(page)).to_have_count(3)
    assert serious(page) == []
    listed(page).filter(has_text="My needles").click()
    page.wait_for_url(re.compile("host=web-01"))


def test_an_arrow_opens_searches_and_fields_at_an_empty_place(open_search, expect):
    page = open_search("/search/", viewport=PHONE)
    page.keyboard.press("/")
    page.keyboard.press("ArrowDown")
    expect(listed(page).first).to_contain_text("手順")
    expect(listed(page).filter(has_text="title:")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_value_in_a_list_leaves_the_others(open_search, expect):
    page = open_search("/search/")
    box(page).fill("owner:ka,lee")
    box(page).press("Home")
    for _ in range(len("owner:ka")):
        box(page).press("ArrowRight")
    box(page).press_sequentially("t")
    expect(listed(page)).to_have_count(1)
    box(page).press("ArrowDown")
    box(page).press("Enter")
    expect(box(page)).to_have_value("owner:kato,lee")
