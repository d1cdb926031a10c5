import json

import nbformat
import pytest
from rest_framework.test import APIClient

from lineage.composition import basket
from lineage.models import BasketItem
from notebooks import moving
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db

ADDRESS = "/api/v1/basket/"


@pytest.fixture
def kato():
    return make_user("kato")


@pytest.fixture
def space(kato):
    return make_space("ops", readers=[kato])


@pytest.fixture
def api(kato):
    client = APIClient()
    client.force_authenticate(kato)
    return client


@pytest.fixture
def notebook(space):
    return make_runbook(("markdown", "# T"), "ls", ("markdown", "## A"), "df", space=space)


def test_a_cell_is_put_in_and_told(api, notebook):
    answer = api.post(ADDRESS, {"notebook": notebook.pk, "index": 3})
    assert answer.status_code == 201
    item = BasketItem.objects.get()
    told = api.get(ADDRESS).json()
    assert told["count"] == 1
    assert told["results"] == answer.json()
    assert {**told["results"][0], "added_at": ""} == {
        "id": item.pk, "state": "here", "notebook": notebook.pk, "revision": 1, "index": 3,
        "meme": notebook.cells.get(index=3).full_meme, "source": "df", "added_at": "",
    }  # fmt: skip


@pytest.mark.parametrize(("asked", "indices"), [({"section": 2}, [2, 3]), ({"all": True}, [0, 1, 2, 3])])
def test_sections_and_whole_notebooks_are_put_in(api, notebook, asked, indices):
    answer = api.post(ADDRESS, {"notebook": notebook.pk, **asked})
    assert [each["index"] for each in answer.json()] == indices


def test_an_old_revision_is_asked_for_by_its_number(api, space, notebook):
    make_runbook("newer", space=space)
    answer = api.post(ADDRESS, {"notebook": notebook.pk, "revision": 1, "index": 3})
    assert answer.json()[0]["source"] == "df"
    assert api.post(ADDRESS, {"notebook": notebook.pk, "index": 0}).json()[0]["source"] == "newer"


@pytest.mark.parametrize("asked", [{}, {"index": 0, "section": 0}, {"index": 0, "all": True}, {"index": -1}])
def test_what_to_put_in_is_said_once(api, notebook, asked):
    assert api.post(ADDRESS, {"notebook": notebook.pk, **asked}).status_code == 400


@pytest.mark.parametrize("asked", [{"index": 4}, {"section": 4}, {"revision": 2, "index": 0}])
def test_what_is_not_there_is_not_found(api, notebook, asked):
    assert api.post(ADDRESS, {"notebook": notebook.pk, **asked}).status_code == 404


def test_what_may_not_be_read_is_not_found_nor_told_later(api, kato, space, notebook):
    hidden = make_runbook("zanzibar", space=make_space())
    assert api.post(ADDRESS, {"notebook": hidden.pk, "index": 0}).status_code == 404
    api.post(ADDRESS, {"notebook": notebook.pk, "all": True})
    space.readers.clear()
    told = api.get(ADDRESS).json()["results"]
    assert {(each["state"], each["notebook"], each["meme"], each["source"]) for each in told} == {
        ("unreadable", None, "", "")
    }
    assert api.get(f"{ADDRESS}notebook/").status_code == 404


def test_what_lies_in_the_bin_says_so(api, kato, notebook):
    api.post(ADDRESS, {"notebook": notebook.pk, "index": 1})
    moving.delete(notebook, kato)
    assert api.get(ADDRESS).json()["results"][0]["state"] == "binned"


def test_cells_are_put_in_order_taken_out_and_all_dropped(api, kato, notebook):
    pks = [each["id"] for each in api.post(ADDRESS, {"notebook": notebook.pk, "all": True}).json()]
    answer = api.patch(ADDRESS, {"order": [pks[3], pks[1]]})
    assert [each["index"] for each in answer.json()["results"]] == [3, 1, 0, 2]
    assert api.delete(f"{ADDRESS}{pks[0]}/").status_code == 204
    assert api.delete(f"{ADDRESS}{pks[0]}/").status_code == 404
    assert api.delete(ADDRESS).status_code == 204
    assert basket.count(kato) == 0


def test_nobody_orders_or_drops_what_another_collected(api, notebook):
    lee = make_user("lee")
    theirs = basket.collect(lee, notebook.revision, [0])[0]
    assert api.patch(ADDRESS, {"order": [theirs.pk]}).status_code == 400
    assert api.delete(f"{ADDRESS}{theirs.pk}/").status_code == 404
    api.delete(ADDRESS)
    assert basket.count(lee) == 1


def test_the_new_notebook_is_given_as_asked(api, notebook):
    api.post(ADDRESS, {"notebook": notebook.pk, "index": 1})
    answer = api.get(f"{ADDRESS}notebook/", {"name": "Check", "new_root": "true"})
    assert answer["Content-Disposition"] == 'attachment; filename="Check.ipynb"'
    document = nbformat.reads(answer.content.decode(), as_version=4)
    nbformat.validate(document)
    assert [cell.source for cell in document.cells] == ["# Check", "ls"]
    assert len(document.metadata.lc_notebook_meme.root_cells) == 2


def test_too_much_is_refused(api, notebook, monkeypatch):
    monkeypatch.setattr(basket, "MOST", 2)
    answer = api.post(ADDRESS, {"notebook": notebook.pk, "all": True})
    assert answer.status_code == 400
    assert "at most 2" in json.dumps(answer.json())


def test_the_schema_describes_it(api):
    paths = api.get("/api/v1/schema/", {"format": "json"}).data["paths"]
    assert {"get", "post", "patch", "delete"} <= paths["/api/v1/basket/"].keys()
    assert (
        "application/x-ipynb+json" in paths["/api/v1/basket/notebook/"]["get"]["responses"]["200"]["content"]
    )
