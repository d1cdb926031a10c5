"""Which prose carries a tag; see also tests/stickies/test_the_door.py for the page."""

import pytest

from search.carrying import carries
from tests.patience import at_most


@pytest.mark.parametrize(
    "prose",
    [
        "# Disk",
        "text\n\n  ## Disk ##  \n\nmore",
        "# **Disk** #",
        "see #disk.",
        "＃Ｄｉｓｋ",
        "# disk\r\n\r\ntext",
    ],
)
def test_a_tag_and_a_heading_carry_it(prose):
    assert carries(prose, "disk")


@pytest.mark.parametrize("prose", ["disk", "# disk full", "#", "# #", "#diskette", "    # disk"])
def test_other_words_do_not(prose):
    assert not carries(prose, "disk")


def test_a_heading_of_very_many_blanks_is_read_at_once():
    with at_most(seconds=1):
        assert not carries(f"# disk{' ' * 20_000}x{'#' * 20_000}x", "disk")
