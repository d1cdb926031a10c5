"""A failing cell's history unfolds below it and leads to the execution that mended it, in a real browser."""

import pytest

from execlogs.models import Status
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_runbook, make_space, make_user, stream
from tests.execlogs.making import MEME, make_execution

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
OTHER = "1111c5fe-71cc-11e7-9abe-02420aff0008"


@pytest.fixture
def person():
    return make_user("kato")


@pytest.fixture
def runbook(person):
    """Its second cell failed once, was mended, and has been changed since."""
    space = make_space("hub", readers=[person])
    made = make_runbook(
        ("markdown", "# Disk full"), ("code", "df", [stream("91%")]), ("code", "sudo rotate", [stream("ok")]),
        memes=[None, OTHER, str(MEME)], space=space,
    )  # fmt: skip
    ran = {"notebook": made, "host": "hub", "place": made.path}
    make_execution(space, "df", meme=OTHER, **ran)
    make_execution(
        space, "rotate", meme=MEME, minute=1, status=Status.ERROR, error="Permission denied",
        output="x: Permission denied\n", **ran,
    )  # fmt: skip
    make_execution(space, "usermod", meme=None, minute=2, **ran)
    make_execution(space, "sudo -n rotate", meme=MEME, minute=3, output="x: rotated\n", **ran)
    return made


def test_the_history_unfolds_and_leads_to_what_mended_the_cell(page, log_in, person, runbook, expect):
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    more = page.locator("#cell-2").get_by_role("button", name="Failed 1 of 2 runs")
    expect(more).to_have_attribute("aria-expanded", "false")
    more.focus()
    page.keyboard.press("Enter")
    panel = page.locator("#cell-2 .ran-panel")
    expect(panel).to_contain_text("Permission denied")
    expect(more).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Space")
    expect(panel).to_be_hidden()
    page.keyboard.press("Space")
    panel.get_by_text("1 execution in between").click()
    expect(panel.get_by_role("link", name="usermod")).to_be_visible()
    panel.get_by_role("link", name="with other code").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("sudo -n rotate")


def test_a_truth_mark_explains_itself_to_the_keyboard(page, log_in, person, runbook, expect):
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    mark = page.locator("#cell-2 .truth summary")
    expect(mark).to_have_text("changed since it ran")
    why = page.locator("#cell-2 .truth p")
    expect(why).to_be_hidden()
    mark.focus()
    page.keyboard.press("Enter")
    expect(why).to_contain_text("has other code than stands here now")


def test_without_scripts_the_history_is_a_page(open_page, log_in, person, runbook, expect):
    page = open_page(java_script_enabled=False)
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    page.get_by_role("link", name="Failed 1 of 2 runs").click()
    expect(page.get_by_text("Permission denied").first).to_be_visible()
    page.get_by_role("button", name="Compare the two that are marked").click()
    page.wait_for_url("**/executions/*..*/")
    expect(page.locator("ins").last).to_contain_text("rotated")


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault(open_page, log_in, person, runbook, language):
    page = open_page(locale=language)
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    for summary in page.locator(".truth summary").all():
        summary.click()
    page.locator("#cell-2 [data-ran]").click()
    page.locator("#cell-2 .cell-history").wait_for()
    assert serious(page) == []
    page.goto(f"/m/{MEME}/executions/")
    assert serious(page) == []
    page.locator(".choose-head button").click()
    page.wait_for_url("**/executions/*..*/")
    assert serious(page) == []


def test_a_phone_is_wide_enough_and_a_finger_finds_it(open_page, log_in, person, runbook):
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(page, person)
    page.goto(runbook.get_absolute_url())
    more = page.locator("#cell-2 [data-ran]")
    assert more.bounding_box()["height"] >= 44
    assert page.locator("#cell-2 .truth summary").bounding_box()["height"] >= 44
    more.click()
    page.locator("#cell-2 .cell-history").wait_for()
    assert width(page) <= PHONE["width"]
    page.goto(f"/m/{MEME}/executions/")
    assert width(page) <= PHONE["width"]
    page.locator(".choose-head button").click()
    page.wait_for_url("**/executions/*..*/")
    assert width(page) <= PHONE["width"]


def width(page):
    return page.evaluate("document.documentElement.scrollWidth")
