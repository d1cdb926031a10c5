"""The page that looks a pasted error up."""

import pytest
from django.urls import reverse

from execlogs.ingest import ingest as ingest_logs
from notebooks.models import Notebook
from search import refresh
from tests.builders import make_runbook, make_space, make_user
from tests.search.test_meeting import CELL, TRACEBACK, log

pytestmark = pytest.mark.django_db


@pytest.fixture
def kato(client):
    person = make_user("kato")
    client.force_login(person)
    return person


def asked(client, text):
    return client.post(reverse("search-error"), {"text": text})


def test_it_shows_where_the_error_was_met_and_what_mended_it(client, kato, index):
    space = make_space("ops", readers=[kato])
    make_runbook("restart(1)", ("markdown", "# Web"), space=space, path="web.ipynb", memes=[CELL])
    ingest_logs(space, [log(TRACEBACK.format(line=31, host="web-03"), "error", 1), log("", "ok", 2)])
    refresh.drain()
    page = asked(client, TRACEBACK.format(line=3, host="db-01"))
    assert page.status_code == 200
    html = page.content.decode()
    assert "failed so 1 time" in html
    assert "by sato" in html
    assert "The execution that mended it" in html
    assert reverse("family", args=[CELL]) in html
    assert html.count(f"/web/?meme={CELL}") == 2  # the cell that met it, and what mended it there


def test_of_a_copy_that_went_where_i_may_not_look_only_the_log_tells(client, kato, index):
    space = make_space("ops", readers=[kato])
    notebook = make_runbook("restart(1)", ("markdown", "# Web"), space=space, path="web.ipynb", memes=[CELL])
    ingest_logs(space, [log(TRACEBACK.format(line=31, host="web-03"), "error", 1), log("", "ok", 2)])
    Notebook.objects.filter(pk=notebook.pk).update(space=make_space("closed", writers=[make_user()]))
    refresh.drain()
    html = asked(client, TRACEBACK.format(line=3, host="db-01")).content.decode()
    assert "The execution that mended it" in html
    assert "?meme=" not in html
    assert f"/n/{notebook.pk}/" not in html


def test_without_a_match_it_says_so_and_what_to_try(client, kato, index):
    refresh.rebuild()
    assert "Not met before" in asked(client, "XError: nothing\nlike this was ever seen").content.decode()


def test_it_asks_for_an_error_where_none_is_given(client, kato):
    assert "Look it up" in client.get(reverse("search-error")).content.decode()
    assert "Look it up" in asked(client, " \0 ").content.decode()


def test_the_number_of_queries_does_not_grow_with_what_is_found(
    client, kato, index, django_assert_max_num_queries
):
    space = make_space("ops", readers=[kato])
    told = []
    for number in range(8):
        cell = f"{CELL[:-1]}{number}"
        make_runbook(f"restart({number})", space=space, path=f"{number}.ipynb", memes=[cell])
        told.append(log(TRACEBACK.format(line=31, host="web-03"), "error", number, f"{number}.ipynb", cell))
    ingest_logs(space, told)
    refresh.drain()
    with django_assert_max_num_queries(25):
        page = asked(client, TRACEBACK.format(line=3, host="db-01"))
    assert page.content.decode().count("failed so 1 time") == 8
