"""A source, as who adds it lives through it: chosen, tested, run, watched, with and without a script."""

import pytest

from notebooks import tasks as intake
from notebooks.models import Notebook, Space
from sync import running, schedule, testing
from sync.models import Probe, Run, Source, SourceFile
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import error, make_notebook, make_space, make_user

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def staff():
    return make_user("ops", is_staff=True)


@pytest.fixture
def disk(tmp_path, settings, staff):
    """A folder as a hub has it, a space to put it into, and somebody who may do that."""
    make_space("ops", name="Operations", writers=[staff])
    settings.SOURCE_ROOTS = [tmp_path.resolve()]
    folder = tmp_path / "user-notebooks"
    (folder / "kato").mkdir(parents=True)
    (folder / "kato" / "disk.ipynb").write_bytes(make_notebook(("markdown", "# Disk full"), "df -h"))
    failing = ("code", "ls /nowhere", [error("RuntimeError", "Unexpected exit code")])
    (folder / "kato" / "check.ipynb").write_bytes(make_notebook(("markdown", "# Check"), failing))
    return folder.resolve()


def do_what_waits():
    """In place of the workers."""
    for probe in Probe.objects.filter(state="queued"):
        testing.run(probe.pk)
    for run in Run.objects.filter(state="queued"):
        running.run(run.pk, "browser")
    intake.work()
    schedule.sweep()


def fill_in(page, disk):
    page.goto("/sources/")
    page.get_by_role("link", name="Add a source").click()
    page.get_by_role("link", name="An OperationHub’s notebooks").click()
    assert page.get_by_label("Owner's name in the path").input_value() == "{owner}/**"
    page.get_by_label("Folder of this server").fill(str(disk))
    page.get_by_label("Folder here").fill("hub")
    page.get_by_role("button", name="Save and test").click()


def test_a_folder_is_added_tested_run_and_watched_on_one_page(page, log_in, disk, staff, expect):
    log_in(page, staff)
    fill_in(page, disk)
    expect(page.get_by_text("being tested")).to_be_visible()
    do_what_waits()
    expect(page.get_by_text("All is well: it can be run.")).to_be_visible()  # without loading it again
    assert not Run.objects.exists()
    page.get_by_role("button", name="Start it").click()
    expect(page.locator(".source-word")).to_have_text("Waiting")
    do_what_waits()
    expect(page.locator(".source-word")).to_have_text("Went well")
    expect(page.locator(".source-now")).to_contain_text("2 new or changed")
    expect(page.locator("#source-say")).to_contain_text("2 new or changed")  # and read out
    page.get_by_role("button", name="Watch").click()
    expect(page.get_by_role("button", name="Watching")).to_be_visible()
    page.locator(".run-list a").click()
    expect(page.get_by_role("heading", name="All files are in")).to_be_visible()
    page.get_by_role("link", name="hub/kato/disk.ipynb").click()
    expect(page.locator(".from-source")).to_contain_text("From OperationHub · last seen there just now")
    expect(page.locator("header.title")).to_contain_text("by kato")


def test_it_works_without_javascript_on_a_phone(open_page, log_in, disk, staff):
    page = open_page(java_script_enabled=False, viewport=PHONE)
    log_in(page, staff)
    fill_in(page, disk)
    do_what_waits()
    page.reload()
    assert page.get_by_text("All is well: it can be run.").is_visible()
    page.get_by_role("button", name="Start it").click()
    do_what_waits()
    page.reload()
    assert Notebook.objects.alive().count() == 2
    assert "Went well" in page.locator(".source-word").inner_text()
    (disk / "kato" / "disk.ipynb").unlink()
    page.get_by_role("button", name="Run now").click()
    do_what_waits()
    page.reload()
    assert "gone since" in page.locator(".gone-list").inner_text()
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Resume").is_visible()
    page.get_by_role("link", name="Delete this source").click()
    page.get_by_role("button", name="Delete the source").click()
    assert not Source.objects.exists()
    assert Notebook.objects.alive().count() == 2


@pytest.mark.parametrize("language", ["en", "ja"])
def test_axe_finds_no_serious_fault_and_a_phone_is_wide_enough(open_page, log_in, disk, staff, language):
    page = open_page(viewport=PHONE, locale=language)
    log_in(page, staff)
    assert page.goto("/sources/").status == 200  # empty
    assert serious(page) == []
    source = _source_that_failed(disk, staff)
    paths = ("", "new/", "new/?kind=folder&layout=operationhub", "new/?kind=jupyter", f"{source.pk}/",
             f"{source.pk}/gone/", f"{source.pk}/delete/")  # fmt: skip
    for path in paths:
        assert page.goto(f"/sources/{path}").status == 200
        assert page.locator("html").get_attribute("lang") == language
        assert serious(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], path


def _source_that_failed(disk, staff):
    """With something of everything that its page shows."""
    source = Source.objects.create(
        name="hub",
        kind="folder",
        address=str(disk),
        folder="hub",
        space=Space.objects.get(),
        by=staff,
        every_minutes=60,
    )
    Run.objects.create(
        source=source, why="schedule", state="failed", trouble="not_there", trouble_detail="kato/x"
    )
    SourceFile.objects.create(
        source=source, kind="notebook", path="kato/old.ipynb", gone_since="2026-05-02T00:00Z"
    )
    testing.run(testing.ask(source).pk)
    return source
