"""Where a note is seen: by id, by family, by descent, by text, and never outside what the reader may see."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lineage.models import Descent
from notebooks import moving
from notebooks.ingest import ingest
from notebooks.memes import parse
from notebooks.models import Notebook
from stickies.drafts import At
from stickies.matching import Means
from stickies.outdated import Fit
from stickies.reaching import Extent, extents
from stickies.standing import counts_at, notes_at, notes_of_family, notes_on
from stickies.writing import delete, reply
from tests.builders import make_notebook, make_runbook, make_space
from tests.stickies.builders import OTHER, UUID, at_cell, make_note

pytestmark = pytest.mark.django_db

BRANCHED = f"{UUID}-1-00ff"


def seen(notebook, user):
    """index -> the bodies of the notes there."""
    cells = list(notebook.cells.order_by("index"))
    return {
        index: [each.note.body for each in notes] for index, notes in notes_at(cells, notebook, user).items()
    }


def standing(notebook, user, index=0):
    return notes_at(list(notebook.cells.all()), notebook, user)[index]


def again(notebook, *cells, memes=()):
    ingest(notebook.space, notebook.path, make_notebook(*cells, memes=memes))
    return Notebook.objects.get(pk=notebook.pk)


@pytest.fixture
def copy(space):
    return make_runbook(
        "df -h", "sudo rm access.log", space=space, path="copy.ipynb", memes=[OTHER, BRANCHED]
    )


def test_a_note_is_seen_at_every_copy_and_says_where_it_was_written(runbook, copy, kato, lee):
    make_note(runbook, by=kato)
    assert seen(runbook, lee) == {0: ["mind the gap"]}
    assert seen(copy, lee) == {1: ["mind the gap"]}
    here, there = standing(runbook, lee)[0], standing(copy, lee, 1)[0]
    assert (here.means, here.fit, here.origin) == (Means.EXACT, Fit.FITS, None)
    assert (there.means, there.fit) == (Means.FAMILY, Fit.OTHER)
    assert there.origin.url == f"{runbook.get_absolute_url()}?meme={UUID}"


def test_a_note_for_one_id_is_seen_at_that_id_alone(runbook, copy, kato):
    make_note(runbook, by=kato, reach="id")
    same = make_runbook("rm access.log", space=runbook.space, path="same.ipynb", memes=[UUID])
    assert seen(copy, kato) == {}
    assert seen(same, kato) == seen(runbook, kato) == {0: ["mind the gap"]}


def test_a_note_for_one_notebook_is_seen_in_that_notebook_alone(runbook, copy, kato):
    make_note(runbook, by=kato, reach="notebook")
    assert seen(copy, kato) == {}
    assert seen(runbook, kato) == {0: ["mind the gap"]}


def test_a_changed_cell_marks_its_note_as_older(runbook, kato):
    make_note(runbook, by=kato)
    changed = again(runbook, "rm -i access.log", memes=[UUID])
    assert standing(changed, kato)[0].fit is Fit.OLDER


def join(child, parent, how, space):
    Descent.objects.create(child=parse(child).uuid, parent=parse(parent).uuid, how=how, space=space)


@pytest.mark.parametrize("how", ["new_root", "history", "adopted"])
def test_a_note_follows_descent_both_ways_over_any_number_of_steps(runbook, copy, kato, how):
    third = "22222222-71cc-11e7-9abe-02420aff0008"
    join(third, UUID, how, runbook.space)
    join(third, OTHER, how, runbook.space)
    make_note(runbook, "from above", by=kato)
    only = make_runbook("df", space=runbook.space, path="only.ipynb", memes=[OTHER])
    assert seen(only, kato) == {0: ["from above"]}
    assert standing(only, kato)[0].means is Means.JOINED


def test_likeness_joins_weakly_and_one_step_only(runbook, kato):
    third = "22222222-71cc-11e7-9abe-02420aff0008"
    join(OTHER, UUID, "alike", runbook.space)
    join(third, OTHER, "alike", runbook.space)
    make_note(runbook, by=kato)
    one = make_runbook("df", space=runbook.space, path="one.ipynb", memes=[OTHER])
    two = make_runbook("df", space=runbook.space, path="two.ipynb", memes=[third])
    assert standing(one, kato)[0].means is Means.ALIKE
    assert seen(two, kato) == {}


def test_what_a_private_file_tells_of_descent_joins_nothing_for_others(runbook, kato, lee):
    join(OTHER, UUID, "new_root", make_space("private", writers=[kato]))
    make_note(runbook, by=kato)
    only = make_runbook("df", space=runbook.space, path="only.ipynb", memes=[OTHER])
    assert (seen(only, kato), seen(only, lee)) == ({0: ["mind the gap"]}, {})


def test_cells_without_memes_share_notes_by_equal_text(space, kato):
    one = make_runbook("uptime", "df", space=space, path="one.ipynb")
    two = make_runbook("df", "uptime -p", "uptime", space=space, path="two.ipynb")
    make_note(one, by=kato)
    assert seen(two, kato) == {2: ["mind the gap"]}
    assert standing(two, kato, 2)[0].means is Means.TEXT


def test_equal_text_says_nothing_of_a_cell_that_carries_a_meme(runbook, kato):
    make_note(runbook, by=kato)
    other = make_runbook("rm access.log", space=runbook.space, path="other.ipynb", memes=[OTHER])
    assert seen(other, kato) == {}


def test_a_note_follows_a_cell_that_comes_to_carry_a_meme(space, kato):
    notebook = make_runbook("uptime", "df", space=space, path="one.ipynb")
    make_note(notebook, "any", by=kato)
    make_note(notebook, "exact", by=kato, reach="id")
    adopted = again(notebook, "uptime", "df", memes=[UUID, OTHER])
    assert sorted(seen(adopted, kato)[0]) == ["any", "exact"]


def test_cells_that_share_an_id_each_have_its_notes_but_the_weaker_join_gives_way(space, kato):
    join(OTHER, UUID, "new_root", space)
    notebook = make_runbook("a", "b", "c", space=space, path="one.ipynb", memes=[UUID, BRANCHED, OTHER])
    make_note(notebook, by=kato)
    assert sorted(seen(notebook, kato)) == [0, 1]
    first, second = standing(notebook, kato, 0)[0], standing(notebook, kato, 1)[0]
    assert (first.is_first, second.is_first) == (True, False)


def test_only_who_may_read_the_space_of_a_note_sees_it(runbook, copy, kato, lee, stranger):
    private = make_space("private", writers=[kato])
    make_note(runbook, "private", by=kato, space=private)
    runbook.space.is_public = True
    runbook.space.save()
    assert seen(copy, kato) == {1: ["private"]}
    assert seen(copy, lee) == seen(copy, stranger) == {}
    assert counts_at(list(copy.cells.all()), copy, lee) == {}


def test_the_copy_that_a_note_was_written_at_is_named_only_to_who_may_see_it(copy, kato, lee):
    hidden = make_runbook("rm", space=make_space("p", writers=[kato]), path="hidden.ipynb", memes=[UUID])
    make_note(hidden, by=kato, space=copy.space)
    origin = standing(copy, lee, 1)[0].origin
    assert (origin.title, origin.url) == ("", "")
    assert standing(copy, kato, 1)[0].origin.url


def test_deleting_restoring_moving_and_reingesting_lose_no_note_and_show_none_to_somebody_new(
    runbook, copy, kato, lee, stranger
):
    make_note(runbook, by=kato)
    elsewhere = make_space("elsewhere", readers=[stranger], writers=[kato])
    moving.delete(runbook, kato)
    assert seen(copy, lee) == {1: ["mind the gap"]}
    moving.restore(Notebook.objects.get(pk=runbook.pk))
    assert seen(Notebook.objects.get(pk=runbook.pk), lee) == {0: ["mind the gap"]}
    moving.move(Notebook.objects.get(pk=runbook.pk), elsewhere, "there.ipynb", kato)
    moved = Notebook.objects.get(pk=runbook.pk)
    assert (seen(moved, stranger), seen(moved, kato)) == ({}, {0: ["mind the gap"]})
    assert seen(again(moved, "df", "rm access.log", memes=[OTHER, UUID]), kato) == {1: ["mind the gap"]}


def test_notes_whose_cell_is_gone_are_listed_on_the_notebook_and_the_family(runbook, kato):
    note = make_note(runbook, by=kato)
    emptied = again(runbook, "all new", memes=[OTHER])
    found = notes_on(list(emptied.cells.all()), emptied, kato)
    assert ([each.note for each in found.gone], found.at) == ([note], {})
    assert [each.note for each in notes_of_family(note.meme, kato)] == [note]


def test_a_note_on_the_notebook_as_a_whole_reaches_its_runs_where_it_says_so(space, kato):
    def bearing(path):
        return make_runbook("ls", space=space, path=path, meme=UUID)

    template, run = bearing("template.ipynb"), bearing("run.ipynb")
    make_note(At.whole(template), "only here", by=kato)
    make_note(At.whole(template), "all runs", by=kato, reach="family")
    whole = {
        each.path: [note.note.body for note in notes_on([], each, kato).whole] for each in (template, run)
    }
    assert whole == {"template.ipynb": ["only here", "all runs"], "run.ipynb": ["all runs"]}


def test_a_tombstone_is_seen_only_where_there_are_replies(runbook, kato):
    alone, answered = make_note(runbook, "alone", by=kato), make_note(runbook, "answered", by=kato)
    reply(answered, "a reply", kato)
    delete(alone, kato)
    delete(answered, kato)
    (thread,) = standing(runbook, kato)
    assert (thread.is_removed, str(thread.html), len(thread.replies)) == (True, "", 1)


def test_hazards_come_first_and_what_is_resolved_last(runbook, kato):
    make_note(runbook, "tip", by=kato)
    make_note(runbook, "hazard", by=kato, kind="hazard")
    assert [each.note.body for each in standing(runbook, kato)] == ["hazard", "tip"]


def test_the_number_of_queries_does_not_grow_with_notes_replies_or_cells(space, kato, lee):
    def queries(notebook):
        cells = list(notebook.cells.all())
        with CaptureQueriesContext(
            connection,
        ) as captured:
            notes_on(cells, notebook, lee)
        return len(captured)

    ids = [f"{n:08x}-71cc-11e7-9abe-02420aff0008" for n in range(1, 41)]
    small = make_runbook("one", space=space, path="small.ipynb", memes=ids[:1])
    large = make_runbook(*[f"cell {n}" for n in range(1, 40)], space=space, path="large.ipynb", memes=ids[1:])
    reply(make_note(small, "@lee", by=kato), "yes @kato", lee)
    few = queries(small)
    for index in range(1, 12):
        reply(make_note(at_cell(large, index), "@lee #x", by=kato), "yes", lee)
    assert queries(large) == few


def test_how_far_a_note_will_be_seen_is_counted_over_what_the_writer_may_see(runbook, copy, kato, lee):
    make_runbook("rm", space=make_space("p", writers=[kato]), path="sub/hidden.ipynb", memes=[UUID])
    at = at_cell(runbook)
    assert extents(at, kato) == {"family": Extent(3, 2), "id": Extent(2, 2), "notebook": Extent(1, 1)}
    assert extents(at, lee) == {"family": Extent(2, 1), "id": Extent(1, 1), "notebook": Extent(1, 1)}
