"""The search page by keyboard alone: type, complete a field and a value, narrow, take a chip away; and by form."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from notebooks.ingest import Provenance, ingest
from search import refresh
from tests.browser.conftest import PHONE
from tests.browser.test_accessibility import serious
from tests.builders import make_notebook, make_space, make_user
from tests.search.conftest import use

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kato(settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    kato = make_user("kato")
    space = make_space("ops", writers=[kato])
    for number, owner in enumerate(["Sato Hanako", "Sato Hanako", "kato"]):
        cells = (f"ssh web-0{number} needle", ("markdown", "needle #手順"))
        saved = timezone.now() - timedelta(days=number)
        ingest(
            space,
            f"{number}.ipynb",
            make_notebook(*cells, language="bash"),
            Provenance(owner=owner, saved_at=saved),
        )
    refresh.rebuild()
    return kato


@pytest.fixture
def open_search(open_page, log_in, kato):
    def open_(address="/search/?q=needle", **options):
        page = open_page(**{"viewport": {"width": 1280, "height": 900}, **options})
        log_in(page, kato)
        page.goto(address)
        return page

    return open_


def header(page):
    return page.locator(".top input[data-search]")


def listed(page):
    return page.locator(".completions:visible [role=option]")


def active(page):
    return page.locator(".completions:visible [aria-selected=true] .value")


def test_a_field_and_its_value_are_completed_by_keyboard_alone(open_search, expect):
    page = open_search()
    page.keyboard.press("/")
    page.keyboard.press("End")
    page.keyboard.type(" ow")
    expect(listed(page)).to_have_count(1)
    expect(header(page)).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(active(page)).to_have_text("owner:")
    chosen = page.locator("[role=option][aria-selected=true]").get_attribute("id")
    expect(header(page)).to_have_attribute("aria-activedescendant", chosen)
    assert serious(page) == []
    page.keyboard.press("Tab")
    expect(header(page)).to_have_value("needle owner:")
    expect(listed(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(header(page)).to_have_value('needle owner:"Sato Hanako" ')
    expect(listed(page)).to_have_count(0)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("owner"))
    expect(page.locator(".understood .chip")).to_have_text(
        [re.compile("needle"), re.compile("Owner Sato Hanako")]
    )

    page.locator(".understood .chip a").nth(1).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "owner" not in url)
    host = page.locator(".narrow-by a", has_text="web-02")
    host.focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("host=web-02"))
    expect(page.locator(".understood .chip")).to_have_text([re.compile("needle"), re.compile("Host web-02")])


def test_escape_closes_and_enter_searches_for_what_was_typed(open_search, expect):
    page = open_search()
    header(page).focus()
    page.keyboard.press("End")
    page.keyboard.type(" host:we")
    expect(listed(page)).to_have_count(3)
    page.keyboard.press("ArrowUp")
    expect(active(page)).to_have_text("web-02")
    page.keyboard.press("Escape")
    expect(listed(page)).to_have_count(0)
    expect(header(page)).to_be_focused()
    expect(header(page)).to_have_value("needle host:we")
    page.keyboard.press("ArrowDown")
    expect(listed(page)).to_have_count(3)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"host%3Awe$"))


def test_what_was_completed_can_be_undone(open_search, expect):
    page = open_search()
    header(page).fill("")
    header(page).press_sequentially("lang:b")
    expect(listed(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(header(page)).to_have_value("lang:bash ")
    page.keyboard.press("Control+z")
    expect(header(page)).to_have_value("lang:b")


def test_nothing_opens_while_a_japanese_word_is_composed(open_search, expect):
    page = open_search()
    header(page).fill("")
    expect(listed(page)).to_have_text([re.compile("needle")])  # the last search
    asked = []
    page.on("request", lambda request: "/complete/" in request.url and asked.append(request.url))
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "て", "selectionStart": 1, "selectionEnd": 1})
    page.wait_for_timeout(400)
    assert asked == []
    expect(listed(page)).to_have_count(0)
    keyboard.send("Input.insertText", {"text": "手"})
    expect(listed(page)).to_have_text([re.compile("手順")])


def test_the_enter_that_confirms_a_japanese_word_neither_searches_nor_takes_an_option(open_search, expect):
    page = open_search()
    header(page).fill("")
    header(page).press_sequentially("owner:")
    expect(listed(page)).to_have_count(2)
    page.keyboard.press("ArrowDown")
    before = page.url
    keyboard = page.context.new_cdp_session(page)
    keyboard.send("Input.imeSetComposition", {"text": "かとう", "selectionStart": 3, "selectionEnd": 3})
    expect(listed(page)).to_have_count(0)
    confirm = {"type": "rawKeyDown", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
    for key in ({"key": "ArrowDown", "code": "ArrowDown"}, {}):
        keyboard.send("Input.dispatchKeyEvent", {**confirm, **key})
        expect(header(page)).to_have_value("owner:かとう")
    keyboard.send("Input.insertText", {"text": "加藤"})
    expect(header(page)).to_have_value("owner:加藤")
    assert page.url == before
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("owner"))
    expect(page.locator(".understood .chip")).to_have_text([re.compile("Owner 加藤")])


def test_the_form_is_filled_from_the_query_and_writes_one(open_search, expect):
    page = open_search("/search/?q=needle owner:kato -noise")
    page.get_by_text("Search by form").click()
    expect(page.get_by_label("None of these words")).to_have_value("noise")
    owner = page.locator("#id_owner")
    expect(owner).to_have_value("kato")
    owner.press("End")
    page.keyboard.type(", sa")
    expect(listed(page)).to_have_count(1)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(owner).to_have_value('kato, "Sato Hanako"')
    page.get_by_label("an error").check()
    page.locator(".by-form button").click()
    page.wait_for_url(re.compile(r"q="))
    expect(header(page)).to_have_value('needle has:error owner:kato,"Sato Hanako" -noise')


def test_a_finger_takes_what_is_offered(open_search, expect):
    page = open_search("/search/?q=needle", viewport=PHONE, has_touch=True, is_mobile=True)
    header(page).fill("")
    header(page).press_sequentially("host:")
    expect(listed(page)).to_have_count(3)
    assert listed(page).first.bounding_box()["height"] >= 44
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    listed(page).nth(1).tap()
    expect(header(page)).to_have_value(re.compile(r"^host:web-0\d $"))


def test_without_scripts_the_page_searches_all_the_same(open_search, expect):
    page = open_search("/search/", java_script_enabled=False)
    page.locator(".by-form summary").click()
    page.get_by_label("All of these words").fill("needle")
    page.get_by_label("Tag").fill("手順")
    page.locator(".by-form button").click()
    expect(page.locator("article.hit")).not_to_have_count(0)
    expect(page.locator(".understood .chip")).to_have_text([re.compile("needle"), re.compile("Tag 手順")])


def test_a_folded_family_is_opened_and_folded_again(open_search, expect):
    page = open_search("/search/?q=%23手順&kind=markdown")
    expect(page.locator(".hit")).to_have_count(1)
    assert serious(page) == []
    page.get_by_role("link", name="and 2 more with the same text").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".hit")).to_have_count(3)
    page.get_by_role("link", name="fold copies").click()
    expect(page.locator(".hit")).to_have_count(1)


def test_a_slip_is_mended_by_one_click(open_search, expect):
    page = open_search("/search/?q=neddle")
    page.get_by_role("link", name="needle", exact=True).click()
    expect(page.locator(".hit").first).to_contain_text("needle")
