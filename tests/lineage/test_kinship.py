"""Which notebook is a template, and which are its runs."""

from datetime import UTC, datetime, timedelta
from itertools import combinations
from uuid import UUID, uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.families.branches import Branches
from lineage.models import Pin, RunOf
from lineage.runs.kinship import How, Member, Run, Said, Word, runs_among
from lineage.runs.overlaps import are_alike, clusters, is_half_of_the_smaller
from lineage.runs.standing import Standing, standing_of
from notebooks.memes import Meme, is_ancestor, next_branch

NOTEBOOK = UUID(int=1)
DAY = datetime(2026, 3, 27, tzinfo=UTC)


def families(*names, branch=""):
    """Ids of cells called by one letter each."""
    return [[str(uuid5(NOTEBOOK, name)), branch, False] for name in names]


def copied(cells, number="00aa"):
    """As nblineage leaves them where another folder is opened: every cell one branch number longer."""
    branched = [(uuid, next_branch(Meme(UUID(uuid), branch), number)) for uuid, branch, _ in cells]
    return [[uuid, meme.branch, False] for uuid, meme in branched]


def member(pk, cells, place="hub/a.ipynb", *, meme=NOTEBOOK, has_run=False, day=0):
    return Member.of(pk, place, meme, cells, has_run=has_run, dated=DAY + timedelta(days=day))


def templates(members, words=None):
    return {pk: run.template for pk, run in runs_among(members, words or {}).items()}


CELLS = families(*"abcdefgh")


def test_the_one_that_the_others_descend_from_is_the_template():
    young = [member(pk, copied(CELLS, f"000{pk}"), f"hub/{pk}/a.ipynb", day=-pk) for pk in (2, 3, 4)]
    assert templates([*young, member(1, CELLS, day=9)]) == {2: 1, 3: 1, 4: 1}


def test_a_template_saved_under_a_later_branch_is_known_by_its_folder():
    resaved = member(1, copied(CELLS, "ffff"), "hub/share/runbooks/a.ipynb", day=9)
    runs = [member(pk, copied(CELLS, f"000{pk}"), f"hub/kato/2026010{pk}-x/a.ipynb") for pk in (2, 3, 4)]
    assert templates([resaved, *runs]) == {2: 1, 3: 1, 4: 1}


@pytest.mark.parametrize("folder", ["共有", "ひな形", "share", "team_templates", "Runbooks (2026)"])
def test_of_copies_with_the_same_ids_the_one_in_a_shared_folder_is_the_template(folder):
    members = [member(1, CELLS, "hub/kato/a.ipynb"), member(2, CELLS, f"hub/{folder}/a.ipynb", day=5)]
    assert templates(members) == {1: 2}


def test_without_any_other_sign_the_oldest_is_the_template():
    assert templates([member(1, CELLS, day=2), member(2, CELLS, day=1), member(3, CELLS, day=3)]) == {
        1: 2,
        3: 2,
    }


def test_a_dated_folder_speaks_against_a_template():
    members = [member(1, CELLS, "hub/20260101-x/a.ipynb"), member(2, CELLS, "hub/web/a.ipynb", day=9)]
    assert templates(members) == {1: 2}


def test_a_copy_that_nobody_worked_with_is_rather_the_template():
    assert templates([member(1, CELLS, has_run=True), member(2, CELLS, day=1)]) == {1: 2}


def test_runs_that_were_copied_from_runs_belong_to_the_first_template():
    second = copied(CELLS, "0001")
    chain = [
        member(1, CELLS, "hub/share/a.ipynb"),
        member(2, second, "hub/20260101-x/a.ipynb"),
        member(3, copied(second, "0002"), "hub/20260201-x/a.ipynb"),
    ]
    assert templates(chain) == {2: 1, 3: 1}


def test_a_shared_copy_with_runs_is_a_template_of_its_own():
    fork = copied(CELLS, "f00d")
    members = [
        member(1, CELLS, "hub/share/all/a.ipynb"),
        member(2, fork, "hub/share/web/a.ipynb"),
        member(3, copied(fork, "0003"), "hub/20260101-x/a.ipynb"),
        member(4, copied(CELLS, "0004"), "hub/20260102-x/a.ipynb"),
        member(5, fork, "hub/20260103-x/a.ipynb"),
    ]
    assert templates(members) == {3: 2, 4: 1, 5: 2}


def test_a_shared_copy_without_runs_is_a_run_that_was_not_run():
    members = [
        member(1, CELLS, "hub/share/all/a.ipynb"),
        member(2, copied(CELLS), "hub/share/web/a.ipynb"),
        member(3, copied(CELLS, "0003"), "hub/20260101-x/a.ipynb"),
    ]
    assert templates(members) == {2: 1, 3: 1}


def test_quite_different_notebooks_with_one_meme_are_no_kin():
    """As 01_51_Force_Merge and 01_52_Backup_Restore: of 17 and 43 cells they share 6."""
    merge, backup = families(*"abcdefghijklmnopq"), families(*"abcdef", *map(str, range(37)))
    assert templates([member(1, merge), member(2, backup)]) == {}


def test_a_run_that_grew_is_one_still():
    grown = [*copied(CELLS), *families(*map(str, range(60)))]
    assert templates([member(1, CELLS), member(2, grown)]) == {2: 1}


def test_cells_pasted_into_a_notebook_of_its_own_are_a_run_where_most_of_both_is_the_same():
    pasted = member(2, copied(CELLS), "hub/kato/b.ipynb", meme=UUID(int=2))
    assert runs_among([member(1, CELLS), pasted], {}) == {2: Run(1, How.CELLS)}


@pytest.mark.parametrize("meme", [None, UUID(int=2)])
def test_a_few_cells_in_common_make_no_run(meme):
    borrowed = [*copied(CELLS[:3]), *families("x", "y", "z", "w")]
    assert templates([member(1, CELLS), member(2, borrowed, meme=meme)]) == {}


def test_a_template_with_runs_of_its_own_is_no_run_of_one_that_shares_its_cells():
    other = copied(CELLS, "0002")
    members = [
        member(1, CELLS, "hub/share/a.ipynb"),
        member(2, other, "hub/kato/b.ipynb", meme=UUID(int=2)),
        member(3, copied(other, "0003"), "hub/20260101-x/b.ipynb", meme=UUID(int=2)),
        member(4, copied(CELLS, "0004"), "hub/20260102-x/a.ipynb"),
    ]
    assert templates(members) == {3: 2, 4: 1}


def test_copies_whose_template_has_another_meme_are_its_runs():
    copies = [
        member(pk, copied(CELLS, f"000{pk}"), f"hub/2026010{pk}-x/b.ipynb", meme=UUID(int=2)) for pk in (2, 3)
    ]
    assert runs_among([member(1, CELLS, "hub/share/a.ipynb"), *copies], {}) == {
        2: Run(1, How.CELLS),
        3: Run(1, How.MEME),
    }


def test_empty_notebooks_are_no_kin():
    assert templates([member(1, []), member(2, [])]) == {}


class TestSaidByAPerson:
    RUNS = [
        member(1, CELLS, "hub/share/a.ipynb"),
        member(2, copied(CELLS, "0002"), "hub/20260101-x/a.ipynb"),
        member(3, copied(CELLS, "0003"), "hub/20260102-x/a.ipynb"),
    ]

    def test_alone_is_neither(self):
        assert templates(self.RUNS, {2: Word(Said.ALONE)}) == {3: 1}
        assert templates(self.RUNS, {1: Word(Said.ALONE)}) == {3: 2}

    def test_a_template_is_one(self):
        siblings = self.RUNS[1:]
        assert templates(siblings) == {3: 2}
        assert templates(siblings, {3: Word(Said.TEMPLATE)}) == {2: 3}

    def test_the_template_above_stays_one(self):
        assert templates(self.RUNS, {3: Word(Said.TEMPLATE)}) == {2: 1}

    def test_a_run_of_something_else_entirely_is_one(self):
        other = member(9, families("z"), "hub/z.ipynb", meme=None)
        assert runs_among([*self.RUNS, other], {9: Word(Said.RUN, 2)}) == {
            3: Run(1, How.MEME),
            9: Run(2, How.PINNED),
        }

    def test_a_run_of_a_run_is_one_of_its_template(self):
        words = {3: Word(Said.RUN, 2), 2: Word(Said.RUN, 1)}
        assert templates(self.RUNS, words) == {2: 1, 3: 1}

    def test_rings_and_templates_that_are_gone_are_passed_over(self):
        assert templates(self.RUNS, {2: Word(Said.RUN, 3), 3: Word(Said.RUN, 2)}) == {2: 1, 3: 1}
        assert templates(self.RUNS, {2: Word(Said.RUN, 99), 3: Word(Said.RUN, None)}) == {2: 1, 3: 1}


@pytest.mark.parametrize(
    ("path", "standing"),
    [
        ("hub/share/runbooks/a.ipynb", Standing.SHARED),
        ("hub/web/a.ipynb", Standing.OPEN),
        ("hub/shareware/a.ipynb", Standing.OPEN),
        ("hub/web/share.ipynb", Standing.OPEN),
        ("hub/user-notebooks/kato/share/a.ipynb", Standing.OWN),
        ("hub/share/20260327-disk-full/a.ipynb", Standing.OWN),
        ("hub/share/2026-03-27 disk full.ipynb", Standing.OWN),
        ("hub/手順書ひな型/a.ipynb", Standing.SHARED),
    ],
)
def test_a_place_speaks_for_or_against_a_template(path, standing):
    assert standing_of(path) is standing


def test_the_pure_words_are_those_of_the_records():
    assert {how.value for how in How} == set(RunOf.How.values)
    assert {said.value for said in Said} == set(Pin.Says.values)


# ----- whatever the notebooks


BRANCHES = st.lists(st.sampled_from(["0a", "0b"]), max_size=14)


def branched(numbers):
    meme = Meme(NOTEBOOK)
    for number in numbers:
        meme = next_branch(meme, f"{number}{number}")
    return meme


@given(st.lists(BRANCHES, min_size=1, max_size=12))
def test_descent_is_found_as_the_grammar_has_it(lines):
    held = [{"x": branched(numbers)} for numbers in lines]
    index = Branches(held)
    for mine in held:
        above = any(is_ancestor(other["x"], mine["x"]) for other in held)
        below = sum(is_ancestor(mine["x"], other["x"]) for other in held)
        assert index.descends(mine) == above
        assert index.begets(mine) == (below / (len(held) - 1) if len(held) > 1 else 0)


SETS = st.lists(st.frozensets(st.integers(0, 9), max_size=8), max_size=8)


@given(SETS, st.sampled_from([are_alike, is_half_of_the_smaller]))
def test_clusters_are_what_comparing_each_with_each_finds(sets, rule):
    notebooks = {pk: dict.fromkeys(map(str, each), Meme(NOTEBOOK)) for pk, each in enumerate(sets)}
    expected = {pk: {pk} for pk in notebooks}
    for (a, ones), (b, others) in combinations(notebooks.items(), 2):
        if rule(ones, others):
            both = expected[a] | expected[b]
            expected |= dict.fromkeys(both, both)
    assert {frozenset(group) for group in clusters(notebooks, rule)} == set(map(frozenset, expected.values()))


MEMBERS = st.lists(
    st.tuples(
        st.sampled_from([None, UUID(int=1), UUID(int=2)]),
        st.frozensets(st.integers(0, 6), max_size=6),
        st.sampled_from(["hub/share/a.ipynb", "hub/x/a.ipynb", "hub/20260101/a.ipynb"]),
        st.lists(st.sampled_from(["0001", "0002"]), max_size=3),
        st.booleans(),
    ),
    max_size=9,
)
WORDS = st.dictionaries(
    st.integers(0, 8), st.builds(Word, st.sampled_from(Said), st.none() | st.integers(0, 10)), max_size=4
)


def made(specs, first=0, mark=""):
    for pk, (meme, names, place, numbers, has_run) in enumerate(specs, start=first):
        cells = families(*(f"{mark}{name}" for name in sorted(names)))
        for number in numbers:
            cells = copied(cells, number)
        yield member(pk, cells, place, meme=meme and UUID(int=meme.int + first), has_run=has_run, day=pk)


@given(MEMBERS, WORDS)
def test_no_run_is_a_template_and_what_people_said_holds(specs, words):
    members = list(made(specs))
    known = {each.id for each in members}
    runs = runs_among(members, words)
    assert runs.keys() <= known and {run.template for run in runs.values()} <= known
    assert not {run.template for run in runs.values()} & runs.keys()
    for pk, word in words.items():
        if word.says is not Said.RUN:
            assert pk not in runs


@given(MEMBERS, st.randoms())
def test_the_order_of_the_notebooks_does_not_matter(specs, random):
    members = list(made(specs))
    shuffled = random.sample(members, len(members))
    assert runs_among(shuffled, {}) == runs_among(members, {})


@given(MEMBERS, MEMBERS)
def test_notebooks_that_share_nothing_do_not_meddle_with_each_other(one, other):
    ones, others = list(made(one)), list(made(other, first=100, mark="o"))
    assert runs_among([*ones, *others], {}) == runs_among(ones, {}) | runs_among(others, {})
