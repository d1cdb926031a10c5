"""The small graphs: of one family, on its page, and of one template, on the page of its runs."""

from uuid import uuid1

import pytest

from lineage import refresh
from notebooks.memes import next_branch, parse
from tests.builders import make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


def meme():
    return str(uuid1())


def holding(space, name, *memes, own=5, notebook="", outputs=()):
    carried = [*memes, *(meme() for _ in range(own))]
    cells = [("code", f"step {each[:8]}", list(outputs)) for each in carried]
    return make_runbook(*cells, space=space, path=f"{name}.ipynb", memes=carried, meme=notebook or meme())


def with_run(space, name, *memes):
    carried, notebook = [*memes, *(meme() for _ in range(5))], meme()
    template = holding(space, f"share/{name}", *carried, own=0, notebook=notebook)
    branched = [str(next_branch(parse(each), "00aa")) for each in carried]
    ran = [stream("ok")]
    holding(space, f"runs/20260327-{name}/{name}", *branched, own=0, notebook=notebook, outputs=ran)
    return template


def see(client, person, path):
    refresh.catch_up()
    client.force_login(person)
    response = client.get(path)
    assert response.status_code == 200
    return response


def told(response):
    return {
        (each.start.notebook, each.end.notebook, each.families) for each in response.context["picture"].told
    }


def test_a_family_shows_from_where_it_went_to_where(client, person, space):
    family = meme()
    first = holding(space, "first", family)
    second, third = (holding(space, f"copy{number}", f"{family}-1-000{number}") for number in (1, 2))
    response = see(client, person, f"/m/{family}/")
    assert told(response) == {(first, second, 1), (first, third, 1)}
    assert 'class="graph-box"' in response.content.decode()


def test_a_family_in_one_runbook_alone_shows_no_graph(client, person, space):
    family = meme()
    with_run(space, "disk", family)
    response = see(client, person, f"/m/{family}/")
    assert response.context["picture"] is None
    assert "graph.css" not in response.content.decode()


def test_a_template_shows_what_came_in_and_what_went_out_and_nothing_else(client, person, space):
    a, b, c = meme(), meme(), meme()
    source = holding(space, "source", a)
    template = with_run(space, "disk", f"{a}-1-0001", b)
    taker = holding(space, "taker", f"{b}-2-0001-0002", c)
    holding(space, "other", f"{c}-1-0001")
    response = see(client, person, f"/n/{template.pk}/runs/")
    assert told(response) == {(source, template, 1), (template, taker, 1)}
    (here,) = (each for each in response.context["picture"].drawing.boxes if each.is_here)
    assert here.name.url == template.get_absolute_url()


def test_what_one_may_not_see_is_not_in_the_small_graphs(client, person, space):
    closed = make_space("closed")
    family = meme()
    template = with_run(space, "disk", family)
    holding(closed, "secret", f"{family}-1-0001")
    for path in (f"/m/{family}/", f"/n/{template.pk}/runs/"):
        response = see(client, person, path)
        assert response.context["picture"] is None
        assert "secret" not in response.content.decode()
    closed.readers.add(person)
    for path in (f"/m/{family}/", f"/n/{template.pk}/runs/"):
        assert see(client, person, path).context["picture"].count == 1
