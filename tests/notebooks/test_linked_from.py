import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from notebooks import moving
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    person = make_user()
    client.force_login(person)
    return person


@pytest.fixture
def target(reader):
    return make_runbook("ls", space=make_space("hub", readers=[reader]), path="t.ipynb")


def link_to(target, number):
    cell = ("markdown", f"# N{number:02}\n\n[x](t.ipynb)")
    return make_runbook(cell, space=target.space, path=f"{number}.ipynb")


def page(client, target, **query):
    return client.get(reverse("linked-from", args=[target.pk]), query)


def titles(response):
    return re.findall(r">(N\d\d)</a>", response.content.decode())


def test_all_are_there_by_title_page_after_page(client, target, monkeypatch):
    monkeypatch.setattr("notebooks.views.links.A_PAGE", 2)
    for number in (3, 1, 2):
        link_to(target, number)
    assert "3 runbooks link here." in page(client, target).content.decode()
    assert [titles(page(client, target, page=number)) for number in (1, 2)] == [["N01", "N02"], ["N03"]]


def test_what_was_deleted_is_left_out(client, target):
    link_to(target, 1)
    moving.delete(link_to(target, 2), make_user())
    assert titles(page(client, target)) == ["N01"]


def test_where_nothing_links_it_says_what_would(client, target):
    assert "Nothing links here" in page(client, target).content.decode()


def test_of_what_is_deleted_it_leads_to_what_is_known(client, target):
    moving.delete(target, make_user())
    assert page(client, target)["Location"] == target.get_absolute_url()


def test_the_queries_do_not_grow(client, target):
    asked = []
    for count in (1, 11):
        for number in range(count):
            link_to(target, number)
        with CaptureQueriesContext(connection) as captured:
            assert len(titles(page(client, target))) == count
        asked.append(len(captured))
    assert asked[0] == asked[1] <= 9
