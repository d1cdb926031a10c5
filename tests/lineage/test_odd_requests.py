"""Whatever stands in an address or a form of lineage's pages: no route answers with an error of ours."""

import json

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from lineage import refresh
from lineage.models import RunOf, Trace
from notebooks.ingest import ingest
from tests.builders import lose_bytes, make_notebook, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

A, B, C = (f"0000000{number}-1111-11e1-8111-000000000000" for number in "123")
NUMBERS = (
    "-1",
    "0",
    "9223372036854775807",
    "9223372036854775808",
    "9" * 5000,
    "%D9%A1",
    "%C2%B2",
    "1e400",
    "nan",
)
TEXTS = (
    "",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "../..",
    "%0d%0aX:y",
    "a" * 5000,
    "//x.example",
    "1@",
    "1@0",
    "@",
)
DATES = ("0001-01-01", "9999-12-31", "2026-02-30", "1969-12-31")
ASKED = {
    "family": ("page", "copies", "text", "left"),
    "runs": ("who", "ended", "differs", "since", "sort", "page"),
    "runs-cells": ("meme", "text", "run"),
    "compare": ("a", "b", "c", "outputs", "from"),
    "diff": ("outputs", "from"),
    "related": ("page",),
    "activity": (
        "space",
        "who",
        "since",
        "until",
        "unrun",
        "runbook",
        "open",
        "skip",
        "lanes",
        "page",
        "journeys",
    ),
    "basket-download": ("name",),
    "api-memes-detail": ("page",),
    "api-memes-cells": ("branch", "text", "page", "page_size"),
    "api-notebooks-runs": ("who", "ended", "differs", "since", "sort", "page"),
    "api-notebooks-related": ("page",),
    "api-activity": ("space", "who", "since", "until", "unrun", "runbook", "page"),
    "api-activity-journeys": ("space", "page"),
    "api-compare": ("a", "b", "c"),
    "api-basket-list": ("page",),
    "api-basket-notebook": ("name", "title", "outputs", "new_root"),
}
FORMS = {
    "basket-add": ("cell", "section", "revision", "before", "next"),
    "basket-order": ("item", "to"),
    "basket-drop": ("item",),
    "basket": ("name", "has_title"),
    "pin": ("says", "template"),
}
BODIES = {
    ("api-basket-list", "POST"): ("notebook", "revision", "index", "section", "all"),
    ("api-basket-list", "PATCH"): ("order",),
    ("api-notebooks-pin", "PUT"): ("says", "template"),
}
IN_BODIES = (None, -1, 10**30, 2**63, 1.5, [], {}, [[]], [10**30], ["\0"], "\0", "\ud800", "x" * 5000, True)


@pytest.fixture
def writer():
    return make_user("writer")


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer])


@pytest.fixture
def template(space):
    template = make_runbook("ls", "pwd", "df", memes=[A, B, C], path="templates/a.ipynb", space=space)
    ingest(space, template.path, make_notebook("ls -l", "pwd", "df", memes=[A, B, C]))
    branched = [f"{meme}-1-abcd" for meme in (A, B, C)]
    for number in range(3):
        make_runbook(
            "ls -a", "pwd", "df", memes=branched, path=f"user/2026-10-0{number + 1}/a.ipynb", space=space
        )
    refresh.catch_up()
    assert RunOf.objects.count() == 3
    template.refresh_from_db()
    return template


@pytest.fixture
def client(writer):
    client = Client(raise_request_exception=True)
    client.force_login(writer)
    return client


def address(name, template):
    of = {
        **{key: [A] for key in ("family", "api-memes-detail", "api-memes-cells")},
        **{key: [template.pk] for key in ("runs", "runs-cells", "related", "pin")},
        **{
            key: [template.pk] for key in ("api-notebooks-runs", "api-notebooks-related", "api-notebooks-pin")
        },
        "diff": [template.pk, 1, 2],
    }
    return reverse(name, args=of.get(name))


def is_answered(ask, *args, **kwargs):
    """Without an exception and without a 5xx; undone afterwards."""
    with transaction.atomic():
        response = ask(*args, **kwargs)
        transaction.set_rollback(True)
    return response.status_code < 500


@pytest.mark.parametrize("name", ASKED)
def test_in_addresses(name, template, client):
    path, also = (
        address(name, template),
        f"a={template.pk}&b={template.pk}@1&meme={A}" if "comp" in name else f"meme={A}",
    )
    queries = ["&".join(f"{each}={value}" for each in ASKED[name]) for value in (*NUMBERS, *TEXTS, *DATES)]
    queries += [
        f"{also}&{each}={value}" for each in ASKED[name] for value in ("-1", "9" * 5000, "%00", "0001-01-01")
    ]
    for query in queries:
        assert is_answered(client.get, path, QUERY_STRING=query), query[:200]


@pytest.mark.parametrize("name", FORMS)
def test_in_forms(name, template, client):
    for field in FORMS[name]:
        for value in ("9" * 18, "9" * 5000, "\0", "word", "1:1", "1:999999999", "-9", "x" * 9000):
            for also in ({}, {"says": "run", "cell": f"{template.revision_id}:0"}):
                assert is_answered(client.post, address(name, template), {**also, field: value}), (
                    field,
                    value[:20],
                )


@pytest.mark.parametrize("of", BODIES, ids=str)
def test_in_bodies(of, template, client):
    name, method = of
    good = {"notebook": template.pk, "says": "run", "template": template.pk}
    bodies = [json.dumps({**good, field: value}) for field in BODIES[of] for value in IN_BODIES]
    bodies += [json.dumps({**good, "index": 0, field: value}) for field in BODIES[of] for value in IN_BODIES]
    for body in (*bodies, "[]", "null", "{", "[" * 100_000):
        assert is_answered(client.generic, method, address(name, template), body, "application/json"), body[
            :80
        ]


@pytest.mark.parametrize(
    "meme", ["%00", "a" * 5000, f"{A}-1-" + "abcd-" * 400, f"{A}-9999999999-abcd", "%ff"]
)
def test_in_memes(meme, template, client):
    for before in ("/m/", "/api/v1/memes/"):
        assert client.get(f"{before}{meme}/").status_code in (301, 404)


@pytest.mark.parametrize("number", ["0", "9223372036854775808", "9" * 4000])
def test_in_ids(number, template, client):
    for path in (
        f"/n/{number}/runs/",
        f"/n/{number}/runs/cells/",
        f"/n/{number}/related/",
        f"/n/{number}/diff/1..2/",
    ):
        assert client.get(path).status_code == 404
    assert client.get(f"/n/{template.pk}/diff/1..{number}/").status_code == 404
    assert client.post(f"/n/{number}/pin/").status_code == 404
    for path in ("runs", "related", "pin"):
        assert client.get(f"/api/v1/notebooks/{number}/{path}/").status_code == 404
    assert client.delete(f"/api/v1/basket/{number}/").status_code == 404


@pytest.mark.parametrize(
    "server_url", ["https://hub/user/a%00b/", "https://hub/user/a\ud800b/", "https://[/user/x/"]
)
def test_what_a_server_is_called(server_url, space):
    """Nobody's catching up stops at one odd file."""
    make_runbook("ls", space=space, lc_notebook_meme={"current": A}, lc_server_signature={})
    signature = {"current": {"server_url": server_url, "signature_id": A}}
    make_runbook("ls", space=space, path="odd.ipynb", lc_server_signature=signature)
    refresh.catch_up()
    assert Trace.objects.count() == 2
    assert not {"\0", "\ud800"} & set("".join(Trace.objects.values_list("who", flat=True)))


def test_lost_bytes_are_told(template, client):
    old = template.revisions.get(number=1)
    client.post(reverse("basket-add"), {"cell": [f"{old.pk}:0", f"{template.revision_id}:1"]})
    lose_bytes(old.sha256)
    for path in (reverse("diff", args=[template.pk, 1, 2]), f"/compare/?a={template.pk}&b={template.pk}@1"):
        response = client.get(path)
        assert response.status_code == 503
        assert "bytes" in response.content.decode() or "lost" in response.content.decode()
    assert client.get(f"/api/v1/compare/?a={template.pk}&b={template.pk}@1").status_code == 503
    for path in (
        reverse("runs-cells", args=[template.pk]) + f"?meme={A}",
        reverse("basket"),
        reverse("basket-download"),
    ):
        assert client.get(path).status_code == 200
    assert client.get("/api/v1/basket/notebook/").status_code == 200
    assert client.post(reverse("basket-add"), {"section": f"{old.pk}:0"}).status_code in (302, 503)


def test_the_same_two_and_three_times(template, client):
    for query in (f"a={template.pk}&b={template.pk}", f"a={template.pk}&b={template.pk}&c={template.pk}"):
        assert client.get(f"/compare/?{query}").status_code == 200
        assert client.get(f"/api/v1/compare/?{query}").status_code == 200


def test_without_cells(space, client, template):
    empty = ingest(space, "empty.ipynb", make_notebook()).notebook
    refresh.catch_up()
    for query in (
        f"a={empty.pk}&b={empty.pk}",
        f"a={empty.pk}&b={template.pk}",
        f"a={template.pk}&b={empty.pk}",
    ):
        assert client.get(f"/compare/?{query}&outputs=1").status_code == 200
        assert client.get(f"/api/v1/compare/?{query}").status_code == 200
    for name in ("runs", "runs-cells", "related"):
        assert client.get(reverse(name, args=[empty.pk])).status_code == 200
    assert client.post(reverse("basket-add"), {"revision": empty.revision_id}).status_code == 302
