import hashlib

import pytest
from django.urls import reverse

from lineage import refresh
from lineage.models import Descent
from tests.builders import make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
OTHER = MEME.replace("8f5c", "1111")
NOWHERE = "00000000-0000-1000-8000-000000000000"


def family(client, meme=MEME):
    response = client.get(reverse("api-memes-detail", args=[meme]))
    assert response.status_code == 200
    return response.json()


def cells(client, meme=MEME, **query):
    response = client.get(reverse("api-memes-cells", args=[meme]), query)
    assert response.status_code == 200
    return response.json()


def test_a_family_is_told_as_promised(client, space):
    make_runbook("ls /var", memes=[MEME], space=space, path="20260101/a.ipynb")
    make_runbook(
        ("code", "ls /tmp", [stream("x")]), memes=[f"{MEME}-1-00ff"], space=space, path="20260201/b.ipynb"
    )
    Descent.objects.create(child=MEME, parent=OTHER, how="new_root", space=space)
    Descent.objects.create(child=NOWHERE, parent=MEME, how="alike", space=space)
    refresh.catch_up()
    told = family(client)
    assert list(told) == [
        "uuid", "kind", "branches", "cell_count", "notebook_count", "text_count", "texts", "ancestors", "descendants",
        "executions", "notes",
    ]  # fmt: skip
    assert (told["uuid"], told["kind"], told["cell_count"], told["notebook_count"]) == (MEME, "cell", 2, 2)
    assert told["branches"] == [
        {"branch": "", "parent": None, "cell_count": 1},
        {"branch": "1-00ff", "parent": "", "cell_count": 1},
    ]
    assert [(text["source"], text["cell_count"], text["is_origin"]) for text in told["texts"]] == [
        ("ls /tmp", 1, False),
        ("ls /var", 1, True),
    ]
    assert told["ancestors"] == [{"uuid": OTHER, "how": "new_root", "through": MEME, "distance": 1}]
    assert told["descendants"] == [{"uuid": NOWHERE, "how": "alike", "through": MEME, "distance": 1}]


def test_a_full_id_is_its_family(client, space):
    make_runbook("ls", memes=[f"{MEME}-1-00ff"], space=space)
    assert family(client, f"{MEME.upper()}-2-1234-abcd")["uuid"] == MEME


def test_a_notebooks_id_and_one_that_is_both(client, space):
    make_runbook("ls", meme=MEME, space=space, path="a.ipynb")
    assert [family(client)[key] for key in ("kind", "cell_count", "notebook_count", "texts")] == [
        "notebook",
        0,
        1,
        [],
    ]
    make_runbook("ls", memes=[MEME], space=space, path="b.ipynb")
    assert [family(client)[key] for key in ("kind", "cell_count", "notebook_count")] == ["both", 1, 2]


def test_the_cells_are_listed_by_branch_and_text(client, space):
    first = make_runbook("a", ("code", "ls", [stream("x")]), memes=[OTHER, MEME], space=space, path="a.ipynb")
    second = make_runbook("ls", memes=[f"{MEME}-1-00ff"], space=space, path="b.ipynb")
    make_runbook("df", memes=[f"{MEME}-1-1234"], space=space, path="c.ipynb")
    assert cells(client)["count"] == 3
    assert cells(client)["results"][0] == {
        "notebook": first.pk, "index": 1, "branch": "", "assigned": False, "source": "ls", "status": "ok",
    }  # fmt: skip
    digest = hashlib.md5(b"ls").hexdigest()
    assert digest in {text["text"] for text in family(client)["texts"]}
    assert [each["notebook"] for each in cells(client, text=digest)["results"]] == [first.pk, second.pk]
    assert [each["notebook"] for each in cells(client, branch="1-00ff")["results"]] == [second.pk]
    assert [each["notebook"] for each in cells(client, branch="")["results"]] == [first.pk]
    assert [each["notebook"] for each in cells(client, f"{MEME}-1-00ff")["results"]] == [second.pk]
    assert cells(client, text=digest, branch="1-1234")["results"] == []


def test_the_cells_come_in_pages(client, space):
    make_runbook(*["ls"] * 120, memes=[MEME] * 120, space=space)
    first = cells(client)
    assert first["count"] == 120
    assert first["next"]
    seen = [each["index"] for each in first["results"]]
    while first["next"]:
        first = client.get(first["next"]).json()
        seen += [each["index"] for each in first["results"]]
    assert seen == list(range(120))


def test_what_may_not_be_seen_what_never_was_and_what_is_no_meme_are_the_same_404(client, reader):
    make_runbook("ls", memes=[MEME], meme=OTHER, space=make_space())
    for route in ("api-memes-detail", "api-memes-cells"):
        answers = {
            client.get(reverse(route, args=[meme])).content for meme in (MEME, OTHER, NOWHERE, "x", "あ")
        }
        assert len(answers) == 1
        assert client.get(reverse(route, args=[MEME])).status_code == 404


def test_two_people_count_the_cells_of_their_own_spaces(client, space):
    other = make_user("lee")
    hidden = make_space(readers=[other])
    make_runbook("ls", memes=[MEME], space=space)
    for number in range(3):
        make_runbook(
            f"secret {number}", memes=[f"{MEME}-1-000{number}"], space=hidden, path=f"{number}.ipynb"
        )
    Descent.objects.create(child=MEME, parent=OTHER, how="history", space=hidden)
    mine = family(client)
    assert (mine["cell_count"], mine["text_count"], len(mine["branches"]), mine["ancestors"]) == (1, 1, 1, [])
    assert cells(client)["count"] == 1
    assert cells(client, branch="1-0001")["count"] == 0
    client.force_login(other)
    theirs = family(client)
    assert (theirs["cell_count"], theirs["text_count"], len(theirs["ancestors"])) == (3, 3, 1)
    assert cells(client)["count"] == 3


@pytest.mark.parametrize("copies", [2, 30])
def test_the_queries_do_not_grow_with_the_family(client, space, django_assert_max_num_queries, copies):
    for number in range(copies):
        make_runbook(f"ls /{number}", memes=[f"{MEME}-1-{number:04x}"], space=space, path=f"{number}.ipynb")
    with django_assert_max_num_queries(13):
        family(client)
    with django_assert_max_num_queries(13):
        cells(client)
