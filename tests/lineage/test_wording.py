from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.comparison.sequences import common_blocks
from lineage.comparison.timing import within
from lineage.comparison.wording import Kind, Segment, compare, tokens
from tests.patience import at_most

pieces = st.sampled_from(
    [
        "a",
        "b",
        "host",
        "web-01",
        "web-02",
        " ",
        "  ",
        "\n",
        "\r\n",
        "(",
        "==",
        "10.0.0.1",
        "手順",
        "を",
        "サーバ",
        "確認",
        "\u2028",
        "'",
    ]
)
texts = st.one_of(st.lists(pieces, max_size=30).map("".join), st.text(max_size=20))


def marked(before, after):
    """The comparison in a line: [-deleted-] and {+inserted+}."""
    frames = {Kind.EQUAL: "{}", Kind.DELETED: "[-{}-]", Kind.INSERTED: "{{+{}+}}"}
    return "".join(frames[segment.kind].format(segment.text) for segment in compare(before, after).segments)


def joined(segments):
    return "".join(segment.text for segment in segments)


# ----- laws


@settings(max_examples=300, deadline=None)
@given(texts, texts)
def test_both_texts_can_be_read_off(before, after):
    wording = compare(before, after)
    assert joined(wording.before) == before
    assert joined(wording.after) == after


@settings(deadline=None)
@given(texts, texts)
def test_segments_are_not_empty_and_alternate(before, after):
    kinds = [segment.kind for segment in compare(before, after).segments]
    assert all(segment.text for segment in compare(before, after).segments)
    assert all(one is not other for one, other in pairwise(kinds))
    assert all((one, other) != (Kind.INSERTED, Kind.DELETED) for one, other in pairwise(kinds))


@settings(deadline=None)
@given(texts)
def test_a_text_is_the_same_as_itself(text):
    wording = compare(text, text)
    assert wording.is_same
    assert wording.segments == ((Segment(Kind.EQUAL, text),) if text else ())


@settings(deadline=None)
@given(texts, texts)
def test_different_texts_are_not_the_same(before, after):
    assert compare(before, after).is_same == (before == after)


@settings(deadline=None)
@given(texts)
def test_tokens_are_the_whole_text(text):
    assert "".join(tokens(text)) == text
    assert all(tokens(text))


@settings(deadline=None)
@given(texts, texts)
def test_with_no_time_the_texts_can_be_read_off_too(before, after):
    wording = compare(before, after, is_over=lambda: True)
    assert joined(wording.before) == before
    assert joined(wording.after) == after


@settings(deadline=None)
@given(st.text("abc", max_size=12), st.text("abc", max_size=12))
def test_what_sequences_have_in_common_is_equal_in_order_and_longest(a, b):
    blocks = common_blocks(a, b, 100, lambda: False)
    assert all(a[each.a : each.a + each.size] == b[each.b : each.b + each.size] for each in blocks)
    for one, other in pairwise(blocks):
        assert one.a + one.size <= other.a
        assert one.b + one.size <= other.b
    assert sum(each.size for each in blocks) == longest_common(a, b)


def longest_common(a, b):
    row = [0] * (len(b) + 1)
    for left in a:
        before = row
        row = [0]
        for place, right in enumerate(b):
            row.append(before[place] + 1 if left == right else max(row[place], before[place + 1]))
    return row[-1]


# ----- reading


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("target_host = 'web-01'", ["target_host", " ", "=", " ", "'", "web", "-", "01", "'"]),
        ("10.0.0.12:8080", ["10.0.0.12", ":", "8080"]),
        ("0xff != x1", ["0xff", " ", "!=", " ", "x1"]),
        ("a >>= b && c", ["a", " ", ">>=", " ", "b", " ", "&&", " ", "c"]),
        ("ログを確認", ["ログ", "を", "確", "認"]),
        ("Naïve café\r\n", ["Naïve", " ", "café", "\r\n"]),
    ],
)
def test_tokens_are_what_a_reader_of_code_takes_for_one(text, found):
    assert tokens(text) == found


@pytest.mark.parametrize(
    ("before", "after", "shown"),
    [
        ("ping web-01", "ping web-02", "ping web-[-01-]{+02+}"),
        (
            "!opsctl rotate {host}",
            "!sudo -n true; opsctl rotate {host}",
            "!{+sudo -n true; +}opsctl rotate {host}",
        ),
        (
            "!opsctl rotate {host}",
            "# needs root on hosts built after 2024-09\n!sudo -n true; opsctl rotate {host}",
            "{+# needs root on hosts built after 2024-09\n+}!{+sudo -n true; +}opsctl rotate {host}",
        ),
        ("a\nb\nc\n", "a\nc\n", "a\n[-b\n-]c\n"),
        ("ls", "df -h", "[-ls-]{+df -h+}"),
        ("x = f(1)\ny = 2\n", "x = f(1, 2)\ny = 2\n", "x = f(1{+, 2+})\ny = 2\n"),
        ("サーバを停止する", "サーバを再起動する", "サーバを[-停止-]{+再起動+}する"),
        ("from 192.168.0.1 on", "from 192.168.0.2 on", "from [-192.168.0.1-]{+192.168.0.2+} on"),
    ],
)
def test_changed_words_are_marked_and_no_more(before, after, shown):
    assert marked(before, after) == shown


def test_a_blank_between_two_changed_words_is_no_island():
    assert marked("run alpha beta on the host", "run gamma delta on the host") == (
        "run [-alpha beta-]{+gamma delta+} on the host"
    )


def test_lines_that_share_little_are_shown_whole():
    assert marked("import os\nos.remove(path)\n", "The prose of another cell, long enough.\n") == (
        "[-import os\nos.remove(path)\n-]{+The prose of another cell, long enough.\n+}"
    )


def test_line_ends_stay_between_changed_lines():
    assert marked("a = one\nb = one\n", "a = two\nb = two\n") == "a = [-one-]{+two+}\nb = [-one-]{+two+}\n"


# ----- time


def test_a_text_that_difflib_would_take_minutes_for_is_done_soon():
    before = "".join(f"{'ab' * (number % 7)}{number % 3}\n" for number in range(20_000))
    after = "".join(f"{'ba' * (number % 5)}{number % 4}\n" for number in range(20_000))
    with at_most(seconds=1.5):
        wording = compare(before, after, is_over=within(0.2))
    assert wording.is_plain
    assert joined(wording.after) == after


def test_one_long_line_is_given_up_by_count_without_any_clock():
    before, after = "x " * 50_000, "y " * 50_000
    with at_most(seconds=3):
        wording = compare(before, after)
    assert wording.is_plain


def test_small_changes_in_a_long_text_are_found_by_the_word():
    lines = [f"line {number} of the log\n" for number in range(20_000)]
    changed = list(lines)
    changed[10_000] = "line 10000 of the journal\n"
    wording = compare("".join(lines), "".join(changed))
    assert [segment.text for segment in wording.segments if segment.kind is not Kind.EQUAL] == [
        "log",
        "journal",
    ]
    assert not wording.is_plain
