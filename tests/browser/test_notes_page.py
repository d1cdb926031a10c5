"""The notes page in a real browser: what stands there, resolving many, by keyboard and on a phone."""

import os
from pathlib import Path

import pytest
from django.urls import reverse

from search import refresh
from stickies import writing
from stickies.drafts import At
from stickies.models import Channel, Kind, Note
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_runbook, make_space, make_user
from tests.search.conftest import use
from tests.stickies.builders import UUID, make_note

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def written(kato):
    """A little of everything that the page can show."""
    lee = make_user("lee")
    space = make_space("operation-hub", writers=[kato, lee], name="Operation hub")
    runbook = make_runbook(
        "sudo rm /var/log/httpd/access_log", "df -h", space=space, path="logs/disk full.ipynb", memes=[UUID]
    )
    hazard = "Do not remove the log while httpd has it open: the space comes back only after a reload. #httpd #ログ"
    make_note(runbook, hazard, by=lee, kind=Kind.HAZARD)
    question = make_note(
        runbook, "@kato 本番でもこの手順でよいですか？", by=lee, kind=Kind.QUESTION, channel=Channel.META
    )
    writing.reply(question, "はい", kato)
    writing.reply(question, "ありがとうございます", lee)
    make_note(At.whole(runbook), "We keep thirty days.", by=kato, kind=Kind.DECISION, space=space)
    done = make_note(runbook, "Use `du -x` to stay on one file system.", by=kato)
    writing.resolve(done, lee)
    return runbook


def test_many_notes_are_resolved_with_the_keyboard(page, log_in, expect, kato, written):
    log_in(page, kato)
    page.goto(reverse("notes"))
    expect(page.get_by_role("heading", name="1 open hazard")).to_be_visible()
    for line in ("We keep thirty days.", "Do not remove"):
        box = page.get_by_role("checkbox", name=f"Choose: {line}")
        box.focus()
        page.keyboard.press("Space")
    page.get_by_role("button", name="Resolve the chosen ones").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 notes resolved.")).to_be_visible()
    expect(page.get_by_role("heading", name="open hazard")).to_have_count(0)
    assert Note.objects.filter(resolved_by=kato).count() == 2


def test_narrowing_is_in_the_address_and_works_without_scripts(open_page, log_in, expect, kato, written):
    page = open_page(java_script_enabled=False)
    log_in(page, kato)
    page.goto(reverse("notes"))
    page.get_by_label("Kind", exact=True).select_option("question")
    page.get_by_role("button", name="Show", exact=True).click()
    page.wait_for_url("**kind=question**")
    expect(page.locator(".board-row")).to_have_count(1)
    page.get_by_role("link", name="Waiting for my answer").click()
    expect(page.locator(".board-row h2")).to_have_text(["@kato 本番でもこの手順でよいですか？"])


def test_search_leads_to_a_note_at_its_cell(page, log_in, expect, kato, written, tmp_path, settings):
    use(settings, tmp_path, "tantivy")
    refresh.rebuild()
    log_in(page, kato)
    page.goto(f"{reverse('search')}?q=reload+httpd&kind=note")
    hit = page.locator(".note-hit")
    expect(hit).to_have_count(1)
    look(page, "search")
    assert serious(page) == []
    hit.get_by_role("heading").get_by_role("link").click()
    note = Note.objects.get(kind=Kind.HAZARD)
    page.wait_for_url(f"**#note-{note.pk}")
    expect(page.locator(f"#note-{note.pk}")).to_be_in_viewport()


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault(open_page, log_in, kato, written, language):
    page = open_page(locale=language, viewport={"width": 1280, "height": 900})
    log_in(page, kato)
    for name, url in {"notes": reverse("notes"), "empty": f"{reverse('notes')}?who=nobody"}.items():
        page.goto(url)
        look(page, f"{name}-{language}")
        assert serious(page) == []
    page.goto(reverse("home"))
    look(page, f"home-{language}")
    assert serious(page) == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_nothing_is_wider_than_a_phone_and_all_is_large_enough_to_press(
    open_page, log_in, kato, written, language
):
    page = open_page(viewport=PHONE, has_touch=True, locale=language)
    log_in(page, kato)
    for url in (reverse("notes"), reverse("home"), reverse("browse", args=["operation-hub", "logs/"])):
        page.goto(url)
        look(page, f"phone-{language}-{url.strip('/').replace('/', '-') or 'home'}")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.goto(reverse("notes"))
    small = page.evaluate(
        """() => [...document.querySelectorAll('main a, main button, main select, main .pick')]
                 .filter(each => each.offsetHeight && each.offsetHeight < 44).map(each => each.outerHTML)"""
    )
    assert small == []


def look(page, name):
    """Keeps a picture where a folder for them is named."""
    folder = os.environ.get("OPSNOTES_PICTURES")
    if folder:
        page.screenshot(path=Path(folder) / f"notes-page-{name}.png", full_page=True)
