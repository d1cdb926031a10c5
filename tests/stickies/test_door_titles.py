"""What a notebook server says of a cell when it opens a title."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.memes import Meme, parse
from stickies.door.found import tag_in, tag_of
from stickies.door.packing import packed, unpacked
from stickies.door.titles import first_words, fit_title, opened

UUID_ = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
FULL = f"{UUID_}-1-00ff"
TAGS = f"\n\n#{UUID_}\n#{FULL}\n"


def code(source):
    return f"```\n{source}\n```\n"


def test_the_title_says_which_cell_and_its_branch():
    page = opened(FULL, TAGS + code("df -h"))
    assert page.meme == Meme(UUID(UUID_), "1-00ff")
    assert page.title == FULL and not page.is_named


def test_tags_that_say_no_more_than_the_title_are_left_out():
    page = opened(FULL, f"{TAGS}#手順 #A\n\n{code('# 手順 A')}")
    assert page.body == "#手順 #A\n\n```\n# 手順 A\n```"


def test_a_title_of_words_hangs_on_the_cell_that_the_body_is_tagged_with():
    page = opened("ディスクが一杯のとき", f"まず掃除\n#{UUID_}\n#{FULL}\n")
    assert page.is_named and page.meme == Meme(UUID(UUID_), "1-00ff")
    assert f"#{FULL}" in page.body


def test_a_title_of_words_without_a_tag_hangs_on_nothing():
    assert opened("手順 A/B", "see #disk").meme is None


def test_the_source_is_what_the_body_quotes():
    assert opened(FULL, TAGS + code("echo '\n```\n'")).source == "echo '\n```\n'"


def test_a_source_that_was_cut_off_is_not_taken_for_whole():
    cut = (TAGS + code("x" * 2000))[:1024]
    assert opened(FULL, cut).source is None
    at_a_fence = TAGS + "```\n" + "x" * (1024 - len(TAGS) - 8) + "\n```" + "more\n```"
    assert opened(FULL, at_a_fence[:1024]).source is None


def test_a_notebook_is_known_by_its_contents():
    assert opened(UUID_, f"\n\n#{UUID_}\ncode:toc.md\n  # One\n  ## Two").is_of_notebook
    assert not opened(UUID_, TAGS + code("toc")).is_of_notebook


def test_a_title_is_one_however_it_was_typed():
    assert fit_title("  か\u3099  A\n") == "が A"
    assert opened(FULL.upper(), "").title == FULL
    assert len(fit_title("x" * 1000)) == 300


@given(st.text(max_size=60), st.text(max_size=400))
def test_no_title_and_no_body_is_an_error(title, body):
    page = opened(title, body)
    assert opened(page.title, body).title == page.title
    assert page.is_named == (parse(page.title) is None)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=300))
def test_any_source_is_read_back_from_a_body(source):
    assert opened(FULL, TAGS + code(source)).source == source


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Stop the queue first\n\n#disk", "Stop the queue first"),
        ("#手順 #A\n\n```\ndf -h\n```", "df -h"),
        ("#disk", ""),
        ("", ""),
    ],
)
def test_the_first_words_are_neither_tags_nor_fences(body, line):
    assert first_words(body).strip().partition("\n")[0] == line


def test_of_a_hash_with_spaces_the_first_word_is_the_tag():
    assert tag_in("手順 A") == "手順" and tag_of("手順 A") == ""
    assert tag_of("ＤＩＳＫ") == "disk"
    assert tag_in("1. Setup") == "1"
    assert tag_in("") == tag_in("!") == ""


@given(st.text(st.characters(codec="utf-8"), max_size=2000))
def test_what_is_packed_is_unpacked(text):
    assert unpacked(packed(text)) == text
    assert packed(text).replace("-", "").replace("_", "").isalnum() or not text


@given(st.text(max_size=200))
def test_what_was_not_packed_by_us_is_nothing(text):
    assert isinstance(unpacked(text), str)


def test_a_small_address_does_not_become_a_large_text():
    assert len(unpacked(packed("x" * 10_000_000))) <= 64 * 1024
