"""Facets are counted while hits are looked for and read, and nobody takes half an answer for a whole one."""

from threading import Event

import pytest
from haystack.exceptions import SearchBackendError
from rest_framework.test import APIClient

from notebooks import moving
from notebooks.ingest import ingest
from notebooks.models import Notebook
from search import refresh
from search.engines import tantivy, tantivyqueries
from search.engines.beside import Beside
from search.engines.kept import kept
from search.find import Wish, find
from search.hits import hits_of
from tests.builders import make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db

PATIENCE = 10  # seconds


@pytest.fixture(autouse=True)
def is_counted_at_once(monkeypatch):
    monkeypatch.setattr(tantivyqueries, "WORTH_COUNTING", 1)


@pytest.fixture
def kato(index):
    user = make_user("kato")
    fill(make_space("ops", writers=[user]), 3)
    return user


def fill(space, count):
    for number in range(count):
        ingest(space, f"{number}.ipynb", make_notebook("needle rotate"))
    refresh.drain()


def snapshot():
    engine = refresh.backend()
    return kept.snapshot(engine.generations.current(), engine.schema)


def test_hits_are_read_while_facets_are_counted(kato, monkeypatch):
    are_read, count = Event(), tantivy._facets

    def counted_late(*args):
        assert are_read.wait(PATIENCE), "Who reads the hits waits for the facets."
        return count(*args)

    def read(*args):
        hits = hits_of(*args)
        are_read.set()
        return hits

    monkeypatch.setattr("search.engines.tantivy._facets", counted_late)
    monkeypatch.setattr("search.showing.hits_of", read)
    found = find(Wish("needle", is_folded=True), kato)
    assert [hit.notebook.path for hit in found.hits]
    assert sum(hit.copies.count + 1 for hit in found.hits) == 3
    assert [(each.value, each.count) for each in found.facets["kind"]] == [("code", 3)]


def test_facets_that_fail_are_a_search_that_failed(kato, monkeypatch):
    def failing(*_args):
        raise SearchBackendError("tantivy: no such file")

    monkeypatch.setattr("search.engines.tantivy._facets", failing)
    with pytest.raises(SearchBackendError, match="no such file"):
        find(Wish("needle", is_folded=True), kato)
    client = APIClient()
    client.force_authenticate(kato)
    assert client.get("/api/v1/search/", {"q": "needle"}).status_code == 503


def test_what_the_work_raises_is_raised_where_it_is_looked_at():
    def failing():
        raise ValueError("broken")

    begun = Beside(["kind"], failing)
    assert (list(begun), len(begun), "kind" in begun, "space" in begun) == (["kind"], 1, True, False)
    for _ in range(2):
        with pytest.raises(ValueError, match="broken"):
            begun["kind"]


def counted(user):
    found = find(Wish("needle"), user)
    return found.count, sum(each.count for each in found.facets["kind"])


def test_who_sees_all_spaces_is_not_asked_for_them_until_there_is_one_more(kato):
    sato = make_user("sato")
    assert counted(kato) == (3, 3)
    assert list(snapshot().passed_by_all.values()) == [True]
    fill(make_space("lab", readers=[sato]), 4)
    assert [counted(kato), counted(sato), counted(kato)] == [(3, 3), (4, 4), (3, 3)]
    assert list(snapshot().passed_by_all.values()) == [False, False]


def test_what_was_deleted_does_not_make_it_look_as_if_somebody_saw_all(kato):
    """The index counts it among what has a word until it is merged: here as much as there is in all."""
    own = list(Notebook.objects.visible_to(kato))
    for notebook in own[:2]:
        moving.delete(notebook, kato)
    fill(make_space("hidden"), 1)
    searcher = snapshot().searcher
    assert searcher.doc_freq("space", own[0].space_id) > searcher.num_docs
    assert counted(kato) == (1, 1)
