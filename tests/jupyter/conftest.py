import pytest

from sync.jupyter.contents import Contents
from sync.jupyter.session import Session, Token
from sync.jupyter.wire import Manners, Pacing, Wire
from tests.jupyter.between import Between
from tests.jupyter.servers import TOKEN, Hub, JupyterServer

HERE = ["127.0.0.1"]
_OURS = Token(TOKEN)


@pytest.fixture(scope="session")
def jupyter_server(tmp_path_factory):
    server = JupyterServer(tmp_path_factory.mktemp("jupyter") / "server", base="/base/").start()
    yield server
    server.kill()


@pytest.fixture
def jupyter(jupyter_server):
    """A Jupyter Server with an empty folder, that was asked nothing yet."""
    if jupyter_server.process is None:  # a test before this one killed it
        jupyter_server.start()
    jupyter_server.empty()
    jupyter_server.requests()
    return jupyter_server


@pytest.fixture(scope="session")
def started_hub(tmp_path_factory):
    """Ann's and Bob's servers run; Cat's does not."""
    hub = Hub(tmp_path_factory.mktemp("jupyter") / "hub", base="/jh/").start()
    for name in ("ann", "bob"):
        hub.start_server_of(name)
    hub.add_user("cat")
    yield hub
    hub.kill()


@pytest.fixture
def hub(started_hub):
    started_hub.empty()
    return started_hub


@pytest.fixture
def between(request):
    made = []

    def between_(upstream=None):
        made.append(Between(upstream))
        return made[-1]

    yield between_
    for each in made:
        each.close()


@pytest.fixture
def naps():
    """How long would have been slept."""
    return []


@pytest.fixture
def wire_to(naps):
    """A wire on which nobody sleeps; `naps` says how long somebody would have."""
    made = []

    def wire_to_(address, listed=HERE, tls=None, **manners):
        clock = [0.0]

        def sleep(seconds):
            naps.append(seconds)
            clock[0] += seconds

        pacing = Pacing(sleep=sleep, clock=lambda: clock[0])
        made.append(Wire(address, listed, tls=tls, manners=Manners(**manners), pacing=pacing))
        return made[-1]

    yield wire_to_
    for each in made:
        each.close()


@pytest.fixture
def contents_of(wire_to):
    def contents_of_(address, credentials=_OURS, **options):
        return Contents(Session(wire_to(address, **options), credentials))

    return contents_of_
