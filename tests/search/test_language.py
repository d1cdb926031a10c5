"""The query language: what is typed is understood, and written again means the same."""

from datetime import UTC, datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from search.language import read, write
from search.language.dates import stretch_of
from search.language.reading import Advice, Hint
from search.language.tree import And, Field, Not, Or, Phrase, Prefix, Word, parts, positives, without

a, b, c = Word("a"), Word("b"), Word("c")
WORDS = ["a", "bc", "手順", "log*", "--force", "-x", "foo(", "x)", "http://a/b", "foo:", '"a b"', 'a\\"b']
SIGNS = [
    "OR",
    "AND",
    "NOT",
    "-",
    "(",
    ")",
    '"',
    "\\",
    "*",
    " ",
    "  ",
    ",",
    ":",
    "，",
    "：",
    "（",
    "）",
    "“",
    "\u3000",
    "\x00",
]
NAMED = [
    "title:",
    "in:code",
    "in:nothing",
    "is:run",
    "ran:<30d",
    "failed:>3",
    "updated:2026-02-31",
    "lang:python,bash",
]
PIECES = st.sampled_from(WORDS + SIGNS + NAMED)


TEXTS = st.lists(PIECES, max_size=20).map("".join) | st.text(max_size=60)


@given(TEXTS)
@example('-(--force) "a')
@example("a OR OR b OR")
@example("foo(bar (b OR c foo(")
def test_what_is_written_reads_as_the_same_tree(text):
    tree = read(text).tree
    assert read(write(tree)).tree == tree
    assert write(read(write(tree)).tree) == write(tree)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("a b", And((a, b))),
        ("a AND b", And((a, b))),
        ("a OR b c", Or((a, And((b, c))))),
        ("(a OR b) c", And((Or((a, b)), c))),
        ("a -b", And((a, Not(b)))),
        ("a NOT b", And((a, Not(b)))),
        ("-(a b)", Not(And((a, b)))),
        ("-(-a)", a),
        ("--force-reinstall", Word("--force-reinstall")),
        ("- a", And((Word("-"), a))),
        ('"a b"', Phrase("a b")),
        ("“a b”", Phrase("a b")),
        (r'"say \"no\" to C:\\x"', Phrase('say "no" to C:\\x')),
        ("log*", Prefix("log")),
        ("print(x)", Word("print(x)")),
        ("(print(x) OR b)", Or((Word("print(x)"), b))),
        ("lang:python,bash", Field("lang", (Word("python"), Word("bash")))),
        ('titles:"a, b",c', Field("title", (Phrase("a, b"), c))),
        ("-language:py*", Not(Field("lang", (Prefix("py"),)))),
        ("タグ tag：手順", And((Word("タグ"), Field("tag", (Word("手順"),))))),
        ("in:Outputs", Field("in", (Word("output"),))),
        ("lc_cell_memes:8f5c5fe2-71cc-11e7-9abe-02420aff0008",
         Field("meme", (Word("8f5c5fe2-71cc-11e7-9abe-02420aff0008"),))),
        ("https://example.org:8000/a", Word("https://example.org:8000/a")),
        ("web:8080", Word("web:8080")),
        ("", And(())),
        ("()", And(())),
    ],
)  # fmt: skip
def test_text_is_understood(text, tree):
    query = read(text)
    assert query.tree == tree
    assert query.advice == ()


@pytest.mark.parametrize(
    ("text", "tree", "advice"),
    [
        ("colour:red", Word("colour:red"), Advice(Hint.UNKNOWN_FIELD, "colour")),
        ('colour:"dark red"', Phrase("colour:dark red"), Advice(Hint.UNKNOWN_FIELD, "colour")),
        ("is:lost", Word("is:lost"), Advice(Hint.UNKNOWN_VALUE, "is:lost")),
        ("failed:often", Word("failed:often"), Advice(Hint.UNKNOWN_VALUE, "failed:often")),
        ("ran:2026-02-31", Word("ran:2026-02-31"), Advice(Hint.UNKNOWN_VALUE, "ran:2026-02-31")),
        ("meme:123", Word("meme:123"), Advice(Hint.UNKNOWN_VALUE, "meme:123")),
        ("title: a", And((Word("title:"), a)), Advice(Hint.NO_VALUE, "title:")),
        ('"a b', And((a, b)), Advice(Hint.OPEN_QUOTE)),
        ("(a b", And((a, b)), Advice(Hint.OPEN_BRACKET)),
        ("a OR", And((a, Phrase("OR"))), Advice(Hint.LONE_OPERATOR, "OR")),
        ("a NOT", And((a, Phrase("NOT"))), Advice(Hint.LONE_OPERATOR, "NOT")),
    ],
)
def test_what_cannot_be_meant_is_text_and_said_to_be(text, tree, advice):
    query = read(text)
    assert query.tree == tree
    assert query.advice == (advice,)


def test_too_many_words_are_left_out_with_a_hint():
    query = read(" ".join(f"w{number}" for number in range(40)))
    assert len(parts(query.tree)) == 24
    assert query.advice == (Advice(Hint.TOO_MUCH),)


def test_brackets_however_deep_are_no_error():
    assert Advice(Hint.TOO_MUCH) in read("(" * 500 + "a" + ")" * 400).advice


def test_a_part_is_taken_away():
    query = read("a -b (c OR d)")
    assert write(without(query.tree, 1)) == "a (c OR d)"
    assert write(without(query.tree, 2)) == "a -b"
    assert write(without(read("a").tree, 0)) == ""


def test_what_is_excluded_is_nothing_to_mark():
    assert [leaf.text for leaf in positives(read('a -b title:"c d" (e OR -f)').tree)] == ["a", "c d", "e"]


NOW = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)


def day(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("today", "2026-11-21", "2026-11-22"),
        ("今日", "2026-11-21", "2026-11-22"),
        ("yesterday", "2026-11-20", "2026-11-21"),
        ("先週", "2026-11-09", "2026-11-16"),
        ("last-month", "2026-10-01", "2026-11-01"),
        ("去年", "2025-01-01", "2026-01-01"),
        ("2026", "2026-01-01", "2027-01-01"),
        ("2026年3月", "2026-03-01", "2026-04-01"),
        ("2026/3/5", "2026-03-05", "2026-03-06"),
        ("20260305", "2026-03-05", "2026-03-06"),
        ("3月5日", "2026-03-05", "2026-03-06"),
        ("12月", "2025-12-01", "2026-01-01"),
        (">=2026-03", "2026-03-01", None),
        (">2026-03", "2026-04-01", None),
        ("<2026-03", None, "2026-03-01"),
        ("<=2026-03", None, "2026-04-01"),
        ("2026-01..2026-03", "2026-01-01", "2026-04-01"),
        ("2026-01〜", "2026-01-01", None),
    ],
)
def test_dates_as_people_write_them(text, start, end):
    found = stretch_of(text, NOW)
    assert (found.start, found.end) == (day(start), day(end))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("30d", "2026-10-22T15:30", None),
        ("<30d", "2026-10-22T15:30", None),
        (">2週間", None, "2026-11-07T15:30"),
        ("3時間前", "2026-11-21T12:30", None),
        ("1y", "2025-11-21T15:30", None),
    ],
)
def test_ages_as_people_write_them(text, start, end):
    found = stretch_of(text, NOW)
    assert (found.start, found.end) == (day(start), day(end))


@pytest.mark.parametrize(
    "text", ["", "soon", "2026-13", "2026-02-30", "31月", "..", "99999y", "2026-01..never"]
)
def test_what_is_no_date_means_nothing(text):
    assert stretch_of(text, NOW) is None


@given(st.text(max_size=30))
def test_no_text_breaks_the_reading_of_dates(text):
    stretch_of(text, NOW)
