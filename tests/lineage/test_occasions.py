"""By whom and when a notebook was worked through."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.occasions import date_of, occasion_of, person_of

TOKYO = ZoneInfo("Asia/Tokyo")
SAVED = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("user-notebooks/kato/20261023-disk-full/x.ipynb", datetime(2026, 10, 23, tzinfo=TOKYO)),
        ("2026-03-27_1530/x.ipynb", datetime(2026, 3, 27, 15, 30, tzinfo=TOKYO)),
        ("20250101/20260202 x.ipynb", datetime(2026, 2, 2, tzinfo=TOKYO)),
        ("20261399/x.ipynb", None),
        ("ticket-123420261023/x.ipynb", None),
        ("share/runbooks/x.ipynb", None),
    ],
)
def test_a_path_is_dated_by_its_innermost_name(path, expected):
    assert date_of(path, TOKYO) == expected


@given(st.text(max_size=60))
def test_any_path_has_a_date_or_none(path):
    assert date_of(path, TOKYO) is None or date_of(path, TOKYO).year >= 1900


@pytest.mark.parametrize(
    ("url", "path", "owner", "expected"),
    [
        ("https://hub.example.org/user/kato/", "user-notebooks/sato/x.ipynb", "lee", "kato"),
        ("https://hub.example.org/user/k%C3%A9vin/lab", "x.ipynb", "", "kévin"),
        ("http://127.0.0.1:8888/", "user-notebooks/sato/x.ipynb", "lee", "sato"),
        ("", "home/sato/deep/x.ipynb", "lee", "sato"),
        ("", "home/x.ipynb", "lee", "lee"),
        ("http://[broken", "x.ipynb", "", ""),
    ],
)
def test_the_person_is_told_by_the_hub_then_the_folder_then_the_owner(url, path, owner, expected):
    assert person_of(url, path, owner) == expected


def hours(*offsets):
    begin = datetime(2026, 10, 23, 6, tzinfo=UTC)
    return [begin + timedelta(hours=offset) for offset in offsets]


def test_times_before_the_folders_date_are_the_templates():
    inherited, own = hours(-4000, -3999), hours(0, 1)
    occasion = occasion_of("20261023-disk/x.ipynb", [*own, *inherited], SAVED, TOKYO)
    assert (occasion.began, occasion.ended) == (own[0], own[1])


def test_without_a_dated_folder_the_last_session_counts():
    occasion = occasion_of("share/x.ipynb", hours(-100, -99, 0, 2, 10), SAVED, TOKYO)
    assert [occasion.began, occasion.ended] == hours(0, 10)


def test_a_dated_folder_without_times_began_that_day():
    occasion = occasion_of("20261023/x.ipynb", [], SAVED, TOKYO)
    assert occasion.began == datetime(2026, 10, 23, tzinfo=TOKYO)
    assert occasion.ended is None


def test_without_any_sign_it_was_worked_on_when_it_was_saved():
    assert occasion_of("x.ipynb", [], SAVED, TOKYO).began == SAVED
