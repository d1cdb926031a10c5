"""Settings of mail and webhooks: what is understood, and what stops the start with a sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from opsnotes import env

NAME = "OPSNOTES_TRIED"


@pytest.fixture
def said(monkeypatch):
    return lambda value: monkeypatch.setenv(NAME, value)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("smtp://localhost", env.MailServer("localhost", 25, "", "", starts_tls=False, is_tls=False)),
        (
            "submission://ops%40x:p%2Fw@mail.example.org",
            env.MailServer("mail.example.org", 587, "ops@x", "p/w", starts_tls=True, is_tls=False),
        ),
        ("smtps://m.example:4650/", env.MailServer("m.example", 4650, "", "", starts_tls=False, is_tls=True)),
    ],
)
def test_a_mail_server_is_one_address(said, value, expected):
    said(value)
    assert env.mail_server(NAME) == expected


def test_no_mail_server_is_none(said):
    said("")
    assert env.mail_server(NAME) is None


@pytest.mark.parametrize(
    "value",
    [
        "mail.example.org",
        "http://mail.example.org",
        "smtp://",
        "smtp://x:99999",
        "smtp://x?tls=1",
        "smtp://x/y",
    ],
)
def test_what_is_no_mail_server_stops_the_start_and_keeps_the_password_out_of_the_log(said, value):
    said(value.replace("//", "//u:hunter2@", 1))
    with pytest.raises(ImproperlyConfigured, match="submission://user:password@mail") as stopped:
        env.mail_server(NAME)
    assert "hunter2" not in str(stopped.value)


@pytest.mark.parametrize("value", ["ops", "@", "ops@", "Ops <ops>", "ops@x.example\nBcc: all@x.example"])
def test_a_sender_is_a_mail_address(said, value):
    said(value)
    with pytest.raises(ImproperlyConfigured, match="OpsNotes <ops@example"):
        env.mail_address(NAME, "")


def test_a_sender_may_have_a_name(said):
    said("運用ノート <ops@example.org>")
    assert env.mail_address(NAME, "") == "運用ノート <ops@example.org>"


def test_hosts_are_names_addresses_and_networks(said):
    said("Hooks.Example.org., *.chat.example, 10.0.0.0/8, fd00::/8, 127.0.0.1, *")
    assert env.hosts(NAME) == [
        "hooks.example.org",
        "*.chat.example",
        "10.0.0.0/8",
        "fd00::/8",
        "127.0.0.1",
        "*",
    ]


@pytest.mark.parametrize("value", ["https://hooks.example.org", "hooks.example.org:443", "10.0.0.1/8", "a/b"])
def test_a_host_with_more_than_its_name_stops_the_start(said, value):
    said(value)
    with pytest.raises(ImproperlyConfigured, match="without http:// and port"):
        env.hosts(NAME)


@pytest.mark.parametrize(("said", "value"), [("", 0), ("0", 0), ("200", 200)])
def test_a_count_may_be_nought(said, value, monkeypatch):
    monkeypatch.setenv("OPSNOTES_KEEP_EXECUTIONS", said)
    assert env.count("OPSNOTES_KEEP_EXECUTIONS") == value


@pytest.mark.parametrize("said", ["-1", "many", "1.5", "٣"])
def test_what_is_no_count_stops_the_start(said, monkeypatch):
    monkeypatch.setenv("OPSNOTES_KEEP_EXECUTIONS", said)
    with pytest.raises(ImproperlyConfigured, match="OPSNOTES_KEEP_EXECUTIONS=100"):
        env.count("OPSNOTES_KEEP_EXECUTIONS")
