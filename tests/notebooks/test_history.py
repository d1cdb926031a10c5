import re

import pytest
from django.urls import reverse

from notebooks import moving
from notebooks.ingest import Provenance, ingest
from tests.builders import make_notebook, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return make_user("writer"), make_user("reader")


@pytest.fixture
def notebook(people):
    """Three revisions: two cells; one edited and one added; outputs only."""
    writer, reader = people
    space = make_space("ops", writers=[writer], readers=[reader])
    output = [{"output_type": "stream", "name": "stdout", "text": "up"}]
    ingest(space, "a.ipynb", make_notebook("ls", "df -h /var"), Provenance(by=writer))
    ingest(space, "a.ipynb", make_notebook("ls", "df -h /var/log", "uptime"))
    return ingest(
        space, "a.ipynb", make_notebook("ls", "df -h /var/log", ("code", "uptime", output))
    ).notebook


def page(client, notebook):
    return client.get(reverse("history", args=[notebook.pk]))


def test_every_revision_says_who_brought_it_and_what_it_changed(client, people, notebook):
    client.force_login(people[1])
    text = page(client, notebook).content.decode()
    assert [word in text for word in ("by writer", "first, 2 cells", "1 added", "1 edited")] == [True] * 4
    assert "outputs or metadata only" in text
    for revision in notebook.revisions.all():
        assert revision.sha256 in text
        assert f"{reverse('file', args=[notebook.pk])}?revision={revision.number}" in text


def test_only_writers_are_offered_to_make_one_current(client, people, notebook):
    writer, reader = people
    client.force_login(reader)
    assert "/current/" not in page(client, notebook).content.decode()
    client.force_login(writer)
    assert page(client, notebook).content.decode().count("/current/") == 2


def test_an_old_revision_is_made_current_and_the_newer_stay(client, people, notebook):
    client.force_login(people[0])
    response = client.post(reverse("make-current", args=[notebook.pk, 1]))
    notebook.refresh_from_db()
    assert response["Location"] == notebook.get_absolute_url()
    assert (notebook.revision.number, notebook.revisions.count(), notebook.cell_count) == (1, 3, 2)
    assert [cell.source for cell in notebook.cells.all()] == ["ls", "df -h /var"]


def test_a_revision_that_is_not_there_is_404(client, people, notebook):
    client.force_login(people[0])
    for number in (9, 10**30):
        assert client.post(reverse("make-current", args=[notebook.pk, number])).status_code == 404


def test_the_history_of_what_is_deleted_leads_to_what_is_known(client, people, notebook):
    moving.delete(notebook, people[0])
    client.force_login(people[1])
    assert page(client, notebook)["Location"] == notebook.get_absolute_url()


def test_history_takes_as_many_queries_for_many_revisions(
    client, people, notebook, django_assert_max_num_queries
):
    for number in range(8):
        ingest(notebook.space, "a.ipynb", make_notebook(f"echo {number}"), Provenance(by=make_user()))
    client.force_login(people[0])
    with django_assert_max_num_queries(9):
        assert page(client, notebook).content.decode().count("<tr") == 12


def test_a_long_history_comes_in_pages_that_leave_nothing_out(client, people, notebook, monkeypatch):
    monkeypatch.setattr("notebooks.views.history.A_PAGE", 2)
    client.force_login(people[1])
    first = page(client, notebook).content.decode()
    assert "3 revisions" in first
    assert "1–2 of 3" in first
    assert 'rel="next" href="?page=2"' in first
    second = client.get(reverse("history", args=[notebook.pk]), {"page": 2}).content.decode()
    shown = [re.findall(r"\?revision=(\d)", html) for html in (first, second)]
    assert shown == [["3", "2"], ["1"]]
