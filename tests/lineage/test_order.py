from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from lineage.composition.order import Custom, customs_in

A, B, C, D = (UUID(int=number) for number in range(1, 5))
families = st.sampled_from([A, B, C, D])


def customs(*notebooks, chosen=(A, B, C), times=1):
    """Each notebook counts for all its cells `times`."""
    numbered = dict(enumerate(notebooks))
    return customs_in(
        numbered, {head: dict.fromkeys(cells, times) for head, cells in numbered.items()}, chosen
    )


def test_what_stands_next_to_it_and_the_nearest_of_the_chosen_are_two_things():
    custom = customs([A, D, B], [A, D, B])[B]
    assert (custom.usual(custom.next_to_it), custom.usual(custom.chosen)) == (D, A)
    assert (custom.examples[D], custom.examples[A]) == ((0, 1), (0, 0))


def test_half_of_them_is_no_custom():
    custom = customs([A, B], [C, B])[B]
    assert custom.usual(custom.next_to_it) is None


def test_runs_count_through_their_template():
    assert customs([A, B], times=11)[B].next_to_it[A] == 11


def test_a_cell_that_begins_the_notebook_has_nothing_before_it():
    assert customs([A, B], [A, B])[A] == Custom(total=2)


def test_only_the_first_of_a_family_in_a_notebook_counts():
    assert customs([A, B, C, B])[B].next_to_it == {A: 1}


@given(st.lists(st.lists(families, max_size=8), max_size=6), st.sets(families), st.integers(0, 5))
def test_no_more_is_counted_than_there_is(notebooks, chosen, times):
    for family, custom in customs(*notebooks, chosen=chosen, times=times).items():
        assert family in chosen
        holding = sum(1 for cells in notebooks if family in cells)
        assert custom.total == holding * times
        for counted in (custom.next_to_it, custom.chosen):
            assert family not in counted
            assert sum(counted.values()) <= custom.total
        assert set(custom.chosen) <= chosen
        assert all(notebooks[head][index] == other for other, (head, index) in custom.examples.items())
