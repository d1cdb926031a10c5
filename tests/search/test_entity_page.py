"""A host has a page: what touched it, when, how it went."""

import pytest
from django.urls import reverse

from execlogs.ingest import ingest as ingest_logs
from search import refresh
from tests.builders import make_runbook, make_space, make_user, stream
from tests.search.test_meeting import log

pytestmark = pytest.mark.django_db

HOST = "web-02.example.org"
SAID = f"{HOST} | CHANGED | rc=0 >>\nok\ndb-01.example.org | FAILED | rc=1 >>\nno"


@pytest.fixture
def kato(client):
    person = make_user("kato")
    client.force_login(person)
    return person


@pytest.fixture
def ops(kato, index):
    space = make_space("ops", readers=[kato])
    make_runbook(("code", f"!ssh {HOST} uptime", [stream("up")]), space=space, path="uptime.ipynb")
    ingest_logs(space, [log(SAID, "ok", 1)])
    closed = make_space("closed", writers=[make_user()])
    make_runbook(f"!ssh {HOST} secret", space=closed, path="secret.ipynb")
    make_runbook("!ssh hidden.example.org", space=closed, path="hidden.ipynb")
    refresh.drain()
    return space


def page_of(client, name, kind="host", **query):
    return client.get(reverse("entity", args=[kind, name]), query)


def test_it_lists_what_touched_a_host_and_what_ansible_said(client, ops):
    html = page_of(client, HOST).content.decode()
    assert "1 runbook" in html
    assert "1 logged execution" in html
    assert "uptime.ipynb" not in html  # a title stands for a file
    assert "restart(1)" in html
    assert f"ansible about {HOST}: changed" in html
    assert reverse("entity", args=["host", "db-01.example.org"]) in html
    assert reverse("entity", args=["command", "ssh"]) in html
    assert "secret" not in html
    assert "ansible about db-01.example.org: failed" in page_of(client, "db-01.example.org").content.decode()


def test_case_makes_no_difference(client, ops):
    assert "1 runbook" in page_of(client, HOST.upper()).content.decode()


@pytest.mark.parametrize("name", ["hidden.example.org", "never-seen.example.org"])
def test_what_i_may_not_see_is_told_as_what_is_not_there(client, ops, name):
    page = page_of(client, name)
    assert page.status_code == 200
    assert "Named nowhere that you may read" in page.content.decode()


def test_a_command_has_a_page_too_and_other_kinds_have_none(client, ops):
    assert "1 runbook" in page_of(client, "ssh", "command").content.decode()
    assert page_of(client, "x", "colour").status_code == 404


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999", "500"])
def test_no_page_number_breaks_it(client, ops, page):
    assert page_of(client, HOST, page=page).status_code == 200


def test_the_number_of_queries_is_constant(client, ops, kato, django_assert_max_num_queries):
    for number in range(10):
        make_runbook(f"!ssh {HOST} {number}", space=ops, path=f"{number}.ipynb")
    refresh.drain()
    with django_assert_max_num_queries(16):
        assert "11 runbooks" in page_of(client, HOST).content.decode()
