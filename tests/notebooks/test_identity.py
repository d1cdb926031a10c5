from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from notebooks.identity import Adoption, Identity, KnownCell, assign
from notebooks.memes import Meme
from notebooks.parsing.model import CellType, ParsedCell

SPACE = UUID(int=7)


def mint(revision):
    return lambda index: uuid5(SPACE, f"{revision}:{index}")


def cells(*sources, memes=None, ids=None, kind=CellType.CODE):
    return [
        ParsedCell(i, kind, source, meme=memes[i] if memes else None, cell_id=ids[i] if ids else "")
        for i, source in enumerate(sources)
    ]


def known(parsed, assignment):
    return [
        KnownCell(cell.cell_id, cell.cell_type, cell.source, identity)
        for cell, identity in zip(parsed, assignment.identities, strict=True)
    ]


def first(parsed):
    return known(parsed, assign(parsed, [], mint("first")))


def uuids(assignment):
    return [identity.uuid for identity in assignment.identities]


optional_memes = st.one_of(
    st.none(), st.builds(Meme, st.uuids(), st.sampled_from(["", "1-00ff", "2-00ff-0a0b"]))
)
parsed_cells = st.lists(
    st.tuples(
        st.sampled_from(["", "a", "b", "print(1)", "print(2)"]),
        optional_memes,
        st.sampled_from(["", "x", "y", "z"]),
    ),
    max_size=9,
).map(
    lambda rows: [
        ParsedCell(i, CellType.CODE, source, meme=meme, cell_id=cell_id)
        for i, (source, meme, cell_id) in enumerate(rows)
    ]
)


@given(parsed_cells, parsed_cells)
def test_every_cell_has_an_identity_and_carried_ones_are_kept(old, new):
    assignment = assign(new, first(old), mint("second"))
    assert len(assignment.identities) == len(new)
    for cell, identity in zip(new, assignment.identities, strict=True):
        assert identity.assigned == (cell.meme is None)
        if cell.meme:
            assert identity == Identity(cell.meme.uuid, cell.meme.branch, assigned=False)


@given(parsed_cells)
def test_the_same_cells_again_keep_their_identities(parsed):
    before = first(parsed)
    assert [k.identity for k in before] == list(assign(parsed, before, mint("second")).identities)


@given(parsed_cells, parsed_cells)
def test_no_earlier_cell_is_matched_twice(old, new):
    matches = [match for match in assign(new, first(old), mint("second")).matches if match is not None]
    assert len(matches) == len(set(matches))
    assert all(0 <= match < len(old) for match in matches)


@given(parsed_cells, parsed_cells)
def test_assignment_is_a_function_of_its_input(old, new):
    assert assign(new, first(old), mint("2")) == assign(new, first(old), mint("2"))


@given(st.permutations(["ls", "df -h", "uptime", "free", "ping"]))
def test_moved_cells_keep_their_identities(order):
    before = first(cells("ls", "df -h", "uptime", "free", "ping"))
    ids = {k.source: k.identity.uuid for k in before}
    assert uuids(assign(cells(*order), before, mint("second"))) == [ids[source] for source in order]


def test_an_edited_cell_keeps_its_identity_by_its_place():
    before = first(cells("ls", "ping web-01", "uptime"))
    after = assign(cells("ls", "ping web-02.example.org -c 3", "uptime"), before, mint("second"))
    assert uuids(after) == [k.identity.uuid for k in before]


def test_an_edited_cell_beside_a_new_one_keeps_its_identity_by_likeness():
    before = first(cells("ls", "systemctl restart nginx", "uptime"))
    after = assign(cells("ls", "df -h", "systemctl restart nginx --now", "uptime"), before, mint("second"))
    assert after.matches == (0, None, 1, 2)


def test_a_cell_id_wins_over_place_and_source():
    before = first(cells("a", "b", ids=["one", "two"]))
    after = assign(cells("b", "a", ids=["one", "two"]), before, mint("second"))
    assert after.matches == (0, 1)


def test_of_many_empty_cells_each_keeps_its_own():
    before = first(cells("", "a", "", "b", ""))
    after = assign(cells("", "a", "b", ""), before, mint("second"))
    assert after.matches == (0, 1, 3, 4)


def test_a_cell_that_comes_to_carry_an_id_is_adopted():
    before = first(cells("ls", "uptime"))
    carried = Meme(UUID(int=99))
    after = assign(cells("ls", "uptime", memes=[None, carried]), before, mint("second"))
    assert after.adoptions == (Adoption(before[1].identity.uuid, carried.uuid),)


def test_a_pasted_copy_of_a_known_cell_is_no_adoption():
    carried = Meme(UUID(int=99))
    before = first(cells("ls", "uptime", memes=[carried, None]))
    after = assign(
        cells("ls", "uptime", memes=[carried, Meme(carried.uuid, "1-00ff")]), before, mint("second")
    )
    assert after.adoptions == ()


def test_a_cell_whose_id_was_stripped_keeps_being_known_by_it():
    carried = Meme(UUID(int=99), "1-00ff")
    before = first(cells("ls", "uptime", memes=[carried, None]))
    after = assign(cells("ls", "uptime"), before, mint("second"))
    assert after.identities[0] == Identity(carried.uuid, "1-00ff", assigned=True)


def test_a_hundred_thousand_empty_cells_do_not_hang():
    parsed = cells(*[""] * 20_000)
    after = assign(parsed, first(parsed), mint("second"))
    assert after.matches == tuple(range(20_000))
