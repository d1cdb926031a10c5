"""Who may read a space, asked from both sides."""

import pytest
from django.contrib.auth.models import Group, User

from notebooks.models import Space
from notebooks.people import readers_of
from tests.builders import make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    group = Group.objects.create(name="night shift")
    people = {
        name: make_user(name)
        for name in ("reader", "writer", "in-reader-group", "in-both", "stranger", "left")
    }
    for name in ("in-reader-group", "in-both"):
        people[name].groups.add(group)
    people["staff"] = make_user("staff", is_staff=True, is_superuser=True)
    people["left"].is_active = False
    people["left"].save()
    return people, group


@pytest.mark.parametrize("is_public", [False, True])
@pytest.mark.parametrize("kind", ["reader_groups", "writer_groups"])
def test_it_says_of_each_person_what_visible_to_says(people, kind, is_public):
    people, group = people
    space = make_space(
        readers=[people["reader"], people["in-both"], people["left"]],
        writers=[people["writer"]],
        is_public=is_public,
    )
    getattr(space, kind).add(group)
    make_space("other", readers=[people["stranger"]])
    may_read = {
        user for user in User.objects.filter(is_active=True) if space in Space.objects.visible_to(user)
    }
    assert list(readers_of(space).order_by("pk")) == sorted(may_read, key=lambda user: user.pk)
    assert people["left"] not in may_read
