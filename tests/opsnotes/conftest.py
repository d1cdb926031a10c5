import pytest

from tests.builders import make_space, make_user


@pytest.fixture
def reader(client):
    person = make_user("kato")
    client.force_login(person)
    return person


@pytest.fixture
def space(reader):
    return make_space("hub", readers=[reader])
