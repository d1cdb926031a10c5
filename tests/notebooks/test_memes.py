from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.memes import Meme, is_ancestor, next_branch, parse

ORIGIN = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
numbers = st.text("0123456789abcdef", min_size=4, max_size=4)


@st.composite
def memes(draw):
    meme = Meme(draw(st.uuids()))
    for number in draw(st.lists(numbers, max_size=13)):
        meme = next_branch(meme, number)
    return meme


@given(memes())
def test_text_and_meme_round_trip(meme):
    assert parse(str(meme)) == meme


@given(st.text())
def test_any_text_is_a_meme_or_none(text):
    meme = parse(text)
    assert meme is None or str(meme) == text.strip().lower()


@given(memes(), numbers)
def test_a_branch_descends_from_what_it_was_branched_off(meme, number):
    branch = next_branch(meme, number)
    assert branch.count == meme.count + 1
    assert is_ancestor(meme, branch)
    assert not is_ancestor(branch, meme)


@given(memes(), st.lists(numbers, min_size=1, max_size=9))
def test_ancestry_holds_over_as_many_branchings_as_the_window_keeps(meme, path):
    branch = meme
    for number in path:
        branch = next_branch(branch, number)
    assert is_ancestor(meme, branch)


@given(memes())
def test_nothing_is_its_own_ancestor(meme):
    assert not is_ancestor(meme, meme)


@given(memes(), numbers, numbers)
def test_siblings_are_no_ancestors(meme, one, other):
    if one != other:
        assert not is_ancestor(next_branch(meme, one), next_branch(next_branch(meme, other), "0000"))


def test_at_most_ten_numbers_are_kept_and_the_count_goes_on():
    meme = Meme(UUID(ORIGIN))
    for number in range(12):
        meme = next_branch(meme, f"{number:04x}")
    assert meme.branch == "12-0002-0003-0004-0005-0006-0007-0008-0009-000a-000b"


def test_other_origins_are_no_relatives():
    assert not is_ancestor(Meme(UUID(int=1)), Meme(UUID(int=2), "1-00ff"))


def test_real_branched_meme_is_read():
    meme = parse("4ddbf34e-8073-11ea-ae27-0242ac110002-6-57f4-dde3-8437-1ec8-3c0b-d4b6")
    assert (meme.count, len(meme.numbers)) == (6, 6)


@pytest.mark.parametrize(
    "text",
    [None, 7, "", "no uuid", ORIGIN + "-", ORIGIN + "-1", ORIGIN + "-x-00ff", ORIGIN + "-1-00f", [ORIGIN]],
)
def test_what_is_no_meme_counts_as_none(text):
    assert parse(text) is None


def test_a_branch_number_must_be_four_hex_digits():
    with pytest.raises(ValueError, match="four"):
        next_branch(Meme(UUID(ORIGIN)), "xyz")
