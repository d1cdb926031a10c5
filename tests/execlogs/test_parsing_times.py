from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from execlogs.parsing import moment_of

TOKYO, NEW_YORK, BERLIN = (ZoneInfo(name) for name in ("Asia/Tokyo", "America/New_York", "Europe/Berlin"))


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "zone", "at", "is_guess"),
    [
        ("2026-11-21 14:35:58(JST)", TOKYO, utc(2026, 11, 21, 5, 35, 58), False),
        ("2026-11-21 14:35:58(JST)", UTC, utc(2026, 11, 21, 5, 35, 58), False),  # known without the source
        ("2026-07-01 12:00:00(EDT)", NEW_YORK, utc(2026, 7, 1, 16), False),
        (
            "2026-07-01 12:00:00(EST)",
            NEW_YORK,
            utc(2026, 7, 1, 17),
            False,
        ),  # a clock set by POSIX, without DST
        ("2026-07-01 12:00:00(CST)", ZoneInfo("Asia/Shanghai"), utc(2026, 7, 1, 4), False),
        ("2026-01-01 12:00:00(CST)", ZoneInfo("America/Chicago"), utc(2026, 1, 1, 18), False),
        ("2026-01-01 12:00:00(CST)", UTC, utc(2026, 1, 1, 18), True),  # whose CST?
        ("2026-01-01 12:00:00(IST)", ZoneInfo("Asia/Jerusalem"), utc(2026, 1, 1, 10), False),
        ("2026-07-01 12:00:00(CEST)", UTC, utc(2026, 7, 1, 10), False),
        ("2026-07-01 12:00:00(+03)", UTC, utc(2026, 7, 1, 9), False),
        ("2026-07-01 12:00:00(-0330)", UTC, utc(2026, 7, 1, 15, 30), False),
        ("2026-07-01 12:00:00+09:00", UTC, utc(2026, 7, 1, 3), False),
        ("2026-07-01T12:00:00.250Z", TOKYO, utc(2026, 7, 1, 12, 0, 0, 250_000), False),
        ("2026-07-01 12:00:00", TOKYO, utc(2026, 7, 1, 3), False),  # nothing said: the source's
        ("2026-07-01 12:00:00(東京 (標準時))", TOKYO, utc(2026, 7, 1, 3), True),
        ("2026-07-01 12:00:00(XYZ)", TOKYO, utc(2026, 7, 1, 3), True),
    ],
)
def test_local_time_becomes_utc(text, zone, at, is_guess):
    moment = moment_of(text, zone)
    assert (moment.at, moment.is_guess) == (at, is_guess)


def test_hour_that_comes_twice_is_told_by_its_name():
    assert moment_of("2026-11-01 01:30:00(EDT)", NEW_YORK).at == utc(2026, 11, 1, 5, 30)
    assert moment_of("2026-11-01 01:30:00(EST)", NEW_YORK).at == utc(2026, 11, 1, 6, 30)
    unnamed = moment_of("2026-11-01 01:30:00", NEW_YORK)
    assert (unnamed.at, unnamed.is_guess) == (utc(2026, 11, 1, 5, 30), True)


def test_time_that_no_clock_showed_is_a_guess():
    assert moment_of("2026-03-29 02:30:00", BERLIN).is_guess


@pytest.mark.parametrize("text", ["", "None", "yesterday", "2026-06-31 10:00:00(JST)", "2026-06-01 25:00:00"])
def test_what_is_no_time_is_none(text):
    assert moment_of(text, TOKYO) is None


def test_time_before_all_times_is_none():
    assert moment_of("0001-01-01 00:00:00(JST)", TOKYO) is None


@given(
    st.integers(315_532_800, 2_114_380_800).map(lambda second: datetime.fromtimestamp(second, UTC)),
    st.sampled_from(sorted(available_timezones() - {"localtime"})).map(ZoneInfo),
)
def test_what_a_clock_of_the_zone_wrote_is_the_moment_it_was_written(at, zone):
    local = at.astimezone(zone)
    moment = moment_of(f"{local:%Y-%m-%d %H:%M:%S}({local.tzname()})", zone)
    other = local.replace(fold=1 - local.fold)
    if other.tzname() == local.tzname() and other.utcoffset() != local.utcoffset():
        return  # a zone that changed its clocks and not its name: two moments are written alike
    assert abs(moment.at - at) == timedelta()
    assert not moment.is_guess


@given(st.text(max_size=40))
def test_any_text_is_a_moment_or_none(text):
    assert moment_of(f"2026-11-21 14:35:58{text}", TOKYO) is not None
    moment_of(text, TOKYO)
