"""axe-core on every kind of page, in both lights and both languages."""

import pytest

from tests.browser.axe import serious
from tests.browser.conftest import PHONE

pytestmark = pytest.mark.browser

RUN = "/browse/samples/yamada/20260108-disk-full/ディスク逼迫への対応 (Disk full).ipynb"
PAGES = {
    "home": "/",
    "folder": "/browse/samples/share/runbooks/",
    "runbook": RUN,
    "family": "/m/47af6c3f-f216-11ee-a80f-0242ac110002-1-0001/",
    "search": "/search/?q=Permission",
    "operators": "/search/operators/",
    "search without hits": "/search/?q=nothinghasthisword",
    "upload": "/upload/",
    "batches": "/batches/",
    "spaces": "/spaces/",
    "space": "/spaces/samples/",
    "new space": "/spaces/new/",
    "account": "/account/",
}


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_no_serious_fault(running, name, language):
    with running.kept_page(locale=language) as page:
        assert page.goto(PAGES[name]).status == 200
        assert page.locator("html").get_attribute("lang") == language
        assert serious(page) == []


def test_axe_finds_no_serious_fault_on_a_batch_with_failures(running, tmp_path):
    (tmp_path / "good.ipynb").write_text('{"nbformat": 4, "metadata": {}, "cells": []}')
    (tmp_path / "broken.ipynb").write_text("{")
    running.ingest(tmp_path, "axe")
    with running.page() as page:
        page.goto(f"/batches/{running.site.value('SELECT max(id) FROM notebooks_batch')}/")
        assert page.locator(".failures li").count() == 1
        assert serious(page) == []


def test_the_login_page_is_accessible_too(running):
    with running.page(storage_state=None) as page:
        page.goto("/login/")
        assert serious(page) == []


@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_wider_than_a_phone(running, name):
    with running.kept_page(viewport=PHONE) as page:
        page.goto(PAGES[name])
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
