"""Notes are found as their own kind, by whoever may read their space, and lead to their cell."""

import json

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.urls import reverse
from haystack.query import SearchQuerySet

from notebooks import moving
from notebooks.ingest import ingest
from notebooks.models import Cell
from search import refresh
from search.find import NEWEST, Wish, best_notebooks, find, totals
from search.models import Due, DueNote
from search.notes import note_documents_of
from stickies import writing
from stickies.digests import digest_of
from stickies.drafts import At, Draft, Labels
from stickies.models import Kind, Note
from tests.builders import make_notebook, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

UUID = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
MEME = f"{UUID}-2-57f4-dde3"


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", writers=[kato])


@pytest.fixture
def runbook(space):
    return make_runbook("ls", "df -h", space=space, path="disk/full.ipynb", memes=[None, MEME])


def write(runbook, body, by, kind=Kind.HAZARD, index=1, **more):
    cell = Cell.objects.get(notebook=runbook, index=index)
    return writing.write(
        Draft(more.pop("space", runbook.space), At.cell(runbook, cell), body, kind, **more), by
    )


def search(text, user, **wish):
    refresh.drain()
    return find(Wish(text, **wish), user)


def bodies(found):
    return [hit.note.body for hit in found.hits if hit.kind == "note"]


def indexed():
    return sorted(r.id for r in SearchQuerySet().filter(kind__exact="note")[:1000])


def expected():
    return sorted(each["id"] for each in note_documents_of(list(Note.objects.values_list("pk", flat=True))))


@pytest.mark.parametrize(
    "query",
    [
        "rotate",
        "#ログ",
        "ログ",
        "kato",
        "hazard",
        "rotate logrotate",
        "ＤＯ ＮＯＴ",
        UUID,
        MEME,
        "not rotate full",
    ],
)
def test_a_note_is_found_by_its_words_tags_author_kind_and_meme(engine, runbook, kato, query):
    note = write(runbook, "Do not rotate by logrotate #ログ", kato)
    assert bodies(search(query, kato, narrowed={"kind": "note"})) == [note.body]


def test_where_a_note_was_written_helps_and_makes_no_hit_by_itself(engine, runbook, kato):
    write(runbook, "Beware", kato)
    assert bodies(search("beware disk/full.ipynb", kato)) == ["Beware"]
    assert bodies(search("disk/full.ipynb", kato)) == []


def test_a_title_that_is_no_meme_is_found(engine, space, kato):
    writing.write(Draft(space, At(title="手順の見出し"), "text"), kato)
    assert bodies(search("見出し", kato)) == ["text"]


def test_a_hit_leads_to_the_note_at_its_cell(engine, runbook, kato):
    note = write(runbook, "needle", kato)
    (hit,) = search("needle", kato).hits
    assert hit.url == f"{runbook.get_absolute_url()}#note-{note.pk}"
    assert (hit.index, hit.notebook, hit.title_text, hit.meme) == (1, runbook, runbook.title, MEME)
    assert hit.why == ("text",)


def test_a_note_whose_cell_is_gone_leads_to_its_thread(engine, runbook, kato):
    note = write(runbook, "needle", kato)
    ingest(runbook.space, runbook.path, make_notebook("ls"))
    (hit,) = search("needle", kato).hits
    assert (hit.index, hit.url) == (None, f"{reverse('note', args=[note.pk])}#note-{note.pk}")


def test_a_reply_is_found_as_of_its_threads_kind(engine, runbook, kato):
    thread = write(runbook, "question", kato, Kind.QUESTION)
    reply = writing.reply(thread, "needle", kato)
    (hit,) = search("needle", kato, narrowed={"note": "question"}).hits
    assert hit.note == reply
    assert hit.thread == thread
    labels = Labels(kind=Kind.DECISION)
    writing.edit(thread, kato, seen=digest_of(thread.body), labels=labels)
    assert search("needle", kato, narrowed={"note": "question"}).count == 0
    assert search("needle", kato, narrowed={"note": "decision"}).count == 1


def test_two_people_with_different_spaces_find_and_count_differently(engine, runbook, kato):
    stranger = make_user()
    other = make_space("other", writers=[kato, stranger], is_public=False)
    write(runbook, "needle one", kato)
    write(runbook, "needle two", kato, Kind.TIP, space=other)
    found = search("needle", stranger)
    assert bodies(found) == ["needle two"]
    assert found.count == 1
    assert [(each.value, each.count) for each in found.facets["note"]] == [("tip", 1)]
    assert [(each.value, each.count) for each in found.facets["space"]] == [("other", 1)]
    assert search("needle", kato).count == 2
    assert search("needle", AnonymousUser()).count == 0
    assert totals(stranger) == (0, 0, 1, 0)
    assert totals(kato) == (1, 2, 2, 0)


def test_what_a_note_in_another_space_says_of_its_runbook_is_for_those_who_may_read_that(
    engine, runbook, kato
):
    stranger = make_user()
    other = make_space("other", writers=[kato, stranger])
    note = write(runbook, "needle", kato, space=other)
    assert search("needle full", stranger).count == 0
    (hit,) = search("needle", stranger).hits
    assert (hit.notebook, hit.index) == (None, None)
    assert hit.title_text == "needle"
    assert hit.url == f"{reverse('note', args=[note.pk])}#note-{note.pk}"


def test_a_runbook_that_moves_takes_its_name_out_of_what_its_notes_are_found_by(engine, runbook, kato):
    reader = make_user()
    runbook.space.readers.add(reader)
    write(runbook, "needle", kato)
    assert search("needle full", reader).count == 1
    secret = make_space(writers=[kato])
    moving.move(runbook, secret, "secretname.ipynb", kato)
    assert bodies(search("needle", reader)) == ["needle"]
    assert search("needle secretname", reader).count == 0


def test_a_deleted_note_is_gone_before_the_index_knows(engine, runbook, kato):
    note = write(runbook, "needle", kato)
    assert search("needle", kato).count == 1
    writing.delete(note, kato)
    found = find(Wish("needle"), kato)
    assert (found.count, found.hits, found.facets["kind"]) == (0, (), ())
    assert search("needle", kato).count == 0
    assert indexed() == []


def test_an_edit_is_followed(engine, runbook, kato):
    note = write(runbook, "first", kato)
    assert search("first", kato).count == 1
    writing.edit(note, kato, seen=digest_of("first"), body="second")
    assert search("first", kato).count == 0
    assert bodies(search("second", kato)) == ["second"]


def test_deleting_and_ingesting_the_runbook_lose_no_note(engine, runbook, kato):
    write(runbook, "needle", kato)
    moving.delete(runbook, kato)
    (hit,) = search("needle", kato).hits
    assert hit.notebook is None
    moving.restore(runbook)
    (hit,) = search("needle", kato).hits
    assert hit.notebook == runbook


def test_a_due_note_stands_and_falls_with_the_transaction(runbook, kato):
    assert not DueNote.objects.exists()
    note = write(runbook, "needle", kato)
    assert list(DueNote.objects.values_list("note_id", flat=True)) == [note.pk]


def test_rebuilding_and_sweeping_count_notes_too(engine, runbook, kato):
    write(runbook, "needle", kato)
    refresh.rebuild()
    assert indexed() == expected() != []
    assert not Due.objects.exists()
    assert not DueNote.objects.exists()
    note = write(runbook, "more", kato)
    refresh.drain()
    with engine.writing() as writer:
        writer.remove("note", note.pk)
        writer.commit()
    assert refresh.is_needed()
    refresh.sweep()
    assert indexed() == expected()
    assert not refresh.is_needed()


@pytest.mark.parametrize("step", ["_write_notes", "_forget"])
def test_a_drain_that_dies_is_made_good_by_the_next(engine, runbook, kato, monkeypatch, step):
    refresh.drain()
    write(runbook, "needle", kato)

    def die(*args):
        raise RuntimeError("killed here")

    with monkeypatch.context() as patched:
        patched.setattr(refresh, step, die)
        with pytest.raises(RuntimeError):
            refresh.drain()
    assert DueNote.objects.exists()
    refresh.drain()
    assert indexed() == expected() != []
    assert not DueNote.objects.exists()


def test_many_notes_are_drained_in_few_commits(index, runbook, kato, monkeypatch):
    monkeypatch.setattr(refresh, "NOTES_A_COMMIT", 4)
    monkeypatch.setattr(refresh, "GATHERING", 0)
    for number in range(10):
        write(runbook, f"needle {number}", kato)
    refresh.drain()
    assert len(indexed()) == 10


def test_the_newest_note_comes_first_where_that_is_asked_for(engine, runbook, kato):
    notes = [write(runbook, f"needle {number}", kato) for number in range(2)]
    Note.objects.filter(pk=notes[0].pk).update(created_at="2020-01-01T00:00:00Z")
    assert bodies(search("needle", kato, sort=NEWEST)) == ["needle 1", "needle 0"]


def test_notes_are_no_best_notebooks(engine, runbook, kato):
    write(runbook, "needle", kato)
    refresh.drain()
    assert best_notebooks("needle", kato) == []


def test_a_page_of_notes_costs_as_many_queries_as_one(index, runbook, kato, django_assert_max_num_queries):
    for number in range(15):
        write(runbook, f"needle {number}", kato)
    refresh.drain()
    with django_assert_max_num_queries(9):
        assert len(find(Wish("needle"), kato).hits) == 15


def test_the_page_shows_a_note_with_its_kind_and_author(index, runbook, kato, client):
    thread = write(runbook, "needle <x>", kato)
    writing.resolve(thread, kato)
    refresh.drain()
    client.force_login(kato)
    html = client.get(reverse("search"), {"q": "needle"}).content.decode()
    assert "<mark>needle</mark> &lt;x&gt;" in html
    assert 'class="kind-mark hazard settled">hazard' in html
    assert "by kato" in html
    assert "resolved" in html
    assert f'href="{reverse("note", args=[thread.pk])}"' in html


def test_the_api_answers_with_notes_of_a_kind(index, runbook, kato, client):
    note = write(runbook, "needle", kato)
    write(runbook, "needle", kato, Kind.TIP)
    refresh.drain()
    client.force_login(kato)
    answer = client.get(reverse("api-search"), {"q": "needle", "kind": "note", "note": "hazard"}).json()
    (hit,) = answer["results"]
    assert {name: hit[name] for name in ("kind", "note", "note_kind", "notebook", "index", "meme")} == {
        "kind": "note", "note": note.pk, "note_kind": "hazard", "notebook": runbook.pk, "index": 1, "meme": MEME,
    }  # fmt: skip
    assert client.get(reverse("api-search"), {"q": "x", "note": "nonsense"}).status_code == 400


def test_the_command_shows_notes(index, runbook, kato, capsys):
    write(runbook, "needle", kato)
    refresh.drain()
    call_command("search", "needle", "--user", "kato")
    assert f"note · hazard · kato · ops/{runbook.path}" in capsys.readouterr().out
    call_command("search", "needle", "--json", "--user", "kato")
    assert json.loads(capsys.readouterr().out)["results"][0]["kind"] == "note"
