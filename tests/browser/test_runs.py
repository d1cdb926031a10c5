"""Templates and runs in Chromium: what is offered, choosing rows, correcting what was found; keyboard, phone."""

import re

import pytest
from django.urls import reverse

from lineage import refresh
from opsnotes.models import Preferences
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_space, make_user
from tests.lineage.test_runs import B, code, found, make_run, make_template

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

REPAIR = "sudo -n true; pwd"


@pytest.fixture
def person():
    return make_user("kato")


@pytest.fixture
def template(person):
    """Three runs with the same repair, one that stopped, one by the book."""
    space = make_space("hub", writers=[person])
    template = make_template(space)
    for number in ("0001", "0002", "0003"):
        make_run(space, number, code("ls", 1), code(REPAIR, 2), code("df", 3))
    make_run(space, "0004", code("ls", 1), code("pwd"), code("df"))
    make_run(space, "0005")
    refresh.catch_up()
    return template


def runs_page(template):
    return reverse("runs", args=[template.pk])


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 900}, PHONE], ids=["wide", "phone"])
def test_axe_finds_no_serious_fault_and_nothing_is_too_wide(
    open_page, log_in, person, template, language, viewport
):
    Preferences.objects.update_or_create(user=person, defaults={"language": language})
    page = open_page(viewport=viewport)
    log_in(page, person)
    run = template.runs.first().notebook
    for url in (
        runs_page(template),
        f"{runs_page(template)}?differs=moved",
        f"{runs_page(template)}cells/?meme={B}",
        runs_page(run),
        template.get_absolute_url(),
        run.get_absolute_url(),
    ):
        page.goto(url)
        for closed in page.locator("main details:not([open]) > summary").all():
            if closed.is_visible():
                closed.click()
        assert serious(page) == [], url
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], url


def test_texts_of_chosen_runs_are_laid_side_by_side(page, log_in, person, template, expect):
    log_in(page, person)
    page.goto(runs_page(template))
    rows = page.locator("table.runs tbody tr")
    expect(rows).to_have_count(5)
    for row in (0, 2):  # the one by the book, and the last with the repair
        rows.nth(row).get_by_role("checkbox").check()
    page.get_by_label("Step").select_option(B)
    page.get_by_role("button", name="Lay the texts out").click()
    expect(page.get_by_role("heading", level=2)).to_have_text([re.compile("The template and 1 run"), "1 run"])
    expect(page.locator(".beside ins")).to_contain_text("sudo -n true;")


def test_what_three_runs_changed_is_copied_from_the_templates_cell(page, log_in, person, template, expect):
    log_in(page, person)
    page.goto(template.get_absolute_url())
    offer = page.locator(".offers-here")
    offer.locator("summary").click()
    offer.get_by_role("button", name="Copy their text").click()
    expect(page.get_by_role("status").get_by_text("Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == REPAIR
    offer.get_by_role("link", name="See the 3 runs").click()
    expect(page.locator(".bearers li")).to_have_count(3)


def test_a_run_is_said_to_be_alone_by_keyboard(page, log_in, person, template, expect):
    run = template.runs.get(added=0, not_reached=2).notebook
    log_in(page, person)
    page.goto(run.get_absolute_url())
    page.locator(".correct > summary").focus()
    page.keyboard.press("Enter")
    page.get_by_label("neither template nor run").check()
    page.get_by_role("button", name="Say so").press("Enter")
    expect(page.get_by_text("it shows as soon as that is worked out")).to_be_visible()
    refresh.catch_up()
    assert run.pk not in found()
    page.reload()
    expect(page.locator(".kinship-line").first).to_have_text("Neither template nor run")


def test_without_script_it_can_be_filtered_and_laid_out(open_page, log_in, person, template, expect):
    page = open_page(java_script_enabled=False)
    log_in(page, person)
    page.goto(runs_page(template))
    page.get_by_label("Differs").select_option("edited")
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.locator("table.runs tbody tr")).to_have_count(3)
    expect(page.get_by_role("button", name="Copy their text")).to_have_count(0)
    page.get_by_label("Step").select_option(B)
    page.get_by_role("button", name="Lay the texts out").click()
    expect(page.locator(".beside")).to_have_count(2)
