from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from lineage.families.occurrences import Family, Occurrence
from notebooks.parsing.model import Status

UUID_ = UUID(int=1)
DAY = datetime(2026, 3, 27, tzinfo=UTC)
ONE = Occurrence(
    cell=1, notebook=1, index=0, cell_type="code", branch="", assigned=False, status=Status.NOT_RUN, text="a",
    space=1, folder="share", runbook=1, who="", at=DAY,
)  # fmt: skip


def occurrence(cell, days=0, **fields):
    plain = {"cell": cell, "notebook": cell, "runbook": cell, "at": DAY + timedelta(days=days)}
    return replace(ONE, **{**plain, **fields})


def test_identical_texts_stand_together_and_the_last_worked_on_comes_first():
    cells = [occurrence(1, 1), occurrence(2, 5, text="b"), occurrence(3, 9), occurrence(4, 7, text="b")]
    groups = Family(UUID_, cells).groups
    assert [(group.text, [each.cell for each in group.occurrences]) for group in groups] == [
        ("a", [3, 1]),
        ("b", [4, 2]),
    ]


def test_the_origin_is_the_least_branched():
    cells = [
        occurrence(1, 0, branch="2-00ff-0001"),
        occurrence(2, 5, branch="1-00ff"),
        occurrence(3, 9, branch="10-00ff"),
    ]
    assert Family(UUID_, cells).origin.cell == 2


def test_of_those_branched_alike_the_origin_is_a_template_and_then_the_oldest():
    run, late, early = occurrence(1, 0, runbook=3), occurrence(2, 9), occurrence(3, 5)
    assert Family(UUID_, [run, late, early]).origin is early
    assert Family(UUID_, [run, occurrence(4, 1, runbook=2)]).origin is run


def test_a_group_tells_how_its_cells_ended_and_where_they_are():
    cells = [
        occurrence(1, status=Status.OK), occurrence(2, status=Status.ERROR, folder="kato"),
        occurrence(3, status=Status.OK, folder="kato", space=2), occurrence(4),
    ]  # fmt: skip
    (group,) = Family(UUID_, cells).groups
    assert (group.ran, group.failed, group.not_run, group.folder_count) == (2, 1, 1, 3)


def test_a_template_stands_for_its_runs():
    family = Family(UUID_, [occurrence(1), occurrence(2, runbook=1), occurrence(3)])
    assert (len(family.notebooks), family.runbooks) == (3, {1, 3})


def test_a_full_id_names_its_bearers_the_newest_first():
    cells = [occurrence(1, 1, branch="1-00ff"), occurrence(2, 2), occurrence(3, 3, branch="1-00ff", text="b")]
    assert [each.cell for each in Family(UUID_, cells).bearing("1-00ff")] == [3, 1]
