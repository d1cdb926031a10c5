"""Executions in a real browser: from a failure to what mended it, on the samples' own logs."""

import json
import re
from pathlib import Path

import pytest

from tests.browser.axe import serious
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

WINDOW = "since=2025-01-01&until=2026-12-31"


@pytest.fixture
def failing(running):
    """The address of a failure that somebody mended."""
    pk = running.site.value("SELECT id FROM execlogs_execution WHERE status = 'error' AND who = 'suzuki'")
    return f"/executions/{pk}/"


def test_from_a_failure_one_arrives_at_the_execution_that_mended_it(running, expect):
    with running.page(viewport={"width": 1280, "height": 900}) as page:
        page.goto("/")
        page.get_by_role("link", name="Executions").first.click()
        page.get_by_label("Ended").select_option("error")
        page.get_by_label("Person").select_option("suzuki")
        page.get_by_role("button", name="Show").click()
        expect(page.locator(".sitting")).to_have_count(1)
        expect(page.locator(".sitting-end")).to_contain_text("1 failed, then mended")
        page.locator(".step a").first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("!opsctl renew {domain}")
        expect(page.locator(".by .status")).to_have_text("failed")
        page.get_by_role("link", name="The execution that mended it").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("!opsctl renew {domain}")
        expect(page.locator(".by .status")).to_have_text("succeeded")


def test_a_sitting_opens_in_its_place_with_the_keyboard(running, expect):
    with running.page() as page:
        page.goto("/executions/")
        page.locator(".sitting summary").first.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".sitting").first.locator(".step")).to_have_count(10)


def test_without_a_script_a_sitting_is_a_page(running, expect):
    with running.page(java_script_enabled=False) as page:
        page.goto("/executions/?who=suzuki")
        page.locator(".sitting summary").first.click()
        page.get_by_role("link", name="The executions of this sitting").first.click()
        expect(page.locator(".step")).to_have_count(10)


def test_an_export_holds_what_its_preview_promised(running, expect, tmp_path):
    with running.page() as page:
        page.goto("/executions/?who=suzuki")
        page.get_by_role("link", name="Export for a report").click()
        page.get_by_label("From").fill("2026-06-01T00:00")
        page.get_by_role("button", name="See what it will hold").click()
        expect(page.get_by_role("heading", name="It will hold 10 executions")).to_be_visible()
        with page.expect_download() as download:
            page.get_by_role("link", name=re.compile("JSON")).click()
        told = json.loads(Path(download.value.path()).read_text())
        assert [each["user"] for each in told["executions"]] == ["suzuki"] * 10
        assert sum(each["status"] == "error" for each in told["executions"]) == 1


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault(running, failing, language):
    pages = (
        "/executions/", "/executions/?status=error", "/executions/?who=nobody", failing, f"{failing}sitting/",
        "/executions/export/", f"/executions/export/?{WINDOW}",
    )  # fmt: skip
    with running.kept_page(locale=language) as page:
        for address in pages:
            assert page.goto(address).status == 200
            assert serious(page) == [], address


def test_nothing_is_wider_than_a_phone(running, failing):
    with running.page(viewport=PHONE) as page:
        for address in ("/executions/", failing, f"{failing}sitting/", f"/executions/export/?{WINDOW}"):
            page.goto(address)
            page.locator("details").evaluate_all("all => all.forEach((each) => { each.open = true })")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], address
