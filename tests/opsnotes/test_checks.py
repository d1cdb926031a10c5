from types import SimpleNamespace

import pytest
from django.core.checks import run_checks

from opsnotes import checks


def ids(check):
    return [message.id for message in check()]


def test_the_settings_as_they_come_are_sound():
    assert [message for message in run_checks() if message.id.startswith("opsnotes.")] == []


def test_a_data_folder_that_cannot_be_written_is_said(settings, tmp_path, monkeypatch):
    settings.DATA = tmp_path
    assert ids(checks.data_can_be_written) == []
    settings.DATA = tmp_path / "absent"
    (message,) = checks.data_can_be_written()
    assert (message.id, "OPSNOTES_DATA" in message.hint) == ("opsnotes.E001", True)


def test_an_engine_that_cannot_be_loaded_is_said(settings):
    settings.HAYSTACK_CONNECTIONS = {"default": {"ENGINE": "search.engines.absent.Engine"}}
    assert ids(checks.search_engine_can_be_imported) == ["opsnotes.E002"]


@pytest.mark.parametrize(
    "url", ["", "redis://127.0.0.1:6379/0", "rediss://ops:x@redis.example", "unix:///run/redis"]
)
def test_an_address_of_redis_is_good(settings, url):
    settings.REDIS_URL = url
    assert ids(checks.redis_url_is_one) == []


@pytest.mark.parametrize("url", ["127.0.0.1:6379", "http://redis", "redis", "redis://"])
def test_what_is_no_address_of_redis_is_said(settings, url):
    settings.REDIS_URL = url
    assert ids(checks.redis_url_is_one) == ["opsnotes.E003"]


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8983/solr/opsnotes", "https://ops:p%40ss@[::1]/search/solr/ops-2.notes_1/"]
)
def test_an_address_of_an_index_in_solr_is_good(settings, url):
    settings.SEARCH_ENGINE, settings.SEARCH_URL = "solr", url
    assert ids(checks.search_url_is_one) == []


@pytest.mark.parametrize(
    "url",
    [
        "",
        "solr",
        "127.0.0.1:8983",
        "http://solr:8983/solr",
        "http://solr:x/solr/ops",
        "http://solr/solr/-ops",
    ],
)
def test_what_is_no_address_of_an_index_in_solr_is_said(settings, url):
    settings.SEARCH_ENGINE, settings.SEARCH_URL = "solr", url
    assert ids(checks.search_url_is_one) == ["opsnotes.E006"]
    settings.SEARCH_ENGINE = "tantivy"
    assert ids(checks.search_url_is_one) == []


def test_what_is_wrong_with_the_search_server_is_said(settings, monkeypatch):
    assert ids(checks.search_server_is_well) == []
    monkeypatch.setattr(checks, "backend", lambda: SimpleNamespace(shortcomings=lambda: ["It is away."]))
    assert ids(checks.search_server_is_well) == ["opsnotes.E007"]


@pytest.mark.parametrize(
    ("base", "hosts", "found"),
    [
        ("https://ops.example", ["ops.example"], []),
        ("https://ops.example", ["*"], []),
        ("http://[::1]:8000", ["[::1]"], []),
        ("https://ops.example", ["localhost"], ["opsnotes.E004"]),
    ],
)
def test_our_own_address_must_be_one_we_answer_to(settings, base, hosts, found):
    settings.BASE_URL, settings.ALLOWED_HOSTS = base, hosts
    assert ids(checks.base_url_is_served) == found


@pytest.mark.parametrize(
    ("base", "found"),
    [
        ("http://127.0.0.1:8000", []),
        ("http://localhost:8000", []),
        ("https://ops.example", []),
        ("http://ops.example", ["opsnotes.W001"]),
        ("http://192.0.2.4", ["opsnotes.W001"]),
    ],
)
def test_plain_http_is_warned_of_beyond_this_machine(settings, base, found):
    settings.BASE_URL = base
    assert ids(checks.passwords_travel_encrypted) == found


def test_debug_is_warned_of_beyond_this_machine(settings):
    settings.BASE_URL, settings.DEBUG = "https://ops.example", True
    assert ids(checks.debug_stays_at_home) == ["opsnotes.W002"]
    settings.BASE_URL = "http://127.0.0.1:8000"
    assert ids(checks.debug_stays_at_home) == []


def test_a_short_secret_is_refused(settings):
    settings.SECRET_KEY = "secret"
    assert ids(checks.secret_key_cannot_be_guessed) == ["opsnotes.E005"]
