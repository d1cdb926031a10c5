import os
from contextlib import contextmanager

import pytest

from tests.sites import RedisServer, Site

# Both ways to run Celery: a folder, and a real redis-server.
BROKERS = ("embedded", pytest.param("redis", marks=pytest.mark.redis))


@contextmanager
def broker(kind, folder):
    """Its address."""
    if kind == "embedded":
        yield ""
        return
    if not RedisServer.is_installed():
        reason = "redis-server is not installed (Debian: apt-get install redis-server)"
        (pytest.fail if os.environ.get("OPSNOTES_REQUIRE_SERVICES") == "1" else pytest.skip)(reason)
    server = RedisServer(folder)
    yield server.url
    server.stop()


@pytest.fixture(params=BROKERS)
def broker_url(request, tmp_path):
    with broker(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def site(tmp_path, broker_url, migrated):
    running = Site(tmp_path / "site", broker_url, template=migrated)
    yield running
    running.stop()
