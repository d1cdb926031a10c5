"""The inbox, watching, feeds and webhooks as a person uses them."""

import re
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from django.test import Client
from django.utils import timezone

from inbox.keys import feed_key_of
from inbox.models import Delivery, MailChoice, Notice, Watch, Webhook
from inbox.watching import is_watching, watch
from notebooks import moving
from opsnotes.models import Preferences
from tests.builders import make_runbook, make_space

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}


@pytest.fixture
def as_bob(bob):
    client = Client()
    client.force_login(bob)
    return client


@pytest.fixture
def as_ann(ann):
    client = Client()
    client.force_login(ann)
    return client


def page(client, url="/inbox/", **options):
    response = client.get(url, **options)
    assert response.status_code == 200
    return response.content.decode()


def count_in_header(client):
    found = re.search(r'id="inbox-link".*?</a>', page(client, "/spaces/"), re.DOTALL)[0]
    number = re.search(r'class="count">(\d+)', found)
    return int(number[1]) if number else 0


def test_an_empty_inbox_says_what_to_do(as_bob):
    shown = page(as_bob)
    assert "Nothing has been told you yet" in shown
    assert "press “Watch”" in shown


def test_new_notices_come_first_and_each_day_has_its_heading(as_bob, tell_bob):
    for number in range(4):
        tell_bob(number)
        Notice.objects.filter(key=f"note:{number}").update(created_at=timezone.now() - timedelta(days=number))
    Notice.objects.filter(key__in=["note:0", "note:2"]).update(read_at=timezone.now())
    shown = page(as_bob)
    order = re.findall(r"rotate (\d) first", shown)
    assert order == ["1", "3", "0", "2"]
    assert shown.count('<section class="told-day') == 4
    assert shown.count('<section class="told-day unread"') == 2
    assert "2 new notices" in shown


def test_a_day_is_one_of_the_readers_time_zone(as_bob, bob, tell_bob):
    Preferences.objects.create(user=bob, time_zone="Asia/Tokyo")
    tell_bob()
    Notice.objects.update(created_at="2026-05-01T20:00Z")
    assert "May 2, 2026" in page(as_bob)


def test_the_header_counts_what_is_new_and_readable(as_bob, tell_bob, space):
    assert count_in_header(as_bob) == 0
    tell_bob(1)
    tell_bob(2)
    assert count_in_header(as_bob) == 2
    space.readers.clear()
    assert count_in_header(as_bob) == 0
    assert "rotate" not in page(as_bob)


def test_opening_a_notice_reads_it_and_leads_on(as_bob, tell_bob):
    tell_bob()
    response = as_bob.get(f"/inbox/{Notice.objects.get().pk}/")
    assert response["Location"] == "/notes/1/"
    assert count_in_header(as_bob) == 0
    assert "rotate 1 first" in page(as_bob)


def test_one_is_marked_and_all_are_up_to_what_was_seen(as_bob, tell_bob):
    for number in range(3):
        tell_bob(number)
    seen = Notice.objects.get(key="note:1").pk
    as_bob.post("/inbox/read/", {"notice": Notice.objects.get(key="note:0").pk})
    assert Notice.objects.unread().count() == 2
    as_bob.post("/inbox/read/", {"until": seen})
    assert [notice.key for notice in Notice.objects.unread()] == ["note:2"]  # came meanwhile


def test_nobody_reads_for_somebody_else(as_ann, tell_bob):
    tell_bob()
    pk = Notice.objects.get().pk
    as_ann.post("/inbox/read/", {"notice": pk})
    as_ann.post("/inbox/read/", {"until": pk})
    assert as_ann.get(f"/inbox/{pk}/").status_code == 404
    assert Notice.objects.unread().count() == 1


@pytest.mark.parametrize("sent", [{}, {"notice": "x"}, {"until": "-1"}, {"notice": "9" * 30}])
def test_odd_requests_are_404(as_bob, tell_bob, sent):
    tell_bob()
    assert as_bob.post("/inbox/read/", sent).status_code == 404
    assert Notice.objects.unread().count() == 1


def test_with_htmx_only_the_list_and_the_number_come_back(as_bob, tell_bob):
    tell_bob(1)
    tell_bob(2)
    response = as_bob.post("/inbox/read/", {"notice": Notice.objects.first().pk}, headers=HTMX)
    shown = response.content.decode()
    assert "<html" not in shown
    assert 'id="told"' in shown
    assert re.search(r'hx-swap-oob="true".*class="count">1', shown, re.DOTALL)


@pytest.mark.parametrize("many", [1, 40])
def test_the_list_takes_as_many_queries_whatever_its_length(
    as_bob, tell_bob, many, django_assert_max_num_queries
):
    for number in range(many):
        tell_bob(number)
    with django_assert_max_num_queries(12):
        page(as_bob)


def test_watching_from_the_page_of_the_thing_and_stopping_there(as_bob, bob, notebook, space):
    family = notebook.cells.get().meme
    for url, of, sent in (
        (notebook.get_absolute_url(), {"notebook": notebook}, {"notebook": notebook.pk}),
        ("/browse/ops/", {"space": space}, {"space": "ops", "folder": ""}),
        ("/browse/ops/web/", {"space": space, "folder": "web"}, {"space": "ops", "folder": "web"}),
        (f"/m/{family}/", {"family": family}, {"family": family}),
    ):
        assert 'name="start"' in page(as_bob, url)
        response = as_bob.post("/watch/", sent | {"next": url})
        assert response["Location"] == url
        assert is_watching(bob, **of)
        assert 'name="stop"' in page(as_bob, url)
        as_bob.post("/watch/", sent | {"stop": "1"})
        assert not is_watching(bob, **of)


def test_the_button_answers_itself_with_htmx(as_bob, notebook):
    response = as_bob.post("/watch/", {"notebook": notebook.pk, "next": "/x/"}, headers=HTMX)
    shown = response.content.decode()
    assert 'name="stop"' in shown
    assert 'name="next" value="/x/"' in shown
    assert "<html" not in shown


def test_who_is_not_logged_in_sees_no_button(client, space, notebook):
    space.is_public = True
    space.save()
    assert "Watch" not in page(client, notebook.get_absolute_url())
    assert "Watch" not in page(client, "/browse/ops/")


def test_who_presses_watch_hears_what_they_had_muted(as_bob, bob, notebook):
    watch(bob, notebook=notebook)
    Watch.objects.update(muted=True)
    as_bob.post("/watch/", {"notebook": notebook.pk})
    assert is_watching(bob, notebook=notebook)


def test_what_may_not_be_seen_cannot_be_watched(as_bob):
    hidden = make_runbook("ls", space=make_space("hidden"), path="a/b.ipynb")
    for sent in (
        {"notebook": hidden.pk},
        {"space": "hidden"},
        {"space": "hidden", "folder": "a"},
        {"family": hidden.cells.get().meme},
        {"family": "x"},
        {},
    ):
        assert as_bob.post("/watch/", sent).status_code == 404
    assert not Watch.objects.exists()


@pytest.mark.parametrize("folder", ["nothing", "../..", "/etc"])
def test_a_folder_that_is_none_cannot_be_watched(as_bob, space, notebook, folder):
    assert as_bob.post("/watch/", {"space": "ops", "folder": folder}).status_code == 404


def test_the_list_of_watches_names_them_and_stops_them(as_bob, bob, space, notebook):
    watch(bob, notebook=notebook)
    watch(bob, space=space, folder="web")
    shown = page(as_bob, "/inbox/watches/")
    assert "Disk full" in shown
    assert "Operations / web" in shown
    mine = Watch.objects.get(kind="runbook")
    as_bob.post(f"/inbox/watches/{mine.pk}/", {"do": "mute"})
    assert "muted" in page(as_bob, "/inbox/watches/")
    as_bob.post(f"/inbox/watches/{mine.pk}/", {"do": "hear"})
    assert is_watching(bob, notebook=notebook)
    as_bob.post(f"/inbox/watches/{mine.pk}/", {"do": "stop"})
    assert [each.kind for each in Watch.objects.all()] == ["folder"]
    assert as_bob.post(f"/inbox/watches/{mine.pk}/", {"do": "stop"}).status_code == 404


def test_a_watch_of_what_is_hidden_by_now_tells_no_name_and_can_be_stopped(as_bob, bob, space, notebook):
    watch(bob, notebook=notebook)
    watch(bob, space=space)
    watch(bob, family=notebook.cells.get().meme)
    space.readers.clear()
    shown = page(as_bob, "/inbox/watches/")
    assert "Disk full" not in shown
    assert "Operations" not in shown
    for each in Watch.objects.all():
        as_bob.post(f"/inbox/watches/{each.pk}/", {"do": "stop"})
    assert "You watch nothing" in page(as_bob, "/inbox/watches/")


def test_nobody_changes_the_watches_of_somebody_else(as_ann, bob, notebook):
    watch(bob, notebook=notebook)
    assert as_ann.post(f"/inbox/watches/{Watch.objects.get().pk}/", {"do": "stop"}).status_code == 404
    assert Watch.objects.exists()


def test_a_notice_says_why_and_its_watch_is_stopped_there(as_bob, bob, space, notebook, tell_bob):
    watch(bob, space=space, folder="web")
    tell_bob(notebook=notebook, to=frozenset())
    assert "You watch the folder “web”." in page(as_bob)
    response = as_bob.post(
        f"/inbox/watches/{Watch.objects.get().pk}/", {"do": "stop", "from": "inbox"}, headers=HTMX
    )
    assert b"rotate 1 first" in response.content
    assert not Watch.objects.exists()


def test_a_deleted_runbook_leaves_its_notices_readable(as_bob, ann, notebook, tell_bob):
    tell_bob(notebook=notebook)
    moving.delete(notebook, ann)
    assert "rotate 1 first" in page(as_bob)


def test_mail_is_chosen_and_kept(as_bob, bob, settings):
    assert "knows no mail server" in page(as_bob, "/inbox/settings/")
    settings.SENDS_MAIL = True
    assert "bob@ops.example" in page(as_bob, "/inbox/settings/")
    as_bob.post("/inbox/settings/", {"when": "digest", "hour": "18"})
    choice = MailChoice.objects.get(user=bob)
    assert (choice.when, choice.hour) == ("digest", 18)
    assert as_bob.post("/inbox/settings/", {"when": "digest", "hour": "24"}).status_code == 422
    assert as_bob.post("/inbox/settings/", {"when": "hourly", "hour": "2"}).status_code == 422


ATOM = "{http://www.w3.org/2005/Atom}"


def entries(client, url):
    response = client.get(url)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert response["Cache-Control"] == "private, no-store"
    return [
        entry.findtext(f"{ATOM}summary") for entry in ET.fromstring(response.content).iter(f"{ATOM}entry")
    ]


def feed_on(client):
    """The address as the settings page shows it."""
    shown = re.search(r'id="feed"[^>]*>([^<]+)<', page(client, "/inbox/settings/"))[1]
    return urlsplit(shown).path


def test_the_feed_has_what_the_inbox_has_without_login(as_bob, client, tell_bob):
    for number in range(3):
        tell_bob(number)
    assert entries(client, feed_on(as_bob)) == [f"rotate {number} first" for number in (2, 1, 0)]


def test_what_a_feed_shows_is_asked_at_each_fetch(as_bob, client, tell_bob, space, bob):
    tell_bob()
    feed = feed_on(as_bob)
    space.readers.clear()
    assert entries(client, feed) == []
    space.readers.add(bob)
    assert len(entries(client, feed)) == 1
    bob.is_active = False
    bob.save()
    assert client.get(feed).status_code == 404


def test_a_renewed_address_is_another_and_the_old_one_opens_nothing(as_bob, client):
    old = feed_on(as_bob)
    as_bob.post("/inbox/settings/feeds/")
    assert feed_on(as_bob) != old
    assert client.get(old).status_code == 404
    assert client.get(feed_on(as_bob)).status_code == 200


def test_the_key_stands_neither_in_the_database_nor_in_the_feed(as_bob, client, bob, tell_bob):
    tell_bob()
    key = feed_key_of(bob)
    secret = key.partition("-")[2]
    assert all(secret not in str(value) for value in bob.feed_key.__dict__.values())
    assert secret not in client.get(feed_on(as_bob)).content.decode()


@pytest.mark.parametrize("key", ["x", "1", "0-" + "0" * 64, "1-" + "0" * 64, "9" * 30 + "-" + "0" * 64])
def test_a_key_that_nobody_has_opens_nothing(client, bob, key):
    feed_key_of(bob)
    assert client.get(f"/feeds/{key}/inbox.atom").status_code == 404


def test_a_key_of_one_person_is_not_another_ones(client, ann, bob):
    swapped = f"{ann.pk}-{feed_key_of(bob).partition('-')[2]}"
    feed_key_of(ann)
    assert client.get(f"/feeds/{swapped}/inbox.atom").status_code == 404


def test_feeds_of_a_runbook_and_a_space_have_only_theirs(as_bob, client, bob, space, notebook, tell_bob):
    other = make_space("other", readers=[bob])
    tell_bob(1, notebook=notebook)
    tell_bob(2)
    tell_bob(3, space=other)
    key = feed_key_of(bob)
    assert entries(client, f"/feeds/{key}/runbook/{notebook.pk}.atom") == ["rotate 1 first"]
    assert entries(client, f"/feeds/{key}/space/other.atom") == ["rotate 3 first"]
    space.readers.clear()
    assert client.get(f"/feeds/{key}/runbook/{notebook.pk}.atom").status_code == 404


def test_a_feed_survives_any_text_and_makes_no_html_of_it(as_bob, client, tell_bob):
    tell_bob(title="<b>&\x0b\ufffe]]>", excerpt="\x1b[31m<script>")
    assert entries(client, feed_on(as_bob)) == ["[31m&lt;script&gt;"]


def test_a_writer_makes_a_webhook_sees_its_secret_and_its_deliveries(as_ann, space, tell_bob):
    response = as_ann.post(
        "/spaces/ops/webhooks/",
        {"name": "chat", "url": "https://hooks.example.org/x", "form": "slack", "is_on": "on"},
    )
    hook = Webhook.objects.get()
    assert response["Location"] == f"/spaces/ops/webhooks/{hook.pk}/"
    tell_bob()
    shown = page(as_ann, response["Location"])
    secret = re.search(r"<code[^>]*>([0-9a-f]{64})</code>", shown)[1]
    assert "Disk full" in shown
    as_ann.post(f"/spaces/ops/webhooks/{hook.pk}/secret/")
    assert secret not in page(as_ann, response["Location"])


def test_a_delivery_is_sent_again_by_its_button(as_ann, space, tell_bob):
    hook = Webhook.objects.create(space=space, name="chat", url="https://hooks.example.org/")
    tell_bob()
    Delivery.objects.update(state="failed", attempts=8, finished_at=timezone.now())
    as_ann.post(f"/spaces/ops/webhooks/{hook.pk}/deliveries/{Delivery.objects.get().pk}/again/")
    again = Delivery.objects.get()
    assert (again.state, again.attempts, again.finished_at) == ("waiting", 0, None)


@pytest.mark.parametrize(
    "url", ["http://10.0.0.1/", "https://127.0.0.1/", "ftp://x.example/", "https://u:p@x.example/"]
)
def test_an_address_that_is_not_called_is_refused_with_the_reason(as_ann, space, url):
    response = as_ann.post("/spaces/ops/webhooks/", {"name": "chat", "url": url, "form": "json"})
    assert response.status_code == 422
    assert b"errorlist" in response.content
    assert not Webhook.objects.exists()


def test_a_webhook_is_asked_for_through_its_own_space(as_ann, ann, space):
    other = Webhook.objects.create(space=make_space("other"), name="chat", url="https://hooks.example.org/")
    make_space("third", writers=[ann])
    for slug in ("ops", "third", "other"):
        assert as_ann.get(f"/spaces/{slug}/webhooks/{other.pk}/").status_code == 404
