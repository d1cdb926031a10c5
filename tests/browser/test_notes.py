"""Notes as people use them, in Chromium: a hazard seen at every run, a question answered by a second person."""

import os
from pathlib import Path

import pytest

from notebooks.ingest import ingest
from notebooks.models import Notebook
from stickies.drafts import At
from stickies.models import Note
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_space, make_user
from tests.stickies.builders import make_note

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
ROTATE = "opsctl rotate"


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def lee():
    return make_user("lee")


@pytest.fixture
def runbooks(kato, lee):
    """The disk-full runbook of the samples and its runs: (template, runs)."""
    space = make_space("samples", writers=[kato, lee])
    files = sorted(path for path in SAMPLES.rglob("*.ipynb") if "Disk full" in path.name)
    for path in files:
        ingest(space, str(path.relative_to(SAMPLES)), path.read_bytes())
    found = list(Notebook.objects.filter(space=space).order_by("path"))
    template = next(each for each in found if each.path.startswith("share/"))
    return template, [each for each in found if each != template]


def kept(page, text):
    """Waits until a draft of `text` is kept, as it is when the typing pauses."""
    page.wait_for_function(
        "text => Object.entries(localStorage).some(([key, kept]) =>"
        " key.startsWith('note-draft:') && JSON.parse(kept).body === text)",
        arg=text,
    )


def rotating(notebook):
    return next(cell for cell in notebook.cells.filter(cell_type="code") if ROTATE in cell.source)


def test_a_hazard_is_seen_at_the_template_and_every_run_and_a_second_person_answers(
    open_page, log_in, runbooks, kato, lee, expect
):
    template, runs = runbooks
    here, there = open_page(viewport={"width": 1400, "height": 900}), open_page()
    log_in(here, kato)
    log_in(there, lee)
    cell = rotating(runs[0])
    here.goto(runs[0].get_absolute_url())
    here.locator(f"#cell-{cell.index}").focus()
    here.keyboard.press("n")
    form = here.locator(".note-writer form")
    expect(form).to_contain_text(f"will be seen at {len(runs) + 1} copies")
    form.locator("[value=hazard]").check()
    form.locator("[name=body]").fill("Never `rm` access.log, @lee")
    here.keyboard.press("Control+Enter")
    expect(here.locator(f"#warnings-{cell.index} .note.hazard")).to_contain_text("Never rm access.log")
    expect(here.locator(".note-writer")).to_have_count(0)

    for notebook in (template, *runs[1:]):
        there.goto(notebook.get_absolute_url())
        other = rotating(notebook)
        hazard = there.locator(f"#warnings-{other.index} .note.hazard")
        expect(hazard).to_be_visible()
        differs = other.source != cell.source
        expect(hazard.get_by_text("Written at a copy with other text")).to_have_count(int(differs))
        if differs:
            hazard.get_by_role("link", name="Difference").click()
            expect(hazard.locator(".wording ins, .wording del").first).to_be_visible()
    assert {rotating(each).source == cell.source for each in (template, *runs)} == {True, False}

    there.locator(f"#cell-{other.index}").focus()
    there.keyboard.press("r")
    there.locator(".note-writer [name=body]").fill("Understood, @kato")
    there.locator(".note-writer .primary").click()
    expect(hazard.locator(".note-reply")).to_contain_text("Understood")
    hazard.get_by_role("button", name="Resolve").click()
    expect(there.locator(f"#notes-{other.index} details.resolved")).to_be_visible()
    note = Note.objects.get(parent=None)
    assert (note.resolved_by, note.replies.get().author) == (lee, lee)
    here.reload()
    expect(here.locator(f"#notes-{cell.index} details.resolved summary")).to_contain_text("resolved")


def test_a_draft_survives_a_reload_and_a_selection_becomes_the_quote(
    open_page, log_in, runbooks, kato, expect
):
    template, _ = runbooks
    cell = rotating(template)
    page = open_page()
    log_in(page, kato)
    page.goto(template.get_absolute_url())
    opener = page.locator(f"#cell-{cell.index} [data-note-new]")
    page.locator(f"#cell-{cell.index} pre.source").evaluate("e => getSelection().selectAllChildren(e)")
    opener.click()
    expect(page.locator(".note-writer [name=quote]")).to_have_value(cell.source.strip())
    page.locator(".note-writer [name=body]").press_sequentially("half a thought")
    page.reload()
    expect(opener).to_have_class("button quiet icon note-icon has-draft")
    opener.click()
    expect(page.locator(".note-writer [name=body]")).to_have_value("half a thought")
    page.locator(".note-writer").get_by_role("button", name="Preview").click()
    expect(page.locator(".note-preview")).to_have_text("half a thought")
    page.locator(".note-writer .primary").click()
    expect(page.locator(f"#notes-{cell.index} .note-line")).to_have_text("half a thought")
    page.wait_for_function("!Object.keys(localStorage).some(key => key.startsWith('note-draft:'))")


def test_a_draft_is_for_who_wrote_it(open_page, log_in, runbooks, kato, lee, expect):
    template, _ = runbooks
    opener = f"#cell-{rotating(template).index} [data-note-new]"
    page = open_page()
    log_in(page, kato)
    page.goto(template.get_absolute_url())
    page.locator(opener).click()
    page.locator(".note-writer [name=body]").press_sequentially("of kato alone")
    kept(page, "of kato alone")
    page.context.clear_cookies()
    log_in(page, lee)
    page.goto(template.get_absolute_url())
    page.locator(opener).click()
    expect(page.locator(".note-writer [name=kind]").first).to_be_attached()
    expect(page.locator(".note-writer [name=body]")).to_have_value("")


def test_what_was_saved_on_a_page_of_its_own_is_no_draft_any_more(open_page, log_in, runbooks, kato, expect):
    page = open_page()
    log_in(page, kato)
    page.goto("/t/plan")
    page.locator("form.note-form [name=body]").press_sequentially("said once")
    kept(page, "said once")
    page.locator("form.note-form .primary").click()
    page.wait_for_url("**/t/plan#note-*")
    expect(page.locator("form.note-form [name=body]")).to_have_value("")
    assert Note.objects.count() == 1


def test_without_javascript_notes_are_written_and_answered(open_page, log_in, runbooks, kato, expect):
    template, _ = runbooks
    cell = rotating(template)
    page = open_page(java_script_enabled=False)
    log_in(page, kato)
    page.goto(template.get_absolute_url())
    page.locator(f"#cell-{cell.index} [data-note-new]").click()
    page.locator("[name=body]").fill("without a script")
    page.get_by_role("button", name="Save the note").click()
    page.locator(f"#notes-{cell.index}").get_by_role("link", name="Reply").click()
    page.locator("[name=body]").fill("an answer")
    page.get_by_role("button", name="Reply").click()
    page.locator(f"#notes-{cell.index}").get_by_role("button", name="Resolve").click()
    expect(page.locator(f"#notes-{cell.index} summary")).to_contain_text("resolved")


@pytest.mark.parametrize("viewport", [PHONE, {"width": 1400, "height": 900}], ids=["phone", "wide"])
def test_axe_finds_no_serious_fault_where_notes_are(open_page, log_in, runbooks, kato, viewport):
    template, runs = runbooks
    cell = rotating(runs[0])
    place = At.cell(runs[0], cell)
    for kind in ("hazard", "question", "tip", "decision"):
        note = make_note(place, f"a **{kind}** #tag @kato", by=kato, kind=kind)
    page = open_page(viewport=viewport)
    log_in(page, kato)
    page.goto(template.get_absolute_url())
    for summary in page.locator("details.note > summary").all():
        summary.click()
    page.locator(f"#cell-{rotating(template).index} [data-note-new]").click()
    page.locator(".note-writer form").wait_for()
    assert serious(page) == []
    wide = page.evaluate(
        "[...document.querySelectorAll('.notes *, .warnings *, .note-writer *')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).length"
    )
    assert wide == 0
    for url in (note.get_absolute_url(), f"/notes/new/?notebook={template.pk}"):
        page.goto(url)
        assert serious(page) == [], url
