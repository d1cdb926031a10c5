"""What every test stands on: its own data folder, an empty cache."""

import pytest
from django.core.cache import cache
from django.utils import translation
from hypothesis import settings as hypothesis

from tests.sites import Site

# Milliseconds for one example. On two busy cores the 200 of the default are over now and then for nothing.
hypothesis.register_profile("busy machine", deadline=5000)
hypothesis.load_profile("busy machine")


@pytest.fixture(autouse=True)
def data_of_its_own(settings, tmp_path):
    """Blobs and whatever else is written under DATA are gone with the test."""
    settings.DATA = tmp_path / "data"
    settings.DATA.mkdir()
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            **settings.STORAGES["default"],
            "OPTIONS": {"location": str(tmp_path / "data" / "blobs")},
        },
    }
    cache.clear()
    return settings.DATA


@pytest.fixture(autouse=True)
def english():
    """A request in Japanese leaves its thread speaking Japanese; the next test begins anew."""
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory):
    """A data folder with an empty database, to be copied: to make one takes longer than most tests."""
    return Site(tmp_path_factory.mktemp("template") / "site").data
