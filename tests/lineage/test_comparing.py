"""The comparison as a page, through the door."""

import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from lineage import refresh
from lineage.comparison import comparing
from lineage.comparison.operands import operand
from lineage.models import RunOf
from notebooks import moving
from notebooks.ingest import Provenance, ingest
from tests.builders import display, error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db

A, B, C, D = (f"0000000{n}-1111-11e1-8111-000000000000" for n in "1234")
RED = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg=="
GREY = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


@pytest.fixture
def person(client):
    person = make_user("kato")
    client.force_login(person)
    return person


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


def revisions(space, *states, path="a.ipynb"):
    """A notebook that was saved once a state."""
    for number, (cells, memes) in enumerate(states):
        notebook = ingest(
            space, path, make_notebook(*cells, memes=memes), Provenance(owner=f"saver{number}")
        ).notebook
    return notebook


def compare(client, *operands, **more):
    return client.get(reverse("compare"), {**dict(zip("abc", operands, strict=False)), **more})


def html(response):
    assert response.status_code == 200
    return response.content.decode()


# ----- what it shows


def test_a_changed_word_is_marked_with_a_word_for_those_who_do_not_see_it(client, space):
    one = make_runbook("ping web-01", space=space, path="1.ipynb", memes=[A])
    two = make_runbook("ping web-02", space=space, path="2.ipynb", memes=[f"{A}-1-00ff"])
    text = html(compare(client, one.pk, two.pk))
    assert 'ping web-<del><span class="sr"> [gone: </span>01<span class="sr">] </span></del>' in text
    assert 'ping web-<ins><span class="sr"> [new: </span>02<span class="sr">] </span></ins>' in text
    assert "1 cell edited" in text


def test_code_is_shown_as_text_and_never_as_html(client, space):
    one = make_runbook("print('<b>bold</b>')", space=space, path="1.ipynb", memes=[A])
    two = make_runbook("print('<script>x</script>')", space=space, path="2.ipynb", memes=[A])
    text = html(compare(client, one.pk, two.pk))
    assert "<b>" not in text
    assert "<script>x" not in text


def test_unchanged_cells_are_put_away_with_their_count(client, space):
    one = make_runbook("a = 1", "b = 2", "c = 3", space=space, path="1.ipynb", memes=[A, B, C])
    two = make_runbook("a = 1", "b = 2", "c = 4", space=space, path="2.ipynb", memes=[A, B, C])
    text = html(compare(client, one.pk, two.pk))
    assert '<details class="same"><summary>2 unchanged cells</summary>' in text
    assert text.count("data-difference ") == 1


def test_a_moved_cell_is_shown_where_it_went_and_told_of_where_it_stood(client, space):
    one = make_runbook("one", "two", "three", "four", space=space, path="1.ipynb", memes=[A, B, C, D])
    two = make_runbook("two", "three", "four", "one", space=space, path="2.ipynb", memes=[B, C, D, A])
    text = html(compare(client, one.pk, two.pk))
    assert "1 moved" in text
    assert "Cell 1 of A stood here." in text
    assert text.index("Cell 1 of A stood here.") < text.index("3 unchanged cells")
    assert text.index("3 unchanged cells") < text.index('id="difference-1"')


def test_added_and_removed_cells_say_on_which_side_they_lack(client, space):
    one = make_runbook("ls", "df -h", space=space, path="1.ipynb", memes=[A, B])
    two = make_runbook("ls", "import os", space=space, path="2.ipynb", memes=[A, C])
    text = html(compare(client, one.pk, two.pk))
    assert [text.count(f'class="difference {change}"') for change in ("removed", "added")] == [1, 1]
    assert text.count("has no such cell") == 2


def test_three_stand_beside_each_other(client, space):
    books = [
        make_runbook(f"ping web-0{n}", "df", space=space, path=f"{n}.ipynb", memes=[A, B]) for n in (1, 2, 3)
    ]
    text = html(compare(client, *[book.pk for book in books]))
    assert "sides-3" in text
    assert text.count('<div class="column">') == 3
    assert '<ins><del><span class="sr"> [new, later gone: </span>02' in text


def test_two_revisions_are_compared_by_the_ids_they_were_assigned(client, space):
    notebook = revisions(space, (["uptime", "systemctl restart nginx"], []), (["uptime", "reboot now"], []))
    text = html(client.get(reverse("diff", args=[notebook.pk, 1, 2])))
    assert "1 cell edited" in text
    assert "revision 1" in text
    assert "revision 2, current" in text


def test_a_cell_that_came_to_carry_an_id_is_the_one_that_had_none(client, space):
    notebook = revisions(space, (["ls", "df"], []), (["ls -la /var/log/messages", "df"], [A, B]))
    reader = space.readers.get()
    operands = [operand(text, reader) for text in (f"{notebook.pk}@1", str(notebook.pk))]
    rows = comparing.Comparison.of(operands, reader)
    assert [row.change for row in rows.alignment.rows] == ["edited", "unchanged"]
    assert {by for row in rows.alignment.rows for by in row.by[1:]} == {"meme"}


def test_heads_say_who_when_and_which_revision(client, person, space):
    raw = make_notebook(("code", "ls", [stream("a")]), memes=[A])
    one = ingest(space, "1.ipynb", raw, Provenance(by=person, owner="sato")).notebook
    two = make_runbook("pwd", space=space, path="ops/2.ipynb", memes=[A])
    refresh.catch_up()
    text = html(compare(client, one.pk, two.pk))
    assert "by kato" in text
    assert "Worked through by sato," in text
    assert f"{space.name} / ops/2.ipynb" in text
    assert one.get_absolute_url() in text


def test_nothing_differs_is_said_and_how_far_that_goes(client, space):
    one = make_runbook("ls", space=space, path="1.ipynb", memes=[A])
    same = make_runbook("ls", space=space, path="2.ipynb", memes=[A])
    ran = make_runbook(("code", "ls", [stream("x")]), space=space, path="3.ipynb", memes=[A])
    assert "byte for byte" in html(compare(client, one.pk, same.pk))
    assert "Their cells say the same" in html(compare(client, one.pk, ran.pk))
    assert "Nothing differs" not in html(compare(client, one.pk, ran.pk, outputs=1))


# ----- outputs


def test_outputs_and_execution_counts_are_hidden_until_asked_for(client, space):
    one = make_runbook(("code", "ls a", [stream("first")]), space=space, path="1.ipynb", memes=[A])
    two = make_runbook(("code", "ls b", [error("OSError", "broke")]), space=space, path="2.ipynb", memes=[A])
    text = html(compare(client, one.pk, two.pk))
    assert "first" not in text
    assert "[1]" not in text
    shown = html(compare(client, one.pk, two.pk, outputs=1))
    assert "first" in shown
    assert "broke" in shown
    assert shown.count("[1]") == 2
    assert "1 with another output" in shown


def test_images_are_compared_by_their_hash_and_shown_side_by_side(client, space):
    one = make_runbook(
        ("code", "plot()", [display({"image/png": RED})]), space=space, path="1.ipynb", memes=[A]
    )
    two = make_runbook(
        ("code", "plot()", [display({"image/png": GREY})]), space=space, path="2.ipynb", memes=[A]
    )
    same = make_runbook(
        ("code", "plot()", [display({"image/png": RED})]), space=space, path="3.ipynb", memes=[B]
    )
    text = html(compare(client, one.pk, two.pk, outputs=1))
    assert f'src="/n/{one.pk}/assets/' in text
    assert f'src="/n/{two.pk}/assets/' in text
    assert "other outputs" in text
    assert "/assets/" not in html(compare(client, one.pk, same.pk, outputs=1))


def test_only_another_execution_count_is_no_difference(client, space):
    def run(count, path):
        cell = {"cell_type": "code", "source": "ls", "execution_count": count, "outputs": [stream("x")]}
        return make_runbook(cell, space=space, path=path, memes=[A])

    assert "Their cells say and show the same" in html(
        compare(client, run(1, "1.ipynb").pk, run(7, "2.ipynb").pk, outputs=1)
    )


def test_outputs_of_an_old_revision_are_shown_as_they_were(client, space):
    notebook = revisions(
        space, ([("code", "ls", [stream("before")])], [A]), ([("code", "ls", [stream("after")])], [A])
    )
    text = html(client.get(reverse("diff", args=[notebook.pk, 1, 2]), {"outputs": 1}))
    assert "before" in text
    assert "after" in text


def test_very_long_outputs_are_left_to_be_asked_for(client, space, monkeypatch):
    monkeypatch.setattr("lineage.comparison.contrasting.MOST_SHOWN", 10)
    one = make_runbook(("code", "ls", [stream("first")]), space=space, path="1.ipynb", memes=[A])
    two = make_runbook(("code", "ls", [stream("second")]), space=space, path="2.ipynb", memes=[A])
    text = html(compare(client, one.pk, two.pk, outputs=1))
    assert "first" not in text
    assert reverse("cell-outputs", args=[one.pk, 0]) in text


# ----- limits


def test_when_the_time_is_over_the_page_comes_and_says_so(client, space, monkeypatch):
    monkeypatch.setattr(comparing, "LIMIT", -1)
    one = make_runbook("ping web-01 -c 3", space=space, path="1.ipynb")
    two = make_runbook("ping web-02 -c 3", space=space, path="2.ipynb")
    text = html(compare(client, one.pk, two.pk))
    assert "There was no time" in text
    assert text.count('class="difference ') == 2


def test_many_differences_are_paged(client, space, monkeypatch):
    monkeypatch.setattr(comparing, "ON_A_PAGE", 2)
    ids = [f"0000000{n}-1111-11e1-8111-000000000000" for n in range(6)]
    one = make_runbook(*[f"step {n}" for n in range(5)], "end", space=space, path="1.ipynb", memes=ids)
    two = make_runbook(*[f"stage {n}" for n in range(5)], "end", space=space, path="2.ipynb", memes=ids)
    pages = [html(compare(client, one.pk, two.pk, **{"from": first})) for first in (1, 3, 5)]
    assert [[n for n in range(1, 7) if f'id="difference-{n}"' in page] for page in pages] == [
        [1, 2],
        [3, 4],
        [5],
    ]
    assert ["1 unchanged cell" in page for page in pages] == [False, False, True]
    assert 'id="difference-5"' in html(compare(client, one.pk, two.pk, **{"from": 900}))


def test_the_number_of_queries_does_not_grow_with_the_cells(client, space):
    def queries(count, *more):
        pair = [
            make_runbook(
                *[("code", f"{word} {n}", [stream(f"{word}{n}")]) for n in range(count)],
                space=space,
                path=f"{word}{count}.ipynb",
                memes=[f"{n:08x}-1111-11e1-8111-000000000000" for n in range(count)],
            )
            for word in ("run", "walk")
        ]
        with CaptureQueriesContext(
            connection,
        ) as caught:
            html(compare(client, *[each.pk for each in pair], **dict(more)))
        return len(caught)

    html(compare(client, make_runbook(space=space).pk, make_runbook(space=space, path="b.ipynb").pk))
    assert queries(3) == queries(40)
    assert queries(4, ("outputs", 1)) == queries(41, ("outputs", 1))


# ----- what is named, and who may see it


def test_what_may_not_be_seen_is_not_there(client, space):
    seen = make_runbook("ls", space=space)
    hidden = make_runbook("ls", space=make_space("secret"), path="zebra.ipynb")
    assert compare(client, seen.pk, hidden.pk).status_code == 404
    assert compare(client, hidden.pk).status_code == 404
    assert compare(client, seen.pk, f"{seen.pk}@7").status_code == 404
    assert client.get(reverse("diff", args=[hidden.pk, 1, 1])).status_code == 404
    assert client.get(reverse("diff", args=[seen.pk, 1, 2])).status_code == 404
    by_path = compare(client, seen.pk, "secret/zebra.ipynb")
    missing = compare(client, seen.pk, "secret/yucca.ipynb")
    assert by_path.status_code == missing.status_code == 404
    assert said(by_path).replace("zebra", "yucca") == said(missing)


def said(response):
    return re.search(r"<main.*</main>", response.content.decode(), re.DOTALL)[0]


@pytest.mark.parametrize(
    "name",
    ["hub/ops/b.ipynb", "/browse/hub/ops/b.ipynb", "https://ops.example.org/n/{pk}/title/", "/n/{pk}/"],
)
def test_a_path_or_an_address_leads_to_the_short_form(client, space, name):
    one = make_runbook("ls", space=space, path="a.ipynb")
    two = make_runbook("df", space=space, path="ops/b.ipynb")
    response = compare(client, one.pk, name.format(pk=two.pk))
    assert response["Location"] == f"{reverse('compare')}?a={one.pk}&b={two.pk}"


def test_the_address_of_an_old_revision_names_it(client, space):
    notebook = revisions(space, (["ls"], []), (["df"], []))
    response = compare(client, notebook.pk, f"http://testserver/n/{notebook.pk}/v/1/")
    assert response["Location"] == f"{reverse('compare')}?a={notebook.pk}&b={notebook.pk}@1"


def test_a_wrong_name_leaves_the_form_as_it_was_filled_in(client, space):
    one = make_runbook("ls", space=space)
    response = compare(client, one.pk, "hub/nowhere.ipynb")
    assert response.status_code == 404
    text = response.content.decode()
    assert "There is no runbook “hub/nowhere.ipynb”" in text
    assert f'value="{one.pk}"' in text


def test_a_deleted_runbook_leads_to_what_is_known_of_it(client, person, space):
    one = make_runbook("ls", space=space)
    two = make_runbook("ls", space=space, path="b.ipynb")
    moving.delete(two, person)
    assert compare(client, one.pk, two.pk)["Location"] == two.get_absolute_url()


def test_a_runbook_that_moved_is_found_by_its_old_id(client, person, space):
    one = make_runbook("ls", space=space)
    two = make_runbook("df", space=space, path="b.ipynb")
    moving.move(two, space, "c.ipynb", by=person)
    signpost = two.signposts.get()
    assert "c.ipynb" in html(compare(client, one.pk, signpost.pk))


def test_who_names_one_is_offered_its_revisions_its_template_and_other_runs(client, space):
    template = make_runbook("ls", space=space, path="template.ipynb")
    runs = [make_runbook(f"ls {n}", space=space, path=f"run{n}.ipynb") for n in range(2)]
    runs[0] = revisions(space, (["ls 7"], []), path="run0.ipynb")
    hidden = make_runbook("ls", space=make_space("secret"), path="zebra.ipynb")
    refresh.catch_up()
    RunOf.objects.all().delete()
    for run in (*runs, hidden):
        RunOf.objects.create(
            notebook=run,
            template=template,
            how="meme",
            revision=run.revision,
            template_revision=template.revision,
        )
    text = html(compare(client, runs[0].pk))
    assert f"?a={template.pk}&amp;b={runs[0].pk}" in text
    assert f"?a={runs[0].pk}@1&amp;b={runs[0].pk}" in text
    assert f"?a={runs[0].pk}&amp;b={runs[1].pk}" in text
    assert "zebra" not in text
    assert "zebra" not in html(compare(client, template.pk))
    assert "run0.ipynb" in html(compare(client, template.pk))


def test_without_anything_named_the_form_stands_alone(client, space):
    assert 'name="a"' in html(client.get(reverse("compare")))


# ----- history


def test_the_history_offers_any_two_and_what_each_changed(client, space):
    notebook = revisions(space, (["ls"], []), (["df"], []), (["df", "uptime"], []))
    text = html(client.get(reverse("history", args=[notebook.pk])))
    assert [text.count(f'value="{notebook.pk}@{number}"') for number in (1, 2, 3)] == [2, 2, 2]
    assert [reverse("diff", args=[notebook.pk, n, n + 1]) in text for n in (0, 1, 2, 3)] == [
        False,
        True,
        True,
        False,
    ]
    chosen = compare(client, f"{notebook.pk}@1", f"{notebook.pk}@3")
    assert "revision 3, current" in html(chosen)


def test_the_only_revision_has_nothing_to_be_compared_with(client, space):
    notebook = make_runbook("ls", space=space)
    assert 'name="b"' not in html(client.get(reverse("history", args=[notebook.pk])))


# ----- API


def test_the_api_gives_aligned_cells(client, space):
    one = make_runbook("ls", "df", space=space, path="1.ipynb", memes=[A, B])
    two = make_runbook("uptime", "ls -l", space=space, path="2.ipynb", memes=[C, f"{A}-1-00ff"])
    answer = client.get(reverse("api-compare"), {"a": one.pk, "b": two.pk}).json()
    assert [(side["letter"], side["notebook"], side["revision"]) for side in answer["sides"]] == [
        ("A", one.pk, 1),
        ("B", two.pk, 1),
    ]
    assert [
        (row["change"], row["moved"], [cell and cell["index"] for cell in row["cells"]])
        for row in answer["rows"]
    ] == [("added", False, [None, 0]), ("edited", False, [0, 1]), ("removed", False, [1, None])]
    assert answer["rows"][1]["cells"][1] == {
        "index": 1,
        "type": "code",
        "meme": A,
        "branch": "1-00ff",
        "assigned": False,
        "source": "ls -l",
        "status": "not_run",
        "by": "family",
    }
    assert answer["counts"] == {"unchanged": 0, "edited": 1, "added": 1, "removed": 1, "moved": 0}
    assert answer["is_plain"] is False


def test_the_api_takes_revisions_and_a_third(client, space):
    notebook = revisions(space, (["ls"], []), (["df"], []))
    answer = client.get(
        reverse("api-compare"), {"a": f"{notebook.pk}@1", "b": notebook.pk, "c": f"{notebook.pk}@1"}
    ).json()
    assert [len(row["cells"]) for row in answer["rows"]] == [3]
    assert [side["revision"] for side in answer["sides"]] == [1, 2, 1]


def test_the_api_refuses_what_it_cannot_read_and_hides_what_may_not_be_seen(client, person, space):
    seen = make_runbook("ls", space=space)
    hidden = make_runbook("ls", space=make_space("secret"))
    ask = lambda **asked: client.get(reverse("api-compare"), asked).status_code  # noqa: E731
    assert ask(a=seen.pk) == 400
    assert ask(a=seen.pk, b="hub/runbook.ipynb") == 400
    assert ask(a=seen.pk, b=hidden.pk) == 404
    moving.delete(seen, person)
    assert ask(a=seen.pk, b=seen.pk) == 410


def test_the_api_describes_itself(client, space):
    schema = json.loads(client.get(reverse("api-schema"), {"format": "json"}).content)
    about = schema["paths"]["/api/v1/compare/"]["get"]
    assert [parameter["name"] for parameter in about["parameters"]] == ["a", "b", "c"]
    assert "$ref" in about["responses"]["200"]["content"]["application/json"]["schema"]
