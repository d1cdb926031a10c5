"""Keeping a search, in a browser: by the keyboard, on a phone, without JavaScript."""

import pytest
from django.urls import reverse

from search import refresh
from search.models import SavedSearch
from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import serious
from tests.builders import make_runbook, make_space, make_user
from tests.search.conftest import use

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ann(settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    ann = make_user("ann")
    make_runbook("echo needle", space=make_space("ops", name="Operations", writers=[ann]))
    refresh.rebuild()
    return ann


def press(page, key, until):
    """Goes on with the key until what the script asks for has the focus."""
    for _ in range(60):
        page.keyboard.press(key)
        if page.evaluate(f"(({until})(document.activeElement))"):
            return
    raise AssertionError(until)


def test_a_search_is_saved_with_the_keyboard_alone(page, log_in, ann, expect):
    log_in(page, ann)
    page.goto("/search/?q=needle")
    press(page, "Tab", "e => e.matches('.save-search')")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Save a search")
    assert serious(page) == []
    press(page, "Tab", "e => e.id === 'id_tell'")
    page.keyboard.press("Space")
    press(page, "Tab", "e => e.matches('main button.primary')")
    page.keyboard.press("Enter")
    expect(page.locator(".told-title")).to_contain_text("tells you")
    page.goto("/")
    expect(page.locator("section[aria-labelledby=saved]")).to_contain_text("needle")


@pytest.mark.parametrize("options", [{"viewport": PHONE}, {"color_scheme": "dark", "locale": "ja"}])
def test_the_page_of_saved_searches_has_no_serious_fault(open_page, log_in, ann, options):
    SavedSearch.objects.create(name="長い名前" * 20, text="needle " * 40, owner=ann)
    page = open_page(**options)
    log_in(page, ann)
    page.goto(reverse("saved-searches"))
    page.locator(".saved-feed summary").click()
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_without_javascript_it_is_saved_changed_and_deleted(open_page, log_in, ann, expect):
    page = open_page(java_script_enabled=False)
    log_in(page, ann)
    page.goto("/search/?q=needle")
    page.locator(".save-search").click()
    page.fill("#id_name", "Needles")
    page.locator("main button.primary").click()
    page.locator(".told-tools a").click()
    page.fill("#id_name", "Pins")
    page.locator("main button.primary").click()
    expect(page.locator(".told-title")).to_contain_text("Pins")
    page.locator(".told-tools .danger").click()
    expect(page.locator("main")).to_contain_text("Nothing is saved so far")
