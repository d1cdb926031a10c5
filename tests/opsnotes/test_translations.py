"""The Japanese catalog says all that the English interface says."""

import os
import re
import shutil
import subprocess
import sys

import pytest
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from django.conf import settings
from django.urls import reverse

CATALOG = settings.BASE_DIR / "locale" / "ja" / "LC_MESSAGES"
PLACEHOLDER = re.compile(r"%\(\w+\)[\d.]*[a-z]|%%\w*|\{\w+\}|</?\w+")


def read(path, locale):
    with path.open("rb") as file:
        return read_po(file, locale=locale, abort_invalid=True)


def texts(message):
    """What the source says, singular first where it counts, and what the catalog makes of it."""
    return [[each] if isinstance(each, str) else list(each) for each in (message.id, message.string)]


@pytest.fixture(scope="module")
def catalog():
    return read(CATALOG / "django.po", "ja")


@pytest.fixture(scope="module")
def messages(catalog):
    found = [message for message in catalog if message.id]
    assert len(found) > 400
    return found


def test_every_message_is_translated(messages):
    assert [each.id for each in messages if each.fuzzy or not all(texts(each)[1])] == []


def test_nothing_of_several_words_stays_english(messages):
    """A name such as MEME is the same in both."""
    assert [
        each.id for each in messages if " " in texts(each)[0][0] and set.intersection(*map(set, texts(each)))
    ] == []


def test_placeholders_and_tags_agree(messages):
    def placeholders(text):
        return sorted(PLACEHOLDER.findall(text))

    assert [
        each.id for each in messages if placeholders(texts(each)[0][-1]) != placeholders(texts(each)[1][0])
    ] == []


def test_japanese_counts_with_one_form(catalog, messages):
    assert catalog.num_plurals == 1
    assert [each.id for each in messages if len(texts(each)[1]) != 1] == []


def test_nothing_obsolete_is_kept(catalog):
    assert list(catalog.obsolete) == []


def test_compiled_catalog_is_what_the_text_compiles_to(messages):
    """It is kept with the source: whoever runs the app need not have gettext."""
    with (CATALOG / "django.mo").open("rb") as file:
        compiled = [texts(each) for each in read_mo(file) if each.id]
    assert sorted(compiled) == sorted(texts(each) for each in messages)


@pytest.fixture
def extracted(tmp_path):
    """What makemessages finds in a copy of the source that has no catalog yet."""
    if not shutil.which("xgettext"):
        reason = "gettext is not installed (Debian: apt-get install gettext)"
        (pytest.fail if os.environ.get("OPSNOTES_REQUIRE_SERVICES") == "1" else pytest.skip)(reason)
    for name in (
        "execlogs",
        "inbox",
        "lineage",
        "notebooks",
        "opsnotes",
        "search",
        "stickies",
        "sync",
        "templates",
        "static",
    ):
        shutil.copytree(settings.BASE_DIR / name, tmp_path / name)
    shutil.copy(settings.BASE_DIR / "manage.py", tmp_path)
    (tmp_path / "locale").mkdir()
    command = [sys.executable, "manage.py", "makemessages", "--locale", "en", "--no-wrap"]
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "opsnotes.settings",
        "OPSNOTES_DATA": str(tmp_path / "data"),
    }
    made = subprocess.run(command, cwd=tmp_path, env=env, check=False, capture_output=True, text=True)
    assert made.returncode == 0, made.stderr
    return read(tmp_path / "locale" / "en" / "LC_MESSAGES" / "django.po", "en")


def test_catalog_has_the_messages_of_the_source(messages, extracted):
    assert {texts(each)[0][0] for each in extracted if each.id} == {texts(each)[0][0] for each in messages}


@pytest.mark.django_db
def test_whoever_asks_for_japanese_gets_it(client):
    html = client.get(reverse("login"), headers={"accept-language": "ja"}).content.decode()
    assert '<html lang="ja"' in html
    assert "ログイン" in html
