"""Mail: as each person wants it, at most once, and stopped with one click."""

import smtplib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.mail.backends import locmem
from django.test import Client
from django.utils import timezone
from django.utils.translation import get_language

from inbox import mailing, tasks
from inbox.forms import MailForm
from inbox.keys import stop_token
from inbox.models import MailChoice, Notice, Watch
from inbox.watching import watch
from opsnotes.models import Preferences

pytestmark = pytest.mark.django_db

When, Mail = MailChoice.When, Notice.Mail
TOKYO = ZoneInfo("Asia/Tokyo")


@pytest.fixture(autouse=True)
def mail_server(settings):
    settings.SENDS_MAIL = True


@pytest.fixture
def broken(monkeypatch):
    """Lets the mail server fail at `where` ("open", "send_messages") with an error."""

    def break_(where, error):
        def fail(self, *args):
            raise error

        monkeypatch.setattr(locmem.EmailBackend, where, fail)
        return monkeypatch

    return break_


def wants(person, when, **fields):
    return MailChoice.objects.create(user=person, when=when, **fields)


def later(hours=0):
    """As if that much time went by since the mail was due."""
    Notice.objects.update(mail_due_at=timezone.now() - timedelta(hours=hours, seconds=1))


def states():
    return sorted(Notice.objects.values_list("mail", flat=True))


def test_who_chose_nothing_is_mailed_nothing(tell_bob):
    tell_bob()
    mailing.send_due(10)
    assert mail.outbox == []
    assert states() == [Mail.NONE]


def test_a_mail_at_once_says_what_happened_why_and_how_it_stops(tell_bob, notebook, bob):
    wants(bob, When.AT_ONCE)
    watch(bob, notebook=notebook)
    tell_bob(notebook=notebook, to=frozenset())
    mailing.send_due(10)
    (sent,) = mail.outbox
    notice = Notice.objects.get()
    assert sent.to == ["bob@ops.example"]
    assert sent.subject == "[OpsNotes] ann noted: Disk full"
    for said in ("> rotate 1 first", f"http://127.0.0.1:8000/inbox/{notice.pk}/", "You watch this runbook."):
        assert said in sent.body
    stop = sent.extra_headers["List-Unsubscribe"].strip("<>")
    assert stop in sent.body
    assert sent.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent.content_subtype == "plain"
    assert not hasattr(sent, "alternatives")  # no HTML, so nothing in it can tell who read it
    assert notice.mail == Mail.SENT
    assert notice.mailed_at is not None


def test_the_bell_rings_on_commit_and_only_where_mail_is_wanted(
    tell_bob, bob, monkeypatch, django_capture_on_commit_callbacks
):
    rung = []
    monkeypatch.setattr("inbox.bells.ring_for_mail", lambda: rung.append(1))
    with django_capture_on_commit_callbacks(execute=True):
        tell_bob(1)
    assert rung == []
    wants(bob, When.AT_ONCE)
    with django_capture_on_commit_callbacks(execute=True):
        tell_bob(2)
        assert rung == []
    assert rung == [1]


def test_the_task_run_twice_sends_once(tell_bob, bob):
    wants(bob, When.AT_ONCE)
    tell_bob()
    tell_bob()
    tasks.send_mail()
    tasks.send_mail()
    later(2)
    tasks.send_mail()
    assert len(mail.outbox) == 1


def test_a_mail_that_another_worker_claimed_meanwhile_is_left_to_it(tell_bob, bob):
    wants(bob, When.AT_ONCE)
    tell_bob()
    notice = Notice.objects.select_related("user").get()
    Notice.objects.update(mail=Mail.SENDING)
    mailing._send_one(notice)
    assert mail.outbox == []


def test_a_worker_that_dies_while_it_sends_does_not_cause_a_second_mail(tell_bob, bob, broken):
    wants(bob, When.AT_ONCE)
    tell_bob()
    patch = broken("send_messages", SystemExit("killed"))
    with pytest.raises(SystemExit):
        mailing.send_due(10)
    patch.undo()
    mailing.send_due(10)
    later(2)
    mailing.sweep()
    mailing.send_due(10)
    assert mail.outbox == []
    assert states() == [Mail.FAILED]
    assert Notice.objects.unread().count() == 1  # the inbox has it all the same


def test_a_server_out_of_reach_is_asked_again_until_enough_is_enough(tell_bob, bob, broken):
    wants(bob, When.AT_ONCE)
    tell_bob()
    patch = broken("open", ConnectionRefusedError())
    mailing.send_due(10)
    assert states() == [Mail.WAITING]
    mailing.send_due(10)  # its pause is not over
    assert Notice.objects.get().mail_attempts == 1
    patch.undo()
    later()
    mailing.send_due(10)
    assert len(mail.outbox) == 1
    tell_bob(2)
    broken("open", ConnectionRefusedError())
    for _ in range(mailing.MOST_ATTEMPTS + 2):
        mailing.send_due(10)
        Notice.objects.waiting_for_mail().update(mail_due_at=timezone.now() - timedelta(seconds=1))
    assert states() == [Mail.FAILED, Mail.SENT]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (smtplib.SMTPDataError(451, b"greylisted"), Mail.WAITING),
        (smtplib.SMTPRecipientsRefused({"bob@ops.example": (450, b"busy")}), Mail.WAITING),
        (smtplib.SMTPRecipientsRefused({"bob@ops.example": (550, b"no such")}), Mail.FAILED),
        (smtplib.SMTPServerDisconnected("gone"), Mail.FAILED),  # it may have taken it
        (TimeoutError(), Mail.FAILED),
    ],
)
def test_what_the_server_said_decides_whether_it_is_tried_again(tell_bob, bob, broken, error, state):
    wants(bob, When.AT_ONCE)
    tell_bob()
    broken("send_messages", error)
    mailing.send_due(10)
    assert states() == [state]


@pytest.mark.parametrize("why", ["read", "left the space", "account closed", "chose none"])
def test_what_is_not_for_them_any_more_is_not_mailed(tell_bob, bob, space, why):
    choice = wants(bob, When.AT_ONCE)
    tell_bob()
    if why == "read":
        Notice.objects.update(read_at=timezone.now())
    elif why == "left the space":
        space.readers.clear()
    elif why == "account closed":
        bob.is_active = False
        bob.save()
    else:
        form = MailForm({"when": "off", "hour": 8}, instance=choice)
        assert form.is_valid()
        form.save()
    mailing.send_due(10)
    assert mail.outbox == []
    assert states() == [Mail.SKIPPED]


def test_a_person_without_an_address_and_a_server_without_mail_leave_nothing_waiting(tell_bob, bob, settings):
    wants(bob, When.AT_ONCE)
    settings.SENDS_MAIL = False
    tell_bob(1)
    settings.SENDS_MAIL = True
    bob.email = ""
    bob.save()
    tell_bob(2)
    assert states() == [Mail.NONE, Mail.NONE]


def test_mail_is_in_the_language_of_its_reader(tell_bob, bob, ann, monkeypatch):
    wants(bob, When.AT_ONCE)
    Preferences.objects.create(user=bob, language="ja")
    spoken = []
    monkeypatch.setattr("inbox.mail.headline", lambda _: spoken.append(get_language()) or "x")
    tell_bob()
    mailing.send_due(10)
    assert set(spoken) == {"ja"}


def test_a_title_cannot_write_headers(tell_bob, bob):
    wants(bob, When.AT_ONCE)
    tell_bob(title="Disk\r\nBcc: everybody@ops.example\n\nfull")
    mailing.send_due(10)
    assert mail.outbox[0].subject == "[OpsNotes] ann noted: Disk Bcc: everybody@ops.example full"
    assert "everybody@ops.example" not in mail.outbox[0].recipients()


def at(text, zone=UTC):
    return datetime.fromisoformat(text).replace(tzinfo=zone)


@pytest.mark.parametrize(
    ("last", "now", "is_due"),
    [
        ("2026-05-01T07:59", "2026-05-01T08:00", True),
        ("2026-05-01T08:00", "2026-05-01T23:59", False),
        ("2026-05-01T08:00", "2026-05-02T07:59", False),
        ("2026-05-01T08:00", "2026-05-02T08:00", True),
        ("2026-05-01T20:00", "2026-05-02T08:01", True),
        ("2026-05-01T08:00", "2026-05-09T03:00", True),  # the server was away
    ],
)
def test_the_daily_hour_is_one_of_the_persons_own_day(last, now, is_due):
    assert mailing.is_digest_due(8, TOKYO, at(last, TOKYO), at(now, TOKYO)) is is_due


def test_the_hour_that_a_clock_change_skips_comes_all_the_same():
    berlin = ZoneInfo("Europe/Berlin")
    assert mailing.is_digest_due(2, berlin, at("2026-03-28T02:00", berlin), at("2026-03-29T04:00", berlin))


def test_a_days_notices_come_together_once(tell_bob, bob):
    choice = wants(bob, When.DIGEST, digested_at=timezone.now() - timedelta(days=2))
    for number in range(3):
        tell_bob(number)
    tasks.send_mail()
    tasks.send_mail()
    (sent,) = mail.outbox
    assert sent.subject == "[OpsNotes] 3 notices"
    assert [f"rotate {number} first" in sent.body for number in range(3)] == [True] * 3
    assert states() == [Mail.SENT] * 3
    tell_bob(7)
    tasks.send_mail()
    assert len(mail.outbox) == 1  # not before tomorrow
    MailChoice.objects.filter(pk=choice.pk).update(digested_at=timezone.now() - timedelta(days=2))
    tasks.send_mail()
    assert mail.outbox[1].subject == "[OpsNotes] 1 notice"


def test_of_two_workers_at_the_same_digest_one_sends_it(tell_bob, bob):
    choice = wants(bob, When.DIGEST, digested_at=timezone.now() - timedelta(days=2))
    tell_bob()
    as_the_other_read_it = MailChoice.objects.get(pk=choice.pk)
    mailing._send_digest(choice)
    mailing._send_digest(as_the_other_read_it)
    assert len(mail.outbox) == 1


def test_a_worker_that_dies_in_a_digest_does_not_cause_a_second_one(tell_bob, bob, broken):
    wants(bob, When.DIGEST, digested_at=timezone.now() - timedelta(days=2))
    tell_bob()
    patch = broken("send_messages", SystemExit("killed"))
    with pytest.raises(SystemExit):
        mailing.send_due(10)
    patch.undo()
    MailChoice.objects.update(digested_at=timezone.now() - timedelta(days=2))
    mailing.send_due(10)
    assert mail.outbox == []


def test_a_digest_that_did_not_leave_goes_out_later_the_same_day(tell_bob, bob, broken):
    wants(bob, When.DIGEST, digested_at=timezone.now() - timedelta(days=2))
    tell_bob()
    patch = broken("open", ConnectionRefusedError())
    mailing.send_due(10)
    patch.undo()
    later()
    mailing.send_due(10)
    assert len(mail.outbox) == 1


def test_a_very_busy_day_is_cut_and_says_so(tell_bob, bob, monkeypatch):
    monkeypatch.setattr("inbox.mail.MOST_IN_A_DIGEST", 2)
    wants(bob, When.DIGEST, digested_at=timezone.now() - timedelta(days=2))
    for number in range(5):
        tell_bob(number)
    mailing.send_due(10)
    (sent,) = mail.outbox
    assert "3 earlier ones: http://127.0.0.1:8000/inbox/" in sent.body
    assert "rotate 4 first" in sent.body
    assert "rotate 2 first" not in sent.body


def test_one_click_of_a_mail_program_stops_all_mail_without_login(tell_bob, bob):
    wants(bob, When.AT_ONCE)
    tell_bob()
    client = Client(enforce_csrf_checks=True)
    response = client.post(f"/inbox/stop/{stop_token(bob.pk, None)}/", {"List-Unsubscribe": "One-Click"})
    assert response.status_code == 200
    assert MailChoice.objects.get(user=bob).when == When.OFF
    assert states() == [Mail.SKIPPED]
    mailing.send_due(10)
    assert mail.outbox == []


def test_opening_the_link_asks_first(bob, client):
    wants(bob, When.AT_ONCE)
    page = client.get(f"/inbox/stop/{stop_token(bob.pk, None)}/")
    assert page.status_code == 200
    assert MailChoice.objects.get(user=bob).when == When.AT_ONCE


def test_the_link_of_a_mail_can_stop_its_watch_alone(bob, ann, notebook, client):
    wants(bob, When.AT_ONCE)
    for person in (bob, ann):
        watch(person, notebook=notebook)
    token = stop_token(bob.pk, Watch.objects.get(user=bob).pk)
    client.post(f"/inbox/stop/{token}/", {"watch": "stop"})
    assert [each.user for each in Watch.objects.all()] == [ann]
    assert MailChoice.objects.get(user=bob).when == When.AT_ONCE


def test_a_token_stops_the_watches_of_its_own_person_alone(bob, ann, notebook, client):
    watch(ann, notebook=notebook)
    client.post(f"/inbox/stop/{stop_token(bob.pk, Watch.objects.get().pk)}/", {"watch": "stop"})
    assert Watch.objects.count() == 1


def test_a_changed_token_stops_nothing(bob, client):
    token = stop_token(bob.pk, None)
    assert client.post(f"/inbox/stop/{token[:-1]}x/").status_code == 410
    assert client.post("/inbox/stop/x/").status_code == 410
    bob.delete()
    assert client.get(f"/inbox/stop/{token}/").status_code == 410
