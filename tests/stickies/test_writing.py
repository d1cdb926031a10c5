"""What writing does to the rows, and what it refuses."""

import threading
import time
import uuid
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, connections
from django.utils import timezone

from inbox.models import Notice
from inbox.watching import is_watching
from notebooks.ingest import ingest
from notebooks.moving import move
from stickies import writing
from stickies.digests import digest_of
from stickies.drafts import LONGEST_BODY, At, Draft, Labels
from stickies.models import Edit, Note, Reach
from stickies.refusals import Changed, Gone, NotAllowed, TooFast, Unfit
from stickies.signals import note_changed
from stickies.writing import MOST_A_MINUTE, delete, edit, reopen, reply, resolve
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.stickies.builders import UUID, make_note

pytestmark = pytest.mark.django_db


def seen(note):
    return digest_of(Note.objects.get(pk=note.pk).body)


def tags(note):
    return set(note.tags.values_list("name", flat=True))


def named(note):
    return set(note.mentions.values_list("user__username", flat=True))


def notices(person):
    return list(Notice.objects.filter(user=person).order_by("pk").values_list("what", flat=True))


def test_a_note_keeps_what_it_was_written_at(runbook, kato):
    note = make_note(runbook, by=kato)
    assert (str(note.meme), note.branch, note.path) == (UUID, "", "disk.ipynb")
    assert (note.cell_text, note.cell_digest) == ("rm access.log", digest_of("rm access.log"))
    assert (note.author_name, note.reach) == ("kato", Reach.FAMILY)


def test_in_another_space_neither_text_nor_path_of_the_runbook_is_told_on(runbook, kato):
    elsewhere = make_space("public", is_public=True, writers=[kato])
    note = make_note(runbook, by=kato, space=elsewhere)
    assert (note.cell_text, note.path, note.cell_digest) == ("", "", digest_of("rm access.log"))


def test_a_reader_may_write_where_the_space_lets_readers(runbook, lee, space):
    assert make_note(runbook, by=lee).author == lee
    space.readers_may_note = False
    space.save()
    with pytest.raises(NotAllowed):
        make_note(runbook, by=lee)


def test_a_writer_may_write_whatever_readers_may(runbook, kato, space):
    space.readers_may_note = False
    space.save()
    assert make_note(runbook, by=kato).pk


def test_nobody_else_may_write(runbook, stranger):
    with pytest.raises(NotAllowed):
        make_note(runbook, by=stranger)
    assert not Note.objects.exists()


def test_tags_are_kept_folded_and_only_those_of_the_prose(runbook, kato):
    body = "#Disk #ディスク (see #Ｌｏｇｓ). `#code` \\#escaped http://x.example/#no #Disk"
    body += "\n\n# heading\n\n```\n#fenced\n```"
    assert tags(make_note(runbook, body, by=kato)) == {"disk", "ディスク", "logs"}


def test_only_who_may_read_the_space_is_mentioned(runbook, kato, lee, stranger):
    note = make_note(runbook, "@lee @stranger @nobody a@lee.example", by=kato)
    assert named(note) == {"lee"}


def test_a_name_is_found_before_japanese_and_before_a_full_stop(runbook, kato, lee):
    assert named(make_note(runbook, "これは@leeさんに。", by=kato)) == {"lee"}
    assert named(make_note(runbook, "Ask @Lee.", by=kato)) == {"lee"}


def test_writing_and_being_mentioned_watch(runbook, kato, lee):
    make_note(runbook, "@lee", by=kato)
    assert is_watching(kato, notebook=runbook)
    assert is_watching(lee, notebook=runbook)


def test_who_is_mentioned_from_a_runbook_out_of_their_sight_watches_the_family(runbook, kato, lee, space):
    private = make_runbook("ls", space=make_space("p", writers=[kato]), path="p.ipynb", memes=[UUID])
    make_note(private, "@lee", by=kato, space=space)
    assert not is_watching(lee, notebook=private)
    assert is_watching(lee, family=uuid.UUID(UUID))


def test_watchers_are_told_and_the_mentioned_once_as_mentioned(runbook, kato, lee):
    sato = make_user("sato")
    runbook.space.readers.add(sato)
    make_note(runbook, "first", by=sato)
    make_note(runbook, "@lee look", by=kato)
    assert notices(lee) == ["mention"]
    assert notices(sato) == ["note"]
    assert notices(kato) == []


def test_a_reply_tells_those_of_the_thread(runbook, kato, lee):
    note = make_note(runbook, by=kato)
    answer = reply(note, "yes", lee)
    assert (answer.parent, answer.meme, answer.kind) == (note, note.meme, note.kind)
    assert notices(kato) == ["reply"]
    assert reply(answer, "and", kato).parent == note


def test_resolving_and_reopening_are_in_the_history_and_told(runbook, kato, lee):
    note = make_note(runbook, by=kato)
    assert resolve(note, lee).resolved_by == lee
    resolve(note, lee)  # done already
    assert reopen(note, lee).resolved_at is None
    assert [entry.what for entry in note.edits.all()] == ["resolved", "reopened"]
    assert notices(kato) == ["resolved", "reopened"]


def test_an_edit_keeps_the_former_words(runbook, kato):
    note = make_note(runbook, "old #a", by=kato)
    edit(note, kato, seen=seen(note), body="new #b")
    note.refresh_from_db()
    assert (note.body, note.edited_at is not None, tags(note)) == ("new #b", True, {"b"})
    assert [(entry.what, entry.body) for entry in note.edits.all()] == [("edited", "old #a")]


def test_of_two_who_edit_the_second_is_told_and_nothing_is_lost(runbook, kato):
    note = make_note(runbook, "one", by=kato)
    began = seen(note)
    edit(note, kato, seen=began, body="two")
    with pytest.raises(Changed) as told:
        edit(note, kato, seen=began, body="three")
    assert told.value.note.body == "two"
    note.refresh_from_db()
    assert note.body == "two"


def test_only_the_author_changes_the_words_a_writer_the_labels(runbook, kato, lee):
    note = make_note(runbook, "mine", by=lee)
    with pytest.raises(NotAllowed):
        edit(note, kato, seen=seen(note), body="yours")
    edit(note, kato, seen=seen(note), labels=Labels(kind="hazard", reach="notebook"))
    note.refresh_from_db()
    assert (note.kind, note.reach, note.body) == ("hazard", "notebook", "mine")


def test_a_reach_that_means_nothing_there_is_refused(kato, space):
    note = make_note(UUID, by=kato, space=space)
    with pytest.raises(Unfit):
        edit(note, kato, seen=seen(note), labels=Labels(reach="notebook"))


def test_only_the_author_or_a_writer_deletes(runbook, kato, lee):
    note = make_note(runbook, "by kato", by=kato)
    with pytest.raises(NotAllowed):
        delete(note, lee)
    own = make_note(runbook, "by lee #x @kato", by=lee)
    delete(own, kato)
    own.refresh_from_db()
    assert (own.body, own.deleted_by, tags(own), named(own)) == ("", kato, set(), set())
    assert own.edits.get(what=Edit.What.DELETED).body == "by lee #x @kato"


def test_a_deleted_note_is_told_of_only_where_there_are_replies(runbook, kato):
    alone, answered = make_note(runbook, by=kato), make_note(runbook, by=kato)
    reply(answered, "still here", kato)
    delete(alone, kato)
    delete(answered, kato)
    assert list(Note.objects.told()) == [answered]
    with pytest.raises(Gone):
        edit(answered, kato, seen=digest_of(""), body="back")
    with pytest.raises(Gone):
        reply(answered, "no", kato)


@pytest.mark.parametrize("body", ["", " \n\t", "x" * (LONGEST_BODY + 1)])
def test_what_is_no_note_is_refused(runbook, kato, body):
    with pytest.raises(Unfit):
        make_note(runbook, body, by=kato)


def test_what_no_database_can_hold_is_replaced(runbook, kato):
    note = make_note(runbook, "a\x00b\ud800c\r\nd", by=kato)
    note.refresh_from_db()
    assert note.body == "a\ufffdb\ufffdc\nd"


def test_thirty_a_minute_are_taken(runbook, kato, lee):
    for number in range(MOST_A_MINUTE):
        make_note(runbook, f"{number}", by=kato)
    with pytest.raises(TooFast) as told:
        make_note(runbook, "one too many", by=kato)
    assert 0 < told.value.seconds <= 60
    assert make_note(runbook, "somebody else", by=lee).pk
    Note.objects.update(created_at=timezone.now() - timedelta(minutes=2))
    assert make_note(runbook, "later", by=kato).pk


def test_nobody_resolves_and_reopens_without_end(runbook, kato, lee):
    note = make_note(runbook, by=lee)
    for _ in range(MOST_A_MINUTE):
        resolve(note, kato)
        reopen(note, kato)
    resolve(note, kato)
    with pytest.raises(TooFast):
        reopen(note, kato)
    reopen(note, lee)


def test_of_a_runbook_that_moved_away_a_notice_tells_what_it_was(runbook, kato, lee):
    at_cell = make_note(runbook, by=lee)
    whole = make_note(At.whole(runbook), by=lee)
    move(runbook, make_space("p", writers=[kato]), "secret.ipynb", kato)
    answer = reply(Note.objects.get(pk=at_cell.pk), "so it is", kato)
    resolve(whole, kato)
    told = dict(Notice.objects.filter(user=lee).values_list("what", "title"))
    assert told == {"reply": "rm access.log", "resolved": "disk"}
    assert answer.notebook_id == runbook.pk


def test_each_change_is_announced_inside_its_transaction(runbook, kato):
    heard = []

    def hear(note, **kwargs):
        heard.append((note.pk, connection.in_atomic_block))

    note_changed.connect(hear)
    try:
        note = make_note(runbook, by=kato)
        answer = reply(note, "yes", kato)
        edit(note, kato, seen=seen(note), body="other")
        resolve(note, kato)
        delete(note, kato)
    finally:
        note_changed.disconnect(hear)
    assert [pk for pk, _ in heard] == [note.pk, answer.pk, note.pk, note.pk, note.pk]
    assert all(inside for _, inside in heard)


def test_a_note_outlives_its_notebook_its_cell_and_its_author(runbook, kato, lee):
    note = make_note(runbook, by=lee)
    ingest(runbook.space, "disk.ipynb", make_notebook("all new"))
    runbook.refresh_from_db()
    lee.delete()
    note.refresh_from_db()
    assert (note.author, note.author_name, note.notebook) == (None, "lee", runbook)
    edit(note, kato, seen=seen(note), body="the space's writers tend it now")


@pytest.mark.django_db(transaction=True)
def test_two_at_the_same_moment_lose_none():
    kato = make_user("kato")
    runbook = make_runbook("ls", space=make_space("hub", writers=[kato]))
    note = make_note(runbook, "one", by=kato)
    began, start, results = seen(note), threading.Barrier(2), []

    def change(body):
        start.wait()
        try:
            results.append(_patiently(lambda: edit(note, kato, seen=began, body=body)))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=change, args=(body,)) for body in ("two", "three")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    kept = dict(results)["kept"]
    assert dict(results) == {"kept": kept, "told": kept}
    assert sorted(how for how, _ in results) == ["kept", "told"]
    assert Note.objects.get(pk=note.pk).body == kept


@pytest.mark.django_db(transaction=True)
def test_a_form_that_is_sent_twice_at_the_same_moment_is_one_note():
    kato = make_user("kato")
    runbook = make_runbook("ls", space=make_space("hub", writers=[kato]))
    draft, start = Draft(runbook.space, At.whole(runbook), "look"), threading.Barrier(2)

    def send():
        start.wait()
        try:
            _patiently(lambda: writing.write(draft, kato, is_form=True))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert Note.objects.get().body == "look"


def _patiently(act):
    """SQLite in memory does not wait for a lock as a file does."""
    while True:
        try:
            return "kept", act().body
        except Changed as told:
            return "told", told.note.body
        except OperationalError:
            time.sleep(0.01)


def test_a_title_without_a_meme_holds_notes_too(kato, space):
    note = writing.write(Draft(space, At(title="当番"), "who is on duty"), kato)
    assert (note.meme, note.title, note.reach) == (None, "当番", Reach.FAMILY)
