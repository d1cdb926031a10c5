"""A folder of runbooks, dropped on the upload page or chosen there: every file comes in under its own path."""

from base64 import b64decode
from hashlib import sha256

import pytest
from playwright.sync_api import expect

from tests.browser.test_journey import make_space, tally
from tests.builders import make_notebook

pytestmark = pytest.mark.browser

DOT = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
RUNBOOKS = {
    "運用/再起動.ipynb": make_notebook(("markdown", "# 再起動"), "sudo reboot"),
    "運用/障害 対応/ディスク逼迫.ipynb": make_notebook("df -h"),
    "運用/障害 対応/depth/of/four/#1 100%.ipynb": make_notebook("ls"),
}
SIDE_FILES = {
    "運用/README.md": "# 運用手順\n\n![図](images/図.png)\n\n[逼迫](障害%20対応/ディスク逼迫.ipynb)\n".encode(),
    "運用/images/図.png": DOT,
}
LEFT_OUT = {
    "運用/.ipynb_checkpoints/再起動-checkpoint.ipynb": make_notebook("old"),
    "運用/障害 対応/.git/config": b"[core]",
    "運用/notes.txt": b"not kept",
}


@pytest.fixture
def folder(tmp_path):
    for path, raw in {**RUNBOOKS, **SIDE_FILES, **LEFT_OUT}.items():
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)
    return tmp_path / "運用"


def drop(page, *paths):
    """What a person's hand does: files and folders from the desktop let go of over the page."""
    box = page.locator("[data-drop]").bounding_box()
    devtools = page.context.new_cdp_session(page)
    for kind in ("dragEnter", "dragOver", "drop"):
        devtools.send(
            "Input.dispatchDragEvent",
            {
                "type": kind,
                "x": box["x"] + box["width"] / 2,
                "y": box["y"] + box["height"] / 2,
                "data": {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1},
            },
        )


def choose(page, folder):
    page.locator("[data-folder-input]").set_input_files(folder)


def stored(running, slug):
    """Digests by path, as the database holds them."""
    of_space = "JOIN notebooks_space s ON s.id = {}.space_id WHERE s.slug = ?"
    runbooks = running.site.rows(
        "SELECT n.path, r.sha256 FROM notebooks_notebook n JOIN notebooks_revision r ON r.id = n.revision_id "
        + of_space.format("n"),
        slug,
    )
    files = running.site.rows(
        "SELECT f.path, f.sha256 FROM notebooks_sidefile f " + of_space.format("f"), slug
    )
    return dict(runbooks), dict(files)


def digests(files):
    return {path: sha256(raw).hexdigest() for path, raw in files.items()}


@pytest.mark.parametrize("way", [drop, choose])
def test_a_folder_comes_in_with_all_that_is_below_it(running, folder, way):
    slug = f"folder-by-{way.__name__}"
    make_space(running, slug)
    with running.page() as page:
        page.goto("/upload/")
        page.get_by_label("Space").select_option(label=slug)
        way(page, folder)
        expect(page.locator("[data-summary]")).to_contain_text("8 files")
        page.locator("[data-send]").click()
        expect(page.locator("h1")).to_have_text("All files are in", timeout=60_000)
        assert tally(page) == {"stored": 5, "unchanged": 0}
        for reason in ("in .ipynb_checkpoints", "in a folder whose name begins with a dot"):
            expect(page.locator("main")).to_contain_text(reason)
        assert stored(running, slug) == (digests(RUNBOOKS), digests(SIDE_FILES))
        page.goto(f"/browse/{slug}/運用/")
        expect(page.get_by_role("heading", name="運用手順")).to_be_visible()
        picture = page.locator("main img[alt='図']")
        expect(picture).to_be_visible()
        assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") == 1
        page.get_by_role("link", name="逼迫", exact=True).click()
        expect(page.locator("h1")).to_have_text("ディスク逼迫")


def test_where_the_servers_disk_is_full_it_is_said_and_the_upload_goes_on_later(running, folder):
    make_space(running, "full-disk")
    context = running.chromium.new_context(storage_state=running.state, base_url=running.address)
    page = context.new_page()
    full = {"status": 507, "json": {"detail": "The server’s disk is full."}}
    page.route("**/files/", lambda route: route.fulfill(**full), times=1)
    page.goto("/upload/")
    page.get_by_label("Space").select_option(label="full-disk")
    choose(page, folder)
    page.locator("[data-send]").click()
    expect(page.locator("[data-error]")).to_contain_text("The server’s disk is full.")
    page.get_by_role("button", name="Go on").click()
    expect(page.locator("h1")).to_have_text("All files are in", timeout=60_000)
    assert stored(running, "full-disk") == (digests(RUNBOOKS), digests(SIDE_FILES))
    context.close()
