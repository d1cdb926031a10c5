"""What hangs together with a runbook: shared cells, ways by a third one, links."""

from uuid import uuid1

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lineage import refresh
from notebooks import moving
from notebooks.memes import next_branch, parse
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


@pytest.fixture
def ask(client, person):
    client.force_login(person)

    def ask_(notebook, **headers):
        refresh.catch_up()
        return client.get(f"/n/{notebook.pk}/related/", headers=headers)

    return ask_


def meme():
    return str(uuid1())


def branch(original, number=1):
    return f"{original}-1-{number:04x}"


def holding(space, name, *memes, own=5, notebook=""):
    """A runbook with cells of these MEMEs, and as many of its own that it is nobody's run."""
    carried = [*memes, *(meme() for _ in range(own))]
    cells = [("markdown", f"## Step {each[:8]}") for each in carried]
    return make_runbook(*cells, space=space, path=f"{name}.ipynb", memes=carried, meme=notebook or meme())


def shared_of(response):
    return [(each.head.notebook.path, each.families) for each in response.context["shared"]]


def test_who_shares_cells_is_told_with_how_many_and_which(ask, space):
    a, b = meme(), meme()
    here = holding(space, "here", a, b)
    holding(space, "two", branch(a), branch(b))
    holding(space, "one", branch(a, 2))
    response = ask(here)
    assert shared_of(response) == [("two.ipynb", 2), ("one.ipynb", 1)]
    assert [cell.name for cell in response.context["shared"][0].cells] == [f"Step {a[:8]}", f"Step {b[:8]}"]


def test_a_shared_cell_leads_to_both_of_its_places(ask, space):
    a = meme()
    here = holding(space, "here", a)
    there = holding(space, "there", branch(a))
    (shared,) = ask(here).context["shared"]
    assert shared.cells[0].here_url == f"{here.get_absolute_url()}#cell-0"
    assert shared.cells[0].there_url == f"{there.get_absolute_url()}#cell-0"
    assert shared.compare_url == f"/compare/?a={here.pk}&b={there.pk}"


def with_runs(space, name, shared, count):
    """A template that has `shared`, and runs of it; the template and the last run."""
    own, notebook = [meme() for _ in range(5)], meme()
    template = holding(space, f"share/{name}", shared, *own, own=0, notebook=notebook)
    for number in range(count):
        branched = [str(next_branch(parse(each), f"{number:04x}")) for each in (shared, *own)]
        run = holding(space, f"runs/{number}/{name}", *branched, own=0, notebook=notebook)
    return template, run


def test_runs_are_folded_into_their_template(ask, space):
    a = meme()
    here = holding(space, "here", a)
    template, _run = with_runs(space, "template", branch(a), 3)
    (shared,) = ask(here).context["shared"]
    assert (shared.head.notebook, shared.head.runs) == (template, 3)
    assert "and 3 runs" in ask(here).content.decode()


def test_a_run_has_what_its_template_has_and_its_template_is_no_relation(ask, space):
    a = meme()
    template, run = with_runs(space, "template", a, 2)
    other = holding(space, "other", branch(a, 9))
    for notebook in (template, run):
        response = ask(notebook)
        assert shared_of(response) == [(other.path, 1)]
        assert f'href="/n/{template.pk}/runs/"' in response.content.decode()


def test_a_third_is_told_with_the_one_between_and_the_way(ask, space):
    a, b = meme(), meme()
    middle = holding(space, "middle", a, b)
    here = holding(space, "here", branch(a))
    far = holding(space, "far", branch(b))
    response = ask(here)
    (third,) = response.context["related"].thirds
    assert (third.head.notebook, third.over.notebook, third.way) == (far, middle, "both_from")
    assert "both copy cells from" in response.content.decode()


def test_who_shares_directly_is_not_told_again_by_way_of_others(ask, space):
    a, b = meme(), meme()
    holding(space, "middle", a, b)
    here = holding(space, "here", branch(a))
    holding(space, "both", branch(a, 2), branch(b))
    assert ask(here).context["related"].thirds == []


def test_links_are_told_both_ways_and_by_runbook(ask, space):
    target = make_runbook("ls", space=space, path="target.ipynb")
    here = make_runbook(("markdown", "[t](target.ipynb)"), space=space, path="here.ipynb")
    related = ask(here).context["related"]
    assert [each.head.notebook for each in related.links_to] == [target]
    assert [each.head.notebook for each in ask(target).context["related"].linked_from] == [here]


def test_a_link_follows_what_was_moved(ask, person, space):
    target = make_runbook("ls", space=space, path="target.ipynb")
    here = make_runbook(("markdown", "[t](target.ipynb)"), space=space, path="here.ipynb")
    moving.move(target, space, "elsewhere/target.ipynb", person)
    assert [each.head.notebook for each in ask(here).context["related"].links_to] == [target]


def test_a_new_root_is_shared_and_says_so(ask, space):
    old, new = meme(), meme()
    holding(space, "old", old)
    cell = {
        "cell_type": "markdown",
        "source": "# Root",
        "metadata": {
            "lc_cell_meme": {"current": new, "history": [{"current": old, "previous": None, "next": None}]}
        },
    }
    here = make_runbook(cell, *(f"echo {number}" for number in range(5)), space=space, path="new.ipynb")
    (shared,) = ask(here).context["shared"]
    assert (shared.head.notebook.path, shared.families, shared.cells[0].how) == ("old.ipynb", 1, "history")


def test_what_everybody_has_makes_nobody_kin(ask, space, monkeypatch):
    monkeypatch.setattr("lineage.families.holders.EVERYWHERE", 3)
    everywhere, rare = meme(), meme()
    here = holding(space, "here", everywhere, rare)
    for number in range(3):
        holding(space, f"other{number}", branch(everywhere, number))
    holding(space, "kin", branch(rare))
    response = ask(here)
    assert shared_of(response) == [("kin.ipynb", 1)]
    assert "1 of its cells is in so many runbooks" in response.content.decode()


def test_the_section_is_a_piece_for_htmx_and_a_page_for_a_link(ask, space):
    here = holding(space, "here", meme())
    page, piece = ask(here), ask(here, **{"HX-Request": "true"})
    assert b"<!doctype html>" in page.content
    assert b"<!doctype html>" not in piece.content
    assert "HX-Request" in page.headers["Vary"]


def test_a_runbook_alone_says_so(ask, space):
    assert "Nothing is related" in ask(holding(space, "here", meme())).content.decode()


def test_a_runbook_that_was_not_read_yet_says_so(client, person, space):
    here = holding(space, "here", meme())
    client.force_login(person)
    assert "is being read" in client.get(f"/n/{here.pk}/related/").content.decode()


def test_a_deleted_runbook_leads_to_what_is_known_of_it(ask, person, space):
    here = holding(space, "here", meme())
    moving.delete(here, person)
    response = ask(here)
    assert (response.status_code, response["Location"]) == (302, here.get_absolute_url())


# ----- what one may see


def test_what_one_may_not_see_is_neither_listed_nor_counted_nor_gone_over(client, person, space):
    other = make_user("other")
    space.readers.add(other)
    closed = make_space("closed", readers=[other])
    a, b = meme(), meme()
    here = holding(space, "here", a)
    holding(closed, "secret", branch(a), branch(b))
    holding(space, "far", b)
    refresh.catch_up()
    client.force_login(other)
    response = client.get(f"/n/{here.pk}/related/")
    assert shared_of(response) == [("secret.ipynb", 1)]
    assert len(response.context["related"].thirds) == 1
    client.force_login(person)
    response = client.get(f"/n/{here.pk}/related/")
    assert response.context["related"].is_empty
    assert "secret" not in response.content.decode()


def test_a_run_of_what_one_may_not_see_is_still_related(client, person, space):
    closed = make_space("closed")
    a = meme()
    own, notebook = [meme() for _ in range(5)], meme()
    holding(closed, "template", a, *own, own=0, notebook=notebook)
    run = holding(space, "run", *(branch(each) for each in (a, *own)), own=0, notebook=notebook)
    other = holding(space, "other", branch(a, 7))
    refresh.catch_up()
    client.force_login(person)
    for one, two in ((run, other), (other, run)):
        response = client.get(f"/n/{one.pk}/related/")
        assert shared_of(response) == [(two.path, 1)]
        assert response.context["related"].runs == 0


def test_a_stranger_gets_404(client, space):
    here = holding(space, "here", meme())
    client.force_login(make_user())
    assert client.get(f"/n/{here.pk}/related/").status_code == 404


def test_the_number_of_queries_is_the_same_for_one_and_for_many(client, person, space):
    a, b = meme(), meme()
    here = holding(space, "here", a)
    with_runs(space, "first", branch(a), 1)
    holding(space, "middle", branch(a, 5), b)
    holding(space, "far", branch(b))
    refresh.catch_up()
    client.force_login(person)
    few = queries(client, here)
    for number in range(12):
        with_runs(space, f"more{number}", branch(a, 10 + number), 2)
        holding(space, f"far{number}", branch(b, 10 + number))
    refresh.catch_up()
    assert queries(client, here) == few


def queries(client, notebook):
    with CaptureQueriesContext(connection) as caught:
        assert client.get(f"/n/{notebook.pk}/related/").status_code == 200
    return len(caught)
