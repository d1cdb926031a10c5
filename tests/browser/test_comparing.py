"""Comparing as a person does it, in Chromium: real runbooks, revisions, three beside each other."""

import os
import re
from itertools import pairwise
from pathlib import Path

import pytest

from notebooks.ingest import ingest
from notebooks.models import Notebook
from opsnotes.models import Preferences
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_notebook, make_runbook, make_space, make_user, stream

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "bdc-runbooks"
A, B, C, D = (f"0000000{n}-1111-11e1-8111-000000000000" for n in "1234")


@pytest.fixture
def person():
    return make_user("kato")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person], writers=[person])


@pytest.fixture
def pair(space):
    """A cell edited at the top, many equal ones, one that moved up, one more edited far below."""
    ids = [f"{n:08x}-1111-11e1-8111-000000000000" for n in range(60)]
    before = ["ping web-01", *[f"step {n}" for n in range(1, 58)], "moves", "df -h /var"]
    after = ["ping web-02", "moves", *before[1:58], "df -h /srv"]
    one = make_runbook(*before, space=space, path="one.ipynb", memes=ids)
    two = make_runbook(*after, space=space, path="two.ipynb", memes=[ids[0], ids[58], *ids[1:58], ids[59]])
    return one, two


def address(*operands):
    return "/compare/?" + "&".join(f"{side}={each}" for side, each in zip("abc", operands, strict=False))


def focused(page):
    return page.evaluate("document.activeElement.id")


def test_n_and_p_go_from_difference_to_difference(page, log_in, person, pair):
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    seen = []
    for key in "nnnnpp":
        page.keyboard.press(key)
        seen.append(focused(page))
    assert seen == [f"difference-{number}" for number in (1, 2, 3, 3, 2, 1)]
    page.keyboard.press("d")
    assert focused(page) == "difference-2"
    page.locator(".other-sides > summary").click()
    page.locator("#side-b").fill("")
    page.keyboard.press("n")
    assert page.locator("#side-b").input_value() == "n"


def test_who_switched_keys_off_is_left_alone(page, log_in, person, pair):
    Preferences.objects.create(user=person, shortcuts=False)
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    page.keyboard.press("n")
    assert focused(page) == ""


def test_a_difference_that_was_gone_to_stands_below_the_heads(page, log_in, person, pair):
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    page.locator(".same > summary").first.click()
    page.keyboard.press("p")
    page.keyboard.press("n")
    page.keyboard.press("n")
    page.wait_for_function(
        "() => new Promise(d => { const y = scrollY; setTimeout(() => d(scrollY === y), 120) })"
    )
    heads = page.locator(".side-heads").bounding_box()
    shown = page.locator("#difference-3").bounding_box()
    assert heads["y"] + heads["height"] <= shown["y"] < 900


def test_without_javascript_links_lead_on_and_what_is_equal_unfolds(open_page, log_in, person, pair):
    page = open_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    page.get_by_role("link", name="First difference").click()
    page.locator("#difference-1").get_by_role("link", name="Next difference").click()
    page.wait_for_url("**#difference-2")
    assert not page.get_by_text("step 30", exact=True).is_visible()
    page.get_by_text("57 unchanged cells").click()
    assert page.get_by_text("step 30", exact=True).is_visible()


def test_a_cell_that_moved_is_found_from_where_it_stood(page, log_in, person, pair):
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    page.get_by_text("Cell 59 of A stood here.").get_by_role("link").click()
    page.wait_for_url("**#difference-2")
    assert page.locator("#difference-2 h2").inner_text().split() == ["2/3", "moved"]


def test_two_revisions_from_the_history(page, log_in, person, space, expect):
    for cells in (["ls", "uptime"], ["ls -la", "uptime"], ["ls -la", "uptime", "date"]):
        notebook = ingest(space, "a.ipynb", make_notebook(*cells)).notebook
    log_in(page, person)
    page.goto(f"/n/{notebook.pk}/history/")
    page.get_by_role("row", name="2 unknown").get_by_role("link", name="What changed").click()
    expect(page.locator(".difference")).to_have_count(1)
    assert page.locator(".difference ins").text_content().split() == ["[new:", "-la]"]
    page.goto(f"/n/{notebook.pk}/history/")
    page.get_by_role("radio", name=re.compile("^A ?: revision 1$")).check()
    page.get_by_role("button", name="Compare A with B").click()
    expect(page.locator(".difference h2 .change")).to_have_text(["edited", "added"])


def test_three_notebooks_stand_side_by_side_and_on_a_phone_one_under_another(
    open_page, page, log_in, person, space
):
    books = [make_runbook(f"ping web-0{n}", space=space, path=f"{n}.ipynb", memes=[A]) for n in (1, 2, 3)]

    def places(page):
        log_in(page, person)
        page.goto(address(*[each.pk for each in books]))
        return [each.bounding_box() for each in page.locator(".difference .column").all()]

    desk = places(page)
    assert len({box["y"] for box in desk}) == 1
    assert [box["x"] for box in desk] == sorted({box["x"] for box in desk})
    phone = places(open_page(viewport=PHONE))
    assert len({box["x"] for box in phone}) == 1
    assert all(one["y"] + one["height"] <= other["y"] for one, other in pairwise(phone))


def test_another_is_chosen_by_its_path(page, log_in, person, pair, space):
    third = make_runbook("ping web-03", space=space, path="deep/third runbook.ipynb", memes=[A])
    log_in(page, person)
    page.goto(address(*[each.pk for each in pair]))
    page.locator(".other-sides > summary").click()
    page.get_by_label("B", exact=True).fill("hub/deep/third runbook.ipynb")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.wait_for_url(f"**b={third.pk}")


@pytest.mark.corpus
def test_two_editions_of_a_real_runbook_without_memes_are_aligned_by_their_texts(page, log_in, person):
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    name = "cert-management/cer001-create-root-ca.ipynb"
    for edition in ("CU8", "CU9"):
        raw = (CORPUS / edition / "public" / "content" / name).read_bytes()
        ingest(make_space(edition, readers=[person]), name, raw)
    eight, nine = Notebook.objects.order_by("pk")
    log_in(page, person)
    page.goto(address(eight.pk, nine.pk))
    assert page.locator(".summary").inner_text().split("\n") == ["6 cells edited", "18 unchanged"]
    first = page.locator("#difference-1")
    assert "=====" in first.locator("del").first.inner_text()
    assert first.locator("ins").first.text_content().split() == ["[new:", "#", "]"]


PLACES = {
    "edited and moved": lambda pair: address(pair[0].pk, pair[1].pk),
    "three": lambda pair: address(pair[0].pk, pair[1].pk, pair[0].pk),
    "outputs": lambda pair: address(pair[0].pk, pair[1].pk) + "&outputs=1",
    "nothing differs": lambda pair: address(pair[0].pk, pair[0].pk),
    "choice": lambda pair: address(pair[0].pk),
    "form": lambda pair: "/compare/",
    "history": lambda pair: f"/n/{pair[0].pk}/history/",
}


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault(open_page, log_in, person, space, pair, language):
    one = pair[0]
    ingest(space, one.path, make_notebook(("code", "ping web-01", [stream("ok")]), "step 1", memes=[A, B]))
    page = open_page(locale=language)
    log_in(page, person)
    for name, place in PLACES.items():
        assert page.goto(place(pair)).status == 200
        assert serious(page) == [], name


def test_nothing_is_wider_than_a_phone(open_page, log_in, person, space, pair):
    ingest(space, pair[0].path, make_notebook("ping " + "web-01" * 90, memes=[A]))
    page = open_page(viewport=PHONE)
    log_in(page, person)
    for name, place in PLACES.items():
        page.goto(place(pair))
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
