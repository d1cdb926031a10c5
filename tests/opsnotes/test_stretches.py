import pytest

from notebooks.paging import CELLS, Part
from notebooks.parsing.model import Status
from notebooks.verdict import verdict_of
from opsnotes.stretches import MOST_BRICKS, MOST_LINKS, stretches_of


def stretches(total, at=0, failed=()):
    statuses = ((index, Status.ERROR if index in failed else Status.OK) for index in range(total))
    return stretches_of(verdict_of(statuses), Part.holding(at, total))


def test_a_notebook_of_one_page_has_none():
    assert stretches(CELLS) == []


def test_each_page_has_its_own_with_what_failed_there():
    found = stretches(3 * CELLS - 1, at=CELLS, failed=(0, 1, 3 * CELLS - 2))
    assert [(each.part.first, each.part.stop) for each in found] == [
        (0, CELLS), (CELLS, 2 * CELLS), (2 * CELLS, 3 * CELLS - 1),
    ]  # fmt: skip
    assert [each.failed for each in found] == [2, 0, 1]
    assert [each.is_here for each in found] == [False, True, False]


@pytest.mark.parametrize("pages", [2, MOST_LINKS, MOST_LINKS + 1, 3 * MOST_LINKS, 200])
def test_there_is_room_for_all(pages):
    total = pages * CELLS
    found = stretches(total, at=total - 1, failed=(total - 1,))
    assert len(found) <= MOST_LINKS
    assert sum(len(each.bricks) for each in found) <= MOST_BRICKS
    assert [each.is_here for each in found].count(True) == 1
    assert (found[0].part.first, found[-1].part.stop, found[-1].failed) == (0, total, 1)
