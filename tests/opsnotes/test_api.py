import json

import pytest
from django.urls import reverse
from haystack.exceptions import SearchBackendError

from notebooks import blobs, moving
from notebooks.ingest import Provenance, ingest
from notebooks.models import Space
from notebooks.paging import CELLS
from search import refresh
from tests.builders import make_notebook, make_runbook, make_space, make_user, stream
from tests.search.conftest import use

pytestmark = pytest.mark.django_db

MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
NOTEBOOK_KEYS = [
    "id",
    "space",
    "path",
    "title",
    "owner",
    "meme",
    "branch",
    "revision",
    "cell_count",
    "updated_at",
    "url",
]


@pytest.fixture
def writer(client):
    writer = make_user("writer")
    client.force_login(writer)
    return writer


@pytest.fixture
def space(writer):
    return make_space("ops", writers=[writer])


class Api:
    """The client, speaking JSON."""

    def __init__(self, client):
        self.client = client

    def get(self, name, /, *args, **query):
        return self.client.get(reverse(f"api-{name}", args=args), query)

    def send(self, method, name, /, *args, **data):
        url = reverse(f"api-{name}", args=args)
        return getattr(self.client, method)(url, json.dumps(data), content_type="application/json")


@pytest.fixture
def api(client):
    return Api(client)


# Spaces


def test_spaces_are_those_one_sees_with_their_people_where_one_is_in_them(api, space):
    make_space("hidden")
    make_space("open", is_public=True, writers=[make_user("boss")])
    answer = api.get("spaces-list").json()
    assert answer["count"] == 2
    assert [(each["slug"], each["writers"]) for each in answer["results"]] == [
        ("open", []),
        ("ops", ["writer"]),
    ]


def test_who_posts_a_space_writes_to_it(api, writer):
    response = api.send("post", "spaces-list", name="Night shift", readers=["writer"])
    assert response.status_code == 201
    assert response.json() == {
        "slug": "night-shift",
        "name": "Night shift",
        "is_public": False,
        "readers_may_note": True,
        "readers": ["writer"],
        "writers": ["writer"],
    }


def test_a_space_is_changed_by_its_writers_and_keeps_its_address(api, space):
    make_user("kato")
    response = api.send("patch", "spaces-detail", "ops", readers=["kato"], is_public=True)
    assert (response.status_code, response.json()["readers"], response.json()["writers"]) == (
        200,
        ["kato"],
        ["writer"],
    )
    assert api.send("patch", "spaces-detail", "ops", slug="other").status_code == 400
    assert Space.objects.get().slug == "ops"


@pytest.mark.parametrize(
    ("change", "field"),
    [({"readers": ["nobody"]}, "readers"), ({"writers": []}, "writers"), ({"name": ""}, "name")],
)
def test_what_cannot_be_is_refused_by_field(api, space, change, field):
    response = api.send("patch", "spaces-detail", "ops", **change)
    assert (response.status_code, list(response.json())) == (400, [field])
    assert list(space.writers.all())


def test_a_taken_address_is_refused(api, space):
    for slug in ("ops", "new"):
        assert "slug" in api.send("post", "spaces-list", name="x", slug=slug).json()


def test_spaces_take_as_many_queries_for_many_as_for_one(api, writer, django_assert_max_num_queries):
    for _ in range(9):
        make_space(readers=[writer, make_user()], writers=[make_user()])
    with django_assert_max_num_queries(9):
        assert api.get("spaces-list").json()["count"] == 9


# Notebooks


def paths_of(response):
    assert response.status_code == 200, response.content
    return [each["path"] for each in response.json()["results"]]


def test_a_list_says_of_each_what_it_is_and_where(api, space):
    notebook = make_runbook("ls", space=space, path="a/b.ipynb", owner="kato", meme=MEME)
    (each,) = api.get("notebooks-list").json()["results"]
    assert list(each) == NOTEBOOK_KEYS
    assert (each["id"], each["space"], each["owner"], each["meme"]) == (notebook.pk, "ops", "kato", MEME)
    assert each["url"] == f"http://testserver{notebook.get_absolute_url()}"
    assert each["updated_at"].endswith("Z")


def test_a_list_is_narrowed_by_space_path_and_folder(api, space, writer):
    other = make_space("net", writers=[writer])
    for path in ("a.ipynb", "run/b.ipynb", "run/deep/c.ipynb", "running/d.ipynb"):
        make_runbook("ls", space=space, path=path)
    make_runbook("ls", space=other, path="a.ipynb")
    assert paths_of(api.get("notebooks-list", space="net")) == ["a.ipynb"]
    assert len(paths_of(api.get("notebooks-list", path="a.ipynb"))) == 2
    assert paths_of(api.get("notebooks-list", path="run/", ordering="path")) == [
        "run/b.ipynb",
        "run/deep/c.ipynb",
    ]
    assert len(paths_of(api.get("notebooks-list", path="/"))) == 5
    assert paths_of(api.get("notebooks-list", space="absent")) == []


def test_a_list_is_narrowed_by_a_meme_of_the_notebook_or_a_cell(api, space):
    make_runbook("ls", space=space, path="own.ipynb", meme=MEME)
    make_runbook("ls", space=space, path="branch.ipynb", memes=[f"{MEME}-1-00ff"])
    make_runbook("ls", space=space, path="other.ipynb")
    assert paths_of(api.get("notebooks-list", meme=MEME, ordering="path")) == ["branch.ipynb", "own.ipynb"]
    assert paths_of(api.get("notebooks-list", meme=f"{MEME}-1-00FF")) == ["branch.ipynb"]
    assert "meme" in api.get("notebooks-list", meme="no").json()


def test_a_list_is_found_by_words_the_best_first(api, space, settings, tmp_path):
    use(settings, tmp_path, "tantivy")
    make_runbook("mount /dev/sda1", space=space, path="cell.ipynb")
    make_runbook(("markdown", "# mount mount mount"), "mount", space=space, path="title.ipynb")
    make_runbook("mount", space=make_space("hidden"), path="hidden.ipynb")
    make_runbook("uptime", space=space, path="other.ipynb")
    refresh.drain()
    assert paths_of(api.get("notebooks-list", q="mount")) == ["title.ipynb", "cell.ipynb"]
    assert paths_of(api.get("notebooks-list", q="mount", ordering="path")) == ["cell.ipynb", "title.ipynb"]
    assert paths_of(api.get("notebooks-list", q="absentword")) == []


def test_an_engine_that_failed_is_not_an_empty_list(api, space, monkeypatch):
    def fail(*args):
        raise SearchBackendError("broken")

    monkeypatch.setattr("opsnotes.api.filters.best_notebooks", fail)
    assert api.get("notebooks-list", q="mount").status_code == 503


def test_an_unknown_ordering_is_refused(api, writer):
    assert api.get("notebooks-list", ordering="id; drop table").status_code == 400


def test_a_list_takes_as_many_queries_for_many_as_for_one(api, space, django_assert_max_num_queries):
    for number in range(9):
        make_runbook("ls", space=space, path=f"{number}.ipynb")
    with django_assert_max_num_queries(5):
        assert len(paths_of(api.get("notebooks-list"))) == 9


def test_a_notebook_comes_with_its_cells_as_text_and_as_html(api, space):
    notebook = make_runbook(
        ("markdown", "# Disk <script>full</script>"),
        ("code", "df -h", [stream("50%")]),
        space=space,
        memes=[MEME],
    )
    answer = api.get("notebooks-detail", notebook.pk).json()
    assert list(answer) == [*NOTEBOOK_KEYS, "cells"]
    first, second = answer["cells"]
    assert (first["index"], first["type"], first["meme"], first["assigned"]) == (0, "markdown", MEME, False)
    assert first["source"] == "# Disk <script>full</script>"
    assert "<script" not in first["html"]
    assert (second["output"].strip(), second["execution_count"], second["status"]) == ("50%", 1, "ok")
    assert second["assigned"] is True


def test_of_a_very_long_notebook_the_cells_come_in_parts(api, space, django_assert_num_queries):
    commands = [("code", f"command({number})", [stream(f"{number}")]) for number in range(2 * CELLS + 3)]
    notebook = make_runbook(*commands, space=space)
    with django_assert_num_queries(13):
        answer = api.get("notebooks-detail", notebook.pk).json()
    found, address = [], reverse("api-notebooks-detail", args=[notebook.pk])
    assert list(answer) == [*NOTEBOOK_KEYS, "cells", "cells_next"]
    assert answer["cells_next"] == f"http://testserver{address}?cells_from={CELLS}"
    while True:
        assert len(answer["cells"]) <= CELLS
        found += [(cell["index"], cell["source"], cell["output"].strip()) for cell in answer["cells"]]
        if answer["cells_next"] is None:
            break
        answer = api.client.get(answer["cells_next"]).json()
    assert found == [(number, f"command({number})", f"{number}") for number in range(2 * CELLS + 3)]


def test_cells_are_given_from_any_index_on(api, space):
    notebook = make_runbook("a", "b", "c", space=space)
    for first, expected in ((1, ["b", "c"]), (3, []), (9**9, [])):
        cells = api.get("notebooks-detail", notebook.pk, cells_from=first).json()["cells"]
        assert [cell["source"] for cell in cells] == expected
    for odd in ("-1", "x", "9" * 20):
        assert api.get("notebooks-detail", notebook.pk, cells_from=odd).status_code == 400


def test_the_schema_says_how_the_cells_go_on(client):
    schema = client.get(reverse("api-schema"), headers={"Accept": "application/json"}).json()
    detail = schema["components"]["schemas"]["NotebookDetail"]
    assert "cells_next" in detail["properties"]
    assert "cells_next" not in detail["required"]
    parameters = schema["paths"]["/api/v1/notebooks/{id}/"]["get"]["parameters"]
    assert "cells_from" in {each["name"] for each in parameters}


def test_a_patch_moves_and_names(api, space, writer):
    make_space("net", writers=[writer])
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    answer = api.send("patch", "notebooks-detail", notebook.pk, space="net", path="switches/").json()
    assert (answer["space"], answer["path"]) == ("net", "switches/a.ipynb")


def test_a_patch_makes_an_old_revision_current(api, space, writer):
    ingest(space, "a.ipynb", make_notebook("ls"))
    notebook = ingest(space, "a.ipynb", make_notebook("uptime"), Provenance(by=writer)).notebook
    answer = api.send("patch", "notebooks-detail", notebook.pk, revision=1).json()
    assert (answer["revision"], answer["cells"][0]["source"]) == (1, "ls")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"path": "../x"}, "path"),
        ({"space": "read"}, "space"),
        ({"space": "absent"}, "space"),
        ({"revision": 7}, "revision"),
    ],
)
def test_a_patch_that_cannot_be_is_refused_and_changes_nothing(api, space, writer, change, field):
    make_space("read", readers=[writer])
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    response = api.send("patch", "notebooks-detail", notebook.pk, **{"path": "b.ipynb", **change})
    assert (response.status_code, list(response.json())) == (400, [field])
    notebook.refresh_from_db()
    assert notebook.path == "a.ipynb"


def test_a_patch_onto_a_taken_path_is_a_conflict(api, space):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    make_runbook("ls", space=space, path="b.ipynb")
    assert api.send("patch", "notebooks-detail", notebook.pk, path="b.ipynb").status_code == 409


def test_deleted_it_is_gone_and_restored_it_is_back(api, space):
    notebook = make_runbook("ls", space=space)
    assert api.send("delete", "notebooks-detail", notebook.pk).status_code == 204
    assert paths_of(api.get("notebooks-list")) == []
    gone = [
        api.get("notebooks-detail", notebook.pk),
        api.get("notebooks-file", notebook.pk),
        api.get("notebooks-revisions", notebook.pk),
        api.send("patch", "notebooks-detail", notebook.pk, path="b"),
        api.send("delete", "notebooks-detail", notebook.pk),
    ]
    assert {response.status_code for response in gone} == {410}
    assert api.send("post", "notebooks-restore", notebook.pk).json()["id"] == notebook.pk
    assert api.get("notebooks-detail", notebook.pk).status_code == 200


def test_restoring_onto_a_taken_path_is_a_conflict(api, space, writer):
    notebook = make_runbook("ls", space=space)
    moving.delete(notebook, writer)
    make_runbook("df", space=space)
    assert api.send("post", "notebooks-restore", notebook.pk).status_code == 409


def test_the_original_bytes_come_back_of_every_revision(api, space):
    first, second = make_notebook("ls") + b"\n \n", make_notebook("df")
    ingest(space, "手順 1.ipynb", first)
    notebook = ingest(space, "手順 1.ipynb", second).notebook
    response = api.get("notebooks-file", notebook.pk)
    assert b"".join(response.streaming_content) == second
    assert response["Content-Type"] == "application/x-ipynb+json"
    assert "%E6%89%8B%E9%A0%86%201.ipynb" in response["Content-Disposition"]
    assert b"".join(api.get("notebooks-file", notebook.pk, revision=1).streaming_content) == first


@pytest.mark.parametrize(("revision", "status"), [("9", 404), (str(10**30), 404), ("x", 400), ("-1", 400)])
def test_a_revision_that_is_none_is_refused(api, space, revision, status):
    notebook = make_runbook("ls", space=space)
    assert api.get("notebooks-file", notebook.pk, revision=revision).status_code == status


def test_revisions_say_what_each_changed(api, space, writer):
    ingest(space, "a.ipynb", make_notebook("ls", "df -h /var"), Provenance(by=writer))
    notebook = ingest(space, "a.ipynb", make_notebook("ls", "df -h /var/log", "uptime")).notebook
    newest, first = api.get("notebooks-revisions", notebook.pk).json()["results"]
    assert newest["changed"] == {"added": 1, "edited": 1, "removed": 0, "moved": 0}
    assert (first["number"], first["by"], first["size"]) == (1, "writer", len(blobs.get(first["sha256"])))


def test_a_signpost_is_no_notebook(api, space, writer):
    notebook = make_runbook("ls", space=space, path="a.ipynb")
    moving.move(notebook, space, "b.ipynb", writer)
    assert paths_of(api.get("notebooks-list")) == ["b.ipynb"]
    assert api.get("notebooks-detail", notebook.signposts.get().pk).status_code == 404


# What it says of itself


def test_the_schema_has_every_call_that_interface_promises(client):
    schema = client.get(reverse("api-schema"), headers={"Accept": "application/json"}).json()
    promised = {
        "spaces/", "uploads/", "uploads/{id}/", "uploads/{id}/files/", "uploads/{id}/items/",
        "uploads/{id}/retry/",
        "notebooks/", "notebooks/{id}/", "notebooks/{id}/restore/", "notebooks/{id}/file/",
        "notebooks/{id}/revisions/", "search/", "status/",
    }  # fmt: skip
    assert {path.removeprefix("/api/v1/") for path in schema["paths"]} >= promised


def test_the_page_for_people_shows_every_operation_of_the_schema(client):
    schema = client.get(reverse("api-schema"), headers={"Accept": "application/json"}).json()
    page = client.get(reverse("api-docs")).content.decode()
    operations = {each["operationId"] for methods in schema["paths"].values() for each in methods.values()}
    assert operations
    assert [each for each in operations if f'id="{each}"' not in page] == []
    assert [name for name in schema["components"]["schemas"] if f'id="shape-{name}"' not in page] == []
    assert "style=" not in page
