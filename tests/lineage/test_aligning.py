from collections import Counter
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lineage.comparison.aligning import By, Change, ComparedCell, align
from lineage.comparison.inorder import kept_in_order
from lineage.comparison.timing import within
from notebooks.memes import Meme
from notebooks.parsing import parse
from notebooks.parsing.model import CellType
from tests.patience import at_most

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "corpus"

TEXTS = [
    "",
    "ls",
    "df -h",
    "ping web-01",
    "ping web-02",
    "ping web-02 -c 3",
    "# 手順を確認する",
    "# 手順を確認した",
    "for host in hosts:\n    restart(host)",
    "for host in all_hosts:\n    restart(host, now=True)",
]
memes = st.builds(
    Meme,
    st.integers(1, 6).map(lambda number: UUID(int=number)),
    st.sampled_from(["", "1-00ff", "1-0a0b", "2-00ff-0a0b"]),
)
compared = st.builds(
    ComparedCell,
    st.one_of(st.none(), memes),
    st.booleans(),
    st.sampled_from([CellType.CODE, CellType.CODE, CellType.MARKDOWN]),
    st.sampled_from(TEXTS),
)
sides = st.lists(compared, max_size=12)


def code(*sources, memes=(), assigned=False):
    """Cells of code; `memes` are (family, branch) or None."""
    carried = [*memes, *[None] * (len(sources) - len(memes))]
    return [
        ComparedCell(meme and Meme(UUID(int=meme[0]), meme[1]), assigned, CellType.CODE, source)
        for source, meme in zip(sources, carried, strict=True)
    ]


def shown(alignment):
    """Rows in short: indices, change, and "moved" where one did."""
    return [(row.indices, row.change.value + (" moved" if row.is_moved else "")) for row in alignment.rows]


def laid(rows, number):
    return [row.indices[number] for row in rows if row.indices[number] is not None]


# ----- laws


@settings(max_examples=300, deadline=None)
@given(st.lists(sides, min_size=2, max_size=3))
def test_every_cell_of_every_side_is_in_exactly_one_row(notebooks):
    rows = align(*notebooks).rows
    for number, side in enumerate(notebooks):
        assert sorted(laid(rows, number)) == list(range(len(side)))
    assert all(any(index is not None for index in row.indices) for row in rows)


@settings(max_examples=300, deadline=None)
@given(st.lists(sides, min_size=2, max_size=3))
def test_what_did_not_move_stands_in_the_order_of_every_side(notebooks):
    rows = [row for row in align(*notebooks).rows if not row.is_moved]
    for number in range(len(notebooks)):
        assert laid(rows, number) == sorted(laid(rows, number))


@settings(deadline=None)
@given(st.lists(sides, min_size=2, max_size=3))
def test_the_last_side_is_read_from_top_to_bottom(notebooks):
    last = laid(align(*notebooks).rows, len(notebooks) - 1)
    assert last == sorted(last)


@settings(deadline=None)
@given(sides, st.integers(2, 3))
def test_aligned_with_itself_everything_is_unchanged_in_its_place(side, copies):
    alignment = align(*[side] * copies)
    assert alignment.is_same
    assert [row.indices for row in alignment.rows] == [(index,) * copies for index in range(len(side))]


MIRROR = {Change.ADDED: Change.REMOVED, Change.REMOVED: Change.ADDED}


@settings(max_examples=300, deadline=None)
@given(sides, sides)
def test_the_other_way_round_added_and_removed_change_places_and_nothing_else(a, b):
    there = Counter((row.indices, row.by[1], row.change, row.is_moved) for row in align(a, b).rows)
    back = Counter(
        (row.indices[::-1], row.by[1], MIRROR.get(row.change, row.change), row.is_moved)
        for row in align(b, a).rows
    )
    assert there == back


@settings(deadline=None)
@given(sides, sides, sides)
def test_three_sides_are_joined_alike_from_either_end(a, b, c):
    there = {row.indices for row in align(a, b, c).rows}
    assert there == {row.indices[::-1] for row in align(c, b, a).rows}


@settings(deadline=None)
@given(st.lists(sides, min_size=2, max_size=3))
def test_the_same_cells_give_the_same_rows(notebooks):
    assert align(*notebooks) == align(*[list(side) for side in notebooks])


@settings(deadline=None)
@given(sides, sides)
def test_rows_say_what_relates_their_cells(a, b):
    for row in align(a, b).rows:
        left, right = row.indices
        if left is None or right is None:
            assert row.change is (Change.ADDED if left is None else Change.REMOVED)
            assert row.by == (None, None)
            assert not row.is_moved
            continue
        assert (row.change is Change.UNCHANGED) == (a[left].text == b[right].text)
        assert row.by[0] is None
        assert (row.by[1] is By.MEME) == (a[left].meme is not None and a[left].meme == b[right].meme)
        if row.by[1] is By.FAMILY:
            assert a[left].meme.uuid == b[right].meme.uuid
        if row.by[1] is By.TEXT:
            assert row.change is Change.UNCHANGED


@settings(deadline=None)
@given(sides, sides)
def test_no_two_cells_of_one_meme_are_left_alone_on_either_side(a, b):
    rows = align(a, b).rows
    gone = {
        a[row.indices[0]].meme.uuid for row in rows if row.change is Change.REMOVED and a[row.indices[0]].meme
    }
    new = {
        b[row.indices[1]].meme.uuid for row in rows if row.change is Change.ADDED and b[row.indices[1]].meme
    }
    assert gone.isdisjoint(new)


@settings(deadline=None)
@given(sides, sides)
def test_with_no_time_at_all_the_laws_hold_too(a, b):
    rows = align(a, b, is_over=lambda: True).rows
    assert sorted(laid(rows, 0)) == list(range(len(a)))
    assert sorted(laid(rows, 1)) == list(range(len(b)))
    assert align(a, a, is_over=lambda: True).is_same


@settings(deadline=None)
@given(st.lists(st.integers(0, 20), unique=True))
def test_what_is_kept_rises_and_nothing_longer_does(numbers):
    kept = [numbers[place] for place in sorted(kept_in_order(numbers))]
    assert kept == sorted(kept)
    longest = [1] * len(numbers)
    for place in range(len(numbers)):
        earlier = [longest[before] for before in range(place) if numbers[before] < numbers[place]]
        longest[place] = 1 + max(earlier, default=0)
    assert len(kept) == max(longest, default=0)


# ----- ids


def test_an_edited_cell_is_known_by_its_meme_and_its_copy_by_the_family():
    before = code("ls", "df", "ping", memes=[(1, ""), (2, ""), (3, "")])
    after = code("uptime", "du -sh /var", "ping", memes=[(1, ""), (2, "1-00ff"), (3, "1-00ff")])
    rows = align(before, after).rows
    assert [row.by[1] for row in rows] == [By.MEME, By.FAMILY, By.FAMILY]
    assert [row.change for row in rows] == [Change.EDITED, Change.EDITED, Change.UNCHANGED]


def test_a_whole_meme_goes_before_a_copy_with_the_very_text():
    before = code("ls -l", memes=[(1, "")])
    after = code("ls -l", "ls -la", memes=[(1, "1-00ff"), (1, "")])
    assert shown(align(before, after)) == [((None, 0), "added"), ((0, 1), "edited")]


def test_of_several_copies_the_one_branched_less_is_the_cell_and_the_other_was_added():
    before = code("a = 1", "run()", memes=[(1, ""), (2, "")])
    after = code("a = 2", "run()", "a = 1", memes=[(1, "1-00ff"), (2, "1-00ff"), (1, "2-00ff-0a0b")])
    assert shown(align(before, after)) == [
        ((0, 0), "edited"),
        ((1, 1), "unchanged"),
        ((None, 2), "added"),
    ]


def test_cells_that_share_one_meme_in_a_notebook_are_told_apart_by_their_text():
    before = code("search hosts", "search users", "search logs", memes=[(1, "")] * 3)
    after = code("search hosts", "search logs --all", memes=[(1, "")] * 2)
    assert shown(align(before, after)) == [((0, 0), "unchanged"), ((1, None), "removed"), ((2, 1), "edited")]


def test_cells_of_one_meme_and_one_text_are_told_apart_by_their_place():
    before = code("x = 1", "sync", "y = 2", "sync", memes=[(1, ""), (9, ""), (2, ""), (9, "")])
    after = code("x = 1", "y = 2", "sync", memes=[(1, ""), (2, ""), (9, "")])
    assert shown(align(before, after)) == [
        ((0, 0), "unchanged"),
        ((1, None), "removed"),
        ((2, 1), "unchanged"),
        ((3, 2), "unchanged"),
    ]


def test_assigned_memes_of_two_notebooks_say_nothing_against_likeness():
    before = code("systemctl restart nginx", memes=[(1, "")], assigned=True)
    after = code("systemctl restart nginx --now", "df -h", memes=[(2, ""), (3, "")], assigned=True)
    assert shown(align(before, after)) == [((0, 0), "edited"), ((None, 1), "added")]


def test_cells_that_carry_ids_of_two_families_must_be_very_alike():
    before = code("systemctl restart nginx and wait", "x", memes=[(1, ""), (8, "")])
    after = code("systemctl restart apache now", "x", memes=[(2, ""), (8, "")])
    assert shown(align(before, after))[:2] == [((0, None), "removed"), ((None, 0), "added")]
    assert align(code("systemctl restart nginx and wait"), code("systemctl restart apache now")).counts == {
        Change.EDITED: 1
    }


# ----- moving


def test_one_cell_that_moved_is_moved_and_the_rest_is_not():
    alignment = align(code("one", "two", "three", "four"), code("four", "one", "two", "three"))
    assert shown(alignment) == [
        ((3, 0), "unchanged moved"),
        ((0, 1), "unchanged"),
        ((1, 2), "unchanged"),
        ((2, 3), "unchanged"),
    ]
    assert alignment.moved == 1


def test_a_cell_may_be_moved_and_edited():
    ids = [(1, ""), (2, ""), (3, "")]
    alignment = align(code("a", "b", "c", memes=ids), code("b", "c", "a again", memes=[*ids[1:], ids[0]]))
    assert shown(alignment) == [((1, 0), "unchanged"), ((2, 1), "unchanged"), ((0, 2), "edited moved")]


def test_what_is_gone_stands_before_what_is_new():
    alignment = align(code("head", "ls /var", "tail"), code("head", "import os", "tail"))
    assert shown(alignment) == [
        ((0, 0), "unchanged"),
        ((1, None), "removed"),
        ((None, 1), "added"),
        ((2, 2), "unchanged"),
    ]


# ----- texts


def test_prose_in_japanese_that_was_edited_is_known_again():
    before = code("# ディスクの空き容量を確認する", "# サービスを再起動する")
    after = code("# ログを消す前に空き容量を確認する", "# サービスを再起動する (夜間のみ)", "# 連絡する")
    assert [row.indices for row in align(before, after).rows] == [(0, 0), (1, 1), (None, 2)]


def test_of_many_empty_cells_none_is_said_to_have_moved():
    alignment = align(code("", "a", "", "b", ""), code("", "b", "", "", "c"))
    assert alignment.moved == 0


# ----- three


def test_a_cell_that_only_the_outer_two_have_is_in_one_row():
    one, two, three = code("ls", "df", "uptime"), code("ls", "uptime"), code("ls", "df", "uptime")
    rows = align(one, two, three).rows
    assert [row.indices for row in rows] == [(0, 0, 0), (1, None, 1), (2, 1, 2)]
    assert [row.change for row in rows] == [Change.UNCHANGED, Change.REMOVED, Change.UNCHANGED]


def test_the_third_is_compared_with_the_nearest_that_has_the_cell():
    ids = [(1, ""), (2, "")]
    rows = align(
        code("a", "b", memes=ids), code("a", memes=ids[:1]), code("a", "b", memes=[(1, "1-00ff"), (2, "")])
    ).rows
    assert [row.by for row in rows] == [(None, By.MEME, By.FAMILY), (None, None, By.MEME)]


# ----- time


def adversary(count, seed):
    """Cells that are all a little alike, none equal, one family all of them: everything must be weighed."""
    words = [f"w{number}" for number in range(400)]
    return [
        ComparedCell(
            Meme(UUID(int=1)),
            assigned=False,
            cell_type=CellType.CODE,
            source=" ".join(words[: 200 + index % 180]) + f" {seed} {index}",
        )
        for index in range(count)
    ]


def strangers(count, seed):
    return [
        ComparedCell(
            None, assigned=True, cell_type=CellType.CODE, source=f"{'common words ' * 150}{seed}{index}"
        )
        for index in range(count)
    ]


@pytest.mark.parametrize("make", [adversary, strangers])
def test_when_the_time_is_over_a_plain_answer_comes_soon_and_says_so(make):
    a, b = make(580, "x"), make(560, "y")
    with at_most(seconds=1):
        alignment = align(a, b, is_over=within(0.2))
    assert alignment.is_plain
    assert sorted(laid(alignment.rows, 1)) == list(range(560))


def test_without_a_limit_of_time_too_many_cells_are_not_weighed_either():
    alignment = align(strangers(3000, "x"), strangers(3000, "y"))
    assert alignment.is_plain


def test_the_plain_answer_still_knows_ids_and_equal_texts():
    before = code("a", "b", "c", "d", memes=[(1, ""), (2, ""), None, None])
    after = code("a", "b2", "d", "c", memes=[(1, ""), (2, "1-00ff")])
    alignment = align(before, after, is_over=lambda: True)
    assert alignment.counts == {Change.UNCHANGED: 3, Change.EDITED: 1}
    assert alignment.moved == 1


def test_ten_thousand_cells_of_which_some_changed_are_no_trouble():
    before = code(*[f"step {number}" for number in range(10_000)])
    after = [cell for number, cell in enumerate(before) if number % 100] + code("the end")
    with at_most(seconds=3):
        alignment = align(before, after)
    assert not alignment.is_plain
    assert alignment.counts == {Change.UNCHANGED: 9_900, Change.REMOVED: 100, Change.ADDED: 1}


# ----- real runbooks


@pytest.mark.corpus
def test_two_editions_of_a_real_library_without_memes_keep_all_that_a_plain_diff_keeps():
    eight, nine = (CORPUS / "bdc-runbooks" / name for name in ("CU8", "CU9"))
    if not eight.is_dir():
        pytest.skip("../shared/corpus is not here")
    paths = {path.relative_to(eight) for path in eight.rglob("*.ipynb")}
    common = sorted(paths & {path.relative_to(nine) for path in nine.rglob("*.ipynb")})
    assert common
    for path in common:
        a, b = ([known(cell) for cell in parse((root / path).read_bytes()).cells] for root in (eight, nine))
        alignment = align(a, b)
        plain = SequenceMatcher(None, [each.text for each in a], [each.text for each in b], autojunk=False)
        assert alignment.counts[Change.UNCHANGED] >= sum(block.size for block in plain.get_matching_blocks())
        assert alignment.counts[Change.REMOVED] + alignment.counts[Change.ADDED] < len(a) + len(b)


def known(cell):
    return ComparedCell(cell.meme, cell.meme is None, cell.cell_type, cell.source)


@pytest.mark.corpus
def test_cells_of_a_real_notebook_that_share_a_meme_stay_where_they_are():
    folder = CORPUS / "literate-computing-elasticsearch"
    if not folder.is_dir():
        pytest.skip("../shared/corpus is not here")
    duplicated = 0
    for path in sorted(folder.rglob("*.ipynb")):
        side = [known(cell) for cell in parse(path.read_bytes()).cells]
        borne = Counter(cell.meme for cell in side if cell.meme)
        duplicated += sum(count > 1 for count in borne.values())
        edited = [replace(cell, source=f"{cell.source}\n# seen") for cell in side]
        assert align(side, side).is_same
        assert [row.indices for row in align(side, edited).rows] == [(n, n) for n in range(len(side))]
    assert duplicated
