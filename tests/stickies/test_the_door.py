"""The door for sidestickies, asked as the extension asks, byte for byte, over HTTP from a running server."""

import http.client
import json
from datetime import timedelta
from urllib.parse import quote, urlencode, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from lineage.models import Descent
from notebooks.memes import parse
from stickies import writing
from stickies.door import guesses
from stickies.door.keys import find_key, make_key
from stickies.drafts import At, Draft
from stickies.models import DoorKey, Edit, Kind, Note, Reach, Tag
from stickies.standing import notes_at
from tests.builders import make_runbook, make_space, make_user
from tests.stickies.test_door_query import asked

pytestmark = pytest.mark.django_db

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
ONE, TWO = f"{UUID}-1-00ff", f"{UUID}-2-00ff-0abc"
OTHER = "47af6c3f-f216-11ee-a80f-0242ac110002"
NOTHING = {"docs": [], "numFound": 0, "start": 0}


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer])


@pytest.fixture
def key(space, writer):
    return make_key(space, "hub", writer)


def note(space, writer, body, *, meme="", title="", **labels):
    return writing.write(Draft(space, At(meme=parse(meme), title=title), body, **labels), writer)


@pytest.fixture
def get(live_server):
    """A request with the headers that Tornado sends and no others: no cookie."""

    def get_(target):
        address = urlsplit(live_server.url)
        connection = http.client.HTTPConnection(address.hostname, address.port, timeout=20)
        connection.putrequest("GET", target, skip_accept_encoding=True, skip_host=True)
        connection.putheader("Host", address.netloc)
        connection.putheader("User-Agent", "Tornado/6.5.1")
        connection.putheader("Accept-Encoding", "gzip")
        connection.putheader("Connection", "close")
        connection.endheaders()
        response = connection.getresponse()
        answer = response.status, response.read()
        connection.close()
        return answer

    return get_


@pytest.fixture
def ask(get, key):
    def ask_(query, apikey=key):
        target = f"/ep_weave/api/search?q={quote(query, safe='')}&sort=indexed%20desc&apikey={apikey}"
        status, body = get(target)
        assert status == 200, body
        return json.loads(body)

    return ask_


def titles(found):
    return [doc["title"] for doc in found["docs"]]


# The key


def test_the_request_that_was_recorded_is_answered(get, key, space, writer):
    written = note(space, writer, "Stop the queue first", meme=UUID)
    recorded = f"/ep_weave/api/search?q=hash%3A%22%23{UUID}%22&sort=indexed%20desc&apikey={key}"
    status, body = get(recorded)
    found = json.loads(body)
    assert status == 200 and found["numFound"] == 1 and found["start"] == 0
    doc = found["docs"][0]
    assert (doc["id"], doc["title"], doc["shorttext"]) == (str(written.pk), UUID, "Stop the queue first")


def test_a_missing_an_empty_and_a_wrong_key_are_told_apart(get, key):
    path = f"/ep_weave/api/search?q=hash%3A%22%23{UUID}%22&sort=indexed%20desc"
    answers = [get(f"{path}{end}")[0] for end in ("", "&apikey=", "&apikey=wrong", f"&apikey={key}")]
    assert answers == [400, 401, 403, 200]


def test_two_keys_are_no_key(get, key):
    assert get(f"/ep_weave/api/search?q=a&apikey={key}&apikey={key}")[0] == 400


def test_a_question_without_a_query_is_none(get, key):
    assert get(f"/ep_weave/api/search?apikey={key}")[0] == 400


def test_a_revoked_key_opens_nothing_from_that_moment(get, key):
    path = f"/ep_weave/api/search?q=hash%3A%22%23{UUID}%22&apikey={key}"
    assert get(path)[0] == 200
    DoorKey.objects.all().delete()
    assert get(path)[0] == 403


def test_who_is_signed_in_makes_no_difference(client, space, writer):
    client.force_login(writer)
    assert client.get("/ep_weave/api/search", {"q": f'hash:"#{UUID}"'}).status_code == 400


def test_whoever_tries_keys_is_slowed_down_and_the_right_one_still_opens(client, key, monkeypatch):
    monkeypatch.setattr(guesses, "MOST", 3)
    wrong = [
        client.get("/ep_weave/api/search", {"q": "a", "apikey": f"{number}"}).status_code
        for number in range(5)
    ]
    assert wrong == [403, 403, 403, 429, 429]
    assert client.get("/ep_weave/api/search", {"q": "a", "apikey": key}).status_code == 200


def test_the_last_use_of_a_key_is_known(ask, key):
    assert find_key(key).used_at is None
    ask("anything")
    assert find_key(key).used_at is not None


# What is found


def test_where_there_is_nothing_that_is_no_error(ask):
    assert ask(f'hash:"#{UUID}"') == NOTHING


def test_a_note_is_found_by_its_exact_id(ask, space, writer):
    note(space, writer, "at the first branch", meme=ONE)
    note(space, writer, "elsewhere", meme=OTHER)
    found = ask(asked(ONE))
    assert found["numFound"] == 1 and titles(found) == [ONE]


def test_the_base_uuid_finds_every_branch(ask, space, writer):
    for meme in (UUID, ONE, TWO):
        note(space, writer, meme, meme=meme)
    found = ask(asked(UUID))
    assert found["numFound"] == 3 and sorted(titles(found)) == sorted([UUID, ONE, TWO])


def test_a_full_id_finds_its_own_branch_and_no_other(ask, space, writer):
    """Where it finds none, sidestickies asks again by the base UUID."""
    note(space, writer, "two", meme=TWO)
    assert ask(asked(ONE)) == NOTHING


def test_a_note_for_one_id_alone_is_not_one_of_its_family(ask, space, writer):
    note(space, writer, "here alone", meme=ONE, reach=Reach.ID)
    assert ask(asked(ONE))["numFound"] == 1
    assert ask(asked(UUID)) == NOTHING


def test_several_notes_of_one_cell_are_counted_hazards_first_and_what_is_settled_last(ask, space, writer):
    settled = note(space, writer, "settled hazard", meme=ONE, kind=Kind.HAZARD)
    writing.resolve(settled, writer)
    for body, kind in (("older", Kind.TIP), ("hazard", Kind.HAZARD), ("newer", Kind.TIP)):
        note(space, writer, body, meme=ONE, kind=kind)
    found = ask(asked(ONE))
    assert found["numFound"] == 4
    assert [doc["shorttext"] for doc in found["docs"]] == ["hazard", "newer", "older", "settled hazard"]


def test_a_note_that_two_terms_find_is_one(ask, space, writer):
    note(space, writer, f"#手順 #{UUID}", title="手順")
    assert ask(asked(UUID, "手順"))["numFound"] == 1


def test_replies_are_no_notes_of_their_own_but_their_tags_count_for_the_thread(ask, space, writer):
    thread = note(space, writer, "thread", meme=ONE)
    writing.reply(thread, "see #disk", writer)
    assert ask(asked(ONE))["numFound"] == 1
    assert [doc["id"] for doc in ask('hash:"#disk"')["docs"]] == [str(thread.pk)]


def test_what_was_deleted_is_not_found(ask, space, writer):
    thread = note(space, writer, "gone #disk", meme=ONE)
    writing.reply(thread, "reply #disk", writer)
    writing.delete(thread, writer)
    assert ask(asked(ONE, "disk")) == NOTHING


@pytest.mark.parametrize(
    "heading", ['手順 "A"', "/etc/hosts の確認", 'Say "hi" / bye', "100% & more?", "a+b #c", "C:\\", "# x"]
)
def test_headings_find_notes_of_that_title_whatever_is_in_them(ask, space, writer, heading):
    note(space, writer, "about the heading", title=heading)
    note(space, writer, "another", title=f"{heading} 2")
    found = ask(asked(ONE, heading))
    assert titles(found) == [heading] and found["numFound"] == 1
    assert found["docs"][0]["shorttext"] == "about the heading"


def test_of_a_hash_with_spaces_the_first_word_is_looked_for(ask, space, writer):
    note(space, writer, "tagged #手順", title="one")
    note(space, writer, "tagged #手 #順", title="two")
    assert titles(ask(asked(ONE, "手順 A"))) == ["one"]


def test_a_tag_is_found_however_wide_it_was_typed(ask, space, writer):
    note(space, writer, "＃ＤＩＳＫ が一杯", title="one")
    assert titles(ask('hash:"#Disk"')) == ["one"]


def test_a_note_elsewhere_that_is_tagged_with_an_id_is_found_by_it(ask, space, writer):
    note(space, writer, f"the same as #{ONE}", meme=OTHER)
    assert titles(ask(asked(ONE))) == [OTHER]


def test_notes_on_a_cell_that_came_to_carry_an_id_follow_it(ask, space, writer):
    note(space, writer, "from before", meme=OTHER)
    Descent.objects.create(child=UUID, parent=OTHER, how=Descent.How.ADOPTED, space=space)
    assert titles(ask(asked(ONE))) == titles(ask(asked(UUID))) == [OTHER]


def test_a_key_opens_its_own_space_and_no_other(ask, writer):
    elsewhere = make_space("elsewhere", writers=[writer], is_public=True)
    note(elsewhere, writer, "not here #disk", meme=ONE)
    note(elsewhere, writer, "not here", title="手順")
    assert ask(asked(ONE, "手順", "disk")) == NOTHING


def test_a_malformed_question_is_answered(ask):
    for query in ('hash:"#手順 "A""', 'hash:"', "hash:", ' OR OR "', "\\", "title:\\", "*", "hash:#" * 2000):
        assert ask(query)["numFound"] == 0


def test_asking_takes_the_same_few_queries_however_much_there_is(
    client, key, space, writer, django_assert_max_num_queries
):
    for number in range(25):
        note(space, writer, f"#disk #tag{number}", meme=ONE)
        Note.objects.update(created_at=timezone.now() - timedelta(hours=1))  # nobody writes so fast
    query = asked(ONE, *(f"tag{number}" for number in range(25)))
    client.get("/ep_weave/api/search", {"q": "a", "apikey": key})
    with django_assert_max_num_queries(7):
        found = client.get("/ep_weave/api/search", {"q": query, "apikey": key}).json()
    assert found["numFound"] == 25


# Opening a title


def new_note(meme, source="df -h"):
    """What the extension opens for a cell without a note."""
    uuid = meme[:36]
    tags = f"\n\n#{uuid}\n" + (f"#{meme}\n" if meme != uuid else "")
    body = f"{tags}```\n{source}\n```\n"[:1024]
    return f"/t/{quote(meme)}?{urlencode({'body': body}, quote_via=quote)}"


def everything():
    return (list(Note.objects.values()), list(Tag.objects.values()), Edit.objects.count())


@pytest.fixture
def signed_in(client, writer, space):
    client.force_login(writer)
    return client


def test_a_cell_without_a_note_gets_an_editor_that_is_filled(signed_in):
    answer = signed_in.get(new_note(ONE))
    form = answer.context["form"]
    assert answer.status_code == 200 and "df -h" in form["body"].value()
    assert f"#{UUID}" not in form["body"].value()
    assert Note.objects.count() == 0


def test_saving_makes_the_note_and_leads_to_its_page(signed_in, ask):
    address = new_note(ONE)
    answer = signed_in.post(address, {"body": "Stop the queue first", "kind": "hazard", "space": "ops"})
    made = Note.objects.get()
    assert answer.status_code == 302 and answer["Location"] == f"/t/{ONE}#note-{made.pk}"
    assert (str(made.meme), made.branch, made.kind) == (UUID, "1-00ff", Kind.HAZARD)
    assert ask(asked(ONE))["docs"][0]["shorttext"] == "Stop the queue first"


def test_a_second_opening_changes_nothing_and_shows_what_is_there(signed_in, space, writer):
    note(space, writer, "already there", meme=ONE)
    before = everything()
    for _ in range(2):
        answer = signed_in.get(new_note(ONE, "something else"))
        assert b"already there" in answer.content and b"something else" not in answer.content
        assert answer.context["form"]["body"].value() == ""
    assert everything() == before


def test_a_post_from_elsewhere_is_refused(writer, space):
    client = Client(enforce_csrf_checks=True)
    client.force_login(writer)
    data = {"body": "forged", "kind": "tip", "space": "ops"}
    assert client.post(new_note(ONE), data).status_code == 403
    assert Note.objects.count() == 0


def test_who_is_not_signed_in_logs_in_and_comes_back_to_the_same_editor(client, writer, space):
    source = "# 空き容量を確かめる\n" * 40
    sent = client.get(new_note(ONE, source))
    assert sent.status_code == 302 and len(sent["Location"]) < 4000
    login = client.get(sent["Location"])
    back = client.post(
        sent["Location"],
        {"username": "writer", "password": "correct horse battery staple", "next": login.context["next"]},
    )
    assert "空き容量を確かめる" in client.get(back["Location"]).context["form"]["body"].value()


@pytest.mark.parametrize("title", ["手順 A/B", "/etc/hosts の確認", '100% "sure"? #1', "a//b", "次；"])
def test_a_title_that_is_no_meme_is_a_note_of_its_own(signed_in, ask, title):
    address = f"/t/{quote(title)}"
    assert signed_in.get(address).status_code == 200
    answer = signed_in.post(address, {"body": "kept", "kind": "tip", "space": "ops"})
    signed_in.post(address, {"body": "kept", "kind": "tip", "space": "ops"})  # a double click
    made = Note.objects.get()
    assert (made.title, made.meme) == (title, None)
    assert b"kept" in signed_in.get(answer["Location"].partition("#")[0]).content
    assert titles(ask(asked(ONE, title))) == [title]


def test_a_title_of_words_with_an_id_in_the_body_stands_at_that_cell(signed_in, ask):
    signed_in.post(
        f"/t/{quote('ディスクが一杯')}", {"body": f"掃除する #{UUID} #{ONE}", "kind": "tip", "space": "ops"}
    )
    made = Note.objects.get()
    assert (made.title, str(made.meme), made.branch) == ("ディスクが一杯", UUID, "1-00ff")
    assert titles(ask(asked(ONE))) == ["ディスクが一杯"]


def test_a_note_made_through_the_door_is_seen_at_every_copy(signed_in, space, writer):
    copies = [
        make_runbook("df -h", memes=[meme], space=space, path=f"{number}.ipynb")
        for number, meme in enumerate((UUID, ONE, TWO))
    ]
    signed_in.post(new_note(ONE), {"body": "Stop the queue first", "kind": "hazard", "space": "ops"})
    for copy in copies:
        seen = notes_at(copy.cells.all(), copy, writer)[0]
        assert [each.note.body for each in seen] == ["Stop the queue first"]
    assert Note.objects.get().notebook == copies[1]


def test_a_note_made_at_a_cell_here_is_found_through_the_door(ask, space, writer):
    runbook = make_runbook("df -h", memes=[ONE], space=space)
    writing.write(Draft(space, At.cell(runbook, runbook.cells.get()), "Written here"), writer)
    for meme in (ONE, UUID):
        found = ask(asked(meme))
        assert titles(found) == [ONE] and found["docs"][0]["shorttext"] == "Written here"


def test_a_note_on_a_notebook_is_one_on_the_whole(signed_in, ask, space):
    runbook = make_runbook(("markdown", "# 手順"), meme=UUID, space=space)
    body = f"\n\n#{UUID}\ncode:toc.md\n  # 手順"
    signed_in.post(
        f"/t/{UUID}?{urlencode({'body': body})}", {"body": "for all of it", "kind": "tip", "space": "ops"}
    )
    made = Note.objects.get()
    assert made.is_of_notebook and made.notebook == runbook
    assert titles(ask(asked(UUID))) == [UUID]


def test_the_text_that_it_was_written_for_is_the_one_on_the_notebook_server(signed_in, space):
    make_runbook("df -h", memes=[ONE], space=space)
    signed_in.post(new_note(ONE, "df -h /data"), {"body": "new", "kind": "tip", "space": "ops"})
    assert Note.objects.get().cell_text == "df -h /data"


def test_a_note_goes_where_the_cell_is_unless_one_says_otherwise(signed_in, writer):
    make_space("a-first", name="A", writers=[writer])
    home = make_space("home", name="Z", writers=[writer])
    make_runbook("df -h", memes=[ONE], space=home)
    assert signed_in.get(new_note(TWO)).context["form"]["space"].value() == "home"


def test_a_new_title_goes_where_a_notebook_server_asks(signed_in, writer, key):
    make_space("a-first", name="A", writers=[writer])
    assert signed_in.get("/t/disk").context["form"]["space"].value() == "ops"


def test_a_preview_writes_nothing(signed_in):
    data = {"body": "**bold**", "kind": "tip", "space": "ops", "preview": "1"}
    answer = signed_in.post("/t/disk", data)
    assert b"<strong>bold</strong>" in answer.content and Note.objects.count() == 0


def test_an_empty_note_is_refused_and_says_why(signed_in):
    answer = signed_in.post("/t/disk", {"body": " ", "kind": "tip", "space": "ops"})
    assert answer.status_code == 422 and Note.objects.count() == 0


def test_who_may_write_nowhere_is_told_so(client):
    client.force_login(make_user())
    answer = client.get("/t/disk")
    assert answer.status_code == 200 and b"you may write notes" in answer.content
    assert client.post("/t/disk", {"body": "a", "kind": "tip", "space": "ops"}).status_code == 403


def test_a_stranger_sees_none_of_the_notes_of_a_title(client, space, writer):
    make_runbook(("markdown", "# 手順"), memes=[ONE], space=space)
    note(space, writer, "secret", title="手順")
    note(space, writer, "secret #手順", meme=ONE)
    client.force_login(make_user())
    for title in ("手順", ONE, UUID, TWO):
        assert b"secret" not in client.get(f"/t/{quote(title)}").content
        assert b"runbook.ipynb" not in client.get(f"/t/{quote(title)}").content


def test_notes_of_other_branches_are_shown_below_the_editor(signed_in, space, writer):
    note(space, writer, "at another copy", meme=TWO)
    answer = signed_in.get(new_note(ONE))
    assert "df -h" in answer.context["form"]["body"].value() and b"at another copy" in answer.content


def test_a_page_of_a_title_takes_the_same_queries_however_many_notes_there_are(signed_in, space, writer):
    def queries():
        with CaptureQueriesContext(connection) as taken:
            assert signed_in.get("/t/disk").status_code == 200
        return len(taken)

    note(space, writer, "one #disk", meme=ONE)
    note(space, writer, "one", title="disk")
    signed_in.get("/t/disk")
    few = queries()
    for number in range(8):
        note(space, writer, f"{number} #disk", meme=TWO)
        note(space, writer, f"{number}", title="disk")
    assert queries() == few


def test_a_note_that_was_written_at_no_copy_does_not_say_so(signed_in, space, writer):
    note(space, writer, "of the heading", title="手順")
    note(space, writer, "of the cell", meme=ONE)
    for title in ("手順", ONE):
        assert b"Written at another copy" not in signed_in.get(f"/t/{quote(title)}").content


# Old addresses


def test_an_address_of_a_pad_leads_to_the_note(signed_in, space, writer):
    written = note(space, writer, "here", meme=ONE)
    answer = signed_in.get(reverse("pad", args=[written.pk]))
    assert answer.status_code == 302
    assert b"here" in signed_in.get(answer["Location"].partition("#")[0]).content


def test_of_a_pad_that_one_may_not_see_nothing_is_said(client, space, writer):
    written = note(space, writer, "here", meme=ONE)
    for pk in (written.pk, written.pk + 1, "g.8Dh2", "9" * 30):
        assert client.get(f"/p/{pk}").status_code == 302
    client.force_login(make_user())
    for pk in (written.pk, written.pk + 1, "g.8Dh2", "9" * 30):
        assert client.get(f"/p/{pk}").status_code == 404


# Keys of a space


def test_a_new_key_is_shown_once_and_opens_the_space(signed_in, ask):
    page = reverse("door-keys", args=["ops"])
    answer = signed_in.post(page, {"name": "hub 1"})
    key = answer.context["new_key"]
    assert key.encode() in answer.content and b"c.EpWeaveAPI.apikey" in answer.content
    assert ask("anything", key) == NOTHING
    again = signed_in.get(page).content
    assert key.encode() not in again and b"hub 1" in again
    assert not DoorKey.objects.filter(digest=key).exists()


def test_a_key_is_revoked(signed_in, key, get):
    page = reverse("door-key-revoke", args=["ops", find_key(key).pk])
    assert signed_in.post(page).status_code == 302
    assert get(f"/ep_weave/api/search?q=a&apikey={key}")[0] == 403


def test_a_key_is_revoked_only_in_its_own_space(signed_in, writer):
    elsewhere = make_space("elsewhere")
    make_key(elsewhere, "theirs", writer)
    page = reverse("door-key-revoke", args=["ops", DoorKey.objects.get(name="theirs").pk])
    assert signed_in.post(page).status_code == 404
    assert DoorKey.objects.filter(name="theirs").exists()


def test_only_writers_have_keys(client, space, key):
    reader = make_user()
    space.readers.add(reader)
    client.force_login(reader)
    assert client.get(reverse("door-keys", args=["ops"])).status_code == 403
