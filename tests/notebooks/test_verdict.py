import pytest

from notebooks.parsing.model import Status
from notebooks.verdict import Ending, verdict_of

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
