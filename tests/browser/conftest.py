"""A whole OpsNotes, web and workers, and a real Chromium that looks at it."""

import json
import os
import re
import shutil
import socket
import threading
from contextlib import closing, contextmanager

import playwright.sync_api
import pytest
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.test import Client

from tests.sites import Site

PHONE = {"width": 390, "height": 844}

# The lists of the address bar are pages too, and each context would start a renderer for them, which takes longer than
# most tests. Chromium minds the last list of features alone, so what Playwright switches off stands here again.
SWITCHED_OFF = (
    "WebUIOmniboxPopup", "WebUIOmniboxAimPopup",
    "AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding", "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled",
    "PreconnectToSearch",
)  # fmt: skip
FLAGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-gpu",
    f"--disable-features={','.join(SWITCHED_OFF)}",
]

# Two cores and two browsers: what comes late comes.
playwright.sync_api.expect.set_options(timeout=20_000)

# Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """There is one site, so whoever looks at it goes where it is."""
    for item in items:
        if "running" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.xdist_group("site"))


@pytest.fixture(scope="session")
def chromium():
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if not found:
        reason = "Chromium is not installed (Debian: apt-get install chromium)"
        (pytest.fail if os.environ.get("OPSNOTES_REQUIRE_SERVICES") == "1" else pytest.skip)(reason)
    with playwright.sync_api.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=found, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def expect():
    return playwright.sync_api.expect


@pytest.fixture
def served(live_server):
    """This process's own server, left in peace only when it has answered: the database is emptied after that."""
    under_way, changed = set(), threading.Condition()

    def begun(**signal):
        with changed:
            under_way.add(threading.get_ident())

    def ended(**signal):
        with changed:
            under_way.discard(threading.get_ident())
            changed.notify_all()

    request_started.connect(begun)
    request_finished.connect(ended)
    yield live_server
    with changed:
        is_done = changed.wait_for(lambda: under_way <= {threading.get_ident()}, timeout=30)
    request_started.disconnect(begun)
    request_finished.disconnect(ended)
    assert is_done


@pytest.fixture
def open_page(chromium, served):
    """Opens pages on this process's own server; none may leave an error on its console."""
    contexts, complaints = [], []

    def open_(**options):
        granted = ["clipboard-read", "clipboard-write"]
        context = chromium.new_context(**{"base_url": served.url, "permissions": granted, **options})
        contexts.append(context)
        page = context.new_page()
        _listen(page, complaints)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_page):
    return open_page(viewport={"width": 1280, "height": 900})


@pytest.fixture
def log_in(live_server):
    def log_in_(page, person):
        client = Client()
        client.force_login(person)
        session = client.cookies[settings.SESSION_COOKIE_NAME].value
        page.context.add_cookies(
            [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
        )

    return log_in_


class Running:
    """The site as a person in front of a browser meets it."""

    def __init__(self, site, address, chromium, state):
        self.site, self.address, self.chromium, self.state = site, address, chromium, state
        self._kept = {}

    def ingest(self, folder, space, *arguments):
        return self.site.manage("ingest", folder, "--space", space, "--owner", "demo", "--wait", *arguments)

    @contextmanager
    def page(self, **options):
        """A page of the person who is signed in; it must end without an error on its console."""
        page, complaints = self._opened(options)
        yield page
        page.context.close()
        assert complaints == []

    @contextmanager
    def kept_page(self, **options):
        """The same for all who only look: to open one takes longer than to go on from page to page."""
        key = json.dumps(options, sort_keys=True)
        if key not in self._kept:
            self._kept[key] = self._opened(options)
        page, complaints = self._kept[key]
        try:
            yield page
        finally:
            said = complaints.copy()
            complaints.clear()
        assert said == []

    def _opened(self, options):
        context = self.chromium.new_context(
            **{"storage_state": self.state, "base_url": self.address, **options}
        )
        page = context.new_page()
        complaints = []
        _listen(page, complaints)
        return page, complaints


@pytest.fixture(scope="session")
def running(tmp_path_factory, chromium, migrated):
    """One site for all browser tests; each makes a space of its own. The person is `demo`."""
    folder = tmp_path_factory.mktemp("browser")
    site = Site(folder / "data", template=migrated)
    site.manage("load_samples")
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site.start("manage.py", "run", "--port", port, "--login-as", "demo", PYTHONUNBUFFERED="1")
    pattern = re.compile(r"Log in as demo: (http\S+)")
    try:
        site.wait_for(lambda: pattern.search(site.log.read_text()))
        login = pattern.search(site.log.read_text())[1]
        site.wait_for(site.is_drained)
        address = f"http://127.0.0.1:{port}"
        yield Running(site, address, chromium, _signed_in(chromium, login, folder / "state.json"))
    finally:
        site.stop()


def _listen(page, complaints):
    page.on("console", lambda line: line.type == "error" and complaints.append(line.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))


def _signed_in(chromium, login, kept):
    context = chromium.new_context()
    page = context.new_page()
    page.goto(login)
    page.locator("main form button").click()
    page.wait_for_url(re.compile(r"/$"))
    context.storage_state(path=kept)
    context.close()
    return kept
