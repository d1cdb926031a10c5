import pytest

from tests.builders import make_runbook, make_space, make_user
from tests.stickies.builders import UUID


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def lee():
    return make_user("lee")


@pytest.fixture
def stranger():
    return make_user("stranger")


@pytest.fixture
def space(kato, lee):
    """kato writes, lee reads."""
    return make_space("hub", writers=[kato], readers=[lee])


@pytest.fixture
def runbook(space):
    return make_runbook("rm access.log", "df -h", space=space, path="disk.ipynb", memes=[UUID])
