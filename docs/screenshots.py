"""The README's pictures, taken of the real pages with the sample library: `make screenshots`."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ViewportSize, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
PORT = 8765
ADDRESS = f"http://127.0.0.1:{PORT}"
RUN = "/browse/samples/yamada/20260108-disk-full/ディスク逼迫への対応 (Disk full).ipynb"
WIDE: ViewportSize = {"width": 1280, "height": 1000}
TEMPLATE = "/browse/samples/share/runbooks/ディスク逼迫への対応 (Disk full).ipynb"
FAILED = "error: stat of /var/log/nginx/access.log failed: Permission denied"
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True, slots=True)
class Picture:
    name: str
    path: str
    size: ViewportSize
    scheme: Literal["light", "dark"] = "light"
    follow: str = ""  # a link to click first, for pages whose address has a number


TAKEN = (
    Picture("home-light", "/", WIDE),
    Picture("folder-light", "/browse/samples/share/runbooks/", WIDE),
    Picture("runbook-light", RUN, WIDE),
    Picture("runbook-dark", RUN, WIDE, "dark"),
    Picture("runbook-phone", RUN, PHONE, "dark"),
    Picture("runs-light", TEMPLATE, WIDE, follow='.kinship-line a[href$="/runs/"]'),
    Picture("compare-light", RUN, WIDE, follow='.kinship-line a[href*="/compare/"]'),
    Picture("activity-light", "/activity/", WIDE),
    Picture("search-light", "/search/?q=certificate", WIDE),
    Picture("error-light", f"/search/?q={FAILED}", WIDE),
    Picture("upload-light", "/upload/", WIDE),
)


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as data, _server(data) as login, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=["--no-sandbox"])
        state = _signed_in(browser, login)
        for picture in TAKEN:
            _take(browser, state, picture)
        browser.close()


@contextmanager
def _server(data: str) -> Iterator[str]:
    """The app on the sample library, as `make demo` starts it; the link that signs in."""
    environment = os.environ | {"OPSNOTES_DATA": data, "OPSNOTES_TIME_ZONE": "Asia/Tokyo"}

    def manage(*arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]

    subprocess.run(manage("migrate", "--verbosity", "0"), env=environment, check=True)
    subprocess.run(manage("load_samples"), env=environment, check=True, stdout=subprocess.DEVNULL)
    with subprocess.Popen(
        manage("run", "--port", str(PORT), "--login-as", "demo"),
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield next(
                match[0] for line in process.stdout if (match := re.search(r"http\S+/login/link/\S+", line))
            )
        finally:
            process.terminate()


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        sys.exit("Chromium is not installed; on Debian: apt-get install chromium")
    return found


def _signed_in(browser: Browser, login: str) -> Path:
    context = browser.new_context()
    page = context.new_page()
    page.goto(login)
    page.locator("main form button").click()
    page.wait_for_url(f"{ADDRESS}/")
    state = Path(tempfile.mkdtemp()) / "state.json"
    context.storage_state(path=state)
    context.close()
    return state


def _take(browser: Browser, state: Path, picture: Picture) -> None:
    context = browser.new_context(
        storage_state=state, viewport=picture.size, color_scheme=picture.scheme, device_scale_factor=1.5
    )
    page = context.new_page()
    page.goto(ADDRESS + picture.path)
    if picture.follow:
        page.locator(picture.follow).first.click()
        page.wait_for_load_state("networkidle")
    page.screenshot(path=PICTURES / f"{picture.name}.png")
    context.close()


if __name__ == "__main__":
    main()
