"""The main road, walked by a person: upload, watch, open, jump, find."""

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"
FILES = 200


@pytest.fixture
def two_hundred():
    if not CORPUS.is_dir():
        pytest.skip("../shared/corpus is not here")
    by_name = {
        path.name: path for path in sorted(CORPUS.rglob("*.ipynb")) if "operationhub" not in path.parts
    }
    return [by_name[name] for name in sorted(by_name)][-FILES:]


@pytest.mark.corpus
def test_two_hundred_real_runbooks_go_up_and_come_in(running, two_hundred):
    make_space(running, "Journey")
    with running.page() as page:
        upload(page, "Journey", two_hundred)
        expect(page.locator("h1")).to_have_text("All files are in", timeout=120_000)
        assert tally(page) == {"stored": FILES, "unchanged": 0}
        page.reload()
        assert tally(page) == {"stored": FILES, "unchanged": 0}
    with running.page() as page:
        upload(page, "Journey", two_hundred)
        expect(page.locator("h1")).to_have_text("All files are in", timeout=120_000)
        assert tally(page) == {"stored": 0, "unchanged": FILES}


def test_a_runbook_is_opened_jumped_through_and_found_again(running):
    with running.page(viewport={"width": 1280, "height": 700}) as page:
        page.goto("/browse/samples/yamada/20260108-disk-full/")
        page.get_by_role("main").get_by_role("link", name="ディスク逼迫への対応").first.click()
        expect(page.locator("h1")).to_have_text("ディスク逼迫への対応")
        page.get_by_role("link", name="事後確認").click()
        expect(page.locator("[aria-current='true'], [aria-current='location']").first).to_contain_text(
            "事後確認"
        )
        permalink = page.locator(".row a.link-icon").last.get_attribute("href")
        address = page.url.split("#")[0] + permalink
        page.goto(address)
        expect(page.locator(permalink)).to_be_in_viewport()

        page.keyboard.press("/")
        page.keyboard.type("ローテーション")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/search/"))
        hit = page.locator("article.hit").first
        expect(hit.locator("mark").first).to_be_visible()
        target = hit.locator("h2 a").get_attribute("href")
        hit.locator("h2 a").click()
        page.wait_for_url(lambda url: url.endswith(target.rpartition("/")[2]))
        if "#" in target:
            expect(page.locator("#" + target.partition("#")[2])).to_be_in_viewport()


def test_what_was_refused_says_why_and_can_be_tried_again(running, tmp_path):
    make_space(running, "Refusals")
    (tmp_path / "broken.ipynb").write_text("{")
    (tmp_path / "good.ipynb").write_text(json.dumps({"nbformat": 4, "metadata": {}, "cells": []}))
    with running.page() as page:
        upload(page, "Refusals", sorted(tmp_path.glob("*.ipynb")))
        expect(page.locator("h1")).to_have_text("1 file failed", timeout=30_000)
        expect(page.locator(".failures")).to_contain_text("not JSON")
        page.locator("#retry-all").click()
        expect(page.locator("h1")).to_have_text("1 file failed", timeout=30_000)


def test_a_long_notebook_is_small_at_first_and_whole_on_request(running, tmp_path):
    """300 cells and 4 MB of output: at most 1 MB of HTML, the rest by one click."""
    cells = [_talkative(number) for number in range(1, 301)]
    (tmp_path / "long.ipynb").write_text(
        json.dumps({"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": cells})
    )
    assert (tmp_path / "long.ipynb").stat().st_size > 4_000_000
    running.ingest(tmp_path, "long")
    with running.page(viewport={"width": 1280, "height": 800}) as page:
        page.goto("/browse/long/long.ipynb")
        html = page.request.get(page.url.split("#")[0]).body()
        assert len(html) <= 1_000_000
        first = page.locator(".row").first
        assert "line 140 of 1\n" not in first.inner_text()
        first.get_by_role("button", name=re.compile("280")).or_(
            first.get_by_role("link", name=re.compile("280"))
        ).first.click()
        expect(first).to_contain_text("line 140 of 1\n")


def _talkative(number):
    lines = "".join(
        f"web-01.example.org | ok: nothing changed here, line {line} of {number}\n" for line in range(280)
    )
    stream = {"output_type": "stream", "name": "stdout", "text": lines}
    source = f"!opsctl check {number}"
    return {
        "cell_type": "code",
        "metadata": {},
        "source": source,
        "execution_count": number,
        "outputs": [stream],
    }


def make_space(running, name):
    with running.page() as page:
        page.goto("/spaces/new/")
        page.get_by_label("Name").fill(name)
        page.locator("main form button.primary").click()
        expect(page.locator("main h1")).to_contain_text(name)


def upload(page, space, files):
    page.goto("/upload/")
    page.get_by_label("Space").select_option(label=space)
    page.locator("input[name='files']").set_input_files(files)
    page.locator("[data-send]").click()
    page.wait_for_url(re.compile(r"/batches/\d+/"), timeout=120_000)


def tally(page):
    shown = page.locator(".tally li").all_inner_texts()
    counts = {text.split()[1]: int(text.split()[0]) for text in shown}
    return {"stored": counts["stored"], "unchanged": counts["unchanged"]}
