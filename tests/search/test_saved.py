"""Saved searches: who sees them, what they find for whom, who is told of what is new."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from haystack.exceptions import SearchBackendError

from execlogs.announcing import announce
from inbox.keys import feed_key_of, renew_feed_key
from inbox.models import Delivery, MailChoice, Notice, Webhook
from inbox.wording import headline
from notebooks import moving
from notebooks.ingest import ingest
from notebooks.signals import notebook_changed
from search import refresh, tasks
from search.models import Arrival, Following, KnownHit, SavedSearch
from search.saved import keeping, telling
from search.saved.glance import glance
from stickies import writing
from stickies.drafts import At, Draft
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.execlogs.making import make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def space(index, ann, bob):
    """Ann writes in it, Bob reads."""
    return make_space("ops", name="Operations", readers=[bob], writers=[ann])


@pytest.fixture
def closed(index, ann):
    """Ann alone is in it."""
    return make_space("closed", name="Closed", writers=[ann])


def save(by, text="needle", space=None, *, told=True, **fields):
    search = SavedSearch(name="Needles", text=text, **fields)
    keeping.share(search, by, space)
    keeping.save(search, by)
    if told:
        tell(search, by)
    return search


def tell(search, person, *, is_told=True):
    keeping.tell(search, person, is_told=is_told)
    catch_up()


def catch_up():
    """What the workers do, after the time in which a search is silent."""
    refresh.drain()
    Following.objects.update(told_at=None)
    telling.tell_new(60)


def told(person):
    return [(notice.count, notice.excerpt) for notice in Notice.objects.of(person).order_by("pk")]


# --- Being told


def test_what_matches_anew_is_told_once(space, ann):
    save(ann)
    notebook = make_runbook(("markdown", "# Found"), "echo needle", space=space, path="a.ipynb")
    make_runbook("echo hay", space=space, path="b.ipynb")
    catch_up()
    assert told(ann) == [(1, "Found")]
    notice = Notice.objects.get()
    assert headline(notice) == "1 new hit: Needles"
    notebook_changed.send(type(notebook), notebook=notebook)
    catch_up()
    assert len(told(ann)) == 1


def test_every_engine_finds_what_is_new_among_what_came(engine, ann):
    space = make_space(writers=[ann])
    save(ann, "needle -hay", narrowed={"kind": "code"})
    make_runbook("echo needle", "echo needle hay", space=space, path="a.ipynb")
    catch_up()
    make_runbook("grep needle", space=space, path="b.ipynb")
    catch_up()
    assert [count for count, _ in told(ann)] == [1, 1]


def test_what_matched_before_is_not_new_when_it_is_saved_again(space, ann):
    make_runbook("echo needle", space=space, path="a.ipynb")
    refresh.drain()
    save(ann)
    ingest(space, "a.ipynb", make_notebook(("markdown", "# More"), "echo needle"))
    catch_up()
    assert told(ann) == []


def test_another_cell_of_a_known_runbook_is_new(space, ann):
    save(ann)
    make_runbook("echo needle", space=space, path="a.ipynb")
    catch_up()
    ingest(space, "a.ipynb", make_notebook("echo needle", "grep needle /var/log"))
    catch_up()
    assert [count for count, _ in told(ann)] == [1, 1]


def test_notes_and_executions_are_told_too(space, ann):
    notebook = make_runbook("ls", space=space)
    save(ann)
    writing.write(Draft(space, At.cell(notebook, notebook.cells.get(index=0)), "a needle here"), ann)
    catch_up()
    announce([make_execution(space, "ls", output="needle", notebook=notebook).pk])
    catch_up()
    assert [count for count, _ in told(ann)] == [1, 1]


def test_a_thousand_runbooks_together_are_one_notice(space, ann, monkeypatch):
    monkeypatch.setattr(telling, "MOST", 20)
    save(ann)
    for number in range(60):
        make_runbook("echo needle", space=space, path=f"{number}.ipynb")
    catch_up()
    assert [count for count, _ in told(ann)] == [60]


def test_after_a_notice_a_search_is_silent_for_a_while_and_then_tells_of_all(space, ann):
    save(ann)
    for number in range(3):
        make_runbook("echo needle", space=space, path=f"{number}.ipynb")
        refresh.drain()
        telling.tell_new(60)
    assert [count for count, _ in told(ann)] == [1]
    assert not telling.is_anybody_waiting()
    Following.objects.update(told_at=timezone.now() - telling.QUIET - timedelta(seconds=1))
    assert telling.is_anybody_waiting()
    telling.tell_new(60)
    assert [count for count, _ in told(ann)] == [1, 2]


def test_mail_follows_the_inboxs_own_settings(space, ann, settings):
    settings.SENDS_MAIL = True
    ann.email = "ann@ops.example"
    ann.save()
    MailChoice.objects.create(user=ann, when="at_once")
    save(ann)
    make_runbook("echo needle", space=space)
    catch_up()
    assert Notice.objects.get().mail == Notice.Mail.WAITING


def test_nothing_is_kept_of_what_is_indexed_where_nobody_is_told(space, ann):
    save(ann, told=False)
    make_runbook("echo needle", space=space)
    refresh.drain()
    assert not Arrival.objects.exists()
    assert not telling.is_anybody_waiting()


def test_arrivals_are_forgotten_once_all_were_asked_for(space, ann, bob):
    search = save(ann, space=space)
    tell(search, bob)
    make_runbook("echo hay", space=space)
    refresh.drain()
    assert Arrival.objects.exists()
    telling.tell_new(60)
    assert not Arrival.objects.exists()


def test_who_wants_to_be_told_no_more_is_not_told(space, ann):
    search = save(ann)
    tell(search, ann, is_told=False)
    make_runbook("echo needle", space=space)
    catch_up()
    assert told(ann) == []


def test_of_another_question_what_matches_already_is_old(space, ann):
    make_runbook("echo hay", space=space, path="a.ipynb")
    search = save(ann)
    search.text = "hay"
    keeping.save(search, ann)
    catch_up()
    ingest(space, "a.ipynb", make_notebook("echo hay", "ls"))
    catch_up()
    assert told(ann) == []
    make_runbook("echo hay", space=space, path="b.ipynb")
    catch_up()
    assert [count for count, _ in told(ann)] == [1]


def test_words_that_only_begin_so_are_no_new_hit(space, ann):
    save(ann, "need")
    make_runbook("echo needle", space=space)
    catch_up()
    assert told(ann) == []


def test_narrowing_holds_for_notices(space, ann):
    save(ann, narrowed={"kind": "markdown"})
    make_runbook("echo needle", ("markdown", "a needle"), space=space)
    catch_up()
    assert [count for count, _ in told(ann)] == [1]


def test_two_workers_tell_once(space, ann):
    save(ann)
    make_runbook("echo needle", space=space)
    refresh.drain()
    stale = Following.objects.select_related("search__space", "user__preferences").get()
    telling.tell_new(60)
    KnownHit.objects.all().delete()
    make_runbook("echo needle", space=space, path="b.ipynb")
    refresh.drain()
    telling._look(stale)  # it read the row before the other was done
    assert len(told(ann)) == 1


def test_a_failing_engine_loses_nothing(space, ann, monkeypatch):
    save(ann)
    make_runbook("echo needle", space=space)
    refresh.drain()
    with monkeypatch.context() as broken:
        broken.setattr(telling, "ask", fail)
        tasks.tell_new()
    assert told(ann) == []
    tasks.tell_new()
    assert len(told(ann)) == 1


def fail(*args, **kwargs):
    raise SearchBackendError("no disk")


# --- Only what one may read


def test_nobody_is_told_of_what_they_may_not_see(space, closed, ann, bob):
    search = save(ann, space=space)
    tell(search, bob)
    make_runbook(("markdown", "# Close"), "echo needle", space=closed, path="a.ipynb")
    catch_up()
    assert [count for count, _ in told(ann)] == [1]
    assert told(bob) == []
    make_runbook(("markdown", "# Open"), "echo needle", space=space, path="b.ipynb")
    catch_up()
    assert told(bob) == [(1, "Open")]


def test_a_notice_names_nothing_of_another_space_than_its_own(space, closed, ann):
    save(ann)
    make_runbook(("markdown", "# Close"), "echo needle", space=closed, path="a.ipynb")
    make_runbook(("markdown", "# Open"), "echo needle", space=space, path="b.ipynb")
    catch_up()
    notice = Notice.objects.get()
    assert notice.count == 2
    assert notice.excerpt == {space: "Open", closed: "Close"}[notice.space]


def test_after_a_space_is_closed_its_notices_are_gone_and_no_new_ones_come(space, ann, bob):
    search = save(ann, space=space)
    tell(search, bob)
    make_runbook("echo needle", space=space, path="a.ipynb")
    catch_up()
    assert len(told(bob)) == 1
    space.readers.clear()
    assert told(bob) == []
    make_runbook("echo needle", space=space, path="b.ipynb")
    catch_up()
    assert Notice.objects.filter(user=bob).count() == 1


def test_ones_own_search_tells_nothing_of_a_space_that_one_has_left(space, ann, bob):
    save(bob)
    make_runbook("echo needle", space=space, path="a.ipynb")
    space.readers.clear()
    catch_up()
    assert not Notice.objects.filter(user=bob).exists()


def test_who_is_not_in_use_any_more_is_not_told(space, ann, bob):
    save(bob)
    bob.is_active = False
    bob.save()
    make_runbook("echo needle", space=space)
    catch_up()
    assert not Notice.objects.exists()


def test_webhooks_of_a_space_hear_of_what_is_in_it_alone(space, closed, ann):
    Webhook.objects.create(space=space, name="chat", url="https://hooks.example.org/x")
    search = save(ann, space=space)
    tell(search, None)
    make_runbook(("markdown", "# Close"), "echo needle", space=closed, path="a.ipynb")
    catch_up()
    assert not Delivery.objects.exists()
    make_runbook(("markdown", "# Open"), "echo needle", space=space, path="b.ipynb")
    catch_up()
    assert [(each.told["count"], each.told["excerpt"]) for each in Delivery.objects.all()] == [(1, "Open")]


def test_webhooks_hear_nothing_of_what_a_person_is_told(space, ann):
    Webhook.objects.create(space=space, name="chat", url="https://hooks.example.org/x")
    save(ann)
    make_runbook("echo needle", space=space)
    catch_up()
    assert told(ann)
    assert not Delivery.objects.exists()


# --- Whose it is


def test_ones_own_is_seen_by_nobody_else(space, ann, bob):
    save(ann, told=False)
    assert not SavedSearch.objects.visible_to(bob).exists()


def test_what_is_shared_is_seen_by_readers_and_changed_by_writers(space, ann, bob):
    search = save(ann, space=space, told=False)
    assert list(SavedSearch.objects.visible_to(bob)) == [search]
    assert not SavedSearch.objects.changeable_by(bob).exists()
    assert list(SavedSearch.objects.changeable_by(ann)) == [search]
    assert not SavedSearch.objects.visible_to(make_user()).exists()


def test_what_is_shared_outlives_the_account(space, ann):
    save(ann, space=space, told=False)
    save(ann, told=False)
    ann.delete()
    assert [search.author_name for search in SavedSearch.objects.all()] == ["ann"]


def test_taken_back_from_a_space_it_tells_only_its_owner(space, ann, bob):
    search = save(ann, space=space)
    tell(search, bob)
    tell(search, None)
    keeping.share(search, ann, None)
    keeping.save(search, ann)
    assert [each.user for each in search.followings.all()] == [ann]


def test_of_a_deleted_search_no_notice_is_left(space, ann):
    search = save(ann)
    make_runbook("echo needle", space=space)
    catch_up()
    keeping.delete(search)
    assert told(ann) == []


@pytest.mark.parametrize(("text", "narrowed"), [("", {}), ("  ", {"nonsense": "x"})])
def test_nothing_is_no_search(space, ann, text, narrowed):
    with pytest.raises(keeping.Refused):
        save(ann, text, narrowed=narrowed)


def test_there_is_an_end_to_how_many_one_keeps(space, ann, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    save(ann, told=False)
    save(ann, told=False)
    with pytest.raises(keeping.Refused):
        save(ann, told=False)
    save(ann, space=space, told=False)


# --- On home


def test_home_counts_what_is_new_to_each_reader_since_they_opened_it(space, closed, ann, bob, client):
    search = save(ann, space=space, told=False)
    a_minute_ago = timezone.now() - timedelta(minutes=1)  # an engine knows the second alone
    SavedSearch.objects.update(created_at=a_minute_ago)
    make_runbook("echo needle", space=space, path="a.ipynb")
    make_runbook("echo needle", space=closed, path="b.ipynb")
    refresh.drain()
    assert [line.new for line in glance(ann).lines] == [2]
    assert [line.new for line in glance(bob).lines] == [1]
    client.force_login(bob)
    assert "1 new" in client.get("/").content.decode()
    client.get(search.get_absolute_url())
    assert [line.new for line in glance(bob).lines] == [0]
    assert [line.new for line in glance(ann).lines] == [2]


def test_home_stands_where_the_engine_fails(space, ann, client, monkeypatch):
    save(ann, told=False)
    monkeypatch.setattr("search.saved.glance.ask", fail)
    client.force_login(ann)
    html = client.get("/").content.decode()
    assert "Needles" in html
    assert "cannot be counted now" in html


# --- Feeds


def feed(client, search, person):
    return client.get(reverse("feed-search", args=[feed_key_of(person), search.pk]))


def test_a_feed_has_what_its_own_reader_may_read(space, closed, ann, bob, client):
    search = save(ann, space=space, told=False)
    make_runbook(("markdown", "# Close\x1b[0m <b>"), "echo needle", space=closed, path="a.ipynb")
    make_runbook(("markdown", "# Open"), "echo needle", space=space, path="b.ipynb")
    refresh.drain()
    of_ann, of_bob = feed(client, search, ann).content.decode(), feed(client, search, bob).content.decode()
    assert "Close" in of_ann
    assert "Open" in of_bob
    assert "Close" not in of_bob
    assert feed_key_of(bob).partition("-")[2] not in of_bob.replace(
        reverse("feed-search", args=[feed_key_of(bob), search.pk]), ""
    )


def test_who_left_the_space_reads_no_feed_of_its_search_and_nothing_of_it_in_their_own(
    space, ann, bob, client
):
    shared, own = save(ann, space=space, told=False), save(bob, told=False)
    make_runbook(("markdown", "# Open"), "echo needle", space=space)
    refresh.drain()
    assert "Open" in feed(client, own, bob).content.decode()
    space.readers.clear()
    assert feed(client, shared, bob).status_code == 404
    response = feed(client, own, bob)
    assert response.status_code == 200
    assert "Open" not in response.content.decode()


def test_a_renewed_address_opens_alone(space, ann, client):
    search = save(ann, told=False)
    refresh.drain()
    old = reverse("feed-search", args=[feed_key_of(ann), search.pk])
    renew_feed_key(ann)
    assert client.get(old).status_code == 404
    assert feed(client, search, ann).status_code == 200


def test_a_feed_says_that_the_engine_failed(space, ann, client, monkeypatch):
    search = save(ann, told=False)
    monkeypatch.setattr("search.saved.feed.ask", fail)
    response = feed(client, search, ann)
    assert response.status_code == 503
    assert "The search engine failed" in response.content.decode()


def test_a_deleted_runbook_is_in_no_feed(space, ann, client):
    search = save(ann, told=False)
    notebook = make_runbook(("markdown", "# Open"), "echo needle", space=space)
    refresh.drain()
    moving.delete(notebook, ann)
    assert "Open" not in feed(client, search, ann).content.decode()
