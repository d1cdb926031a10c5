"""Searching the samples: a folded family, facets, the page of a host; every state of it at a desk and on a phone."""

import json
import re
from pathlib import Path

import pytest

from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import serious

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
FAILED = SAMPLES / "kato/20250830-disk-full/.log/20250830/20250830-145809-0260.log"
ERROR_LINE = "error: stat of /var/log/nginx/access.log failed: Permission denied"
ROTATE = "47a3f978-f216-11ee-a53d-0242ac110002"
DESK = {"viewport": {"width": 1280, "height": 900}}
ON_A_PHONE = {"viewport": PHONE, "has_touch": True, "is_mobile": True}


def runbooks_with(uuid):
    return [
        file
        for file in SAMPLES.rglob("*.ipynb")
        if any(uuid in json.dumps(cell["metadata"]) for cell in json.loads(file.read_text())["cells"])
    ]


def test_a_family_is_one_hit_its_template_and_opens(running, expect):
    copies = runbooks_with(ROTATE)
    assert len(copies) > 2
    with running.page() as page:
        page.goto("/search/?q=opsctl+rotate+lang:python&space=samples&kind=code")
        hit = page.locator(".hit")
        expect(hit).to_have_count(1)
        expect(hit.locator(".where")).to_contain_text("share / runbooks")  # the template before its runs
        expect(hit.locator(".why")).to_have_text("Found in: code")
        expect(hit.locator("mark")).to_have_text(["opsctl", "rotate"])
        family = hit.get_by_role("link", name="its family").get_attribute("href")
        hit.get_by_role("link", name=f"and {len(copies) - 1} more runs of this cell").press("Enter")
        page.wait_for_url(re.compile(f"meme%3A{ROTATE}"))
        expect(page.locator(".hit")).to_have_count(len(copies))
        expect(page.locator(".hit pre.snippet")).to_contain_text(["opsctl rotate"] * len(copies))
        page.goto(family)
        expect(page.locator("h1")).to_contain_text("opsctl rotate")


def test_a_facet_narrows_to_what_it_counted_and_its_chip_widens(running, expect):
    with running.page() as page:
        page.goto("/search/?q=opsctl&space=samples&fold=0")
        tally = page.locator(".tally b").first
        before = tally.inner_text()
        failed = page.locator(".narrow-by a", has_text="failed")
        count = failed.locator("b").inner_text()
        failed.press("Enter")
        page.wait_for_url(re.compile("status=error"))
        expect(tally).to_have_text(re.compile(rf"^{count} hits?$"))
        expect(page.locator(".hit .status.err")).to_have_count(int(count))
        page.get_by_role("link", name="Without Outcome failed").press("Enter")
        page.wait_for_url(lambda address: "status" not in address)
        expect(tally).to_have_text(before)


def test_a_host_that_is_searched_for_leads_to_its_page(running, expect):
    with running.page() as page:
        page.goto("/search/?q=db-01.example.org")
        page.locator(".entities a").press("Enter")
        page.wait_for_url("**/e/host/db-01.example.org/")
        expect(page.locator("h1")).to_have_text("db-01.example.org")
        expect(page.locator(".day .step")).not_to_have_count(0)
        page.locator(".beside a", has_text="opsctl").first.click()
        page.wait_for_url("**/e/command/opsctl/")
        page.get_by_role("link", name="Search within").click()
        expect(page.locator(".understood .chip")).to_have_text([re.compile("Command opsctl")])
        expect(page.locator(".hit pre mark").first).to_have_text("opsctl")


def test_j_and_k_go_through_what_was_found_and_enter_opens_it(running, expect):
    with running.page() as page:
        page.goto("/search/?q=opsctl&space=samples")
        hits = page.locator(".hit")
        page.keyboard.press("j")
        expect(hits.nth(0)).to_be_focused()
        page.keyboard.press("j")
        page.keyboard.press("j")
        page.keyboard.press("k")
        expect(hits.nth(1)).to_be_focused()
        title = hits.nth(1).locator("h2 a").get_attribute("href")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**{title}")


def test_in_japanese_with_one_finger_words_are_found_narrowed_and_taken_away(running, expect):
    with running.page(locale="ja", **ON_A_PHONE) as page:
        page.goto("/search/")
        page.locator(".start [data-search]").tap()
        page.keyboard.insert_text("ローテーション opsctl")
        page.locator(".start form button").first.tap()
        hit = page.locator(".hit").first
        expect(hit.locator("mark")).to_contain_text(["ローテーション", "opsctl"])
        expect(hit.locator(".why")).to_contain_text("一致した箇所: 見出し, コード")
        page.locator(".narrow-by summary").first.tap()
        page.locator(".narrow-by a", has_text="失敗").tap()
        page.wait_for_url(re.compile("status=error"))
        expect(page.locator(".understood .chip")).to_have_text(
            [re.compile("ローテーション"), re.compile("opsctl"), re.compile("結果 失敗")]
        )
        expect(page.locator(".hit .status.err").first).to_have_text("失敗")
        page.locator(".understood .chip a").first.tap()
        page.wait_for_url(lambda address: "q=opsctl&" in address)


# ----- every state


def completing(page, field):
    page.locator(field).click()
    page.keyboard.press("End")
    page.keyboard.type(" host:")
    page.locator(".completions:visible [role=option]").first.wait_for()
    page.keyboard.press("ArrowDown")


def at_home(page):
    page.goto("/")
    completing(page, "#ask")


def results(page):
    page.goto("/search/?q=opsctl")
    completing(page, ".top [data-search]")


def narrowed(page):
    page.goto("/search/?q=opsctl&status=error&year=2026")
    for each in page.locator(".narrow-by details:not([open]) > summary").all():
        each.click()


def folded(page):
    page.goto("/search/?q=opsctl rotate")
    page.locator(".copies a").first.click()
    page.locator(".hit").nth(1).wait_for()


def by_form(page):
    page.goto("/search/?q=rotate host:db-01.example.org -noise is:run")
    page.locator(".by-form > summary").click()


def met(page):
    page.goto(f"/search/?q={ERROR_LINE}")
    page.locator(".met-before").wait_for()


def looked_up(page):
    page.goto("/search/error/")
    page.locator("#id_text").fill(FAILED.read_text())
    page.locator(".paste button").click()
    page.locator(".answer").first.wait_for()
    page.evaluate("document.querySelectorAll('main details').forEach(each => each.open = true)")


def not_met(page):
    page.goto("/search/error/")
    page.locator("#id_text").fill("OddError: no one\nhas ever seen this")
    page.locator(".paste button").click()
    page.locator(".empty").wait_for()


def saved(page):
    page.goto("/search/?q=rotate&kind=code")
    page.locator(".save-search").click()
    page.locator("main button.primary").click()
    page.locator(".messages li").wait_for()


ADDRESSES = {
    "search": "/search/",  # with what was searched for lately
    "nothing, and what may have been meant": "/search/?q=permision denied",
    "hints": '/search/?q=colour:red "open failed: ',
    "guide": "/search/operators/",
    "host": "/e/host/db-01.example.org/",
    "no host": "/e/host/no-such.example.org/",
    "saving": "/search/saved/new/?q=rotate",
}
STATES = (at_home, results, narrowed, folded, by_form, met, looked_up, not_met, saved)


@pytest.mark.parametrize(
    "options",
    [
        {"color_scheme": "light", "locale": "en", **DESK},
        {"color_scheme": "dark", "locale": "ja", **ON_A_PHONE},
    ],
)
def test_no_state_has_a_serious_fault_or_is_too_wide(running, options):
    faults = {}
    with running.page(**options) as page:
        for state in STATES:
            state(page)
            faults[state.__name__] = faults_of(page, options)
        for name, address in ADDRESSES.items():
            page.goto(address)
            faults[name] = faults_of(page, options)
    assert "\n".join(f"{name}: {fault}" for name, found in faults.items() for fault in found) == ""


def faults_of(page, options):
    width = page.evaluate("document.documentElement.scrollWidth")
    wide = [f"{width} px wide"] if width > options["viewport"]["width"] else []
    return [*serious(page), *wide, *(too_small(page) if options.get("has_touch") else [])]


def too_small(page):
    """What a finger has to meet, but for links within a text."""
    return page.evaluate(
        """() => [...document.querySelectorAll("main :is(button, summary, .button, .chip a, .narrow-by a, h2 a)")]
            .filter(each => each.checkVisibility() && each.getBoundingClientRect().height < 43.5)
            .map(each => each.outerHTML.slice(0, 160))"""
    )
