from uuid import UUID

import pytest

from lineage.families.ancestors import FARTHEST, MOST, kindred_of
from lineage.models import Descent
from lineage.sight import Sight
from tests.builders import make_space, make_user

pytestmark = pytest.mark.django_db
How = Descent.How


def uuid(number):
    return UUID(int=number)


@pytest.fixture
def reader():
    return make_user()


@pytest.fixture
def tell(reader):
    space = make_space(readers=[reader])

    def tell_(child, parent, how=How.HISTORY, where=space):
        Descent.objects.create(child=uuid(child), parent=uuid(parent), how=how, space=where)

    return tell_


def numbers(kin):
    return [(each.uuid.int, each.distance) for each in kin]


def test_the_way_is_walked_up_and_down(tell, reader):
    for child, parent in ((2, 1), (3, 2), (4, 3), (5, 4), (9, 2)):
        tell(child, parent)
    kindred = kindred_of(uuid(3), Sight(reader))
    assert numbers(kindred.ancestors) == [(2, 1), (1, 2)]
    assert numbers(kindred.descendants) == [(4, 1), (5, 2)]  # 9 is no descendant of 3
    assert kindred.ancestors[1].through == uuid(2)
    assert not kindred.is_cut


def test_the_surest_reason_is_named_where_there_are_several(tell, reader):
    tell(2, 1, How.ALIKE)
    tell(2, 1, How.NEW_ROOT)
    assert [kin.how for kin in kindred_of(uuid(2), Sight(reader)).ancestors] == [How.NEW_ROOT]


def test_what_several_notebooks_tell_is_one_edge(tell, reader):
    for _ in range(3):
        tell(2, 1)
    assert len(kindred_of(uuid(2), Sight(reader)).ancestors) == 1


def test_circles_end_and_nobody_is_its_own_ancestor(tell, reader):
    for child, parent in ((1, 2), (2, 3), (3, 1), (1, 1)):
        tell(child, parent)
    kindred = kindred_of(uuid(1), Sight(reader))
    assert numbers(kindred.ancestors) == [(2, 1), (3, 2)]
    assert numbers(kindred.descendants) == [(3, 1), (2, 2)]


def test_a_hidden_link_of_the_chain_ends_it(tell, reader):
    tell(2, 1, where=make_space())
    tell(3, 2)
    assert numbers(kindred_of(uuid(3), Sight(reader)).ancestors) == [(2, 1)]


def test_a_public_space_tells_everybody(tell):
    tell(2, 1, where=make_space(is_public=True))
    assert len(kindred_of(uuid(2), Sight(make_user())).ancestors) == 1


def test_a_long_line_is_cut_and_says_so(tell, reader, django_assert_num_queries):
    for number in range(1, 3 * FARTHEST):
        tell(number + 1, number)
    sight = Sight(reader)
    assert sight.spaces
    with django_assert_num_queries(FARTHEST):
        kindred = kindred_of(uuid(1), sight)
    assert len(kindred.descendants) == FARTHEST
    assert kindred.is_cut


def test_of_many_children_only_some_are_named(tell, reader):
    for number in range(2, 2 * MOST):
        tell(number, 1)
    kindred = kindred_of(uuid(1), Sight(reader))
    assert len(kindred.descendants) == MOST
    assert kindred.is_cut


def test_without_kin_one_query_is_enough(tell, reader, django_assert_num_queries):
    sight = Sight(reader)
    assert sight.spaces
    with django_assert_num_queries(1):
        assert kindred_of(uuid(1), sight).uuids == set()
