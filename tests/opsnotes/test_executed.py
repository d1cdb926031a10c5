"""What executions tell on the runbook's page, on the family's, on the cell's own, and in the API."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from execlogs.models import Status
from lineage.models import Descent
from notebooks.ingest import ingest
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream
from tests.execlogs.making import MEME, make_execution

pytestmark = pytest.mark.django_db
OTHER = "1111c5fe-71cc-11e7-9abe-02420aff0008"
NOW = timezone.now().replace(microsecond=0)


@pytest.fixture
def person(client):
    person = make_user("kato")
    client.force_login(person)
    return person


@pytest.fixture
def space(person):
    return make_space("hub", readers=[person])


def code(source, minutes=None, outputs=None, **metadata):
    """A cell that ran so many minutes ago."""
    if minutes is not None:
        ended = (NOW - timedelta(minutes=minutes)).isoformat().replace("+00:00", "Z")
        metadata["lc_cell_meme"] = {"current": metadata.pop("meme", OTHER), "execution_end_time": ended}
    return {
        "cell_type": "code", "source": source, "metadata": metadata, "execution_count": None,
        "outputs": [stream("x")] if outputs is None else outputs,
    }  # fmt: skip


def text_of(client, url):
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def beside(html, index):
    """The words beside a cell."""
    cell = html.split(f'id="cell-{index}"')[1].split('class="margin">')[1].split('class="margin-family"')[0]
    return " ".join(re.sub(r"<[^>]+>", " ", cell).split())


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


# ----- beside a cell


def test_beside_a_cell_it_is_said_whether_it_ever_failed(client, space):
    notebook = make_runbook("df", "ls", memes=[str(MEME), OTHER], space=space)
    for number in range(3):
        make_execution(space, meme=MEME, at=NOW - timedelta(days=number))
        make_execution(space, meme=OTHER, at=NOW - timedelta(days=number))
    failed = make_execution(space, meme=OTHER, status=Status.ERROR, at=NOW, who="sato")
    html = text_of(client, notebook.get_absolute_url())
    assert "Never failed in 3 runs · usually 1 s" in beside(html, 0)
    day = timezone.localtime(NOW).strftime("%Y-%m-%d")
    assert f"Failed 1 of 4 runs · last on {day} by sato · last success {day} by kato" in beside(html, 1)
    assert f'href="/executions/{failed.pk}/"' in html
    assert 'aria-label="The last 4, the oldest first: 3 succeeded, 1 failed"' in html


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([Status.OK], "Never failed in 1 run"),
        ([Status.ERROR], "Failed in its one run"),
        ([Status.OK, Status.UNKNOWN], "No failure known in 2 runs"),
        ([Status.RUNNING], "Ran once, its end is not told"),
    ],
)
def test_no_more_is_said_than_is_known(client, space, statuses, said):
    notebook = make_runbook("df", memes=[str(MEME)], space=space)
    for status in statuses:
        make_execution(space, meme=MEME, status=status)
    assert said in beside(text_of(client, notebook.get_absolute_url()), 0)


def test_of_a_cell_that_never_ran_anywhere_nothing_is_said(client, space):
    notebook = make_runbook("df", memes=[str(MEME)], space=space)
    make_execution(space, meme=MEME, status=Status.ABORTED)
    assert 'class="ran ' not in text_of(client, notebook.get_absolute_url())


def test_all_ids_that_descent_joins_are_one_history(client, space):
    notebook = make_runbook("df", memes=[OTHER], space=space)
    Descent.objects.create(child=OTHER, parent=MEME, how="new_root", space=space)
    make_execution(space, meme=MEME, status=Status.ERROR)
    make_execution(space, meme=OTHER)
    assert "Failed 1 of 2 runs" in beside(text_of(client, notebook.get_absolute_url()), 0)
    assert "Failed 1 of 2 runs" in text_of(client, reverse("cell-history", args=[str(MEME)]))


def test_what_one_may_not_read_is_not_counted(client, space):
    notebook = make_runbook("df", memes=[str(MEME)], space=space)
    make_execution(space, meme=MEME)
    make_execution(make_space("else"), meme=MEME, status=Status.ERROR, error="secret", who="lee")
    html = text_of(client, notebook.get_absolute_url())
    assert "Never failed in 1 run" in beside(html, 0)
    page = text_of(client, reverse("cell-history", args=[str(MEME)]))
    assert "secret" not in page
    assert "lee" not in words(page)


def test_an_old_revision_has_histories_and_no_marks(client, space):
    make_runbook(("code", "df", [stream("1")]), memes=[str(MEME)], space=space, path="a.ipynb")
    notebook = ingest(space, "a.ipynb", make_notebook("df -h", memes=[str(MEME)])).notebook
    make_execution(space, "other", meme=MEME, notebook=notebook)
    html = text_of(client, reverse("revision", args=[notebook.pk, 1]))
    assert "Never failed in 1 run" in beside(html, 0)
    assert 'class="truth' not in html


def test_a_script_in_what_logs_say_stays_text(client, space):
    notebook = make_runbook("df", memes=[str(MEME)], space=space)
    make_execution(space, meme=MEME, status=Status.ERROR, who="<script>x</script>", error="<b>y</b>")
    for url in (notebook.get_absolute_url(), reverse("cell-history", args=[str(MEME)])):
        html = text_of(client, url)
        assert "<script>x" not in html
        assert "<b>y" not in html


# ----- truth marks, and the whole


def test_marks_say_what_speaks_against_an_output_and_why(client, space):
    ids = [OTHER.replace("1", digit) for digit in "234"]
    notebook = make_runbook(
        code("first", 5),
        code("second", 9, meme=str(MEME)),
        code("third", 3, [error("E", "x")], meme=ids[0]),
        code("fourth", 2, meme=ids[1]),
        code("fifth", 1, meme=ids[2]),
        space=space,
    )
    make_execution(space, "otherwise", meme=MEME, notebook=notebook, at=NOW - timedelta(minutes=9, seconds=1))
    html = text_of(client, notebook.get_absolute_url())
    assert "changed since it ran" in beside(html, 1)
    assert "has other code than stands here now" in beside(html, 1)
    assert "ran before step 1 Step 1, above it, was run again later" in beside(html, 1)
    assert "ran after step 3 failed" in beside(html, 3)
    assert "The same is true of 1 cell below." in beside(html, 3)
    assert "step 3" not in beside(html, 4)
    assert "Not clean from top to bottom:" in html
    assert '<a href="#cell-1">step 2 was changed since it ran</a>' in html


def test_a_runbook_that_ran_clean_says_when_and_by_whom(client, space):
    notebook = make_runbook(
        code("first", 5), code("second", 4, meme=str(MEME)), space=space, path="users/sato/a.ipynb"
    )
    make_execution(
        space, "first", meme=OTHER, notebook=notebook, who="sato", at=NOW - timedelta(minutes=5, seconds=1)
    )
    make_execution(
        space, "second", meme=MEME, notebook=notebook, who="sato", at=NOW - timedelta(minutes=4, seconds=1)
    )
    day = timezone.localtime(NOW - timedelta(minutes=4)).strftime("%Y-%m-%d")
    html = text_of(client, notebook.get_absolute_url())
    assert f"Ran clean from top to bottom on {day} by sato." in words(html)
    assert 'class="truth' not in html


def test_a_failure_that_only_the_log_remembers_is_told(client, space):
    notebook = make_runbook(code("first", 5), space=space)
    for minutes, status in ((7, Status.ERROR), (6, Status.ERROR), (5, Status.OK)):
        make_execution(
            space, "first", meme=OTHER, notebook=notebook, status=status, took=0, at=NOW - timedelta(minutes=minutes)
        )  # fmt: skip
    assert "Step 1 succeeded at try 3" in words(text_of(client, notebook.get_absolute_url()))


def test_old_outputs_are_said_once_above(client, space, settings):
    settings.STALE_DAYS = 30
    notebook = make_runbook(
        *[code(f"step {number}", 60 * 24 * 60 - number, meme=f"{number}{OTHER[1:]}") for number in range(5)],
        ("code", "x", []), space=space,
    )  # fmt: skip
    html = text_of(client, notebook.get_absolute_url())
    assert html.count("Every output is old") == 1
    assert 'class="truth' not in html


def test_a_template_that_never_ran_scolds_at_no_cell(client, space):
    html = text_of(client, make_runbook(*["df"] * 6, space=space).get_absolute_url())
    assert html.count("Never run; 6 cells.") == 1
    assert 'class="truth' not in html
    assert 'class="account"' not in html


def test_a_cell_cleared_after_it_ran_says_so(client, space):
    notebook = make_runbook(code("first", 5), "second", memes=[None, str(MEME)], space=space)
    make_execution(space, "second", meme=MEME, notebook=notebook)
    told = beside(text_of(client, notebook.get_absolute_url()), 1)
    assert "ran, output cleared" in told
    assert "not run" not in told


# ----- the page of a cell's history


def test_the_page_tells_failures_and_what_came_next(client, space):
    make_runbook("df", memes=[str(MEME)], space=space)
    failed = make_execution(space, "rotate", meme=MEME, status=Status.ERROR, error="Permission denied")
    make_execution(space, "usermod", meme=OTHER, minute=1)
    mended = make_execution(space, "sudo rotate", meme=MEME, minute=2, took=600, who="kato")
    html = text_of(client, reverse("cell-history", args=[str(MEME)]))
    assert "Failed 1 of 2 runs" in html
    assert "Permission denied" in html
    assert f'<a href="/executions/{mended.pk}/">with other code</a>' in html
    assert f'href="/executions/{failed.pk}..{mended.pk}/"' in html
    assert "1 execution in between" in html
    assert "usermod" in html
    assert "10 min 0 s" in words(html)


def test_for_htmx_it_is_a_piece_without_the_frame(client, space):
    make_execution(space, meme=MEME)
    url = reverse("cell-history", args=[str(MEME)])
    piece = client.get(url, headers={"HX-Request": "true"})
    assert "<html" not in piece.content.decode()
    assert "Never failed in 1 run" in piece.content.decode()
    assert "HX-Request" in piece["Vary"]


def test_a_family_without_executions_says_so(client, space):
    make_runbook("df", memes=[str(MEME)], space=space)
    assert "No execution of this cell is known" in text_of(client, reverse("cell-history", args=[str(MEME)]))


@pytest.mark.parametrize("meme", ["nothing", OTHER])
def test_what_is_nowhere_is_404(client, person, meme):
    assert client.get(f"/m/{meme}/executions/").status_code == 404


def test_an_id_in_capitals_leads_to_its_address(client, space):
    make_execution(space, meme=MEME)
    response = client.get(f"/m/{str(MEME).upper()}/executions/?page=2")
    assert (response.status_code, response.url) == (301, f"/m/{MEME}/executions/?page=2")


def test_the_questions_do_not_grow_with_the_history(client, space, django_assert_num_queries):
    make_runbook("df", memes=[str(MEME)], space=space)
    url = reverse("cell-history", args=[str(MEME)])
    asked = []
    for count in (3, 40):
        for number in range(count):
            status = Status.ERROR if number % 3 == 0 else Status.OK
            make_execution(space, meme=MEME, minute=number, status=status)
        client.get(url)
        with django_assert_num_queries(asked[0] if asked else 18) as captured:
            client.get(url)
        asked.append(len(captured))


def test_the_family_tells_how_its_copies_fared(client, space):
    make_runbook("df", memes=[str(MEME)], space=space)
    make_execution(space, meme=MEME, status=Status.ERROR, error="no space left")
    html = text_of(client, reverse("family", args=[str(MEME)]))
    assert "Failed in its one run" in html
    assert "no space left" in html
    assert f'href="/m/{MEME}/executions/"' in html


# ----- two executions


def test_two_executions_are_shown_beside_each_other(client, space):
    left = make_execution(space, "df", output="a\nused 91%\n")
    right = make_execution(space, "df", output="a\nused 14%\n", minute=1)
    html = text_of(client, reverse("execution-compare", args=[left.pk, right.pk]))
    assert "They ran the same code and put out something else." in html
    assert re.search(r"<del>.*91", html)
    assert re.search(r"<ins>.*14", html)


def test_of_equal_ones_it_is_said(client, space):
    left, right = (make_execution(space, "df", output="\x1b[32mok\x1b[0m\n") for _ in range(2))
    html = text_of(client, reverse("execution-compare", args=[left.pk, right.pk]))
    assert "They ran the same code and put out the same." in html
    assert "\x1b" not in html


def test_one_that_may_not_be_seen_is_compared_with_nothing(client, space):
    seen, hidden = make_execution(space), make_execution(make_space("else"))
    assert client.get(f"/executions/{seen.pk}..{hidden.pk}/").status_code == 404
    assert client.get(f"/executions/{hidden.pk}..{seen.pk}/").status_code == 404


def test_what_is_chosen_leads_to_the_comparison(client, person):
    url = reverse("execution-compare-choice")
    assert client.get(url, {"a": "3", "b": "7"}).url == "/executions/3..7/"
    for wrong in ({}, {"a": "3"}, {"a": "3", "b": "x"}, {"a": "3", "b": "9" * 40}):
        assert client.get(url, wrong).status_code == 404


# ----- the API


def test_the_api_tells_a_familys_executions(client, space):
    make_runbook("df", memes=[str(MEME)], space=space)
    ok = make_execution(space, meme=MEME)
    bad = make_execution(space, meme=MEME, status=Status.ERROR, error="no", minute=1, who="sato", host="hub")
    told = client.get(f"/api/v1/memes/{MEME}/").json()["executions"]
    assert (told["total"], told["ok"], told["error"], told["last_ok"]["id"]) == (2, 1, 1, ok.pk)
    assert told["last_error"] == {
        "id": bad.pk, "started_at": "2026-05-02T12:01:00Z", "user": "sato", "host": "hub", "error": "no",
        "url": f"http://testserver/executions/{bad.pk}/",
    }  # fmt: skip


def test_the_api_tells_each_cells_executions(client, space):
    notebook = make_runbook("df", ("markdown", "x"), memes=[str(MEME), OTHER], space=space)
    make_execution(space, meme=MEME)
    cells = client.get(f"/api/v1/notebooks/{notebook.pk}/").json()["cells"]
    assert [cell["executions"]["total"] for cell in cells] == [1, 0]
    assert cells[1]["executions"] == {"total": 0, "ok": 0, "error": 0, "last_ok": None, "last_error": None}
