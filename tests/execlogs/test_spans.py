from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from execlogs.spans import NIGHT, TODAY, WEEK, Span, moment_in, span_of

TOKYO, BERLIN = ZoneInfo("Asia/Tokyo"), ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 5, 2, 1, 30, tzinfo=UTC)  # 10:30 in Tokyo


def utc(*args):
    return datetime(*args, tzinfo=UTC)


@pytest.mark.parametrize(
    ("name", "span"),
    [
        (TODAY, Span(utc(2026, 5, 1, 15))),
        (NIGHT, Span(utc(2026, 5, 1, 9), utc(2026, 5, 2, 0))),
        (WEEK, Span(utc(2026, 4, 25, 15))),
        ("", Span()),
    ],
)
def test_names_mean_days_of_the_readers_zone(name, span):
    assert span_of(name, NOW, TOKYO) == span


@pytest.mark.parametrize(
    ("text", "is_end", "moment"),
    [
        ("2026-05-02", False, utc(2026, 5, 1, 15)),
        ("2026-05-02", True, utc(2026, 5, 2, 15)),
        ("2026-05-02T14:30", False, utc(2026, 5, 2, 5, 30)),
        ("2026-05-02T14:30", True, utc(2026, 5, 2, 5, 31)),
        ("2026-05-02T14:30:05", True, utc(2026, 5, 2, 5, 30, 5)),
        ("2026-05-02T14:30:00+00:00", True, utc(2026, 5, 2, 14, 30)),
    ],
)
def test_a_day_or_a_minute_that_ends_something_belongs_to_it(text, is_end, moment):
    assert moment_in(text, TOKYO, is_end=is_end) == moment


def test_an_hour_that_comes_twice_is_meant_whole():
    first, last = (moment_in("2026-10-25T02:30:30", BERLIN, is_end=is_end) for is_end in (False, True))
    assert (first, last) == (utc(2026, 10, 25, 0, 30, 30), utc(2026, 10, 25, 1, 30, 30))


@pytest.mark.parametrize("text", ["", "x", "2026-13-01", "0001-01-01", "9999-12-31T23:59", "1" * 5000])
def test_what_is_no_time_is_refused(text):
    with pytest.raises((ValueError, OverflowError)):
        moment_in(text, TOKYO)
