import re
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.urls import reverse

from notebooks import moving
from notebooks.ingest import Provenance, ingest
from opsnotes.models import Preferences
from tests.builders import error, make_notebook, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
MEME = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"


def html_of(client, notebook):
    response = client.get(notebook.get_absolute_url())
    assert response.status_code == 200
    return response.content.decode()


def test_a_stranger_gets_404(client):
    notebook = make_runbook()
    addresses = [
        notebook.get_absolute_url(),
        reverse("runbook-short", args=[notebook.pk]),
        reverse("revision", args=[notebook.pk, 1]),
        reverse("runbook", args=[notebook.pk, "other"]),
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * 4


def test_the_short_address_and_a_wrong_slug_lead_to_the_page(client, space):
    notebook = make_runbook(("markdown", "# Disk full"), space=space)
    for address in (f"/n/{notebook.pk}/", f"/n/{notebook.pk}/anything/"):
        response = client.get(address)
        assert (response.status_code, response.url) == (301, f"/n/{notebook.pk}/disk-full/")


def test_a_redirect_keeps_the_query(client, space):
    notebook = make_runbook(("markdown", "# A"), space=space)
    assert (
        client.get(f"/n/{notebook.pk}/x/?from=search&q=a+b").url == f"/n/{notebook.pk}/a/?from=search&q=a+b"
    )


def test_every_cell_has_its_permalink(client, space):
    html = html_of(client, make_runbook("a", ("markdown", "b"), "c", space=space))
    assert re.findall(r'id="(cell-\d+)"', html) == ["cell-0", "cell-1", "cell-2"]


def test_a_meme_leads_to_the_first_cell_that_bears_it(client, space):
    notebook = make_runbook("a", "b", "c", memes=[None, MEME + "-1-00ff", MEME], space=space)
    html = html_of(client, notebook)
    assert html.count(f'id="meme-{MEME}"') == 1
    assert html.index('id="cell-1"') < html.index(f'id="meme-{MEME}"') < html.index('id="cell-2"')


def test_no_two_elements_share_an_id(client, space):
    notebook = make_runbook(
        ("markdown", "# A\n\n## A\n\n<h2 id='cell-1'>x</h2>"),
        ("markdown", "# A\n\n<p id='main'>"),
        "a",
        space=space,
    )
    ids = re.findall(r'\bid="([^"]*)"', html_of(client, notebook))
    assert len(ids) == len(set(ids))


def test_the_strip_says_in_words_where_it_stopped(client, space):
    cells = ("a", [stream("1")]), ("b", [error("RuntimeError", "no")]), ("c", [])
    notebook = make_runbook(*[("code", source, outputs) for source, outputs in cells], space=space)
    html = html_of(client, notebook)
    assert "Stopped at step 2 of 3." in html
    assert "2 of 3 cells ran." in html
    assert '<a href="#cell-1">Jump to the error</a>' in html
    assert "not run: stopped before it" in html


def test_a_finished_run_says_so(client, space):
    html = html_of(
        client, make_runbook(("code", "a", [stream("1")]), ("code", "b", [stream("1")]), space=space)
    )
    assert "All 2 cells ran." in html
    assert "Jump to" not in html


def test_an_error_that_was_passed_over_is_told_and_linked(client, space):
    notebook = make_runbook(("code", "a", [error("E", "x")]), ("code", "b", [stream("1")]), space=space)
    html = html_of(client, notebook)
    assert "1 failed and was passed over." in html
    assert '<a href="#cell-0">Jump to the first error</a>' in html


def test_prose_alone_has_no_strip(client, space):
    assert 'class="strip"' not in html_of(client, make_runbook(("markdown", "only words"), space=space))


def test_the_outline_leads_to_the_headings_and_leaves_the_title_out(client, space):
    notebook = make_runbook(("markdown", "# Title\n\n## First"), ("markdown", "## Second"), "a", space=space)
    response = client.get(notebook.get_absolute_url())
    entries = response.context["reading"].outline
    assert [(line.entry.text, line.entry.depth, len(line.entry.bricks)) for line in entries] == [
        ("First", 0, 0),
        ("Second", 0, 1),
    ]
    html = response.content.decode()
    assert all(
        f'href="#{line.entry.element_id}"' in html and f'id="{line.entry.element_id}"' in html
        for line in entries
    )


def test_facts_say_where_it_came_from(client, space):
    writer = make_user("suzuki")
    saved = datetime(2026, 3, 27, 5, 52, tzinfo=UTC)
    raw = make_notebook("ls", language="bash")
    notebook = ingest(
        space, "a.ipynb", raw, Provenance(by=writer, owner="sato", origin="command", saved_at=saved)
    ).notebook
    html = html_of(client, notebook)
    for fact in (
        "by sato",
        "2026-03-27 05:52 UTC",
        "Command line, by suzuki",
        "1 of 1",
        "nbformat 4.4",
        "Bash",
    ):
        assert fact in html, fact
    assert notebook.revision.sha256 in html


def test_times_are_in_the_readers_zone(client, reader, space):
    Preferences.objects.create(user=reader, time_zone="Asia/Tokyo")
    saved = datetime(2026, 3, 27, 5, 52, tzinfo=UTC)
    notebook = ingest(space, "a.ipynb", make_notebook("ls"), Provenance(saved_at=saved)).notebook
    assert "2026-03-27 14:52 JST" in html_of(client, notebook)


def test_linked_from_names_the_runbooks_that_point_here(client, reader, space):
    notebook = make_runbook("a", space=space, path="t.ipynb")
    make_runbook(("markdown", "# Seen\n\n[x](t.ipynb)"), space=space, path="seen.ipynb")
    html = html_of(client, notebook)
    assert "Linked from" in html
    assert "Seen" in html


def test_where_very_many_point_here_a_page_of_their_own_has_all(client, space):
    notebook = make_runbook("a", space=space, path="t.ipynb")
    all_of_them = reverse("linked-from", args=[notebook.pk])
    for number in range(21):
        assert all_of_them not in html_of(client, notebook)
        make_runbook(("markdown", f"# N{number:03}\n[x](t.ipynb)"), space=space, path=f"n{number}.ipynb")
    html = html_of(client, notebook)
    assert len(re.findall(r">N\d{3}</a>", html)) == 20
    assert f'href="{all_of_them}"' in html


def test_a_notebook_without_cells_says_so(client, space):
    raw = b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}'
    assert "This notebook has no cells" in html_of(client, ingest(space, "a.ipynb", raw).notebook)


@pytest.mark.parametrize("number", [3, 60])
def test_the_queries_do_not_grow_with_the_notebook(client, space, django_assert_num_queries, number):
    cells = [
        ("code", f"print({n})", [stream(f"{n}")]) if n % 2 else ("markdown", f"# h{n} [x](y{n}.ipynb)")
        for n in range(number)
    ]
    notebook = make_runbook(*cells, space=space)
    url = notebook.get_absolute_url()
    with django_assert_num_queries(31):
        assert client.get(url).status_code == 200


def test_a_reader_is_offered_nothing_that_only_writers_may_do(client, space):
    notebook = make_runbook(space=space)
    html = html_of(client, notebook)
    assert reverse("move", args=[notebook.pk]) not in html
    assert reverse("delete", args=[notebook.pk]) not in html


def test_a_writer_is_offered_to_move_and_delete(client, reader):
    notebook = make_runbook(space=make_space(writers=[reader]))
    html = html_of(client, notebook)
    assert reverse("move", args=[notebook.pk]) in html
    assert reverse("delete", args=[notebook.pk]) in html


def test_an_old_revision_is_shown_as_it_was_and_says_so(client, space):
    ingest(space, "a.ipynb", make_notebook(("markdown", "# Before"), "first text", memes=[MEME]))
    notebook = ingest(space, "a.ipynb", make_notebook(("markdown", "# After"), "second text")).notebook
    html = client.get(reverse("revision", args=[notebook.pk, 1])).content.decode()
    assert "first text" in html
    assert "second text" not in html
    assert "Revision 1, as it was." in html
    assert "<h1>Before</h1>" in html
    assert "<title>Before (revision 1)" in html
    for kind in ("html", "script"):
        assert f'href="{reverse("download", args=[notebook.pk, kind])}?revision=1"' in html
    assert f'href="{notebook.get_absolute_url()}">A newer one is current: revision 2' in html
    assert f'id="meme-{UUID(MEME)}"' in html


def test_the_current_revision_has_no_such_notice(client, space):
    notebook = make_runbook(space=space)
    assert "as it was." not in client.get(reverse("revision", args=[notebook.pk, 1])).content.decode()


def test_a_revision_that_never_was_is_404(client, space):
    assert client.get(reverse("revision", args=[make_runbook(space=space).pk, 2])).status_code == 404


def test_a_deleted_runbook_is_410_with_what_is_known(client, reader):
    notebook = make_runbook(
        ("markdown", "# Disk full"), space=make_space(writers=[reader]), path="ops/a.ipynb"
    )
    moving.delete(notebook, reader)
    for address in (notebook.get_absolute_url(), reverse("revision", args=[notebook.pk, 1])):
        response = client.get(address)
        html = response.content.decode()
        assert response.status_code == 410
        assert "Deleted by kato" in html
        assert "ops/a.ipynb" in html
        assert f'action="{reverse("restore", args=[notebook.pk])}"' in html


def test_a_reader_of_a_deleted_runbook_cannot_restore_it_from_there(client, space):
    notebook = make_runbook(space=space)
    moving.delete(notebook, make_user())
    response = client.get(notebook.get_absolute_url())
    assert response.status_code == 410
    assert reverse("restore", args=[notebook.pk]) not in response.content.decode()


def test_a_stranger_learns_nothing_of_a_deleted_runbook(client):
    notebook = make_runbook()
    moving.delete(notebook, make_user())
    assert client.get(notebook.get_absolute_url()).status_code == 404


def test_the_address_of_what_a_move_left_behind_leads_on(client, reader):
    space = make_space(writers=[reader])
    notebook = make_runbook(("markdown", "# Disk full"), space=space, path="a.ipynb")
    moving.move(notebook, space, "b.ipynb", reader)
    signpost = notebook.signposts.get()
    response = client.get(f"/n/{signpost.pk}/x/")
    assert (response.status_code, response.url) == (301, notebook.get_absolute_url())


def test_what_notebooks_say_is_text_in_titles_paths_and_owners(client, space):
    raw = make_notebook(
        ("markdown", "# <script>alert('t')</script>"), "ls", language="<script>alert('l')</script>"
    )
    notebook = ingest(
        space, "<script>alert('p').ipynb", raw, Provenance(owner="<script>alert('o')</script>")
    ).notebook
    html = html_of(client, notebook)
    assert re.findall(r"<script[^>]*>", html) == re.findall(r'<script src="/static/[^>]*>', html)


def test_no_page_carries_inline_script_or_style(client, space):
    html = html_of(
        client, make_runbook(("markdown", "# A <b style='color:red' onclick='x()'>b</b>"), "a", space=space)
    )
    assert not re.search(r"\sstyle=|\son[a-z]+=|<style|javascript:", html)


def test_a_head_request_is_answered(client, space):
    assert client.head(make_runbook(space=space).get_absolute_url()).status_code == 200


def test_pages_leave_in_the_database_what_they_do_not_show(client, space, django_assert_max_num_queries):
    notebook = make_runbook(("code", "ls", [stream("x")]), space=space, path="a.ipynb")
    pages = (
        notebook.get_absolute_url(),
        f"/n/{notebook.pk}/history/",
        f"/n/{notebook.pk}/report/",
        "/",
        "/browse/hub/",
    )
    for page in pages:
        with django_assert_max_num_queries(38) as asked:
            assert client.get(page).status_code == 200
        read = " ".join(query["sql"] for query in asked.captured_queries)
        assert '"memes"' not in read, page
        assert '"output"' not in read, page
