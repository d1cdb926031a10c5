"""From a cell in JupyterLab to a note on every copy, in a real browser, beginning with what the extension opens."""

from urllib.parse import quote, urlencode

import pytest

from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import PASSWORD, make_runbook, make_space, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
RUN = f"{UUID}-1-00ff"


@pytest.fixture
def template():
    """And one run of it."""
    space = make_space("ops", writers=[make_user("writer")])
    make_runbook("df -h", memes=[RUN], space=space, path="run.ipynb")
    return make_runbook("df -h", memes=[UUID], space=space, path="template.ipynb")


def opened_by_the_extension():
    body = f"\n\n#{UUID}\n#{RUN}\n```\ndf -h\n```\n"
    return f"/t/{RUN}?{urlencode({'body': body}, quote_via=quote)}"


def test_a_note_opened_from_jupyterlab_is_seen_at_the_template(page, template, expect):
    page.goto(opened_by_the_extension())
    page.get_by_label("Username").fill("writer")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("main").get_by_role("button", name="Log in").click()
    editor = page.get_by_role("textbox", name="Note", exact=True)
    expect(editor).to_have_value("\n\n```\ndf -h\n```")
    editor.press("Control+Home")
    editor.type("Stop the queue first")
    page.get_by_role("radio", name="hazard").check()
    page.get_by_role("button", name="Save the note").click()
    expect(page.locator("article.note.hazard")).to_contain_text("Stop the queue first")
    page.goto(template.get_absolute_url())
    expect(page.get_by_role("main")).to_contain_text("Stop the queue first")


@pytest.mark.parametrize("path", [opened_by_the_extension(), f"/t/{quote('手順')}", "/spaces/ops/keys/"])
def test_its_pages_are_accessible_and_no_wider_than_a_phone(open_page, log_in, template, path):
    page = open_page(viewport=PHONE, locale="ja")
    log_in(page, template.space.writers.get())
    assert page.goto(path).status == 200
    assert serious(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
