"""Which days a picture of work is about."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.panorama.window import Window, latest_year, month_of, year_around, year_until

days = st.dates(date(1970, 1, 1), date(9000, 1, 1))
TODAY = date(2026, 11, 21)


@given(days)
def test_a_year_ends_with_its_day_and_begins_the_day_after_the_same_a_year_before(day):
    year = year_until(day)
    assert year.until == day
    assert year.length in (365, 366)


def test_a_year_until_a_leap_day():
    assert year_until(date(2024, 2, 29)) == Window(date(2023, 3, 1), date(2024, 2, 29))


@pytest.mark.parametrize(
    ("worked", "until"),
    [(TODAY, TODAY), (date(2025, 11, 22), TODAY), (date(2025, 11, 21), date(2025, 11, 21)), (None, TODAY)],
)
def test_the_usual_year_is_the_last_one_or_the_last_with_any_work(worked, until):
    assert latest_year(TODAY, worked) == year_until(until)


@given(days, st.integers(1, 900), st.none() | days)
def test_a_calendar_shows_what_is_chosen_or_the_end_of_what_is_longer(since, length, worked):
    chosen = Window(since, since + timedelta(days=length - 1))
    year = year_around(chosen, TODAY, worked)
    assert year.length in (365, 366)
    assert chosen in year or (year.until == chosen.until and length > 364)


@given(days)
def test_a_month_holds_its_day_and_no_other_month(day):
    month = month_of(day)
    assert month.since <= day <= month.until
    assert month.since.day == 1
    assert (month.until + timedelta(days=1)).day == 1
    assert month.length <= 31


@given(days, st.integers(1, 500))
def test_what_is_before_and_after_is_as_long_and_touches(since, length):
    window = Window(since, since + timedelta(days=length - 1))
    assert window.before.until + timedelta(days=1) == window.since
    assert window.after.since == window.until + timedelta(days=1)
    assert window.before.length == window.after.length == len(list(window.days)) == length
