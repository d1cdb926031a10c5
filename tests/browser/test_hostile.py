"""Notebooks that attack their reader, in a real browser. Every payload calls a beacon; nobody may reach it."""

import json
import re
import threading
from base64 import b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.hostile import hostile_notebook, payloads, svg_payloads

pytestmark = pytest.mark.browser

PATH = "<img src=x onerror=top.pwned=1>/\"><script>top.pwned=1<!-- '.ipynb"
HARMLESS = {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": []}


class Beacon:
    """A server that notes whoever calls."""

    def __init__(self):
        self.calls = []
        noted = self.calls

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                noted.append(self.path)
                self.send_response(200)
                self.end_headers()

            do_POST = do_GET  # noqa: N815  the name is http.server's

            def log_message(self, *arguments):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/hit"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture(scope="module")
def beacon():
    beacon = Beacon()
    yield beacon
    beacon.server.shutdown()


@pytest.fixture(scope="module")
def attacked(running, beacon, tmp_path_factory):
    """The id of a hostile notebook under a hostile path, with an old revision as hostile as the current one."""
    folder = tmp_path_factory.mktemp("hostile")
    path = folder / PATH
    path.parent.mkdir()
    (folder / "README.md").write_text("\n\n".join([*drawings(beacon), *payloads(beacon.address)]))
    (folder / "drawings").mkdir()
    (folder / "drawings" / "README.md").write_text("\n\n".join(drawings(beacon)))
    hostile = hostile_notebook(beacon.address)
    for raw in (hostile, json.dumps(HARMLESS).encode(), hostile + b"\n"):
        path.write_bytes(raw)
        running.ingest(folder, "attacked")
    running.site.wait_for(running.site.is_drained)
    return running.site.value("SELECT max(id) FROM notebooks_notebook WHERE path LIKE '%<script>%'")


def drawings(beacon):
    """Images as data URLs, as Markdown and HTML have them."""
    for payload in svg_payloads(beacon.address):
        url = f"data:image/svg+xml;base64,{b64encode(payload.encode()).decode()}"
        yield f"![drawing]({url})\n\n<img alt='again' src='{url}'>"


def addresses(pk):
    return {
        "runbook": f"/n/{pk}/",
        "old revision": f"/n/{pk}/v/1/",
        "report": f"/n/{pk}/report/",
        "history": f"/n/{pk}/history/",
        "move": f"/n/{pk}/move/",
        "home": "/",
        "folder with a README": "/browse/attacked/",
        "README with drawings": "/browse/attacked/drawings/",
        "folder inside": "/browse/attacked/%3Cimg%20src%3Dx%20onerror%3Dtop.pwned%3D1%3E/",
        "search": "/search/?q=script",
        "search for a payload": "/search/?q=%22%3E%3Cscript%3Etop.pwned%3D1%3C%2Fscript%3E",
        "search by image": "/search/?q=Image",
    }


PAGES = list(addresses(0))


def test_the_payloads_do_call_out_where_nobody_stops_them(chromium):
    """That the others can fail."""
    unguarded = Beacon()
    context = chromium.new_context()
    page = context.new_page()
    for payload in payloads(unguarded.address)[:20]:
        page.set_content(payload)
    page.wait_for_timeout(300)
    context.close()
    unguarded.server.shutdown()
    assert unguarded.calls


@pytest.mark.parametrize("has_csp", [True, False], ids=["with CSP", "without CSP"])
@pytest.mark.parametrize("name", PAGES)
def test_no_page_lets_a_payload_call_out(running, attacked, beacon, name, has_csp):
    """Without the CSP the sanitiser stands alone: it must hold by itself."""
    outside = []
    with running.page(bypass_csp=not has_csp) as page:
        page.on("request", lambda request: outside.append(request.url))
        assert page.goto(addresses(attacked)[name]).status == 200
        provoke(page)
        assert page.evaluate("window.pwned") is None
        assert page.url.startswith(running.address)
        assert [url for url in outside if not url.startswith(running.address)] == []
    assert beacon.calls == []


def test_frames_run_what_they_are_asked_to_and_reach_nobody(running, attacked, beacon):
    with running.page() as page:
        html = page.request.get(f"/n/{attacked}/").text()
    addresses_of_frames = set(re.findall(rf"/n/{attacked}/frame/[0-9a-f]{{64}}", html))
    assert addresses_of_frames
    # Inside a frame a payload may fail as loudly as it likes.
    context = running.chromium.new_context(storage_state=running.state, base_url=running.address)
    page = context.new_page()
    for address in sorted(addresses_of_frames)[:40]:
        page.goto(address)
        page.wait_for_timeout(50)
        assert page.evaluate("window.origin") == "null"
    context.close()
    assert beacon.calls == []


def test_drawings_of_a_readme_do_nothing_when_they_are_opened_by_themselves(running, attacked, beacon):
    with running.page() as page:
        html = page.request.get("/browse/attacked/drawings/").text()
    images = set(re.findall(r'<img src="([^"]+[?]image=[0-9a-f]{64})"', html))
    assert len(images) > 3
    context = running.chromium.new_context(storage_state=running.state, base_url=running.address)
    page = context.new_page()
    for address in sorted(images):
        assert page.goto(address).headers["content-type"] == "image/svg+xml"
        page.wait_for_timeout(50)
    context.close()
    assert beacon.calls == []


def test_the_html_copy_calls_nobody(running, attacked, beacon, tmp_path):
    with running.page() as page:
        page.goto("/")
        kept = tmp_path / "copy.html"
        kept.write_bytes(page.request.get(f"/n/{attacked}/download/html/").body())
    context = running.chromium.new_context(bypass_csp=True)
    page = context.new_page()
    outside = []
    page.on("request", lambda request: outside.append(request.url))
    page.goto(kept.as_uri())
    provoke(page)
    assert [url for url in outside if not url.startswith(("file:", "data:"))] == []
    assert page.evaluate("window.pwned") is None
    context.close()
    assert beacon.calls == []


def test_html_from_the_api_calls_nobody_in_a_page_without_any_defence(running, attacked, beacon):
    with running.page() as page:
        page.goto("/")
        cells = page.request.get(f"/api/v1/notebooks/{attacked}/").json()["cells"]
    assert len(cells) > 100
    context = running.chromium.new_context(bypass_csp=True)
    page = context.new_page()
    outside = []
    page.on("request", lambda request: outside.append(request.url))
    page.set_content("<!doctype html>" + "".join(cell["html"] for cell in cells))
    provoke(page)
    assert [url for url in outside if not url.startswith("about:")] == []
    assert page.evaluate("window.pwned") is None
    context.close()
    assert beacon.calls == []


def provoke(page):
    """Fires what a reader's mouse and keyboard would, at every element that a notebook brought."""
    page.evaluate(
        """async () => {
          const kinds = ["click", "mouseover", "focus", "toggle", "load", "error", "pointerover", "animationstart"];
          for (const element of document.querySelectorAll(".cell *, .hit *, article *, h1 *")) {
            for (const kind of kinds) {
              const event = new Event(kind, { bubbles: true, cancelable: true });
              if (kind === "click" && element.closest("form, button, summary, a[href^='/'], a[href^='#']")) continue;
              if (kind === "click") element.addEventListener("click", (e) => e.preventDefault(), { once: true });
              element.dispatchEvent(event);
            }
          }
          for (const link of document.querySelectorAll("a[href]")) {
            if (/^\\s*(javascript|data|vbscript):/i.test(link.getAttribute("href"))) window.pwned = link.href;
          }
          await new Promise((done) => setTimeout(done, 300));
        }"""
    )
