"""Whatever stands in an address, a form or a body: no route answers with an error of ours."""

import json
import re

import pytest
from django.db import transaction
from django.test import Client

from tests.opsnotes.looking import looking_at_bodies, looking_at_queries
from tests.opsnotes.test_routes import ROWS, World
from tests.search.conftest import use

pytestmark = pytest.mark.django_db

ROUTES = sorted({row.route for row in ROWS})
NAMES = (
    "q", "page", "sort", "revision", "state", "space", "folder", "path", "meme", "ordering", "kind", "year", "owner",
    "status", "language", "next", "raw", "format", "from", "cells_from",
)  # fmt: skip
SEARCHED = (
    "search", "api-search", "api-notebooks-list", "file", "api-notebooks-file", "browse", "batch", "runbook",
    "revision", "report", "linked-from", "api-notebooks-detail",
)  # fmt: skip
NUMBERS = ("-1", "0", "9223372036854775808", "9" * 5000, "%D9%A1", "%C2%B2", "1e400")
TEXTS = (
    "",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "../..",
    "%0d%0aX:y",
    "%E2%80%AE",
    "a" * 3000,
    "(((",
    "//x.example",
)
IN_PATHS = ("%00", "a%00b", "%ff", "%0a", "%2e%2e", "a" * 3000, "%E2%80%AE", "//", "\\")
IN_BODIES = (None, -1, 10**30, 1.5, [], {}, [[]], ["\0"], "\0", "\ud800", "x" * 5000, "a/../b")


@pytest.fixture
def world(settings, tmp_path, monkeypatch):
    use(settings, tmp_path, "tantivy")
    monkeypatch.setattr("opsnotes.status.app.control.ping", lambda **_: [{"worker": "pong"}])
    return World()


@pytest.fixture
def writer(world):
    client = Client(raise_request_exception=True)
    client.force_login(world.people["writer"])
    return client


def is_answered(ask, *args, **kwargs):
    """Without an exception and without a 5xx; undone afterwards."""
    with transaction.atomic():
        response = ask(*args, **kwargs)
        if response.streaming:
            b"".join(response.streaming_content)
        transaction.set_rollback(True)
    return response.status_code < 500


def test_in_queries(world, writer):
    for route in ROUTES:
        path = world.url(route).partition("?")[0]
        looked = False
        for value in (*TEXTS, *NUMBERS):
            query = "&".join(f"{name}={value}" for name in NAMES)
            with looking_at_queries() as names:
                assert is_answered(writer.get, path, QUERY_STRING=query), (path, value)
            looked = looked or not names.isdisjoint(NAMES)
            if not looked and value == TEXTS[3]:
                break


@pytest.mark.parametrize("route", SEARCHED)
def test_in_one_parameter(world, writer, route):
    path = world.url(route).partition("?")[0]
    # One that no view asks for stands for all that are only carried along.
    for name in (
        "q",
        "page",
        "revision",
        "state",
        "meme",
        "path",
        "space",
        "year",
        "from",
        "cells_from",
        "none",
    ):
        for value in (*NUMBERS, *TEXTS):
            with looking_at_queries() as looked:
                assert is_answered(writer.get, path, QUERY_STRING=f"{name}={value}"), (path, name, value)
            if name not in {*looked, "none"}:
                break


def test_in_ids(world, writer):
    for route in ROUTES:
        path = world.url(route).partition("?")[0]
        for odd in {re.sub(r"/\d+(?=/)", f"/{number}", path) for number in NUMBERS}:
            for method in ("get", "post"):
                assert is_answered(getattr(writer, method), odd), (method, odd)


@pytest.mark.parametrize(
    "before", ["/browse/", "/browse/ops/", "/browse/ops/a/", "/files/ops/", "/n/1/", "/spaces/", "/"]
)
def test_in_paths(world, writer, before):
    for odd in IN_PATHS:
        for path in (f"{before}{odd}", f"{before}{odd}/", f"{before}{odd}/x"):
            assert is_answered(writer.get, path), path


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row.method != "GET" and row.route.startswith("api-")], ids=str
)
def test_in_bodies(world, writer, row):
    good = {name: value for name, value in world.data(row.route, "writer").items() if name != "files"}
    url = world.url(row.route)
    names = looked_at(writer, row.method, url, good) | {"nothing"}
    bodies = [json.dumps({**good, name: value}) for name in sorted(names) for value in IN_BODIES]
    for body in (*bodies, "[]", "null", "1", "{", '{"path": NaN}', "[" * 100_000):
        assert is_answered(writer.generic, row.method, url, body, "application/json"), body[:80]


def looked_at(writer, method, url, good):
    """The fields that are asked for, of the good body and of an empty one."""
    with looking_at_bodies() as names:
        for body in (good, {}):
            assert is_answered(writer.generic, method, url, json.dumps(body), "application/json"), body
    return names
