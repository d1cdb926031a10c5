"""What the pages tell the keyboard module; what it does is tried in a browser."""

import re

import pytest
from django.urls import reverse

from notebooks.models import Notebook
from opsnotes.models import Preferences
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


def home(client, **preferences):
    person = make_user()
    Preferences.objects.create(user=person, **preferences)
    make_runbook("ls", space=make_space(readers=[person]))
    client.force_login(person)
    return client.get("/").content.decode()


def test_shortcuts_are_on_and_listed(client):
    html = home(client)
    assert "data-shortcuts" in html
    assert '<dialog id="keys"' in html


def test_who_switched_them_off_has_neither_keys_nor_hints(client):
    html = home(client, shortcuts=False)
    assert "data-shortcuts" not in html
    assert '<dialog id="keys"' not in html


def test_every_line_of_a_list_is_a_step_with_its_permalink(client):
    html = home(client)
    assert re.findall(r'data-step data-permalink="(/n/[^"]+)"', html) == [
        Notebook.objects.get().get_absolute_url()
    ]


@pytest.mark.parametrize(("theme", "shown"), [("", "auto"), ("dark", "dark"), ("light", "light")])
def test_the_theme_is_in_the_page_before_anything_is_drawn(client, theme, shown):
    assert f'data-theme="{shown}"' in home(client, theme=theme)


def test_the_page_says_its_language(client):
    assert '<html lang="ja"' in home(client, language="ja")


def test_an_error_page_has_the_same_frame(client):
    response = client.get("/nothing/disk-full.ipynb")
    html = response.content.decode()
    assert response.status_code == 404
    assert "nothing disk full" in html
    assert f"{reverse('search')}?q=nothing%20disk%20full" in html
