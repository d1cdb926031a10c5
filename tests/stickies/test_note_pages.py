"""Notes on pages, as a browser without JavaScript uses them."""

import re

import pytest
from django.urls import reverse

from notebooks.ingest import ingest
from notebooks.models import Notebook
from stickies.digests import digest_of
from stickies.filling import Filling
from stickies.models import Note
from stickies.standing import MOST_THREADS
from stickies.writing import delete, edit, reply, resolve
from tests.builders import make_notebook, make_runbook, make_space
from tests.hostile import payloads
from tests.stickies.builders import OTHER, UUID, at_cell, make_note

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(client, kato):
    client.force_login(kato)

    def get(url, **data):
        return client.get(url, data).content.decode()

    return get


@pytest.fixture
def copy(space):
    return make_runbook("sudo rm access.log", space=space, path="runs/copy.ipynb", memes=[f"{UUID}-1-00ff"])


def url_of(name, note):
    return reverse(f"note-{name}", args=[note.pk])


def new_url(runbook, index=0):
    return f"{reverse('note-new')}?notebook={runbook.pk}&index={index}"


def test_a_hazard_stands_open_above_its_cell_and_others_closed_beside_it(page, runbook, kato):
    make_note(runbook, "do not", by=kato, kind="hazard")
    make_note(runbook, "first line\n\nand more", by=kato, kind="question")
    html = page(runbook.get_absolute_url())
    row = html[html.index('id="cell-0"') : html.index('id="cell-1"')]
    assert row.index('<article class="note hazard"') < row.index('class="cell code')
    assert row.index('class="cell code') < row.index('<details class="note question"')
    assert '<span class="note-line">first line</span>' in row


def test_a_note_from_another_copy_says_so_links_there_and_shows_the_difference(page, runbook, copy, kato):
    note = make_note(runbook, by=kato)
    html = page(copy.get_absolute_url())
    assert f'href="{runbook.get_absolute_url()}?meme={UUID}"' in html
    assert "Written at a copy with other text." in html
    difference = page(url_of("difference", note), at=f"{copy.pk}:0")
    assert "<ins>sudo </ins>rm access.log" in difference


def test_an_older_text_is_said_with_its_difference(page, runbook, kato):
    note = make_note(runbook, by=kato)
    ingest(runbook.space, "disk.ipynb", make_notebook("rm -i access.log", memes=[UUID]))
    assert "Written for an older text." in page(Notebook.objects.get(pk=runbook.pk).get_absolute_url())
    assert "<ins>" in page(url_of("difference", note), at=f"{runbook.pk}:0")


def test_the_form_says_where_the_note_will_be_seen(page, runbook, copy):
    html = page(new_url(runbook))
    assert "will be seen at 2 copies in 2 folders" in html
    assert "will be seen at 1 copy in 1 folder" in html


def test_a_note_on_a_family_has_a_page_of_its_own_form(client, page, runbook):
    url = f"{reverse('note-new')}?meme={UUID}"
    assert "note-form" in page(url)
    client.post(url, {"body": "all of them", "kind": "tip", "space": "hub"})
    assert "all of them" in page(reverse("family", args=[UUID]))


def test_a_note_is_written_from_the_form_and_leads_back_to_it(client, page, runbook):
    sent = {"body": "look", "kind": "hazard", "channel": "meta", "reach": "id", "space": "hub", "quote": "rm"}
    answer = client.post(new_url(runbook), sent)
    note = Note.objects.get()
    assert answer["Location"].endswith(f"#note-{note.pk}")
    assert (note.kind, note.channel, note.reach, note.quote) == ("hazard", "meta", "id", "rm")


def test_a_form_that_is_sent_twice_is_one_note(client, page, runbook, kato):
    page(new_url(runbook))
    sent = {"body": "look", "kind": "tip", "space": "hub", "reach": "family"}
    answers = [client.post(new_url(runbook), sent) for _ in range(2)]
    note = Note.objects.get()
    assert {each.status_code for each in answers} == {302}
    for _ in range(2):
        client.post(f"{note.get_absolute_url()}reply/", {"body": "look"})
    assert note.replies.count() == 1
    client.post(new_url(runbook), sent | {"body": "look here"})
    client.post(new_url(runbook), sent | {"kind": "hazard"})
    client.post(f"{note.get_absolute_url()}reply/", {"body": "look again"})
    assert (Note.objects.threads().count(), note.replies.count()) == (3, 2)


def test_an_edit_that_is_sent_twice_is_one_and_no_quarrel(client, page, runbook, kato):
    note = make_note(runbook, by=kato)
    sent = {"body": "other", "kind": "tip", "reach": "family", "seen": digest_of(note.body)}
    page("/")
    answers = [client.post(f"{note.get_absolute_url()}edit/", sent).status_code for _ in range(2)]
    assert (answers, note.edits.count()) == ([302, 302], 1)


def test_what_was_deleted_can_be_said_again(client, page, runbook, kato):
    page(new_url(runbook))
    sent = {"body": "look", "kind": "tip", "space": "hub", "reach": "family"}
    client.post(new_url(runbook), sent)
    delete(Note.objects.get(), kato)
    client.post(new_url(runbook), sent)
    assert Note.objects.alive().count() == 1


def test_a_preview_writes_nothing(client, runbook, lee, kato):
    client.force_login(kato)
    sent = {"body": "**bold** @lee", "kind": "tip", "space": "hub", "preview": "1"}
    html = client.post(new_url(runbook), sent).content.decode()
    assert "<strong>bold</strong>" in html
    assert "activity/?who=lee" in html
    assert not Note.objects.exists()


def test_a_cell_that_moved_meanwhile_is_found_by_its_id(client, page, runbook):
    ingest(runbook.space, "disk.ipynb", make_notebook("new", "rm access.log", memes=[OTHER, UUID]))
    client.post(f"{new_url(runbook)}&meme={UUID}", {"body": "x", "kind": "tip", "space": "hub"})
    assert str(Note.objects.get().meme) == UUID


def test_the_second_of_two_editors_sees_both_texts(client, page, runbook, kato):
    note = make_note(runbook, "one", by=kato)
    sent = {"seen": digest_of("one"), "body": "mine", "kind": "tip", "reach": "family"}
    edit(note, kato, seen=digest_of("one"), body="theirs")
    answer = client.post(url_of("edit", note), sent)
    html = answer.content.decode()
    assert (answer.status_code, "theirs" in html, "mine" in html) == (409, True, True)
    sent["seen"] = re.search(r'name="seen" value="(\w+)"', html)[1]
    assert client.post(url_of("edit", note), sent).status_code == 302
    assert [entry.body for entry in note.edits.all()] == ["one", "theirs"]


def test_a_thread_has_a_page_with_its_history(page, runbook, kato, lee):
    note = make_note(runbook, "was #this", by=kato)
    answer = reply(note, "indeed", lee)
    resolve(note, lee)
    edit(note, kato, seen=digest_of("was #this"), body="is #this")
    html = page(note.get_absolute_url())
    assert f'id="note-{answer.pk}"' in html
    assert "Resolved by lee" in html
    history = page(url_of("history", note))
    assert "<del>was</del><ins>is</ins> #this" in history


def test_a_reply_leads_to_its_thread(client, page, runbook, kato):
    answer = reply(make_note(runbook, by=kato), "yes", kato)
    response = client.get(reverse("note", args=[answer.pk]))
    assert response["Location"] == f"/notes/{answer.parent_id}/#note-{answer.pk}"


def test_a_deleted_note_is_gone_and_its_words_are_for_few(client, runbook, kato, lee):
    note = make_note(runbook, "zanzibar", by=kato)
    delete(note, kato)
    for person, may_see in ((kato, True), (lee, False)):
        client.force_login(person)
        assert client.get(reverse("note", args=[note.pk])).status_code == 410
        assert ("zanzibar" in client.get(url_of("history", note)).content.decode()) is may_see
        assert "zanzibar" not in client.get(runbook.get_absolute_url()).content.decode()


def test_the_family_shows_the_notes_of_all_copies_also_where_no_copy_is_left(
    client, page, runbook, copy, kato
):
    make_note(runbook, "zanzibar", by=kato)
    assert "zanzibar" in page(reverse("family", args=[UUID]))
    for path in ("disk.ipynb", "runs/copy.ipynb"):
        ingest(runbook.space, path, make_notebook("all new"))
    assert "zanzibar" in page(reverse("family", args=[UUID]))
    client.logout()
    assert "zanzibar" not in page(reverse("family", args=[UUID]))


def test_addresses_become_titles_for_those_who_may_see_what_is_there(client, settings, runbook, kato, lee):
    private = make_runbook(
        "# x", space=make_space("p", writers=[kato]), path="secret-plan.ipynb", memes=[OTHER]
    )
    Notebook.objects.filter(pk=private.pk).update(title="Zanzibar plan")
    make_note(runbook, f"see {settings.BASE_URL}/n/{private.pk}/x/#cell-0", by=kato)
    for person, shown in ((kato, True), (lee, False)):
        client.force_login(person)
        assert ("Zanzibar plan ›" in client.get(runbook.get_absolute_url()).content.decode()) is shown


@pytest.mark.parametrize("half", ["//[", "//[x]/n/1", "//[/n/1", "/n/1?[::]", "/n/1#["])
def test_half_an_address_in_a_note_leaves_its_page_readable(page, settings, runbook, kato, half):
    make_note(runbook, f"see {settings.BASE_URL}{half} first", by=kato)
    assert "first" in page(runbook.get_absolute_url())


def test_the_name_of_a_runbook_leads_to_no_other_site(page, settings, runbook, kato):
    note = make_note(runbook, f"see {settings.BASE_URL}//evil.example/n/{runbook.pk}/", by=kato)
    assert 'href="//evil.example' not in page(note.get_absolute_url())


def test_htmx_gets_the_place_alone(client, runbook, kato):
    client.force_login(kato)
    url = f"{new_url(runbook)}&at={runbook.pk}:0"
    form = client.get(url, headers={"HX-Request": "true"}).content.decode()
    assert form.lstrip().startswith("<form")
    sent = {"body": "look", "kind": "tip", "space": "hub"}
    html = client.post(url, sent, headers={"HX-Request": "true"}).content.decode()
    assert html.lstrip().startswith('<div class="notes" id="notes-0">')
    assert "<html" not in html


def words_of(body, person):
    note = Note(pk=1, body=body)
    return str(Filling.of([note], person).html(note))


@pytest.mark.parametrize("payload", payloads())
def test_what_is_hostile_in_a_note_harms_nobody(kato, payload):
    html = words_of(f"@kato #tag\n\n{payload}\n\nend", kato).lower()
    assert not re.search(r"<(script|iframe|object|embed|style|link|meta|base|form|svg|input|button)\b", html)
    assert not re.search(r"<[^>]*\s(on\w+|style|srcset|formaction|xlink:href|background)\s*=", html)
    assert not re.search(r"<[^>]*(href|src)=[\"']?\s*(javascript|vbscript|data):", html)
    assert not re.search(r"<[^>]*\ssrc=[\"']?(https?:)?//", html)


@pytest.mark.parametrize(
    "word", ['#"><script>x</script>', "@kato<img/src=x>", "#\x02l\x03", "#' onload=x", "#&quot;>", "#\x02rx"]
)
def test_hostile_words_stay_words(kato, word):
    html = words_of(f"a {word} b", kato)
    assert not re.search(r"<script|<[^>]*\s(onload|src)=x|[\x02\x03]", html)


def test_of_very_many_threads_the_later_ones_are_asked_for(page, client, space, kato):
    runbook = make_runbook("one", "two", space=space, path="many.ipynb", memes=[UUID, OTHER])
    for number in range(MOST_THREADS):
        make_note(runbook, f"first {number}", by=kato)
    note = make_note(at_cell(runbook, 1), "line\n\nzanzibar", by=kato)
    html = page(runbook.get_absolute_url())
    assert "first 3" in html
    assert '<span class="note-line">line</span>' in html
    assert "zanzibar" not in html
    asked = client.get(f"{note.get_absolute_url()}?at={runbook.pk}:1", headers={"HX-Request": "true"})
    assert "zanzibar" in asked.content.decode()
    assert f"resolve/?at={runbook.pk}:1" in asked.content.decode()
    assert "<html" not in asked.content.decode()


def test_links_by_reference_and_brackets_are_markdown_as_ever(kato):
    html = words_of("[the page][1] and [x] #tag\n\n[1]: https://example.org/", kato)
    assert '<a href="https://example.org/" rel="noopener noreferrer">the page</a> and [x] <a' in html
