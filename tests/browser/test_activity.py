"""The team's picture and what is related to a runbook, in a real browser."""

from datetime import timedelta
from uuid import uuid1

import pytest
from django.utils import timezone

from lineage import refresh
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

RAN = [stream("ok")]
FAILED = [error("RuntimeError", "exit code 1")]


def meme():
    return str(uuid1())


def work(space, who, days, name, *memes, outputs=RAN):
    day = timezone.localdate() - timedelta(days=days)
    carried = [*memes, *(meme() for _ in range(5))]
    cells = [("markdown", f"# {name}"), *(("code", f"step {each}", outputs) for each in carried[1:])]
    path = f"user-notebooks/{who}/{day:%Y%m%d}-{name}/{name}.ipynb"
    return make_runbook(*cells, space=space, path=path, memes=carried)


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def team(person):
    """A runbook and three that copied from it, worked on by two people on four days; the first of the four."""
    space = make_space("hub", readers=[person])
    shared = [meme(), meme()]
    first = work(space, "kato", 40, "ディスク逼迫への対応", *shared)
    for number, who in enumerate(("kato", "sato", "sato"), start=1):
        branched = [f"{each}-1-{number:04x}" for each in shared]
        work(space, who, 10 * number, f"taker{number}", *branched, outputs=FAILED if number == 3 else RAN)
    refresh.catch_up()
    return first


@pytest.fixture
def activity(open_page, log_in, person, team):
    def activity_(path="/activity/", **options):
        page = open_page(**options)
        log_in(page, person)
        assert page.goto(path).status == 200
        return page

    return activity_


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault(activity, team, language):
    page = activity(locale=language)
    page.locator(".graph-told > summary").click()
    page.locator(".months > summary").click()
    assert serious(page) == []
    page.goto(f"/n/{team.pk}/related/")
    assert serious(page) == []


@pytest.mark.parametrize("path", ["/activity/", "/activity/?since=2001-01-01&until=2001-01-02", "related"])
def test_nothing_is_wider_than_a_phone(activity, team, path):
    page = activity(f"/n/{team.pk}/related/" if path == "related" else path, viewport=PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_no_text_of_the_graph_is_wider_than_its_box_or_stands_on_another(activity):
    page = activity()
    boxes = page.locator(".graph-box").evaluate_all(
        """boxes => boxes.map(box => [box.querySelector("rect:last-of-type"), ...box.querySelectorAll("text")]
           .map(each => each.getBBox()).map(({x, y, width, height}) => ({x, y, width, height})))"""
    )
    assert len(boxes) == 4
    for frame, *texts in boxes:
        assert all(frame["x"] <= text["x"] for text in texts)
        assert all(text["x"] + text["width"] <= frame["x"] + frame["width"] for text in texts)
    numbers = page.locator(".graph-number").evaluate_all(
        "texts => texts.map(each => each.getBBox()).map(({x, y, width, height}) => ({x, y, width, height}))"
    )
    solid = [*numbers, *(text for _, *texts in boxes for text in texts)]
    assert not [(a, b) for a in solid for b in solid if a is not b and overlap(a, b)]


def overlap(one, other):
    return (
        one["x"] < other["x"] + other["width"]
        and other["x"] < one["x"] + one["width"]
        and one["y"] < other["y"] + other["height"]
        and other["y"] < one["y"] + one["height"]
    )


def test_what_is_newest_is_in_sight_on_a_phone(activity, expect):
    page = activity(viewport=PHONE)
    for region in (".heat-scroll", ".lanes-scroll"):
        box = page.locator(region)
        inner, outer = box.evaluate("each => [each.scrollWidth, each.clientWidth]")
        assert inner > outer
        assert box.evaluate("each => Math.round(each.scrollLeft)") == 0  # counted from the right
    expect(page.locator(".lane-line .mark.ok").first).to_be_visible()


def test_the_form_narrows_and_the_address_can_be_kept(activity, expect):
    page = activity()
    page.get_by_label("Person").select_option("sato")
    page.get_by_role("button", name="Show").click()
    page.wait_for_url("**who=sato**")
    expect(page.locator(".works tbody tr")).to_have_count(2)
    expect(page.get_by_label("Person")).to_have_value("sato")
    page.reload()
    expect(page.locator(".works tbody tr")).to_have_count(2)


def test_boxes_and_lines_are_reached_and_followed_by_the_keyboard(activity, expect, team):
    page = activity()
    page.locator(".graph-scroll").focus()
    page.keyboard.press("Tab")
    expect(page.locator(".graph-line").first).to_be_focused()
    page.locator(f'.graph-box[href="{team.get_absolute_url()}"]').focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/n/{team.pk}/**")


def test_a_mark_leads_to_what_was_done(activity, team):
    page = activity()
    page.locator(f'.lane-line a[href="/n/{team.pk}/"]').click()
    page.wait_for_url(f"**/n/{team.pk}/**")


def test_what_is_related_comes_after_the_runbook(activity, expect, team):
    page = activity(team.get_absolute_url())
    section = page.locator(".related-later")
    expect(section.locator(".kin")).to_have_count(3)
    expect(section).to_contain_text("shares 2 of 7 cells")
    section.locator(".kin-title").first.click()
    page.wait_for_url("**/n/**")


def test_without_javascript_it_is_a_link_away(activity, expect, team):
    page = activity(team.get_absolute_url(), java_script_enabled=False)
    page.locator(".related-later a").click()
    page.wait_for_url("**/related/")
    expect(page.locator(".kin")).to_have_count(3)
