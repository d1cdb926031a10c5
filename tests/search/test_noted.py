"""has:note and has:hazard find the cells at which the runbook's page shows an open one, and no others: on every
engine, for everybody."""

import pytest
from django.contrib.auth.models import AnonymousUser

from lineage.models import Descent
from notebooks.ingest import ingest
from notebooks.memes import parse
from notebooks.models import Notebook
from search import refresh
from search.find import Wish, find
from stickies import writing
from stickies.digests import digest_of
from stickies.drafts import At
from stickies.models import Kind
from stickies.standing import notes_on
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.stickies.builders import at_cell, make_note

pytestmark = pytest.mark.django_db


def meme(number, branch=""):
    return f"8f5c5fe2-71cc-11e7-9abe-02420aff{number:04x}{branch}"


DISK, MOUNT, ALIAS, LIKE, LIKER, OTHER, LOST, PAGE, BARE, FAR = (meme(number) for number in range(10))
BRANCH = "-1-00ff"


def join(child, parent, how, space):
    Descent.objects.create(child=parse(child).uuid, parent=parse(parent).uuid, how=how, space=space)


@pytest.fixture
def people(db):
    return {"kato": make_user("kato"), "lee": make_user("lee"), "nobody": AnonymousUser()}


@pytest.fixture
def library(people):
    """kato reads and writes both spaces, lee reads one."""
    kato, lee = people["kato"], people["lee"]
    ops = make_space("ops", readers=[lee], writers=[kato])
    private = make_space("private", writers=[kato])

    def runbook(path, *memes, space=ops, texts=(), **more):
        texts = texts or [f"{path} {number}" for number in range(len(memes))]
        return make_runbook(*texts, space=space, path=f"{path}.ipynb", memes=memes, **more)

    for child, parent, how in [
        (MOUNT, DISK, "new_root"), (ALIAS, MOUNT, "history"), (LIKE, DISK, "alike"), (LIKER, LIKE, "alike"),
        (FAR, LIKE, "history"),
    ]:  # fmt: skip
        join(child, parent, how, ops)
    join(OTHER, DISK, "new_root", private)
    disk = runbook("disk", DISK, OTHER, LOST, meme=PAGE)
    runbook("copy", DISK + BRANCH, MOUNT, meme=PAGE + BRANCH)
    runbook("joined", ALIAS, BARE)
    runbook("alike", LIKE, LIKER)
    runbook("far", FAR, meme(20))
    runbook("told in private", OTHER, meme(24))
    runbook("nearer", DISK + "-1-0001", LIKE, ALIAS, DISK)
    runbook("secret", DISK, meme(21), space=private)
    runbook("texts", None, None, None, texts=["uptime", "disk 0", "uptime "])
    runbook("same text", None, DISK, texts=["disk 0", "df"])
    only = runbook("only", meme(22), meme(23), meme(22, BRANCH))
    bare = runbook("bare", None, None, texts=["w", "who"])
    make_note(disk, "all copies", by=kato, kind=Kind.HAZARD)
    make_note(at_cell(only), "this id", by=kato, reach="id")
    make_note(at_cell(only, 1), "this notebook", by=kato, reach="notebook")
    runbook("only too", meme(22), meme(23), meme(22, BRANCH))
    make_note(At.whole(disk), "on all of it", by=kato, reach="family")
    make_note(At.whole(only), "on this one", by=kato)
    make_note(at_cell(disk, 2), "its cell goes", by=kato)
    make_note(bare, "it comes to carry one", by=kato)
    make_note(at_cell(bare, 1), "exactly this", by=kato, reach="id")
    solved = make_note(runbook("solved", meme(30), meme(31)), "solved", by=kato, kind=Kind.HAZARD)
    writing.resolve(solved, kato)
    gone = make_note(at_cell(Notebook.objects.get(path="solved.ipynb"), 1), "gone", by=kato)
    writing.reply(gone, "and answered", kato)
    writing.delete(gone, kato, seen=digest_of("gone"))
    asked = make_note(runbook("asked", meme(32), meme(33)), "asked", by=kato, kind=Kind.QUESTION)
    writing.reply(asked, "answered", kato)
    make_note(at_cell(only, 1), "for me alone", by=kato, space=private, kind=Kind.HAZARD)
    ingest(ops, "disk.ipynb", make_notebook("disk 0", "disk 1", memes=[DISK, OTHER], meme=PAGE))
    ingest(ops, "bare.ipynb", make_notebook("w", "who", memes=[meme(40), meme(41)]))
    refresh.rebuild()


def shown(person, *, only_hazards=False):
    """What the pages show: paths of runbooks with an open note, and of their cells."""
    found = set()
    for notebook in Notebook.objects.visible_to(person).alive():
        notes = notes_on(list(notebook.cells.order_by("index")), notebook, person)
        places = {
            notebook.path: [*notes.whole, *notes.gone, *(each for at in notes.at.values() for each in at)]
        }
        places |= {f"{notebook.path}[{index}]": at for index, at in notes.at.items()}
        for place, standing in places.items():
            is_open = any(
                each.note.resolved_at is None
                and not each.is_removed
                and (each.note.kind == Kind.HAZARD or not only_hazards)
                for each in standing
            )
            found |= {place} if is_open else set()
    return found


def found(query, person):
    hits = find(Wish(query, size=200), person).hits
    return {_named(hit) for hit in hits if hit.kind != "note"}, {
        hit.note.body for hit in hits if hit.kind == "note"
    }


def _named(hit):
    return hit.notebook.path if hit.cell is None else f"{hit.notebook.path}[{hit.cell.index}]"


def test_what_is_found_is_what_the_pages_show(engine, library, people):
    for person in people.values():
        everything = {
            place
            for each in Notebook.objects.visible_to(person).alive()
            for place in [each.path, *(f"{each.path}[{index}]" for index in range(each.cell_count))]
        }
        noted, hazards = shown(person), shown(person, only_hazards=True)
        assert found("has:note", person)[0] == noted
        assert found("has:hazard", person)[0] == hazards
        assert found("-has:note -in:note", person)[0] == everything - noted
        assert found("-has:hazard -in:note", person)[0] == everything - hazards
        assert found("has:note -has:hazard", person)[0] == noted - hazards


def test_where_notes_stand_by_all_that_joins_them(index, library, people):
    """That the pages say the same is tested above; this is what they have to say."""
    assert found("has:hazard in:code", people["lee"])[0] == {
        "disk.ipynb[0]", "copy.ipynb[0]", "joined.ipynb[0]", "alike.ipynb[0]", "far.ipynb[0]",
        "nearer.ipynb[0]", "nearer.ipynb[3]", "texts.ipynb[1]", "same text.ipynb[1]",
    }  # fmt: skip
    more = found("has:hazard in:code", people["kato"])[0] - found("has:hazard in:code", people["lee"])[0]
    assert more == {
        "told in private.ipynb[0]", "secret.ipynb[0]", "only.ipynb[1]", "only too.ipynb[1]",
    }  # fmt: skip


def test_notes_are_found_that_are_open_or_answer_one(index, library, people):
    assert found("has:note in:note", people["lee"])[1] == {
        "all copies", "this id", "this notebook", "on all of it", "on this one", "its cell goes", "asked", "answered",
        "it comes to carry one", "exactly this",
    }  # fmt: skip
    assert found("has:hazard in:note", people["kato"])[1] == {"all copies", "for me alone"}
    assert found("-has:note in:note", people["kato"])[1] == {"solved", "and answered"}


def test_many_notes_are_asked_for_in_as_many_queries(index, library, people, django_assert_max_num_queries):
    kato = people["kato"]
    with django_assert_max_num_queries(40):
        found("has:note", kato)
