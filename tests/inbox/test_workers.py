"""Real workers, a real broker, a mail server and a web server: what was told leaves once, whatever is killed."""

from threading import Event

import pytest

from tests.inbox.listeners import Listener, PostOffice
from tests.sites import Site

TELLING = """
from django.contrib.auth.models import User
from django.db import transaction
from inbox.models import MailChoice, What, Webhook
from inbox.telling import Event, tell
from notebooks.models import Space
space, _ = Space.objects.get_or_create(slug="ops", name="Operations")
bob, _ = User.objects.get_or_create(username="bob", email="bob@ops.example")
space.readers.add(bob)
MailChoice.objects.get_or_create(user=bob, when="at_once")
Webhook.objects.get_or_create(space=space, name="chat", url={url!r})
with transaction.atomic():
    tell(Event(key={key!r}, what=What.NOTE, space=space, actor=None, title="Disk full", excerpt="rotate first",
               url="/notes/1/", to=frozenset({{bob.pk}})))
"""


@pytest.fixture
def world(tmp_path, migrated):
    """A site without workers, and what it tells."""
    site, listener, office = Site(tmp_path / "site", template=migrated), Listener(), PostOffice()
    site.environment |= {
        "OPSNOTES_EMAIL_URL": office.url,
        "OPSNOTES_WEBHOOK_HOSTS": "127.0.0.1",
        "OPSNOTES_EMAIL_FROM": "OpsNotes <ops@ops.example>",
    }
    yield site, listener, office
    site.stop()
    listener.close()
    office.close()


def tell(site, listener, key="note:1"):
    site.manage("shell", "-v0", "-c", TELLING.format(url=listener.url(), key=key))


def states(site):
    """Of the mail and of the delivery."""
    return site.rows("SELECT mail, (SELECT state FROM inbox_delivery) FROM inbox_notice")


def test_what_is_told_leaves_by_mail_and_webhook(world):
    site, listener, office = world
    worker = site.start("manage.py", "work")
    tell(site, listener)
    site.wait_for(lambda: states(site) == [("sent", "delivered")], 40)
    assert worker.poll() is None
    assert (len(office.got), len(listener.got)) == (1, 1)
    assert "Subject: [OpsNotes] Somebody noted: Disk full" in office.got[0]
    assert "From: OpsNotes <ops@ops.example>" in office.got[0]


def test_what_was_told_while_no_worker_ran_leaves_when_one_starts(world):
    site, listener, office = world
    tell(site, listener)
    for message in (site.data / "queue" / "messages").iterdir():
        message.unlink()  # the bell rang for nobody
    site.start("manage.py", "work")
    site.wait_for(lambda: states(site) == [("sent", "delivered")], 40)
    assert (len(office.got), len(listener.got)) == (1, 1)


def test_a_worker_killed_while_the_mail_server_has_the_mail_sends_no_second_one(world):
    site, listener, office = world
    office.hold = Event()
    site.start("manage.py", "work")
    tell(site, listener)
    site.wait_for(lambda: office.got, 40)
    site.stop()  # -9, each of its processes
    site.running.clear()
    office.hold.set()
    office.hold = None
    assert states(site)[0][0] == "sending"
    tell(site, listener, key="note:2")
    site.start("manage.py", "work")
    mails = "SELECT mail FROM inbox_notice ORDER BY id"
    site.wait_for(lambda: site.rows(mails) == [("sending",), ("sent",)], 40)
    assert len(office.got) == 2  # one each
