"""The pages of saved searches, their API, and the history of searches."""

import pytest
from django.db import OperationalError
from django.urls import reverse
from rest_framework.test import APIClient

from inbox.models import Notice
from opsnotes.models import Preferences
from search import refresh
from search.models import Following, PastSearch, SavedSearch
from search.saved import history, keeping, telling
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

LIST = reverse("saved-searches")
NEW = reverse("saved-search-new")


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def space(index, ann):
    return make_space("ops", name="Operations", writers=[ann])


@pytest.fixture
def as_ann(client, ann, space):
    client.force_login(ann)
    return client


@pytest.fixture
def api(ann, space):
    client = APIClient()
    client.force_authenticate(ann)
    return client


def text(response, status=200):
    assert response.status_code == status
    return response.content.decode()


# --- Pages


def test_what_was_searched_for_is_saved_with_its_order_and_narrowing_and_opened_again(as_ann, space):
    make_runbook("echo needle", space=space)
    refresh.drain()
    asked = "?q=needle+-hay&sort=newest&kind=code&host=web-17"
    form = text(as_ann.get(f"{NEW}{asked}"))
    assert "needle -hay" in form
    assert 'value="web-17" checked' in form
    sent = {"name": "Needles", "q": "needle -hay", "sort": "newest", "kind": "code", "host": "web-17"}
    assert as_ann.post(NEW, sent).url == LIST
    search = SavedSearch.objects.get()
    assert (search.text, search.sort, search.narrowed) == (
        "needle -hay",
        "newest",
        {"kind": "code", "host": "web-17"},
    )
    assert "Needles" in text(as_ann.get(LIST))
    address = as_ann.get(search.get_absolute_url()).url
    assert address == reverse("search") + "?q=needle+-hay&kind=code&host=web-17&sort=newest"
    assert NEW in text(as_ann.get(address))


def test_the_results_page_offers_to_save_also_what_finds_nothing_yet(as_ann, space, client):
    make_runbook("ls", space=space)
    refresh.drain()
    assert f"{NEW}?q=needle" in text(as_ann.get(reverse("search"), {"q": "needle"}))
    client.logout()
    assert NEW not in text(client.get(reverse("search"), {"q": "needle"}))


def test_a_narrowing_that_is_not_ticked_is_dropped(as_ann, ann):
    search = SavedSearch.objects.create(name="a", text="x", narrowed={"kind": "code", "host": "a"}, owner=ann)
    as_ann.post(
        reverse("saved-search-edit", args=[search.pk]),
        {"name": "b", "q": "x", "sort": "best", "kind": "code"},
    )
    search.refresh_from_db()
    assert (search.name, search.narrowed) == ("b", {"kind": "code"})


@pytest.mark.parametrize(
    "sent", [{"name": "a", "q": " "}, {"name": "", "q": "x"}, {"name": "a", "q": "x" * 1001}]
)
def test_a_form_that_says_too_little_or_too_much_comes_back(as_ann, sent):
    assert "errorlist" in text(as_ann.post(NEW, {"sort": "best", **sent}), 422)
    assert not SavedSearch.objects.exists()


def test_a_space_that_one_does_not_write_to_is_not_offered_nor_taken(as_ann):
    make_space("other", name="Other", is_public=True)
    assert "Other" not in text(as_ann.get(NEW))
    assert as_ann.post(NEW, {"name": "a", "q": "x", "sort": "best", "shared": "other"}).status_code == 422


def test_there_is_an_end_to_them_and_the_form_says_so(as_ann, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 0)
    html = text(as_ann.post(NEW, {"name": "a", "q": "x", "sort": "best"}), 422)
    assert "Delete one that nobody needs" in html


def test_being_told_is_switched_on_and_off_by_each_reader(as_ann, ann, space):
    search = SavedSearch.objects.create(name="a", text="x", space=space)
    tell = reverse("saved-search-tell", args=[search.pk])
    as_ann.post(tell)
    assert Following.objects.get(user=ann).is_told
    assert "Tell me no more" in text(as_ann.get(LIST))
    as_ann.post(tell, {"stop": "1"})
    assert not Following.objects.get(user=ann).is_told


def test_whoever_opens_a_search_has_read_what_they_were_told_of_it(as_ann, ann, space):
    search = SavedSearch.objects.create(name="a", text="needle", owner=ann)
    keeping.tell(search, ann, is_told=True)
    refresh.drain()
    telling.tell_new(60)
    make_runbook("echo needle", space=space)
    refresh.drain()
    telling.tell_new(60)
    notice = Notice.objects.get(read_at=None)
    assert "1 new hit: a" in text(as_ann.get(reverse("inbox")))
    as_ann.get(notice.url)
    assert not Notice.objects.filter(read_at=None).exists()


def test_names_and_words_are_never_markup(as_ann, ann):
    hostile = "<script>alert(1)</script>"
    SavedSearch.objects.create(name=hostile, text=hostile, narrowed={"host": hostile}, owner=ann)
    for address in (LIST, "/"):
        assert hostile not in text(as_ann.get(address))


# --- History


def look_for(client, *queries):
    for query in queries:
        assert client.get(reverse("search"), {"q": query}).status_code == 200


def test_the_last_twenty_searches_stand_below_the_empty_search_page(as_ann, ann):
    refresh.drain()
    look_for(as_ann, *(f"word{number}" for number in range(22)), "word5")
    assert (
        history.last_of(ann)
        == ["word5", *(f"word{number}" for number in range(21, 2, -1) if number != 5), "word2"][:20]
    )
    html = text(as_ann.get(reverse("search")))
    assert "word5" in html
    assert "word21" in html


def test_nobody_sees_what_another_searched_for(as_ann, ann, client):
    refresh.drain()
    look_for(as_ann, "zanzibar")
    client.force_login(make_user())
    assert "zanzibar" not in text(client.get(reverse("search")))


def test_without_an_account_nothing_is_written_down(client, index):
    refresh.drain()
    look_for(client, "word")
    assert not PastSearch.objects.exists()


def test_the_history_is_deleted_when_one_says_so(as_ann):
    refresh.drain()
    look_for(as_ann, "word")
    as_ann.post(reverse("search-history-clear"))
    assert not PastSearch.objects.exists()


def test_who_wants_no_history_has_none_from_then_on(as_ann, ann):
    refresh.drain()
    look_for(as_ann, "word")
    as_ann.post(reverse("account"), {"language": "", "time_zone": "", "theme": ""})
    assert not Preferences.objects.get(user=ann).search_history
    assert not PastSearch.objects.exists()
    look_for(as_ann, "word")
    assert not PastSearch.objects.exists()
    assert "are not kept" in text(as_ann.get(LIST))


def test_a_search_does_not_fail_because_it_could_not_be_written_down(as_ann, monkeypatch):
    def fail(*args):
        raise OperationalError("database is locked")

    monkeypatch.setattr(history, "_write", fail)
    refresh.drain()
    look_for(as_ann, "word")


# --- API


def test_the_api_saves_changes_and_deletes(api, space):
    listed = reverse("api-saved-searches-list")
    sent = {"name": "Needles", "q": "needle", "sort": "newest", "narrowed": {"kind": "code"}, "tell": True}
    made = api.post(listed, sent, format="json").json()
    assert {name: made[name] for name in sent} == sent
    assert (made["space"], made["author"]) == (None, "ann")
    one = reverse("api-saved-searches-detail", args=[made["id"]])
    changed = api.patch(one, {"space": "ops", "q": "hay"}, format="json").json()
    assert (changed["space"], changed["q"], changed["name"], changed["tell"]) == (
        "ops",
        "hay",
        "Needles",
        True,
    )
    assert api.patch(one, {"space": None}, format="json").json()["space"] is None
    assert [each["id"] for each in api.get(listed).json()["results"]] == [made["id"]]
    assert api.delete(one).status_code == 204
    assert api.get(one).status_code == 404


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"name": "a"}, "q"), ({"q": "x"}, "name"), ({"name": "a", "q": "x", "sort": "worst"}, "sort")],
)
def test_the_api_says_what_is_missing(api, sent, field):
    response = api.post(reverse("api-saved-searches-list"), sent, format="json")
    assert response.status_code == 400
    assert field in response.json()


def test_a_reader_of_a_shared_search_may_be_told_of_it_and_nothing_else(api, ann, space):
    shared = make_space("shared", readers=[ann])
    search = SavedSearch.objects.create(name="a", text="x", space=shared)
    one = reverse("api-saved-searches-detail", args=[search.pk])
    assert api.patch(one, {"tell": True}, format="json").json()["tell"] is True
    assert api.patch(one, {"tell": False, "name": "b"}, format="json").status_code == 403
