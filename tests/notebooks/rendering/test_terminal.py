import pytest
from hypothesis import given
from hypothesis import strategies as st

from notebooks.rendering import terminal
from notebooks.rendering.ansi import NORMAL, changed, classes


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("one\r\ntwo\r\n", "one\ntwo\n"),
        ("one\r\r\ntwo", "one\ntwo"),
        ("10%\r 50%\r100%", "100%"),
        ("long line\rshort", "shortline"),
        ("0123456789\rabc\rX", "Xbc3456789"),
        ("progress 10%\r\x1b[Kdone", "done"),
        ("ab\b\bXY", "XY"),
        ("abc\b \b", "ab "),
        ("\b\bx", "x"),
        ("a\x1b[2Db", "b"),
        ("one\ntwo\x1b[1A\rONE", "ONE\ntwo"),
        ("one\ntwo\x1b[Fxxx", "xxx\ntwo"),
        ("gone\x1b[2J\x1b[Hhere", "here"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;https://example.org\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1b(Btext\x1b[?25l", "text"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("cut off\x1b[", "cut off"),
        ("cut off\x1b", "cut off"),
        ("bell\x07 null", "bell null"),
        ("tab\tstays", "tab\tstays"),
        ("日本語\rxx", "xx語"),
    ],
)
def test_text_is_what_was_left_on_the_screen(written, seen):
    assert terminal.plain(written) == seen


def test_carriage_return_keeps_the_colours_of_what_stays():
    html = terminal.to_html(terminal.settled("\x1b[31mred red\x1b[0m\r\x1b[32mgo\x1b[0m"))
    assert html == '<span class="t-f2">go</span><span class="t-f1">d red</span>'


def test_progress_bar_of_many_steps_is_one_line():
    steps = "\r".join(f"{n:5}% " + "#" * (n % 70) for n in range(30_000))
    assert terminal.plain(steps).startswith("29999% ")
    assert "\n" not in terminal.plain(steps)


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=["Cc"])))
def test_text_without_control_characters_stays_as_it_is(text):
    assert terminal.plain(text) == text


@given(st.text(alphabet="ab\r\n\b\x1b[0123;mKAHJ日", max_size=60))
def test_whatever_a_program_writes_no_control_character_is_left(text):
    assert not set(terminal.plain(text)) & {"\r", "\b", "\x1b"}


@given(st.text(alphabet="ab\r\n\b\x1b[0123;mKAHJ日", max_size=60))
def test_settling_twice_changes_nothing(text):
    once = terminal.settled(text)
    assert terminal.plain(once) == terminal.plain(terminal.settled(once))


@pytest.mark.parametrize(
    ("codes", "names"),
    [
        ("31", "t-f1"),
        ("1;4;32", "t-b t-u t-f2"),
        ("7", "t-v"),
        ("97;41", "t-f15 t-g1"),
        ("38;5;9", "t-f9"),
        ("38;5;196", "t-f9"),
        ("48;5;22", "t-g0"),
        ("38;5;255", "t-f7"),
        ("38;2;0;255;0", "t-f10"),
        ("38:2:255:0:0", "t-f9"),
        ("31;0", ""),
        ("1;22", ""),
        ("3;23;9", "t-s"),
        ("31;39", ""),
        ("", ""),
        ("38", ""),
        ("38;5", "t-f0"),
        ("999;31", "t-f1"),
    ],
)
def test_codes_become_classes(codes, names):
    assert classes(changed(NORMAL, codes)) == names


def test_markup_in_terminal_text_is_only_text():
    assert terminal.to_html("<b>\x1b[1m<i>&") == '&lt;b&gt;<span class="t-b">&lt;i&gt;&amp;</span>'
