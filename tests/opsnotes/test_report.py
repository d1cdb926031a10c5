import pytest
from django.urls import reverse

from notebooks import moving
from tests.builders import make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader(client):
    person = make_user()
    client.force_login(person)
    return person


def report(client, notebook):
    return client.get(reverse("report", args=[notebook.pk]))


def test_prose_and_outputs_without_the_code(client, reader):
    notebook = make_runbook(
        ("markdown", "# Disk\n\nWe look at the disk."),
        ("code", "secret_command()", [stream("91% used")]),
        space=make_space(readers=[reader]),
    )
    html = report(client, notebook).content.decode()
    assert "We look at the disk." in html
    assert "91% used" in html
    assert "secret_command" not in html


def test_a_cell_that_says_nothing_leaves_no_gap(client, reader):
    notebook = make_runbook("x = 1", ("code", "y", [stream("y")]), space=make_space(readers=[reader]))
    html = report(client, notebook).content.decode()
    assert 'id="cell-0"' not in html
    assert 'id="cell-1"' in html


def test_a_report_of_nothing_says_what_to_do(client, reader):
    html = report(client, make_runbook("x = 1", space=make_space(readers=[reader]))).content.decode()
    assert "Nothing to report" in html


def test_a_stranger_gets_404(client):
    assert report(client, make_runbook()).status_code == 404


def test_the_report_of_a_deleted_runbook_is_410(client, reader):
    notebook = make_runbook(space=make_space(readers=[reader]))
    moving.delete(notebook, make_user())
    assert report(client, notebook).status_code == 410
