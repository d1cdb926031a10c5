import os

import pytest

from tests.sites import RedisServer, Site


@pytest.fixture(params=["embedded", pytest.param("redis", marks=pytest.mark.redis)])
def broker_url(request, tmp_path):
    """Both ways to run Celery: a folder, and a real redis-server."""
    if request.param == "embedded":
        yield ""
        return
    if not RedisServer.is_installed():
        reason = "redis-server is not installed (Debian: apt-get install redis-server)"
        (pytest.fail if os.environ.get("OPSNOTES_REQUIRE_SERVICES") == "1" else pytest.skip)(reason)
    server = RedisServer(tmp_path)
    yield server.url
    server.stop()


@pytest.fixture
def site(tmp_path, broker_url, migrated):
    running = Site(tmp_path / "site", broker_url, template=migrated)
    yield running
    running.stop()
