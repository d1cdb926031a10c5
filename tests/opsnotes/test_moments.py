from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone, translation

from notebooks.templatetags import moments
from opsnotes.templatetags import words

TOKYO = ZoneInfo("Asia/Tokyo")


def at(hour, minute=0, day=27):
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def test_a_moment_is_of_the_readers_zone_and_says_which():
    with timezone.override(TOKYO):
        assert moments.moment(at(5, 52)).startswith('<time datetime="2026-03-27T05:52:00+00:00" title="')
        assert ">2026-03-27 14:52 JST</time>" in moments.moment(at(5, 52))


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (at(5, 48), at(5, 52), "2026-03-27 14:48–14:52 JST"),
        (at(5, 48), at(5, 48), "2026-03-27 14:48 JST"),
        (at(14, 0), at(16, 0), "2026-03-27 23:00–2026-03-28 01:00 JST"),
    ],
)
def test_a_span_says_the_day_once(first, last, shown):
    with timezone.override(TOKYO):
        assert f">{shown}</time>" in moments.span(first, last)


@pytest.mark.parametrize(
    ("before", "shown"),
    [
        (timedelta(seconds=3), "just now"),
        (timedelta(minutes=5), "5\xa0minutes ago"),
        (timedelta(days=400), "1\xa0year ago"),
    ],
)
def test_how_long_ago(before, shown):
    with translation.override("en"):
        assert moments.ago(timezone.now() - before) == shown


def test_no_time_shows_nothing():
    assert (moments.moment(None), moments.since(None), moments.ago(None)) == ("", "", "")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/browse/hub/%E6%89%8B%E9%A0%86/disk-full.ipynb", "hub 手順 disk full"),
        ("/n/12/renew-tls-certificate/", "renew tls certificate"),
        ("/n/12/", ""),
        ("/a/b/c/d/e/f/g/h/", "a b c d e f"),
        (None, ""),
    ],
)
def test_the_words_of_a_path(path, said):
    assert words.words_of(path) == said
