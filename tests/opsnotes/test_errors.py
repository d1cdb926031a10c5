import pytest
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from notebooks.models import NotebookAsset
from opsnotes.models import Preferences
from tests.builders import display, lose_bytes, make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


def test_nothing_here_offers_to_search_for_the_words_of_the_path(client):
    client.force_login(make_user())
    html = client.get("/browse/hub/手順/disk-full.ipynb").content.decode()
    assert f'href="{reverse("search")}?q=hub%20%E6%89%8B%E9%A0%86%20disk%20full"' in html


def test_a_stranger_at_a_404_is_offered_to_log_in_and_come_back(client):
    notebook = make_runbook()
    html = client.get(f"/n/{notebook.pk}/").content.decode()
    assert f"{reverse('login')}?next=/n/{notebook.pk}/" in html


def test_a_404_says_the_same_of_what_is_hidden_and_what_never_was(client):
    client.force_login(make_user())
    notebook = make_runbook()
    hidden, nothing = (client.get(f"/n/{pk}/").content.decode() for pk in (notebook.pk, notebook.pk + 999))
    assert main_of(hidden) == main_of(nothing)


def main_of(html):
    return html[html.index("<main") : html.index("</main>")]


def test_who_may_not_is_told_why(client):
    reader = make_user()
    space = make_space("hub", readers=[reader])
    client.force_login(reader)
    response = client.get(reverse("move", args=[make_runbook(space=space).pk]))
    assert response.status_code == 403
    assert "You may read the space “Hub”, but not change it." in response.content.decode()


def test_a_form_of_too_old_a_page_changes_nothing_and_says_what_to_do():
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user())
    response = client.post(reverse("space-new"), {"name": "x"})
    assert response.status_code == 403
    assert "Nothing was changed." in response.content.decode()


def test_what_breaks_here_is_said_plainly_without_asking_the_database(client, monkeypatch):
    def broken(*_args):
        raise OperationalError("database is locked at /srv/secret")

    monkeypatch.setattr("opsnotes.views.home.folders.verdicts", broken)
    client.raise_request_exception = False
    client.force_login(make_user())
    html = client.get("/")
    assert html.status_code == 500
    assert "Something broke here" in html.content.decode()
    assert "secret" not in html.content.decode()


def test_where_bytes_are_lost_it_is_said_and_nothing_else_breaks(client):
    writer = make_user()
    notebook = make_runbook(space=make_space("hub", writers=[writer]))
    lose_bytes(notebook.revision.sha256)
    client.force_login(writer)
    assert client.get(notebook.get_absolute_url()).status_code == 200
    for address in ("file", "v/1/", "download/script/"):
        response = client.get(f"/n/{notebook.pk}/{address}")
        assert response.status_code == 503
        assert "lost the file" in response.content.decode()
    assert "detail" in client.get(f"/api/v1/notebooks/{notebook.pk}/file/").json()
    response = client.post(reverse("move", args=[notebook.pk]), {"space": "hub", "path": "b.ipynb"})
    assert response.status_code == 503


def test_a_copy_that_would_lack_an_image_is_not_begun(client):
    reader = make_user()
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    image = ("code", "plot()", [display({"image/png": dot})])
    notebook = make_runbook(image, space=make_space("hub", readers=[reader]))
    lose_bytes(NotebookAsset.objects.get(notebook=notebook).asset_id)
    client.force_login(reader)
    assert client.get(f"/n/{notebook.pk}/download/html/").status_code == 503


def test_error_pages_speak_the_readers_language(client):
    person = make_user()
    Preferences.objects.create(user=person, language="ja")
    client.force_login(person)
    assert '<html lang="ja"' in client.get("/n/1/").content.decode()
