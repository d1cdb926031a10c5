"""A notebook of thousands of cells in Chromium: whichever page one is on, an address leads to its cell."""

import pytest

from notebooks import contents, paging, showing
from notebooks.ingest import ingest
from opsnotes import stretches
from tests.browser.axe import serious
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

PHONE = {"width": 390, "height": 844}
CELLS = 50
FAR = 4 * CELLS + 37


def cells(a_page):
    """Ten pages: sections, five a page, one of which failed."""
    made = [("markdown", "# Long haul")]
    for number in range(1, 10 * a_page):
        if number % (a_page // 5) == 1:
            made.append(("markdown", f"## Section {number // (a_page // 5)}"))
        else:
            is_wrong = number == 4 * a_page + 37
            ended = error("OSError", "no route to host") if is_wrong else stream(f"host-{number} ok\n")
            made.append(("code", f"check('host-{number}')", [ended]))
    return made


@pytest.fixture
def person():
    return make_user()


def made_for(person, a_page):
    space = make_space("hub", readers=[person])
    return make_runbook(*cells(a_page), space=space, path="long.ipynb")


@pytest.fixture
def long(page, log_in, person, monkeypatch):
    """Ten short pages: what leads from one to another is the same, in a tenth of the time."""
    for each in (paging, contents, showing, stretches):
        monkeypatch.setattr(each, "CELLS", CELLS)
    log_in(page, person)
    return made_for(person, CELLS)


def leads_to(page, address, index):
    """Opened afresh, as a link from elsewhere is."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_function("id => document.getElementById(id)?.matches(':target')", arg=f"cell-{index}")
    is_in_sight(page, f"#cell-{index}")


def is_in_sight(page, selector):
    page.wait_for_function(
        "s => { const box = document.querySelector(s)?.getBoundingClientRect();"
        " return box && box.top >= 0 && box.top < innerHeight; }",
        arg=selector,
    )


def test_a_permalink_finds_its_cell_on_whichever_page_it_is(page, long):
    for index in (3, CELLS, FAR, 499):
        leads_to(page, f"{long.get_absolute_url()}#cell-{index}", index)
    assert "?from=499#cell-499" in page.url
    leads_to(page, f"{long.get_absolute_url()}?from={CELLS}#cell-3", 3)


def test_of_five_thousand_cells_the_last_is_found_too(page, log_in, person, expect):
    log_in(page, person)
    runbook = made_for(person, paging.CELLS)
    leads_to(page, f"{runbook.get_absolute_url()}#cell-4999", 4_999)
    expect(page.get_by_text("Cells 4,501–5,000 of 5,000").first).to_be_visible()


def test_a_permalink_typed_over_another_goes_there_too(page, long):
    page.goto(f"{long.get_absolute_url()}#cell-3")
    page.evaluate("hash => { location.hash = hash; }", f"#cell-{FAR}")
    page.wait_for_url(f"**/?from={FAR}#cell-{FAR}")
    is_in_sight(page, f"#cell-{FAR}")


def test_a_meme_finds_its_first_bearer_on_whichever_page_it_is(page, long):
    meme = str(long.cells.get(index=FAR).meme)
    page.goto(f"{long.get_absolute_url()}#meme-{meme}")
    page.wait_for_url(f"**/?from={4 * CELLS}#meme-{meme}")
    is_in_sight(page, f"#cell-{FAR}")


def test_an_address_that_no_cell_has_stays_where_it_is(page, long, expect):
    for hash_ in ("#cell-500", "#cell-99999999", "#meme-8f5c5fe2", "#cell-7-gone"):
        page.goto("about:blank")
        page.goto(long.get_absolute_url() + hash_)
        page.wait_for_load_state("networkidle")
        expect(page.get_by_text("Cells 1–50 of 500").first).to_be_visible()


def test_an_old_revision_finds_its_cells_too(page, long):
    ingest(long.space, "long.ipynb", make_notebook("short"))
    leads_to(page, f"/n/{long.pk}/v/1/#cell-{FAR}", FAR)
    meme = long.revisions.get(number=1).memes[FAR][0]
    page.goto(f"/n/{long.pk}/v/1/#meme-{meme}")
    page.wait_for_url(f"**/v/1/?from={4 * CELLS}#meme-{meme}")


def test_outline_error_and_strip_lead_to_the_right_page(page, long, expect):
    page.goto(long.get_absolute_url())
    page.get_by_role("navigation", name="Outline").get_by_role("link", name="Section 27", exact=True).click()
    is_in_sight(page, "#cell-271 h3")
    expect(page.locator(".contents [aria-current] a")).to_have_text("Section 27")
    page.get_by_role("link", name="Jump to the first error").click()
    is_in_sight(page, f"#cell-{FAR}")
    page.get_by_role("navigation", name="Parts of this runbook").get_by_role("link").last.click()
    expect(page.get_by_text("Cells 451–500 of 500").first).to_be_visible()


def test_one_reads_from_page_to_page_without_javascript(open_page, log_in, person, long, expect):
    page = open_page(java_script_enabled=False)
    log_in(page, person)
    page.goto(long.get_absolute_url())
    more = page.get_by_role("navigation", name="On to other cells")
    more.get_by_role("link", name="Next").click()
    expect(page.get_by_text("Cells 51–100 of 500").first).to_be_in_viewport()
    more.get_by_role("link", name="Last").click()
    expect(page.get_by_text("Cells 451–500 of 500").first).to_be_in_viewport()
    more.get_by_role("link", name="Previous").click()
    more.get_by_role("link", name="First").click()
    expect(page.locator("#cell-0")).to_be_attached()


@pytest.mark.parametrize("width", [390, 1280])
def test_its_pages_are_accessible_and_no_wider_than_the_screen(page, long, width):
    page.set_viewport_size({"width": width, "height": 844})
    for address in (f"{long.get_absolute_url()}?from={FAR}", f"/n/{long.pk}/report/?from={FAR}"):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert serious(page) == []


def test_a_phone_has_room_to_hit_the_pages(open_page, log_in, person, long):
    page = open_page(viewport=PHONE, has_touch=True, is_mobile=True)
    log_in(page, person)
    page.goto(f"{long.get_absolute_url()}?from={CELLS}")
    for name in ("Parts of this runbook", "Pages of this runbook"):
        for link in page.get_by_role("navigation", name=name).get_by_role("link").all():
            box = link.bounding_box()
            assert min(box["width"], box["height"]) >= 44, (name, link.inner_text(), box)
