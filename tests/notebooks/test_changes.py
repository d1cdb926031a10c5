from notebooks.changes import Changes, count_changes
from notebooks.identity import assign
from tests.notebooks.test_identity import cells, first, mint


def changes(old, new):
    before = first(cells(*old))
    return count_changes(cells(*new), before, assign(cells(*new), before, mint("second")).matches)


def test_nothing_changed():
    assert changes(["ls", "df"], ["ls", "df"]) == Changes(0, 0, 0, 0)


def test_added_edited_and_removed_are_told_apart():
    assert changes(["ls", "ping a", "df"], ["ls", "ping b", "df", "uptime"]) == Changes(1, 1, 0, 0)
    assert changes(["ls", "ping a", "df"], ["ls", "df"]) == Changes(0, 0, 1, 0)


def test_one_cell_moved_counts_once():
    assert changes(["a", "b", "c", "d"], ["d", "a", "b", "c"]) == Changes(0, 0, 0, 1)
