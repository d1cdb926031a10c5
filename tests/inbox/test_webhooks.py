"""Webhooks against a real server: what arrives, what becomes of failures, and where nothing is sent."""

import hashlib
import hmac
import json
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.utils import timezone

from inbox import calling, delivering, tasks
from inbox.keys import secret_of
from inbox.models import Delivery, Webhook, What
from inbox.telling import withdraw
from tests.builders import make_space
from tests.inbox.listeners import Listener

pytestmark = pytest.mark.django_db

State = Delivery.State


@pytest.fixture
def listener(settings):
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    listener = Listener()
    yield listener
    listener.close()


@pytest.fixture
def hook(space, listener):
    return Webhook.objects.create(space=space, name="chat", url=listener.url())


def due():
    """As if the pause was over."""
    Delivery.objects.filter(finished_at=None).update(due_at=timezone.now() - timedelta(seconds=1))


def delivery():
    return Delivery.objects.get()


def test_an_event_arrives_signed(tell_bob, hook, listener, notebook):
    tell_bob(notebook=notebook)
    tasks.deliver()
    ((path, headers, body),) = listener.got
    assert path == "/hook?x=1"
    assert headers["Host"] == f"127.0.0.1:{listener.port}"
    assert headers["X-OpsNotes-Event"] == "note"
    signed = f"{headers['X-OpsNotes-Timestamp']}.".encode() + body
    expected = hmac.new(secret_of(hook).encode(), signed, hashlib.sha256).hexdigest()
    assert headers["X-OpsNotes-Signature"] == f"sha256={expected}"
    assert abs(int(headers["X-OpsNotes-Timestamp"]) - time.time()) < 60
    told = json.loads(body)
    assert told["url"] == "http://127.0.0.1:8000/notes/1/"
    assert (told["event"], told["actor"], told["space"], told["title"], told["excerpt"], told["notebook"]) == (
        "note", "ann", "ops", "Disk full", "rotate 1 first", notebook.pk,
    )  # fmt: skip
    assert (delivery().state, delivery().last_status, delivery().last_answer) == (State.DELIVERED, 200, "ok")


def test_told_twice_and_rung_twice_arrives_once(tell_bob, hook, listener):
    tell_bob()
    tell_bob()
    tasks.deliver()
    tasks.deliver()
    due()
    tasks.deliver()
    assert len(listener.got) == 1


def test_one_that_another_worker_has_in_hand_is_left_to_it(tell_bob, hook, listener):
    tell_bob()
    as_read = delivery()
    delivering.deliver(as_read)
    delivering.deliver(as_read)
    assert len(listener.got) == 1


def test_slack_reads_its_own_form_and_no_commands_of_ours(tell_bob, hook, listener):
    Webhook.objects.update(form="slack")
    tell_bob(title="<!channel> a|b & c", excerpt="*rm* <http://evil|here>")
    tasks.deliver()
    text = json.loads(listener.got[0][2])["text"]
    assert text == (
        "*ann* noted: <http://127.0.0.1:8000/notes/1/|&lt;!channel&gt; a¦b &amp; c>\n> *rm* &lt;http://evil¦here&gt;"
    )


def test_another_space_and_a_hook_out_of_use_and_a_mention_are_not_sent(tell_bob, hook, listener, bob):
    tell_bob(1, space=make_space("other", readers=[bob]))
    tell_bob(2, what=What.MENTION)
    Webhook.objects.update(is_on=False)
    tell_bob(3)
    assert not Delivery.objects.exists()


def test_a_server_in_trouble_is_asked_again_later_and_at_last_given_up(tell_bob, hook, listener):
    listener.status, listener.text = 503, b"later, please"
    tell_bob()
    tasks.deliver()
    waiting = delivery()
    assert (waiting.state, waiting.last_status, waiting.last_answer) == (State.WAITING, 503, "later, please")
    assert waiting.due_at > timezone.now()
    tasks.deliver()
    assert len(listener.got) == 1  # its pause is not over
    for _ in range(20):
        due()
        tasks.deliver()
    assert len(listener.got) == delivering.MOST_ATTEMPTS
    assert delivery().state == State.FAILED


def test_a_server_that_is_not_there_is_asked_again(tell_bob, hook, listener):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Webhook.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
    tell_bob()
    tasks.deliver()
    assert delivery().state == State.WAITING
    assert "ConnectionRefused" in delivery().last_answer
    Webhook.objects.update(url=listener.url())
    due()
    tasks.deliver()
    assert delivery().state == State.DELIVERED


def test_a_refusal_is_final_until_somebody_sends_it_again(tell_bob, hook, listener):
    listener.status = 404
    tell_bob()
    tasks.deliver()
    due()
    tasks.deliver()
    assert (delivery().state, len(listener.got)) == (State.FAILED, 1)
    listener.status = 200
    delivering.send_again(delivery())
    tasks.deliver()
    assert (delivery().state, len(listener.got)) == (State.DELIVERED, 2)
    first, second = (headers["X-OpsNotes-Delivery"] for _path, headers, _body in listener.got)
    assert first == second  # who listens can tell


def test_no_redirect_is_followed(tell_bob, hook, listener):
    listener.status, listener.headers = 302, {"Location": listener.url("/inner")}
    tell_bob()
    tasks.deliver()
    assert [path for path, *_rest in listener.got] == ["/hook?x=1"]
    assert (delivery().state, delivery().last_status) == (State.FAILED, 302)


def test_what_is_not_listed_is_not_called(tell_bob, hook, listener, settings):
    settings.WEBHOOK_HOSTS = []
    tell_bob()
    tasks.deliver()
    assert listener.got == []
    assert delivery().state == State.FAILED
    assert "OPSNOTES_WEBHOOK_HOSTS" in delivery().last_answer


def test_a_name_that_changes_where_it_leads_is_called_where_it_was_checked(
    tell_bob, hook, listener, settings, monkeypatch
):
    """DNS rebinding: the first answer is allowed, each later one is not."""
    settings.WEBHOOK_HOSTS = ["127.0.0.1"]
    answers = ["127.0.0.1"]
    real = socket.getaddrinfo

    def rebinding(host, port, *args, **options):
        if host != "rebind.example":
            return real(host, port, *args, **options)
        address = answers.pop(0) if answers else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    Webhook.objects.update(url=f"http://rebind.example:{listener.port}/hook")
    tell_bob()
    tasks.deliver()
    assert [headers["Host"] for _path, headers, _body in listener.got] == [f"rebind.example:{listener.port}"]
    assert delivery().state == State.DELIVERED
    tell_bob(2)  # leads elsewhere by now
    tasks.deliver()
    assert len(listener.got) == 1


@pytest.fixture
def over_tls(listener, tmp_path, monkeypatch):
    """The listener speaks TLS as hooks.ops.example; gives the file that says whom to trust."""
    if not shutil.which("openssl"):
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        "/CN=hooks.ops.example",
    ]
    names = ["-addext", "subjectAltName=DNS:hooks.ops.example", "-keyout", key, "-out", certificate]
    subprocess.run([*command, *names], check=True, capture_output=True)
    listener.speak_tls(certificate, key)
    real = socket.getaddrinfo
    here = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", listener.port))]

    def lookup(host, *rest, **more):
        return here if host.endswith(".example") else real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return certificate


@pytest.mark.parametrize(
    ("host", "is_trusted", "state"),
    [
        ("hooks.ops.example", True, State.DELIVERED),
        ("hooks.ops.example", False, State.WAITING),
        ("other.ops.example", True, State.WAITING),
    ],
)
def test_who_listens_must_be_who_the_address_names(
    tell_bob, hook, listener, over_tls, monkeypatch, host, is_trusted, state
):
    if is_trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(over_tls))
    Webhook.objects.update(url=f"https://{host}:{listener.port}/hook")
    tell_bob()
    tasks.deliver()
    assert (delivery().state, len(listener.got)) == (state, int(state == State.DELIVERED))
    if state == State.WAITING:
        assert "certificate verify failed" in delivery().last_answer.lower()


@contextmanager
def impatient(monkeypatch, patience, together):
    monkeypatch.setattr(calling, "PATIENCE", patience)
    monkeypatch.setattr(calling, "ALL_TOGETHER", together)
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 4


def test_a_server_that_says_nothing_holds_nobody_up(tell_bob, hook, listener, monkeypatch):
    listener.act = lambda _request: time.sleep(10)
    tell_bob()
    with impatient(monkeypatch, 0.3, 5):
        tasks.deliver()
    assert delivery().state == State.WAITING


def test_nor_does_one_that_says_a_byte_at_a_time(tell_bob, hook, listener, monkeypatch):
    def drip(request):
        for _ in range(100):
            request.wfile.write(b"H")
            time.sleep(0.1)

    listener.act = drip
    tell_bob()
    with impatient(monkeypatch, 2, 0.6):
        tasks.deliver()
    assert delivery().state == State.WAITING


def test_an_endless_answer_is_read_to_its_beginning_alone(tell_bob, hook, listener, monkeypatch):
    listener.text = b"\x00" + "長".encode() * 200_000
    tell_bob()
    with impatient(monkeypatch, 2, 3):
        tasks.deliver()
    assert len(delivery().last_answer) == 500
    assert "\x00" not in delivery().last_answer


def test_what_a_killed_worker_held_is_sent_when_its_lease_is_over(tell_bob, hook, listener, monkeypatch):
    def killed(*_args):
        raise SystemExit

    tell_bob()
    with monkeypatch.context() as patch:
        patch.setattr(calling, "post", killed)
        with pytest.raises(SystemExit):
            tasks.deliver()
    assert delivery().state == State.SENDING
    tasks.deliver()
    assert listener.got == []  # it may still be alive
    due()
    tasks.deliver()
    assert (delivery().state, len(listener.got)) == (State.DELIVERED, 1)


def test_one_that_kills_its_worker_every_time_is_given_up(tell_bob, hook, listener, monkeypatch):
    def killed(*_args):
        raise SystemExit

    tell_bob()
    monkeypatch.setattr(calling, "post", killed)
    for _ in range(delivering.MOST_ATTEMPTS):
        due()
        with pytest.raises(SystemExit):
            tasks.deliver()
    due()
    tasks.deliver()
    assert delivery().state == State.FAILED


def test_old_deliveries_are_forgotten(tell_bob, hook, listener):
    tell_bob()
    tasks.deliver()
    delivering.forget_old()
    assert Delivery.objects.count() == 1
    Delivery.objects.update(finished_at=timezone.now() - timedelta(days=31))
    delivering.forget_old()
    assert not Delivery.objects.exists()


def test_what_was_withdrawn_does_not_leave(tell_bob, hook, listener):
    tell_bob(1)
    withdraw("note:1")
    tasks.deliver()
    assert listener.got == []


def test_what_is_told_in_a_transaction_that_fails_is_not_sent(
    tell_bob, hook, listener, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("inbox.bells.ring_for_deliveries", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        tell_bob()
        assert rung == []
    assert rung == [1]
