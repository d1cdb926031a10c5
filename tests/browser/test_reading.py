"""Reading and browsing as a person does it, in Chromium."""

import os
import re

import pytest
from playwright import sync_api

from notebooks import blobs
from notebooks.ingest import Provenance, ingest
from notebooks.sidefiles import store as store_side_file
from opsnotes.models import Preferences
from tests.builders import PASSWORD, error, make_notebook, make_runbook, make_space, make_user, stream
from tests.hostile import hostile_notebook, markdown_payloads, payloads, svg_payloads

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

# Playwright keeps an event loop in the thread of the tests, in which Django would refuse to touch the database.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

DESK, PHONE = {"width": 1440, "height": 1000}, {"width": 390, "height": 844}
PARAGRAPHS = "\n\n".join(
    f"Paragraph {number} of this section, long enough to take its room." for number in range(14)
)


@pytest.fixture
def open_page(chromium, served):
    """Makes a page in a browser of its own: open_page(viewport=PHONE, color_scheme="dark", ...).

    One that logs an error, or breaks the policy, fails its test.
    """
    contexts, complaints = [], []

    def make(**options):
        context = chromium.new_context(**{"base_url": served.url, "viewport": DESK, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page):
    return open_page()


@pytest.fixture
def log_in(client, live_server):
    """log_in(page, person): signed in as through the login page, without its clicks."""

    def do(page, person):
        assert client.login(username=person.get_username(), password=PASSWORD)
        value = client.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": value, "url": live_server.url}])

    return do


@pytest.fixture
def expect():
    return sync_api.expect


@pytest.fixture
def runbook(page, log_in):
    person = make_user("kato")
    notebook = make_runbook(
        ("markdown", f"# Disk full\n\n{PARAGRAPHS}"),
        ("markdown", f"## Look\n\n{PARAGRAPHS}"),
        ("code", "print('one')", [stream("first output\n")]),
        ("markdown", f"## Rotate\n\n{PARAGRAPHS}"),
        ("code", "rotate()", [stream("x" * 300 + "\n"), error("RuntimeError", "Permission denied")]),
        ("markdown", "## Afterwards\n\nshort"),
        "check()",
        space=make_space("hub", readers=[person]),
        path="ops/disk full.ipynb",
    )
    log_in(page, person)
    page.goto(notebook.get_absolute_url())
    return notebook


def in_sight(page, selector):
    """Whether an element's top is below the header and on the screen."""
    return page.evaluate(
        "s => { const box = document.querySelector(s).getBoundingClientRect();"
        " const head = document.querySelector('.top').getBoundingClientRect().bottom;"
        " return box.top >= head - 1 && box.top < innerHeight; }",
        selector,
    )


def settled(page):
    """Until smooth scrolling came to rest."""
    page.wait_for_function(
        "() => new Promise(done => { const before = scrollY; setTimeout(() => done(scrollY === before), 120); })"
    )


def test_the_outline_leads_to_a_heading_and_follows_the_reader(page, runbook, expect):
    page.get_by_role("navigation", name="Outline").get_by_role("link", name="Rotate").click()
    current_entry = page.locator(".contents [aria-current] a")
    expect(current_entry).to_have_text("Rotate")
    settled(page)
    assert in_sight(page, "#cell-3 h3")
    page.mouse.wheel(0, -100_000)
    expect(current_entry).to_have_text("Look")
    page.mouse.wheel(0, 100_000)
    expect(current_entry).to_have_text("Afterwards")


def test_the_error_is_one_click_away(page, runbook):
    page.get_by_role("link", name="Jump to the error").click()
    page.wait_for_url("**#cell-4")
    settled(page)
    assert in_sight(page, "#cell-4")
    assert page.url.endswith("#cell-4")


def test_a_permalink_opens_at_its_cell(page, runbook):
    page.goto("about:blank")
    page.goto(f"{runbook.get_absolute_url()}#cell-6")
    settled(page)
    assert in_sight(page, "#cell-6")


def test_a_meme_address_opens_at_its_cell(page, runbook):
    page.goto("about:blank")
    page.goto(f"{runbook.get_absolute_url()}#meme-{runbook.cells.get(index=4).meme}")
    settled(page)
    assert in_sight(page, "#cell-4")


def test_j_and_k_go_from_cell_to_cell_and_y_copies_where_one_is(page, runbook, live_server):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    for key in "jjjk":
        page.keyboard.press(key)
    settled(page)
    page.wait_for_function("document.activeElement.id === 'cell-1'")
    page.keyboard.press("y")
    page.get_by_role("status").get_by_text("Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == f"{live_server.url}{runbook.get_absolute_url()}#cell-1"


def test_code_is_copied_as_it_was_written(page, runbook):
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.locator("#cell-2").get_by_role("button", name="Copy the code").click()
    page.get_by_role("status").get_by_text("Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == "print('one')"


def test_o_folds_the_outputs_and_unfolds_them(page, runbook, expect):
    output = page.get_by_text("first output")
    page.keyboard.press("o")
    expect(output).to_be_hidden()
    expect(page.get_by_role("button", name="Fold outputs")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("o")
    expect(output).to_be_visible()


def test_wrapping_lines_is_remembered(page, runbook):
    pre = page.locator("#cell-4 pre.output").first
    width = "element => element.scrollWidth > element.clientWidth"
    assert pre.evaluate(width)
    page.get_by_role("button", name="Wrap lines").click()
    assert not pre.evaluate(width)
    page.reload()
    assert not pre.evaluate(width)


def test_slash_goes_to_the_search_field_and_keys_rest_while_typing(page, runbook, expect):
    page.keyboard.press("/")
    field = page.get_by_role("combobox", name="Search")
    expect(field).to_be_focused()
    page.keyboard.type("jko?")
    expect(field).to_have_value("jko?")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(field).not_to_be_focused()


def test_the_question_mark_lists_what_works_here(page, runbook, expect):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="What the keys do here")
    expect(dialog.get_by_text("Fold outputs, unfold them")).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.goto("/account/")
    page.keyboard.press("?")
    expect(dialog).to_be_visible()
    expect(dialog.get_by_text("Fold outputs, unfold them")).to_be_hidden()


def test_enter_opens_the_line_that_j_went_to(page, runbook):
    page.goto("/browse/hub/")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/browse/hub/ops/$"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(f"/n/{runbook.pk}/"))


def test_g_h_goes_home(page, runbook):
    page.keyboard.press("g")
    page.keyboard.press("h")
    page.wait_for_url(re.compile(r"/$"))


def test_a_menu_closes_by_escape_and_gives_the_focus_back(page, runbook, expect):
    summary = page.locator("summary", has_text="Download")
    summary.click()
    expect(page.get_by_role("link", name="One HTML file")).to_be_visible()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="One HTML file")).to_be_hidden()
    expect(summary).to_be_focused()


def test_the_html_copy_reads_alone(page, runbook, open_page, tmp_path, expect):
    page.locator("summary", has_text="Download").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="One HTML file").click()
    kept = tmp_path / "copy.html"
    download.value.save_as(kept)
    alone = open_page()
    asked = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(kept.as_uri())
    expect(alone.get_by_role("heading", level=1)).to_have_text("Disk full")
    assert alone.locator(".cell.code").first.evaluate("e => getComputedStyle(e).borderTopWidth") == "1px"
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1024, 2560])
def test_nothing_is_wider_than_the_screen(page, runbook, width, scheme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    for address in (page.url, f"/n/{runbook.pk}/report/", "/", "/browse/hub/", "/browse/hub/ops/"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address


def test_a_phone_reads_the_cells_and_finds_the_outline(open_page, log_in, expect):
    person = make_user()
    notebook = make_runbook(
        ("markdown", "# A\n\n## B"), ("code", "ls", [stream("x")]), space=make_space(readers=[person])
    )
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(page, person)
    page.goto(notebook.get_absolute_url())
    entry = page.get_by_role("link", name="B", exact=True)
    expect(entry).to_be_hidden()
    page.get_by_text("Outline and facts").tap()
    expect(entry).to_be_visible()
    for name in ("Copy the code", "Copy the MEME"):
        assert page.get_by_title(name).last.bounding_box()["height"] >= 44


@pytest.mark.parametrize(
    ("theme", "scheme", "paper"), [("dark", "light", 15), ("light", "dark", 250), ("", "dark", 15)]
)
def test_a_theme_of_ones_own_goes_before_the_systems(open_page, log_in, theme, scheme, paper):

    person = make_user()
    Preferences.objects.create(user=person, theme=theme)
    page = open_page(color_scheme=scheme)
    log_in(page, person)
    page.goto("/")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground.startswith(f"rgb({paper}, ")


def test_all_of_it_reads_without_javascript(open_page, log_in, expect):
    person = make_user()
    make_runbook(
        ("markdown", "# A\n\n## B"), ("code", "ls", [stream("seen")]), space=make_space(readers=[person])
    )
    page = open_page(java_script_enabled=False)
    log_in(page, person)
    page.goto("/")
    page.get_by_role("link", name="A", exact=True).click()
    expect(page.get_by_text("seen")).to_be_visible()
    expect(page.get_by_role("button", name="Fold outputs")).to_be_hidden()
    page.get_by_role("link", name="B", exact=True).click()
    page.locator("summary", has_text="Download").click()
    expect(page.get_by_role("link", name="Script")).to_be_visible()
    page.get_by_role("link", name="Report").click()
    expect(page.get_by_text("seen")).to_be_visible()


def test_shortcuts_that_are_switched_off_do_nothing(open_page, log_in, expect):

    person = make_user()
    Preferences.objects.create(user=person, shortcuts=False)
    page = open_page()
    log_in(page, person)
    page.goto("/account/")
    page.keyboard.press("/")
    expect(page.get_by_role("combobox", name="Search")).not_to_be_focused()


def test_paper_shows_the_content_alone(page, runbook, expect):
    page.emulate_media(media="print")
    expect(page.locator(".top")).to_be_hidden()
    expect(page.get_by_text("first output")).to_be_visible()
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_no_payload_reaches_its_beacon_from_any_page_one_reads(open_page, log_in, tmp_path):
    person = make_user()
    space = make_space("hub", readers=[person])
    evil = payloads()[0]
    ingest(
        space,
        f"{evil[:60].replace('/', '')}.ipynb",
        make_notebook(("markdown", f"# {evil}")),
        Provenance(owner=evil[:100]),
    )
    readme = "\n\n".join(markdown_payloads()).encode()
    store_side_file(space, "README.md", blobs.put(readme), len(readme))
    drawing = svg_payloads()[0].encode()
    store_side_file(space, "README.svg", blobs.put(drawing), len(drawing))
    ingest(space, "README.ipynb", hostile_notebook())
    notebook = ingest(space, "a.ipynb", hostile_notebook()).notebook
    page = open_page()
    asked, dialogs = [], []
    page.context.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    log_in(page, person)
    copy = tmp_path / "copy.html"
    copy.write_bytes(page.context.request.get(f"/n/{notebook.pk}/download/html/").body())
    addresses = [
        "/",
        "/browse/hub/",
        notebook.get_absolute_url(),
        f"/n/{notebook.pk}/v/1/",
        f"/n/{notebook.pk}/report/",
    ]
    for address in [*addresses, copy.as_uri()]:
        page.goto(address)
        page.evaluate("document.querySelectorAll('details:not(.sandbox)').forEach(each => each.open = true)")
        page.mouse.wheel(0, 100_000)
        settled(page)
        assert page.url.startswith(("http://localhost", "file:")), address
    ours = ("http://localhost", "file:", "data:", "blob:")
    assert [url for url in asked if not url.startswith(ours)] == []
    assert dialogs == []
