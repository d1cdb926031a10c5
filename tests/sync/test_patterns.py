"""What a source takes and leaves, and whose a file is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.listing import Kind
from sync.models import Source
from sync.patterns import InvalidPattern, Patterns, check, mapping_for


def patterns(**fields):
    return Patterns.of(Source(**fields))


@pytest.mark.parametrize(
    ("include", "exclude", "path", "is_taken"),
    [
        ("", "", "a/x.ipynb", True),
        ("runbooks/", "", "runbooks/a/x.ipynb", True),
        ("runbooks/", "", "other/x.ipynb", False),
        ("/top/*.ipynb", "", "top/x.ipynb", True),
        ("/top/*.ipynb", "", "top/deep/x.ipynb", False),
        ("", "*.bak.ipynb", "a/x.bak.ipynb", False),
        ("", "private/\n!private/open.ipynb", "a/x.ipynb", True),
        ("# a comment\n\n*.ipynb", "", "x.ipynb", True),
        ("*.ipynb\n!draft*", "", "draft 1.ipynb", False),
        ("", "[0-9]*.ipynb", "1.ipynb", False),
    ],
)
def test_lines_mean_what_they_mean_to_git(include, exclude, path, is_taken):
    assert patterns(include=include, exclude=exclude).takes(path, Kind.NOTEBOOK) is is_taken


@pytest.mark.parametrize(
    ("include", "log", "is_taken"),
    [
        ("*.ipynb", "a/.log/20260502/1.log", True),
        ("runbooks/*.ipynb", "runbooks/.log/20260502/1.log", True),
        ("runbooks/*.ipynb", "other/.log/20260502/1.log", False),
        ("runbooks/", "runbooks/a/.log/20260502/1.log", True),
        ("runbooks/", "other/.log/20260502/1.log", False),
    ],
)
def test_logs_come_with_the_notebooks_beside_them(include, log, is_taken):
    assert patterns(include=include).takes(log, Kind.LOG) is is_taken


def test_an_excluded_folder_is_not_entered_and_its_logs_neither():
    found = patterns(exclude="private/")
    assert not found.enters("a/private")
    assert not found.reaches("a/private/.log/20260502/1.log")
    assert found.reaches("a/.log/20260502/1.log")


def test_a_mounted_folder_can_be_taken_back():
    found = patterns(owner_pattern="{owner}/**", exclude="!/kato/share/")
    assert found.enters("kato/share")
    assert not found.enters("lee/share")


@pytest.mark.parametrize(
    ("pattern", "path", "owner"),
    [
        ("{owner}/**", "kato/a/x.ipynb", "kato"),
        ("{owner}/**", "x.ipynb", ""),
        ("user-notebooks/{owner}/**", "user-notebooks/kato/x.ipynb", "kato"),
        ("user-notebooks/{owner}/**", "share/x.ipynb", ""),
        ("**/{owner}/notebooks/**", "srv/home/kato/notebooks/x.ipynb", "kato"),
        ("home-{owner}/**", "home-kato/x.ipynb", "kato"),
        ("team?/{owner}", "team1/kato/x.ipynb", "kato"),
        ("", "kato/x.ipynb", ""),
        ("a.b/{owner}/**", "axb/kato/x.ipynb", ""),
    ],
)
def test_the_owner_is_told_by_the_path(pattern, path, owner):
    assert patterns(owner_pattern=pattern).owner_of(path) == owner


@given(st.text(min_size=1, max_size=40))
def test_a_line_is_a_pattern_or_is_refused(line):
    try:
        check(line)
    except InvalidPattern:
        return
    patterns(exclude=line).takes("a/b.ipynb", Kind.NOTEBOOK)


def test_paths_of_containers_lead_into_the_space():
    lines = (
        "/home/{owner}/notebooks => user-notebooks/{owner}\n/home/{owner}/notebooks/share => share\n/data =>"
    )
    assert mapping_for(lines, "kato", "hub") == [
        ("/home/kato/notebooks/share", "hub/share"),
        ("/home/kato/notebooks", "hub/user-notebooks/kato"),
        ("/data", "hub"),
    ]
    assert mapping_for(lines, "", "hub") == [("/data", "hub")]


@pytest.mark.parametrize("line", ["*a*a*a*b.ipynb", "a/*/*/*/*/*/*.ipynb"])
def test_lines_that_names_could_not_be_compared_with_in_time_are_no_patterns(line):
    with pytest.raises(InvalidPattern):
        check(line)
    with pytest.raises(InvalidPattern):
        patterns(include=line)


def test_an_owner_is_looked_for_in_no_more_places_than_there_is_time_for():
    with pytest.raises(InvalidPattern):
        patterns(owner_pattern="**/**/**/**/**/**/{owner}/x")
    check("/*/20??-*/**/*.ipynb")  # what people write stays a pattern
