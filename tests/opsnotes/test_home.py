import pytest
from django.urls import reverse

from notebooks import moving
from tests.builders import error, make_runbook, make_space, make_user, stream

pytestmark = pytest.mark.django_db
HOME = "/"


def page(client, user=None):
    if user is not None:
        client.force_login(user)
    return client.get(HOME)


def test_a_stranger_is_asked_to_log_in_where_nothing_is_public(client):
    make_runbook(space=make_space())
    assert page(client).url == reverse("login")


def test_a_stranger_sees_what_is_public_and_no_more(client):
    make_runbook(("markdown", "# Open to all"), space=make_space("open", is_public=True))
    make_runbook(("markdown", "# Kept close"), space=make_space("closed"))
    html = page(client).content.decode()
    assert "Open to all" in html
    assert "Kept close" not in html
    assert "Closed" not in html


def test_a_reader_sees_the_newest_first(client):
    reader = make_user()
    space = make_space(readers=[reader])
    make_runbook(("markdown", "# Older"), space=space, path="a.ipynb")
    make_runbook(("markdown", "# Newer"), space=space, path="b.ipynb")
    html = page(client, reader).content.decode()
    assert 0 < html.index("Newer") < html.index("Older")


def test_what_was_deleted_is_not_new(client):
    writer = make_user()
    notebook = make_runbook(("markdown", "# Thrown away"), space=make_space(writers=[writer]))
    moving.delete(notebook, writer)
    assert "Thrown away" not in page(client, writer).content.decode()


def test_a_run_that_stopped_is_listed_with_the_way_to_its_error(client):
    reader = make_user()
    notebook = make_runbook(
        ("markdown", "# Restart"),
        ("code", "ls", [stream("ok")]),
        ("code", "boom", [error("RuntimeError", "no")]),
        "never",
        space=make_space(readers=[reader]),
    )
    html = page(client, reader).content.decode()
    assert "Stopped at an error" in html
    assert f'href="{notebook.get_absolute_url()}#cell-2"' in html


def test_a_run_that_went_on_after_an_error_did_not_stop(client):
    reader = make_user()
    make_runbook(
        ("code", "boom", [error("RuntimeError", "no")]),
        ("code", "ls", [stream("ok")]),
        space=make_space(readers=[reader]),
    )
    assert "Stopped at an error" not in page(client, reader).content.decode()


def test_without_any_space_home_says_how_to_make_one(client):
    html = page(client, make_user()).content.decode()
    assert "Make the first space" in html
    assert reverse("space-new") in html


def test_an_empty_space_of_ones_own_leads_to_uploading_into_it(client):
    writer = make_user()
    make_space("ops", writers=[writer])
    html = page(client, writer).content.decode()
    assert "No runbooks yet" in html
    assert f"{reverse('upload')}?space=ops" in html


def test_a_reader_of_an_empty_space_is_not_sent_to_upload_into_it(client):
    reader = make_user()
    make_space("ops", readers=[reader])
    html = page(client, reader).content.decode()
    assert "No runbooks yet" in html
    assert "?space=ops" not in html


@pytest.mark.parametrize("number", [2, 15])
def test_the_queries_do_not_grow_with_what_is_shown(client, django_assert_num_queries, number):
    reader = make_user()
    space = make_space(readers=[reader])
    for index in range(number):
        make_runbook(("code", "ls", [error("E", "x")]), space=space, path=f"{index}.ipynb")
    client.force_login(reader)
    with django_assert_num_queries(13):
        client.get(HOME)
