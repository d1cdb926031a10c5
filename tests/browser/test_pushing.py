"""Sending a runbook to a real Jupyter Server in a real browser, and what is asked when its name is taken there."""

import re

import pytest

from notebooks import blobs
from tests.browser.axe import serious
from tests.browser.conftest import PHONE
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.jupyter.servers import JupyterServer
from tests.jupyter.test_pushing import server_source

pytestmark = [
    pytest.mark.browser,
    pytest.mark.jupyter,
    pytest.mark.xdist_group("jupyter"),
    pytest.mark.django_db(transaction=True),
]
MEMES = [f"{number:08x}-71cc-11e7-9abe-02420aff0008" for number in range(1, 4)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    server = JupyterServer(tmp_path_factory.mktemp("jupyter") / "pushed").start()
    yield server
    server.kill()


@pytest.fixture
def ann(settings, server):
    settings.SOURCE_HOSTS = ["127.0.0.1"]
    server.empty()
    return make_user("ann")


@pytest.fixture
def notebook(ann, server):
    space = make_space("ops", name="Operations", writers=[ann])
    server_source(server.url, space, ann)
    cells = ("markdown", "# Disk full"), "df -h /var\ndu -sh /var/log", "journalctl --vacuum-size=1G"
    return make_runbook(*cells, space=space, path="web/disk full.ipynb", memes=MEMES)


def test_a_runbook_is_sent_and_opened(page, log_in, ann, notebook, server, expect):
    log_in(page, ann)
    page.goto(notebook.get_absolute_url())
    page.get_by_text("Download", exact=True).click()
    page.get_by_role("link", name="Send to a Jupyter server").click()
    page.get_by_label("Folder there").fill("work/手順")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="It is on Team server now.")).to_be_visible()
    assert (server.root / "work/手順/disk full.ipynb").read_bytes() == blobs.get(notebook.revision.sha256)
    opens = page.get_by_role("link", name="Open in Jupyter").get_attribute("href")
    assert re.fullmatch(r"/sources/\d+/open/\?path=.*", opens)


@pytest.mark.parametrize(
    "options", [{}, {"viewport": PHONE}, {"java_script_enabled": False}], ids=["desk", "phone", "plain"]
)
def test_a_taken_name_is_asked_about(open_page, log_in, ann, notebook, server, expect, options):
    there = server.root / "disk full.ipynb"
    there.write_bytes(
        make_notebook(("markdown", "# Disk full"), "df -h /home\ndu -sh /var/log", memes=MEMES[:2])
    )
    page = open_page(**options)
    log_in(page, ann)
    has_script = options.get("java_script_enabled", True)

    def is_fine():
        if has_script:
            assert serious(page) == []
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    page.goto(f"/n/{notebook.pk}/push/")
    is_fine()
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_role("heading", name="Something else has this name there")).to_be_visible()
    is_fine()
    page.get_by_role("button", name="View the difference").click()
    expect(page.get_by_text("2 cells differ between")).to_be_visible()
    expect(page.locator("del").filter(has_text="home")).to_be_visible()
    is_fine()
    page.get_by_role("button", name="Overwrite").click()
    expect(page.get_by_role("status").filter(has_text="It is on Team server now.")).to_be_visible()
    assert there.read_bytes() == blobs.get(notebook.revision.sha256)
    is_fine()
