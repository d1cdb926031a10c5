"""Each test has an index of its own; `engine` runs it on both engines, `index` on the default one."""

import pytest
from haystack import connections

ENGINES = ("tantivy", "whoosh")


def use(settings, folder, engine):
    """Points Haystack at an empty folder."""
    options = {
        "ENGINE": f"search.engines.{engine}.Engine",
        "PATH": str(folder / "index" / engine),
        "SILENTLY_FAIL": False,
    }
    settings.HAYSTACK_CONNECTIONS = {"default": options}
    connections.connections_info = settings.HAYSTACK_CONNECTIONS
    connections.reload("default")
    return connections["default"].get_backend()


@pytest.fixture(params=ENGINES)
def engine(request, settings, tmp_path):
    return use(settings, tmp_path, request.param)


@pytest.fixture
def index(settings, tmp_path):
    return use(settings, tmp_path, "tantivy")
