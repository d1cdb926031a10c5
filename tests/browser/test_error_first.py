"""What failed once is pasted into the search box, and leads to the cell that succeeded next.

What was met, and what mended it, is worked out here from the log files themselves.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import pytest

from execlogs.ingest import Told
from execlogs.ingest import ingest as ingest_logs
from execlogs.models import Witness
from notebooks.ingest import Provenance, ingest
from search import refresh
from tests.browser.conftest import PHONE
from tests.builders import make_space, make_user
from tests.search.conftest import use

pytestmark = pytest.mark.browser

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
HUB = Path(__file__).resolve().parents[3] / "shared" / "corpus" / "operationhub"
ROTATE = "kato/20250830-disk-full/.log/20250830/20250830-145809-0260.log"
VM = "lee/20251205-vm-create/.log/20251205/20251205-145829-0647.log"  # nobody mended this one, but another
LIMIT = "lee/20260419-cert-renew/.log/20260419/20260419-145927-0654.log"


@dataclass(frozen=True)
class Log:
    file: Path
    folder: Path  # of the notebook
    text: str
    uuid: str  # of the cell
    code: str
    path: str  # as the kernel wrote it
    output: str
    has_failed: bool

    @classmethod
    def of(cls, file):
        text = file.read_text()
        meme, code, header, *said = text.split("\n----\n")
        end = next(number for number, each in enumerate(said) if each.startswith("end time: "))
        return cls(
            file, file.parents[2], text, "-".join(re.search('current": "([^"]+)', meme)[1].split("-")[:5]),
            code, re.search(r"^path: (.*)", header)[1], "\n----\n".join(said[:end]).strip(),
            "execute_reply_status: error" in said[-1],
        )  # fmt: skip

    @property
    def order(self):
        """Their names are the times they began at, to the millisecond."""
        return self.file.name

    def mended_by(self, logs):
        after = [each for each in logs if each.folder == self.folder and each.order > self.order]
        same = [each for each in after if each.uuid == self.uuid and not each.has_failed]
        return min(same, key=lambda each: each.order, default=None)


def logs_in(folder):
    return [Log.of(file) for file in sorted(folder.rglob("*.log")) if file.is_file()]


def mending(failed, logs):
    """Of all that failed with the same words in the same cell, what mended the latest that was mended."""
    same = [
        each for each in logs if each.has_failed and (each.uuid, each.output) == (failed.uuid, failed.output)
    ]
    latest_first = sorted(same, key=lambda each: each.order, reverse=True)
    return next((found for each in latest_first if (found := each.mended_by(logs))), None)


@pytest.fixture(scope="module")
def logs():
    return logs_in(SAMPLES)


@pytest.fixture
def on(running):
    """A page that may read the clipboard."""
    opened = []

    def on_(**options):
        opened.append(running.page(permissions=["clipboard-read", "clipboard-write"], **options))
        return opened[-1].__enter__()

    yield on_
    for each in opened:
        each.__exit__(None, None, None)


def paste(page, text):
    """As somebody does who copied it from a terminal."""
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.keyboard.press("/")
    page.keyboard.press("ControlOrMeta+v")


def check_arrival(page, expect, repair):
    """At the execution that mended it, and then at its cell in the runbook."""
    expect(page.locator("h1 code")).to_have_text(repair.code.splitlines()[0])
    page.locator(".raw summary").click()
    expect(page.locator(".raw")).to_contain_text(repair.path)
    page.locator(".execution-side dd a[href*='?meme=']").click()
    check_cell(page, expect, repair)
    assert repair.folder.name in page.locator(".trail").inner_text()


def check_cell(page, expect, log):
    """The one that is marked because the address leads to it."""
    expect(page).to_have_url(re.compile(rf"/n/\d+/[^?]*#meme-{log.uuid}$"))
    cell = page.locator(".row:has(> .meme-anchor:target)")
    expect(cell).to_be_in_viewport()
    expect(cell).to_contain_text(log.code.splitlines()[0])


@pytest.mark.parametrize("address", ["/", "/search/", "/search/?q=rotate"])
def test_a_log_pasted_anywhere_leads_to_the_cell_that_succeeded_next(on, expect, logs, address):
    page = on()
    failed = next(each for each in logs if each.file == SAMPLES / ROTATE)
    repair = failed.mended_by(logs)
    page.goto(address)
    paste(page, failed.text)
    page.wait_for_url("**/search/error/")
    expect(page.locator(".understood-as")).to_contain_text(failed.output)
    first = page.locator(".answer").first
    expect(first.locator(".steps").first).to_contain_text(failed.code)
    expect(first.locator(".steps").first).to_contain_text(failed.output)
    expect(first.locator(".where")).to_contain_text("failed so 2 times")  # kato's, and yamada's
    first.get_by_role("link", name="The execution that mended it").click()
    check_arrival(page, expect, repair)


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "has_touch": True, "is_mobile": True}])
def test_one_line_that_was_pasted_is_told_above_the_hits(on, expect, logs, options):
    page = on(**options)
    failed = next(each for each in logs if each.file == SAMPLES / VM)
    assert failed.mended_by(logs) is None
    page.goto("/")
    page.evaluate("text => navigator.clipboard.writeText(text)", failed.output)
    page.locator("#ask").focus()
    page.keyboard.press("ControlOrMeta+v")
    page.keyboard.press("Enter")
    met = page.locator(".met-before")
    expect(met).to_contain_text("failed so 2 times")
    expect(page.locator(".hint")).to_have_count(0)
    if options:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        met.get_by_role("link", name="The execution that mended it").tap()
    else:
        met.get_by_role("link", name="The execution that mended it").click()
    check_arrival(page, expect, mending(failed, logs))


def test_the_cell_that_met_it_and_the_copy_that_mended_it_are_one_click_away(on, expect, logs):
    page = on()
    failed = next(each for each in logs if each.file == SAMPLES / VM)
    repair = mending(failed, logs)
    page.goto("/search/error/")
    other_numbers = re.sub(r"\d", "7", f"2026-03-01 03:11:09 kvm-05\n{failed.output}")
    page.get_by_label("Error, traceback or lines of a log").fill(other_numbers)
    page.get_by_role("button", name="Look it up").click()
    page.locator(".answer").first.get_by_role("link", name="Its cell in the runbook").click()
    check_cell(page, expect, repair)
    assert repair.folder.name in page.locator(".trail").inner_text()
    page.go_back()
    page.locator(".answer h2 a").first.click()
    check_cell(page, expect, failed)


@pytest.mark.parametrize("is_pasted_into_the_box", [True, False])
def test_of_what_is_far_too_long_the_end_is_looked_up(on, expect, logs, is_pasted_into_the_box):
    page = on()
    failed = next(each for each in logs if each.file == SAMPLES / ROTATE)
    much = ("今のところ正常です" * 150 + "\n") * 300 + failed.output  # 3.6 MB on its way
    page.goto("/search/error/")
    if is_pasted_into_the_box:
        paste(page, much)
    else:
        page.locator("#id_text").fill(much)
        page.get_by_role("button", name="Look it up").click()
    expect(page.locator(".answer .steps").first).to_contain_text(failed.output)
    expect(page.locator(".hint")).to_contain_text("Only the last 200 lines were looked at.")


def test_what_nobody_mended_says_so(on, expect, logs):
    page = on()
    failed = next(each for each in logs if each.file == SAMPLES / LIMIT)
    assert "\n" in failed.output
    assert mending(failed, logs) is None
    page.goto("/")
    paste(page, failed.output)
    first = page.locator(".answer").first
    expect(first).to_contain_text(failed.code)
    expect(first).to_contain_text("Nothing that succeeded was executed after it in this copy.")
    expect(first.get_by_role("link", name="The execution that mended it")).to_have_count(0)


def test_from_the_paste_to_the_cell_by_keyboard_alone(on, expect, logs):
    page = on()
    failed = next(each for each in logs if each.file == SAMPLES / ROTATE)
    page.goto("/activity/")
    paste(page, failed.output)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/search/\?q="))
    page.keyboard.press("j")
    expect(page.locator(".met-before li[data-step]").first).to_be_focused()
    tab_to(page, "e => e.matches('.met-before form button')")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/error/")
    page.keyboard.press("j")
    expect(page.locator(".answer").first).to_be_focused()
    tab_to(page, "e => e.matches('.answer .actions .primary')")
    page.keyboard.press("Enter")
    check_arrival(page, expect, failed.mended_by(logs))


def tab_to(page, until):
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate(f"({until})(document.activeElement)"):
            return
    raise AssertionError(until)


# ----- all that failed on the hub


@pytest.fixture
def hub(settings, tmp_path):
    if not HUB.is_dir():
        pytest.skip("the corpus is not beside this checkout")
    use(settings, tmp_path, "tantivy")
    kato = make_user("kato")
    space = make_space("hub", readers=[kato])
    for file in sorted(HUB.rglob("*.ipynb")):
        place = file.relative_to(HUB / ("user-notebooks" if "user-notebooks" in file.parts else "."))
        ingest(space, str(place), file.read_bytes(), Provenance(owner=place.parts[0]))
    told = logs_in(HUB)
    ingest_logs(space, [told_by(each) for each in told])
    refresh.rebuild()
    return kato, told


def told_by(log):
    who, *_ = log.folder.relative_to(HUB / "user-notebooks").parts
    return Told(
        Witness.LOG, log.file.read_bytes(), log.file.name, time_zone="Asia/Tokyo", who=who,
        place_folder=who,
    )  # fmt: skip


@pytest.mark.corpus
@pytest.mark.django_db(transaction=True)
def test_every_failed_log_of_a_real_team_leads_to_what_mended_it(page, log_in, hub, expect):
    kato, told = hub
    log_in(page, kato)
    failed = [each for each in told if each.has_failed and each.output]
    assert len(failed) == 21
    for each in failed:
        page.goto("/")
        paste(page, each.text)
        page.wait_for_url("**/search/error/")
        answer = page.locator(".answer", has_text=each.code).first
        expect(answer).to_contain_text(each.output.splitlines()[0])
        repair = mending(each, told)
        mended = answer.get_by_role("link", name="The execution that mended it")
        if repair is None:
            expect(mended).to_have_count(0)
        else:
            mended.click()
            expect(page.locator("h1 code")).to_have_text(repair.code.splitlines()[0])
            expect(page.locator(".raw")).to_contain_text(repair.path)
