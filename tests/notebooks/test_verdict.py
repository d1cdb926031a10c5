import pytest

from notebooks.parsing.model import Status
from notebooks.verdict import Ending, condensed, verdict_of

LETTERS = {"o": Status.OK, "e": Status.ERROR, ".": Status.NOT_RUN, "p": Status.NONE}


def verdict(letters):
    return verdict_of((index, LETTERS[letter]) for index, letter in enumerate(letters))


@pytest.mark.parametrize(
    ("letters", "ending", "ran", "total", "stopped_at", "step"),
    [
        ("", Ending.NOTHING, 0, 0, None, None),
        ("pp", Ending.NOTHING, 0, 0, None, None),
        ("p..", Ending.NEVER, 0, 2, None, None),
        ("ooo", Ending.DONE, 3, 3, None, None),
        ("oeo", Ending.DONE, 3, 3, None, None),
        ("opoe..", Ending.STOPPED, 3, 5, 3, 3),
        ("ooe", Ending.STOPPED, 3, 3, 2, 3),
        ("e.eo..", Ending.OPEN, 3, 6, None, None),
        ("oo..", Ending.OPEN, 2, 4, None, None),
        ("o.o", Ending.OPEN, 2, 3, None, None),
        ("..e.", Ending.STOPPED, 1, 4, 2, 3),
    ],
)
def test_how_far_it_ran(letters, ending, ran, total, stopped_at, step):
    found = verdict(letters)
    assert (found.ending, found.ran, found.total) == (ending, ran, total)
    assert (found.stopped_at, found.stopped_step) == (stopped_at, step)


def test_strip_has_a_brick_a_code_cell():
    assert [(brick.index, brick.status) for brick in verdict("poe.").strip] == [
        (1, Status.OK),
        (2, Status.ERROR),
        (3, Status.NOT_RUN),
    ]


def test_failures_are_counted_also_where_somebody_went_on():
    assert verdict("eoeo").failed == 2


def condensed_letters(letters, most):
    names = {status: letter for letter, status in LETTERS.items()}
    return "".join(names[brick.status] for brick in condensed(verdict(letters).strip, most))


def test_a_short_strip_stays_as_it_is():
    assert condensed_letters("oe.o", 4) == "oe.o"


def test_a_brick_of_a_long_strip_stands_for_several_and_hides_no_failure():
    assert condensed_letters("oooo" + "oeoo" + "o..." + "oo..", 4) == "oe.."


@pytest.mark.parametrize("count", [0, 1, 79, 80, 81, 160, 161, 20_000])
def test_a_strip_has_room_for_so_many(count):
    strip = verdict("o" * count).strip
    found = condensed(strip, 80)
    assert len(found) == min(count, len(found)) <= 80
    assert [brick.index for brick in found] == sorted({brick.index for brick in found})
