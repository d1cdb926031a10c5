from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lineage.families.twigs import MOST, SHOWN, Tree
from notebooks.memes import Meme, is_ancestor, next_branch

patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
UUID_ = UUID("8f5c5fe2-71cc-11e7-9abe-02420aff0008")
numbers = st.sampled_from(["00ff", "1a2b", "3c4d"])


@st.composite
def families(draw):
    """Ids as nblineage makes them: each of the family so far may be branched once more."""
    memes = [Meme(UUID_)]
    for _ in range(draw(st.integers(0, 25))):
        memes.append(next_branch(draw(st.sampled_from(memes[-6:])), draw(numbers)))
    kept = draw(st.lists(st.sampled_from(memes), min_size=1, unique=True))
    return {meme.branch: draw(st.integers(1, 5)) for meme in kept}


def all_of(twigs):
    for twig in twigs:
        yield twig
        yield from all_of(twig.below)


@patiently
@given(families())
def test_each_branch_hangs_below_the_nearest_it_descends_from(branches):
    memes = {branch: Meme(UUID_, branch) for branch in branches}
    for branch, parent in Tree(UUID_, branches).parents.items():
        above = [each for each in memes.values() if is_ancestor(each, memes[branch])]
        if parent is None:
            assert above == []
        else:
            assert memes[parent] in above
            assert memes[parent].count == max(each.count for each in above)


@patiently
@given(families())
def test_every_branch_is_shown_or_counted(branches):
    twigs, hidden = Tree(UUID_, branches).twigs()
    shown = list(all_of(twigs))
    assert len({twig.meme.branch for twig in shown}) == len(shown)
    assert len(shown) + hidden + sum(twig.hidden for twig in shown) == len(branches)
    assert all(twig.copies == branches[twig.meme.branch] for twig in shown)


@patiently
@given(families(), st.data())
def test_the_marked_branch_is_always_shown(branches, data):
    marked = data.draw(st.sampled_from(sorted(branches)))
    twigs, _ = Tree(UUID_, branches, marked).twigs()
    assert [twig.meme.branch for twig in all_of(twigs) if twig.is_marked] == [marked]


def test_of_hundreds_of_branches_off_one_only_some_are_shown():
    branches = {"": 1} | {f"1-{number:04x}": 1 for number in range(3000)} | {"2-0bb7-0001": 1}
    (root,), hidden = Tree(UUID_, branches, "2-0bb7-0001").twigs()
    assert (root.meme.branch, hidden) == ("", 0)
    assert [twig.meme.branch for twig in root.below if twig.below] == ["1-0bb7"]
    assert len(root.below) == SHOWN
    assert root.hidden == 3000 - SHOWN


def test_a_tree_is_no_longer_than_a_page_bears():
    branches = {
        f"{level}-{'-'.join(['00ff'] * (level - 1))}-{n:04x}".replace("--", "-"): 1
        for level in range(1, 10)
        for n in range(30)
    }
    twigs, _ = Tree(UUID_, branches).twigs()
    assert len(list(all_of(twigs))) <= MOST


def test_a_line_of_thousands_ends():
    """Only the last ten numbers are kept, so a line has no end."""
    meme, branches = Meme(UUID_), {}
    for number in range(3000):
        meme = next_branch(meme, f"{number % 7:04x}")
        branches[meme.branch] = 1
    twigs, _ = Tree(UUID_, branches, meme.branch).twigs()
    assert twigs
