import pytest
from hypothesis import given
from hypothesis import strategies as st

from search.prose import readable
from tests.patience import at_most

MARKS = st.text(alphabet="ab 手*_`~[]()<>#|=-\\&;!\n", max_size=200)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("# **About**: restart `a_b_c` [the list](hosts.ipynb#web)", "About: restart a_b_c the list"),
        ("## Heading ##", "Heading"),
        ("**この手順**は*重要*です。~~旧~~", "この手順は重要です。旧"),
        ("> quoted **bold** #tag", "quoted bold #tag"),
        ("[![badge](a.png)](b) ![図](a_(b).png)", "badge 図"),
        ("<b>now</b><br/>at &lt;host&gt; on <host>", "now at <host> on <host>"),
        ("| a | **b** |\n|---|:-:|\n| 1 | `x` |", "| a | b |\n\n| 1 | x |"),
        ("Title\n===\ntext\n---", "Title\n\ntext\n"),
        ("```bash\nls **x** # [a](b)\n```\nafter **it**", "\nls **x** # [a](b)\n\nafter it"),
        ("~~~\n```\n**x**\n~~~\n**y**", "\n```\n**x**\n\ny"),
        ("escaped \\*stars\\*", "escaped *stars*"),
        ("`` a`**b** ``", "a`**b**"),
    ],
)
def test_marks_that_nobody_sees_are_gone(written, read):
    assert readable(written) == read


@pytest.mark.parametrize(
    "text",
    [
        "rm *.log and *.txt, then 2 * 3 * 4",
        "snake_case_name and /etc/hosts_x",
        "pip install --force-reinstall a -- b",
        "*not closed and **neither",
        "C# and F#, issue #12",
        "- [x] done\n1. first",
        "a [reference] without an address",
        "x < y && y > z",
    ],
)
def test_signs_that_are_no_marks_stay(text):
    assert readable(text) == text


@given(MARKS)
def test_every_line_stays_in_its_place(text):
    assert readable(text).count("\n") == text.count("\n")


@given(st.text(alphabet="abc 手順.,:/\n"))
def test_text_without_marks_is_as_it_was(text):
    assert readable(text) == text


@pytest.mark.parametrize(
    "piece", ["**a ", "*a", "__a ", "`a", "``a`", "[a](", "[", "<a ", "\\", "![", "~~a ", "> ", "&"]
)
def test_no_text_takes_long(piece):
    with at_most(seconds=2):
        readable(piece * (90_000 // len(piece)))
        readable(f"{piece * (900 // len(piece))}\n" * 100)
