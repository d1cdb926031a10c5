"""Each test has an index of its own; `engine` runs it on all engines, `embedded` on those in the process, `index` on
the default one."""

from contextlib import contextmanager

import pytest
from haystack import connections

from search.engines.solrcloud.server import Collection
from tests.search import solrserver

EMBEDDED = ("tantivy", "whoosh")
# One server, so all its tests run in one process.
ON_SOLR = (pytest.mark.solr, pytest.mark.xdist_group("solr"))
ENGINES = (*EMBEDDED, pytest.param("solr", marks=ON_SOLR))
NAMES = (*EMBEDDED, "solr")


def use(settings, folder, engine, called="tests"):
    """Points Haystack at an empty folder, or at what is called so in Solr, whatever lies there."""
    options = {
        "ENGINE": f"search.engines.{engine}.Engine",
        "PATH": str(folder / "index" / engine),
        "SILENTLY_FAIL": False,
    }
    if engine == "solr":
        options |= {"URL": f"{solrserver.url()}/{called}", "SHARDS": 2}
    settings.HAYSTACK_CONNECTIONS = {"default": options}
    connections.connections_info = settings.HAYSTACK_CONNECTIONS
    connections.reload("default")
    # Which Haystack takes from Django's settings, not from what it was told.
    connections["default"].options = options
    return connections["default"].get_backend()


def environment(settings, folder):
    """For another process, to use the same index."""
    options = settings.HAYSTACK_CONNECTIONS["default"]
    return {
        "DJANGO_SETTINGS_MODULE": "opsnotes.settings",
        "OPSNOTES_DATA": str(folder),
        "OPSNOTES_SEARCH_ENGINE": options["PATH"].rpartition("/")[2],
        "OPSNOTES_SEARCH_URL": options.get("URL", ""),
    }


def emptied(backend):
    """In Solr; there it takes a second to make an index anew, so all tests have one after another."""
    if not backend.has_index():
        backend.clear()
    everything = Collection(backend.conn)
    everything.remove("*:*")
    everything.commit()
    return backend


@contextmanager
def filling(backend):
    """The writer of an index in which nothing is."""
    if not hasattr(backend, "address"):
        with backend.rebuilding() as writer:
            yield writer
        return
    with emptied(backend).writing() as writer:
        yield writer
        writer.commit()


@pytest.fixture(params=ENGINES)
def engine(request, settings, tmp_path):
    backend = use(settings, tmp_path, request.param)
    return emptied(backend) if request.param == "solr" else backend


@pytest.fixture(params=EMBEDDED)
def embedded(request, settings, tmp_path):
    return use(settings, tmp_path, request.param)


@pytest.fixture
def index(settings, tmp_path):
    return use(settings, tmp_path, "tantivy")
