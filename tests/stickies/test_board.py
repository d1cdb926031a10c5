"""/notes/: what each person sees and counts there, and resolving many at once."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notebooks import moving
from stickies import board as board_page
from stickies import writing
from stickies.drafts import At
from stickies.models import Channel, Kind, Note
from tests.builders import make_runbook, make_space, make_user
from tests.stickies.builders import OTHER, UUID, make_note

pytestmark = pytest.mark.django_db


def page_for(user, **asked):
    client = Client()
    if user is not None:
        client.force_login(user)
    response = client.get(reverse("notes"), asked)
    assert response.status_code == 200
    return response


def board_for(user, **asked):
    return page_for(user, **asked).context["board"]


def lines(board):
    return [row.line for row in board.rows]


def choices(board, name):
    return {value: label for value, label in board.form.fields[name].widget.choices if value}


@pytest.fixture
def elsewhere(kato, stranger):
    """kato and a stranger write there; lee does not read it."""
    return make_space("elsewhere", writers=[kato, stranger], name="Elsewhere")


def test_everybody_sees_and_counts_what_their_spaces_hold(runbook, elsewhere, kato, lee, stranger):
    make_note(runbook, "seen by hub #hub", by=kato, kind=Kind.HAZARD)
    make_note(UUID, "seen elsewhere #other", by=stranger, space=elsewhere, kind=Kind.TIP)
    assert lines(board_for(kato)) == ["seen elsewhere #other", "seen by hub #hub"]
    seen_by_lee, seen_by_stranger = board_for(lee), board_for(stranger)
    assert (lines(seen_by_lee), seen_by_lee.count) == (["seen by hub #hub"], 1)
    assert (lines(seen_by_stranger), seen_by_stranger.count) == (["seen elsewhere #other"], 1)
    assert choices(seen_by_lee, "kind") == {"hazard": "hazard (1)"}
    assert choices(seen_by_stranger, "kind") == {"tip": "tip (1)"}
    assert choices(seen_by_lee, "space") == {"hub": "Hub (1)"}
    assert choices(seen_by_stranger, "who") == {"stranger": "stranger (1)"}
    assert choices(seen_by_lee, "tag") == {"hub": "#hub (1)"}
    assert (seen_by_lee.hazard_count, seen_by_stranger.hazard_count) == (1, 0)


def test_a_public_space_is_seen_without_an_account(kato):
    public = make_space(writers=[kato], is_public=True)
    make_note(make_runbook("ls", space=public), "for all", by=kato)
    make_note(make_runbook("ls", space=make_space(writers=[kato])), "secret", by=kato)
    html = page_for(None).content.decode()
    assert "for all" in html
    assert "secret" not in html
    assert "checkbox" not in html
    assert "mine" not in board_for(None, mine="unread").form.fields


def test_it_says_where_each_note_was_written_as_far_as_one_may_see(runbook, elsewhere, kato, stranger):
    make_note(runbook, "over there", by=kato, space=elsewhere)
    (row,) = board_for(kato).rows
    assert row.hook.name == runbook.title
    assert row.hook.url == f"{runbook.get_absolute_url()}?meme={UUID}"
    html = page_for(stranger).content.decode()
    assert "over there" in html
    assert runbook.title not in html
    assert "rm access.log" not in html


def test_a_note_outlives_its_runbook_here(runbook, kato):
    make_note(runbook, "still here", by=kato)
    moving.delete(runbook, kato)
    (row,) = board_for(kato).rows
    assert (row.hook.name, row.hook.url) == (runbook.path, reverse("family", args=[UUID]))
    assert row.hook.cell == "rm access.log"


@pytest.fixture
def several(runbook, elsewhere, kato, lee):
    """Named by what narrows to them."""
    notes = {
        "hazard": make_note(runbook, "hazard #disk", by=kato, kind=Kind.HAZARD),
        "question": make_note(runbook, "question", by=kato, kind=Kind.QUESTION, channel=Channel.META),
        "resolved": make_note(runbook, "resolved", by=kato),
        "away": make_note(UUID, "away", by=kato, space=elsewhere),
        "old": make_note(At(title="disk"), "old", by=kato, space=elsewhere),
    }
    writing.reply(notes["question"], "answered #DISK", kato)
    writing.resolve(notes["resolved"], kato)
    Note.objects.filter(pk=notes["old"].pk).update(created_at=timezone.now() - timedelta(days=40))
    return notes


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["away", "resolved", "question", "hazard #disk", "old"]),
        ({"kind": "hazard"}, ["hazard #disk"]),
        ({"state": "resolved"}, ["resolved"]),
        ({"state": "open", "space": "hub"}, ["question", "hazard #disk"]),
        ({"space": "elsewhere"}, ["away", "old"]),
        ({"channel": "meta"}, ["question"]),
        ({"tag": "disk"}, ["question", "hazard #disk"]),
        ({"tag": "#Ｄisk"}, ["question", "hazard #disk"]),
        ({"who": "kato", "kind": "question"}, ["question"]),
        ({"who": "lee"}, []),
        ({"since": "today"}, ["away", "resolved", "question", "hazard #disk"]),
        ({"until": "yesterday"}, ["old"]),
        ({"kind": "nonsense", "since": "never"}, ["away", "resolved", "question", "hazard #disk", "old"]),
    ],
)
def test_it_is_narrowed_by_the_address(several, kato, asked, expected):
    days = {"today": timezone.localdate(), "yesterday": timezone.localdate() - timedelta(days=1)}
    board = board_for(kato, **{name: days.get(value, value) for name, value in asked.items()})
    assert lines(board) == expected
    assert board.count == len(expected)


def test_each_list_counts_what_the_others_leave(several, kato):
    board = board_for(kato, kind="question")
    assert choices(board, "kind") == {"hazard": "hazard (1)", "question": "question (1)", "tip": "tip (3)"}
    assert choices(board, "space") == {"hub": "Hub (1)"}
    assert choices(board, "tag") == {"disk": "#disk (1)"}
    assert choices(board_for(kato, who="lee"), "who") == {"kato": "kato (5)", "lee": "lee (0)"}


def test_a_deleted_note_stays_only_where_it_was_answered(runbook, kato):
    alone, answered = make_note(runbook, "alone", by=kato), make_note(runbook, "answered", by=kato)
    writing.reply(answered, "answer", kato)
    for note in (alone, answered):
        writing.delete(note, kato)
    board = board_for(kato)
    assert [row.note.pk for row in board.rows] == [answered.pk]
    assert board.count == 1
    assert "A note that was deleted" in page_for(kato).content.decode()


# --- What concerns me


@pytest.fixture
def open_space(kato, lee):
    return make_space("open", writers=[kato], readers=[lee], readers_may_note=True)


@pytest.fixture
def asked_by_lee(open_space, kato, lee):
    notebook = make_runbook("ls", space=open_space, path="q.ipynb")
    return make_note(notebook, "why?", by=lee, kind=Kind.QUESTION)


def waiting(user):
    return lines(board_for(user, mine="answer"))


def test_a_question_that_mentions_me_waits_until_i_speak(asked_by_lee, open_space, kato, lee):
    assert waiting(kato) == []
    writing.reply(asked_by_lee, "@kato should know", lee)
    assert waiting(kato) == ["why?"]
    writing.reply(asked_by_lee, "I do", kato)
    assert waiting(kato) == []
    writing.reply(asked_by_lee, "and then?", lee)
    assert waiting(kato) == ["why?"]
    writing.resolve(asked_by_lee, lee)
    assert waiting(kato) == []


def test_my_own_question_waits_for_me_once_somebody_spoke(asked_by_lee, kato, lee):
    assert waiting(lee) == []
    writing.reply(asked_by_lee, "which one?", kato)
    assert waiting(lee) == ["why?"]


def test_a_question_at_my_runbook_waits_until_somebody_answers(open_space, kato, lee):
    other = make_user("mori")
    open_space.readers.add(other)
    notebook = make_runbook("ls", space=open_space, path="mine.ipynb", by=kato, owner="kato")
    notebook.account = kato
    notebook.save()
    question = make_note(notebook, "why?", by=lee, kind=Kind.QUESTION)
    make_note(notebook, "no question", by=lee, kind=Kind.TIP)
    assert waiting(kato) == ["why?"]
    writing.reply(question, "still wondering", lee)
    assert waiting(kato) == ["why?"]
    writing.reply(question, "because", other)
    assert waiting(kato) == []


def test_mentions_of_me_in_threads_and_replies(asked_by_lee, open_space, kato, lee):
    make_note(asked_by_lee.notebook, "@kato look", by=lee)
    writing.reply(asked_by_lee, "@kato too", lee)
    assert lines(board_for(kato, mine="mentions")) == ["@kato look", "why?"]
    assert lines(board_for(lee, mine="mentions")) == []


def test_unread_until_it_is_opened_and_again_after_a_reply(asked_by_lee, kato, lee):
    assert lines(board_for(kato, mine="unread")) == ["why?"]
    assert [row.is_unread for row in board_for(kato).rows] == [True]
    assert lines(board_for(lee, mine="unread")) == []
    writing.mark_seen(asked_by_lee, kato)
    assert lines(board_for(kato, mine="unread")) == []
    assert [row.is_unread for row in board_for(kato).rows] == [False]
    writing.reply(asked_by_lee, "more", lee)
    assert lines(board_for(kato, mine="unread")) == ["why?"]
    writing.reply(asked_by_lee, "mine", kato)
    assert lines(board_for(kato, mine="unread")) == []
    assert lines(board_for(lee, mine="unread")) == ["why?"]


# --- At a glance, empty, paged


def test_open_hazards_stand_above_what_is_narrowed_to_nothing(several, kato):
    assert lines_of_glance(board_for(kato)) == ["hazard #disk"]
    assert lines_of_glance(board_for(kato, kind="tip")) == []
    writing.resolve(several["hazard"], kato)
    assert lines_of_glance(board_for(kato)) == []


def lines_of_glance(board):
    return [each.line for each in board.hazards.newest] if board.hazards else []


def test_it_says_whether_there_is_nothing_or_nothing_like_this(runbook, kato, lee):
    assert "No notes yet" in page_for(kato).content.decode()
    assert "No notes yet" in page_for(kato, kind="hazard").content.decode()
    make_note(runbook, "a tip", by=kato)
    assert "No note is like this" in page_for(kato, kind="hazard").content.decode()
    assert "You have read everything" in page_for(kato, mine="unread").content.decode()
    assert "Nothing waits for your answer" in page_for(kato, mine="answer").content.decode()
    assert "No notes yet" in page_for(make_user()).content.decode()


def test_it_is_paged_and_the_pages_keep_what_was_asked(runbook, kato, monkeypatch):
    monkeypatch.setattr(board_page, "PAGE", 2)
    for number in range(5):
        make_note(runbook, f"note {number}", by=kato)
    html = page_for(kato, kind="tip", page=2).content.decode()
    assert "note 2" in html
    assert "note 4" not in html
    assert "3–4 of 5" in html
    assert "?kind=tip&amp;page=3" in html
    assert lines(board_for(kato, page="999")) == ["note 0"]


def test_as_many_queries_for_many_notes_as_for_one(runbook, kato, lee):
    client = Client()
    client.force_login(kato)

    def count(**asked):
        with CaptureQueriesContext(connection) as caught:
            assert client.get(reverse("notes"), asked).status_code == 200
        return len(caught)

    def fill(number):
        note = make_note(runbook, f"@kato #tag{number}", by=lee, kind=list(Kind)[number % 4])
        writing.reply(note, "yes", lee)

    for number in range(4):
        fill(number)
    asked = ({}, {"tag": "tag1"}, {"mine": "unread"}, {"mine": "answer"}, {"mine": "mentions"})
    before = [count(**each) for each in asked]
    for number in range(4, 12):
        fill(number)
    assert [count(**each) for each in asked] == before


# --- Resolving many


def resolve(user, *notes, **more):
    client = Client()
    client.force_login(user)
    pks = [getattr(note, "pk", note) for note in notes]
    response = client.post(reverse("notes-resolve"), {"note": pks, **more}, follow=True)
    return response.redirect_chain[-1][0], [str(each) for each in response.context["messages"]]


def is_resolved(note):
    note.refresh_from_db()
    return note.resolved_at is not None


def test_many_are_resolved_at_once_and_the_page_comes_back_as_it_was(runbook, kato):
    notes = [make_note(runbook, f"note {number}", by=kato) for number in range(3)]
    url, told = resolve(kato, *notes[:2], asked="kind=tip&state=open")
    assert url == f"{reverse('notes')}?kind=tip&state=open"
    assert told == ["2 notes resolved."]
    assert [is_resolved(note) for note in notes] == [True, True, False]
    assert notes[0].edits.get().by == kato


def test_it_says_which_could_not_be_resolved(runbook, elsewhere, kato, lee, stranger):
    own = make_space("own", writers=[lee])
    mine = make_note(OTHER, "mine", by=lee, space=own)
    done = make_note(OTHER, "done", by=lee, space=own)
    writing.resolve(done, lee)
    runbook.space.readers_may_note = False
    runbook.space.save()
    readonly = make_note(runbook, "readonly", by=kato)
    hidden = make_note(UUID, "hidden", by=stranger, space=elsewhere)
    _, told = resolve(lee, mine, done, readonly, hidden, 10**12, "x")
    assert told == [
        "1 note resolved.",
        "1 note was resolved already.",
        "2 notes are not there.",
        "“readonly” could not be resolved: In this space you may not write notes.",
    ]
    assert [is_resolved(note) for note in (mine, readonly, hidden)] == [True, False, False]


def test_nothing_chosen_is_said(kato):
    assert resolve(kato) == (reverse("notes"), ["No note was chosen."])


def test_what_was_asked_leads_nowhere_else(kato):
    url, _ = resolve(kato, asked="//evil.example/?a=b")
    assert url.startswith(f"{reverse('notes')}?")


def test_only_threads_that_one_may_resolve_can_be_chosen(runbook, kato, lee):
    runbook.space.readers_may_note = False
    runbook.space.save()
    note = make_note(runbook, "a tip", by=kato)
    assert f'value="{note.pk}"' in page_for(kato).content.decode()
    assert "checkbox" not in page_for(lee).content.decode()
    writing.resolve(note, kato)
    assert "checkbox" not in page_for(kato).content.decode()


def test_a_reply_is_not_resolved_by_itself(runbook, kato):
    reply = writing.reply(make_note(runbook, by=kato), "reply", kato)
    assert resolve(kato, reply)[1] == ["1 note is not there."]


def test_words_are_escaped(runbook, kato):
    make_note(At.whole(runbook), '<img src=x onerror=alert(1)> "quoted" & more', by=kato, space=runbook.space)
    html = page_for(kato).content.decode()
    assert "<img src=x" not in html


def test_the_header_leads_here(kato):
    assert f'href="{reverse("notes")}" aria-current="page"' in page_for(kato).content.decode()


# --- Hazards on the first page and in folders


def glance(user, url):
    client = Client()
    client.force_login(user)
    hazards = client.get(url).context["hazards"]
    return [(each.line, each.where) for each in hazards.newest], hazards.has_more


def test_open_hazards_stand_on_the_first_page_and_in_their_folders(runbook, elsewhere, kato, lee, stranger):
    deep = make_runbook("ls", space=runbook.space, path="deep/er/a.ipynb")
    beside = make_runbook("ls", space=runbook.space, path="deeper/b.ipynb")
    make_note(deep, "deep", by=kato, kind=Kind.HAZARD)
    make_note(beside, "beside", by=kato, kind=Kind.HAZARD)
    make_note(beside, "no hazard", by=kato)
    make_note(runbook, "hidden", by=kato, kind=Kind.HAZARD, space=elsewhere)
    writing.resolve(make_note(deep, "over", by=kato, kind=Kind.HAZARD), kato)
    home = reverse("home")
    assert glance(lee, home) == ([("beside", beside.title), ("deep", deep.title)], False)
    assert glance(stranger, home) == ([("hidden", "")], False)
    assert glance(lee, reverse("browse", args=["hub", ""]))[0] == glance(lee, home)[0]
    assert glance(lee, reverse("browse", args=["hub", "deep/"]))[0] == [("deep", deep.title)]


def test_of_many_hazards_the_newest_stand_there_and_the_rest_is_a_link_away(runbook, kato):
    for number in range(6):
        make_note(runbook, f"hazard {number}", by=kato, kind=Kind.HAZARD)
    shown, has_more = glance(kato, reverse("home"))
    assert [line for line, _ in shown] == [f"hazard {number}" for number in (5, 4, 3, 2, 1)]
    assert has_more
    client = Client()
    client.force_login(kato)
    html = client.get(reverse("browse", args=["hub", ""])).content.decode()
    assert f'href="{reverse("notes")}?kind=hazard&amp;state=open&amp;space=hub"' in html
