import pytest
from django.core.management import call_command
from django.db import DatabaseError

from opsnotes import status


@pytest.mark.django_db
def test_healthz_asks_nothing_of_the_database(client, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_what_it_looked_at(client):
    call_command("reindex", verbosity=0)
    response = client.get("/readyz")
    assert response.status_code == 200
    assert response.json()["checks"].keys() == {"database", "migrations", "broker", "index"}


@pytest.mark.django_db
def test_readyz_says_no_without_saying_why(client, monkeypatch):
    def broken():
        raise DatabaseError("password of ops at db-07.example.org is wrong")

    monkeypatch.setitem(status.CHECKS, "database", broken)
    response = client.get("/readyz")
    assert (response.status_code, response.json()["checks"]["database"]) == (503, False)
    assert "db-07" not in response.content.decode()
