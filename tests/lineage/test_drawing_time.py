"""A calendar and lanes as they are drawn, and texts that must fit into drawings."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import combinations, pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lineage.graph.fitting import fitted, fitted_end, width_of
from lineage.panorama.heat import heat_map
from lineage.panorama.lanes import MOST_TRACKS, NAMES, STEP, WIDTH, Work, ticks_of, tracks_of
from lineage.panorama.window import Window, year_until
from notebooks.verdict import Ending

YEAR = year_until(date(2026, 11, 21))
TOKYO = ZoneInfo("Asia/Tokyo")

counts = st.dictionaries(st.sampled_from(list(YEAR.days)), st.integers(1, 60), max_size=60)
works = st.builds(
    Work,
    head=st.just(1),
    notebook=st.integers(1, 500),
    who=st.sampled_from(["", "kato", "sato", "suzuki", "yamada", "lee", "ito", "abe"]),
    at=st.integers(0, 364 * 24).map(lambda hour: datetime(2025, 11, 22, tzinfo=UTC) + timedelta(hours=hour)),
    ending=st.sampled_from(Ending),
    stopped_step=st.none(),
    ran=st.just(1),
    steps=st.just(1),
)


@given(counts)
def test_every_day_with_work_has_its_square_and_every_other_its_dot(found):
    heat = heat_map(found, YEAR)
    assert {square.day: square.count for square in heat.squares} == found
    assert heat.dots.count("M") == YEAR.length - len(found)


@given(counts)
def test_squares_stand_apart_within_the_calendar(found):
    heat = heat_map(found, YEAR)
    for square in heat.squares:
        assert 0 <= square.x <= square.x + square.size <= heat.width
        assert 0 <= square.y <= square.y + square.size <= heat.height
    assert len({(s.x + s.size // 2, s.y + s.size // 2) for s in heat.squares}) == len(found)


@given(counts)
def test_more_work_is_a_greater_square(found):
    for one, other in combinations(heat_map(found, YEAR).squares, 2):
        if one.count <= other.count:
            assert one.size <= other.size


def test_days_outside_the_window_are_not_drawn():
    heat = heat_map({YEAR.since - timedelta(days=1): 9}, YEAR)
    assert heat.squares == ()


def test_months_are_named_above_their_first_week():
    assert [mark.day.month for mark in heat_map({}, YEAR).months] == [12, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]


@given(st.lists(works, max_size=80))
def test_every_work_is_in_one_mark_of_its_person(done):
    done.sort(key=lambda work: work.at, reverse=True)
    tracks = tracks_of(done, YEAR, TOKYO)
    drawn = [(work, track) for track in tracks for mark in track.marks for work in mark.works]
    assert Counter(work for work, _ in drawn) == Counter(done)
    assert all(work.who in track.who for work, track in drawn)
    assert len(tracks) <= MOST_TRACKS


@given(st.lists(works, max_size=80))
def test_marks_of_a_track_do_not_touch_and_stand_on_the_line(done):
    for track in tracks_of(done, YEAR, TOKYO):
        places = [mark.x for mark in track.marks]
        assert all(NAMES <= x <= WIDTH for x in places)
        assert all(later - earlier >= STEP for earlier, later in pairwise(places))


def test_the_worst_of_several_is_told():
    at = datetime(2026, 3, 27, tzinfo=UTC)
    done = [Work(1, number, "kato", at, ending, None, 1, 1) for number, ending in enumerate(Ending)]
    (track,) = tracks_of(done, YEAR, TOKYO)
    assert [mark.ending for mark in track.marks] == [Ending.STOPPED]


@given(st.dates(date(2000, 1, 1), date(2030, 1, 1)), st.integers(1, 4000))
def test_names_on_the_ruler_do_not_touch(since, length):
    ticks = ticks_of(Window(since, since + timedelta(days=length - 1)))
    assert all(NAMES <= tick.x <= WIDTH for tick in ticks)
    named = [tick.x for tick in ticks if tick.has_name]
    assert all(later - earlier >= 40 for earlier, later in pairwise(named))


@given(st.text(max_size=60), st.integers(20, 300), st.sampled_from([11, 13]))
def test_a_fitted_text_fits_and_is_an_end_of_the_whole(text, width, size):
    whole = " ".join(text.split())
    begin, end = fitted(text, width, size), fitted_end(text, width, size)
    assert max(width_of(begin, size), width_of(end, size)) <= max(width, width_of("…", size))
    assert begin == whole or whole.startswith(begin[:-1])
    assert end == whole or whole.endswith(end[1:])


def test_japanese_takes_twice_the_room():
    assert fitted("ディスク逼迫への対応", 65, 13) == "ディスク…"
    assert fitted("disk full", 65, 13) == "disk full"
