"""A token that is kept: of use to us alone, only for its address, and shown nowhere."""

import pytest
from django.db import connection

from sync import keeping
from sync.models import Source
from sync.secrets import is_lost, opened, seal
from sync.trouble import Problem, Trouble
from tests.builders import make_space

pytestmark = pytest.mark.django_db

ADDRESS = "https://hub.example.org/"
TOKEN = "tok-7f3a-zanzibar"


@pytest.fixture
def source():
    source = Source(
        name="hub", kind="hub", address=ADDRESS, space=make_space("ops"), folder="hub", login="token",
        secret=seal(TOKEN, ADDRESS),
    )  # fmt: skip
    keeping.keep(source)
    return Source.objects.get(pk=source.pk)


def test_what_is_kept_is_read_again(source):
    assert opened(source) == TOKEN
    assert not is_lost(source)


def test_the_database_holds_nothing_readable(source):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM sync_source")
        assert TOKEN.encode() not in b"".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for value in cursor.fetchone()
        )


def test_the_same_token_is_never_kept_by_the_same_bytes():
    assert seal(TOKEN, ADDRESS) != seal(TOKEN, ADDRESS)


def test_no_secret_is_kept_as_nothing(source):
    assert seal("", ADDRESS) == b""
    source.secret = b""
    assert opened(source) == ""


def test_another_key_of_the_server_asks_for_it_again(source, settings):
    settings.SECRET_KEY = "another key that is as long as one has to be"
    with pytest.raises(Trouble) as raised:
        opened(source)
    assert raised.value.code == Problem.SECRET_LOST
    assert "Enter it again" in str(raised.value)
    assert is_lost(source)
    assert raised.value.__cause__ is None


def test_it_is_not_carried_to_another_address(source):
    source.address = "https://elsewhere.example.org/"
    with pytest.raises(Trouble) as raised:
        opened(source)
    assert raised.value.code == Problem.SECRET_LOST
    assert TOKEN not in str(raised.value)


@pytest.mark.parametrize("tampered", [b"x", b"gAAAAAB", lambda kept: kept[:-2] + b"AA"])
def test_what_was_tampered_with_is_refused_alike(source, tampered):
    source.secret = tampered(bytes(source.secret)) if callable(tampered) else tampered
    assert is_lost(source)
