"""The executions page, a sitting, and one execution with its output, as somebody sees them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from execlogs.models import Status, Transcript, Witness
from notebooks import blobs, moving
from notebooks.ingest import ingest
from tests.builders import make_notebook, make_runbook, make_space, make_user
from tests.execlogs.making import MEME, NOON, make_execution

pytestmark = pytest.mark.django_db


@pytest.fixture
def person():
    return make_user("reader")


@pytest.fixture
def space(person):
    return make_space("ops", readers=[person])


@pytest.fixture
def client(person):
    client = Client()
    client.force_login(person)
    return client


def text_of(client, path, **query):
    response = client.get(path, query)
    assert response.status_code == 200, response.status_code
    return response.content.decode()


def page(client, **query):
    return text_of(client, reverse("executions"), **query)


def test_a_sitting_says_who_worked_on_what_and_how_it_ended(client, space):
    notebook = make_runbook(("markdown", "# Disk full"), "df", space=space)
    make_execution(space, "df", notebook=notebook, status=Status.ERROR, meme=MEME)
    make_execution(space, "df -h", minute=5, notebook=notebook, meme=MEME)
    shown = page(client)
    for words in (
        "Disk full",
        "kato",
        "12:00–12:05",
        "2 cells executed",
        "1 failed, then mended",
        "2026-05-02",
    ):
        assert words in shown, words


def test_the_executions_of_a_sitting_come_when_it_is_opened(client, space):
    first = make_execution(space, "df /var", took=2)
    last = make_execution(space, "rm x", minute=5, status=Status.ERROR, error="Permission denied")
    address = reverse("execution-sitting", args=[last.pk])
    assert f'hx-get="{address}"' in page(client)
    piece = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert piece.index("df /var") < piece.index("rm x") and "<html" not in piece
    assert "Permission denied" in piece and "failed" in piece and first.get_absolute_url() in piece
    assert "<html" in text_of(client, address)


def test_what_is_asked_for_shows_at_once(client, space):
    make_execution(space, "df")
    wanted = make_execution(space, "rm x", minute=1, status=Status.ERROR, error="Permission denied")
    shown = page(client, status="error")
    assert wanted.get_absolute_url() in shown and "2 cells executed" in shown


def test_what_only_the_notebook_tells_says_so(client, space):
    weak = make_execution(space, "df", witnesses=Witness.NOTEBOOK)
    assert "Told by the notebook only" in page(client)
    assert "Told by the notebook only" in text_of(client, weak.get_absolute_url())
    strong = make_execution(space, "df", minute=99, witnesses=Witness.NOTEBOOK | Witness.LOG)
    shown = text_of(client, strong.get_absolute_url())
    assert "Told by the notebook only" not in shown and "lc_wrapper" in shown


def test_an_empty_page_says_how_executions_come_in(client):
    assert "ingest_logs" in page(client)


def test_a_page_narrowed_to_nothing_says_that_there_are_others(client, space):
    make_execution(space)
    shown = page(client, who="nobody")
    assert "No execution is like this" in shown and "ingest_logs" not in shown


def test_wrong_values_narrow_nothing_and_are_told(client, space):
    make_execution(space, who="kato")
    shown = page(client, since="yesterdayish", status="fine", meme="x", notebook="-1", before="nonsense")
    assert "Write a day or a time" in shown and "1 cell executed" in shown


def test_nobody_is_offered_whom_the_reader_cannot_see(client, space):
    make_execution(space, who="kato", host="hub-a")
    make_execution(make_space(), who="secret-person", host="secret-host")
    shown = page(client)
    assert '<option value="kato">' in shown and '<option value="hub-a">' in shown and "secret-" not in shown


def test_times_are_the_readers(client, space):
    make_execution(space, at=NOON.replace(hour=20))
    client.post(
        reverse("account"), {"language": "", "time_zone": "Asia/Tokyo", "theme": "", "shortcuts": "on"}
    )
    shown = page(client, since="2026-05-03T05:00", until="2026-05-03T05:00")
    assert "2026-05-03" in shown and "05:00" in shown


@pytest.mark.parametrize(("path", "is_named"), [("x/disk.ipynb", True), ("", False)])
def test_a_notebook_that_is_not_here_is_named_as_logged(client, space, path, is_named):
    execution = make_execution(space, notebook_path=path)
    assert ("x/disk.ipynb" in page(client)) is is_named
    assert "not here" in text_of(client, execution.get_absolute_url())


def test_a_runbook_in_a_space_that_one_cannot_read_is_not_named(client, space):
    hidden = make_runbook(("markdown", "# Hidden title"), "df", space=make_space())
    execution = make_execution(space, notebook=hidden)
    assert "Hidden title" not in page(client)
    assert "Hidden title" not in text_of(client, execution.get_absolute_url())


def test_older_ones_are_a_page_further(client, space):
    for number in range(35):
        make_execution(space, f"cell {number}", minute=60 * number)
    shown = page(client)
    assert shown.count('class="sitting" ') == 30
    older = shown.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    rest = client.get(older).content.decode()
    assert rest.count('class="sitting" ') == 5 and "Back to the newest" in rest


def test_a_page_of_many_sittings_takes_no_more_queries(client, space):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            page(client)
        return len(captured)

    notebook = make_runbook(space=space)
    make_execution(space, notebook=notebook)
    few = queries()
    for number in range(1, 28):
        make_execution(space, minute=50 * number, notebook=notebook, who=f"p{number}")
    assert queries() == few


def test_an_execution_tells_all_that_is_known(client, space):
    notebook = make_runbook(("markdown", "# Disk full"), "df", space=space, path="now.ipynb")
    execution = make_execution(
        space, "import os\nos.remove('x')", output="\x1b[31mred\x1b[0m words", status=Status.ERROR,
        error="PermissionError: x", notebook=notebook, place="then.ipynb", notebook_path="work/then.ipynb", host="hub",
        meme=MEME, branch="1-00ff", started_text="2026-05-02 21:00:00(JST)", log_path="/home/kato/.log/x.log",
    )  # fmt: skip
    shown = text_of(client, execution.get_absolute_url())
    for words in (
        "failed", "PermissionError: x", "kato", "Disk full", "then.ipynb", "work/then.ipynb", str(MEME), "1-00ff",
        "2026-05-02 21:00:00(JST)", "/home/kato/.log/x.log", "It lay elsewhere then", '<span class="t-f1">red</span>',
    ):  # fmt: skip
        assert words in shown, words


def test_a_deleted_runbook_is_said_to_be_deleted(client, space):
    notebook = make_runbook(("markdown", "# Disk full"), space=space)
    execution = make_execution(space, notebook=notebook)
    moving.delete(notebook, make_user())
    assert "deleted since" in text_of(client, execution.get_absolute_url())
    assert "deleted since" in page(client)


def test_the_revision_that_holds_what_ran_is_the_first_saved_after_it(client, space):
    notebook = make_runbook("df", space=space)
    notebook.revisions.update(saved_at=NOON + timedelta(hours=1))
    execution = make_execution(space, notebook=notebook)
    assert notebook.revision.get_absolute_url() in text_of(client, execution.get_absolute_url())
    late = make_execution(space, minute=90, notebook=notebook)
    assert notebook.revision.get_absolute_url() not in text_of(client, late.get_absolute_url())


def test_from_a_failure_one_comes_to_what_mended_it(client, space):
    notebook = make_runbook(space=space)
    failure = make_execution(space, "df", notebook=notebook, meme=MEME, status=Status.ERROR)
    between = make_execution(space, "usermod", minute=1, notebook=notebook)
    repair = make_execution(space, "sudo df", minute=2, notebook=notebook, meme=MEME)
    shown = text_of(client, failure.get_absolute_url())
    mending = shown.split('id="mending"')[1].split("</section>")[0]
    assert mending.index(between.get_absolute_url()) < mending.rindex(repair.get_absolute_url())
    assert "with other code" in mending and f"/executions/{failure.pk}..{repair.pk}/" in mending
    assert 'id="mending"' not in text_of(client, repair.get_absolute_url())


def test_its_neighbours_in_the_sitting_are_a_step_away(client, space):
    first, second, third = (make_execution(space, f"cell {n}", minute=n) for n in range(3))
    shown = text_of(client, second.get_absolute_url())
    around = shown.split('class="around"')[1]
    assert around.index(first.get_absolute_url()) < around.index(third.get_absolute_url())
    assert "2 of 3" in shown


def test_other_runs_of_the_cell_can_be_compared_with_it(client, space):
    one = make_execution(space, meme=MEME, who="sato")
    two = make_execution(space, minute=99, meme=MEME)
    hidden = make_execution(make_space(), minute=50, meme=MEME)
    shown = text_of(client, two.get_absolute_url())
    assert f"/executions/{one.pk}..{two.pk}/" in shown and hidden.get_absolute_url() not in shown


def test_hostile_code_and_output_stay_text(client, space):
    evil = "<script>alert(1)</script>"
    execution = make_execution(
        space,
        f"print('{evil}')",
        output=evil,
        error=evil,
        notebook_path=evil,
        who=evil,
        host=evil,
        headline=evil,
    )
    for shown in (page(client), page(client, q="script"), text_of(client, execution.get_absolute_url())):
        assert evil not in shown and "&lt;script&gt;" in shown


def test_a_long_output_is_folded_and_whole_on_demand(client, space):
    lines = "\n".join(f"line {number}" for number in range(500))
    execution = make_execution(space, output=lines)
    whole = reverse("execution-whole", args=[execution.pk])
    shown = text_of(client, execution.get_absolute_url())
    assert "line 250" not in shown and f'hx-get="{whole}"' in shown
    piece = client.get(whole, headers={"HX-Request": "true"}).content.decode()
    assert "line 250" in piece and "<html" not in piece
    assert "line 250" in text_of(client, whole)
    raw = client.get(f"{whole}?raw")
    assert raw.content.decode() == lines and raw["Content-Disposition"].startswith("attachment")


def test_the_full_output_is_a_text_to_save(client, space):
    execution = make_execution(space, output="<script>\x1b[31mred\x1b[0m\n")
    response = client.get(reverse("execution-output", args=[execution.pk]))
    assert response.content == b"<script>\x1b[31mred\x1b[0m\n"
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response["Content-Disposition"] == f'attachment; filename="execution-{execution.pk}.txt"'
    assert response["X-Content-Type-Options"] == "nosniff"


LOG = """print(1)
----
path: /home/kato/.log/20260502/20260502-210000-0001.log
start time: 2026-05-02 21:00:00(JST)
----
all of it
----
end time: 2026-05-02 21:00:01(JST)
0 chunks with matched keywords or errors
----
execute_reply_status: ok
"""


def test_the_full_output_of_a_cut_one_comes_from_its_log(client, space):
    execution = make_execution(space, output="all …")
    Transcript.objects.filter(execution=execution).update(is_cut=True, log_sha256=blobs.put(LOG.encode()))
    assert client.get(reverse("execution-output", args=[execution.pk])).content == b"all of it"
    assert "its middle is left out" in text_of(client, execution.get_absolute_url())


def test_what_one_may_not_see_is_not_there(client):
    hidden = make_execution(make_space(), "secret")
    for route in ("execution", "execution-output", "execution-whole", "execution-sitting"):
        assert client.get(reverse(route, args=[hidden.pk])).status_code == 404


def test_an_execution_without_a_transcript_has_a_page(client, space):
    execution = make_execution(space, headline="")
    Transcript.objects.all().delete()
    assert "code is not told" in text_of(client, execution.get_absolute_url())


def test_a_notebook_that_was_saved_again_keeps_its_executions(client, space):
    notebook = make_runbook("df", space=space)
    execution = make_execution(space, notebook=notebook)
    raw = make_notebook(("markdown", "# New name"), "df -h")
    ingest(space, notebook.path, raw)
    assert "New name" in text_of(client, execution.get_absolute_url())


ODD = (
    "/executions/?q=%00&who=%00x&space=%00&runbook=%ff&host=%ed%a0%80",
    "/executions/?before=99999999T999999.999999-1",
    "/executions/?before=20260502T120000.000000-999999999999999999",
    "/executions/?since=9999-12-31&until=0001-01-01",
    "/executions/?since=2026-05-02T12:00%2B99:00",
    "/executions/?since=2026-05-02T12:00:00%2B23:59&until=2026-05-02T12:00:00-23:59",
    "/executions/?since=2026-05-02&until=1970-01-01",
    f"/executions/?q={'x' * 5000}",
    "/executions/?who=a&who=b&when=never&meme=%00",
    f"/executions/?notebook={'9' * 30}",
    f"/executions/?notebook={2**63 - 1}",
    "/executions/export/?since=2026-01-01&q=%00&as=html",
    "/executions/export/?since=2026-01-01&as=exe",
    "/executions/export/?since=2026-05-03&until=2026-05-01&as=json",
)


@pytest.mark.parametrize("address", ODD)
def test_odd_addresses_are_answered(client, space, address):
    make_execution(space)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("end", ["", "output", "whole/", "sitting/"])
@pytest.mark.parametrize("number", [0, 2**63, 10**30])
def test_numbers_that_no_execution_has_are_not_there(client, number, end):
    assert client.get(f"/executions/{number}/{end}").status_code == 404
