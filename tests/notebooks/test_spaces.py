import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.urls import reverse

from notebooks import moving
from notebooks.models import Notebook, Space
from notebooks.spaces import Members, NoWriterLeft, free_slug, save_space
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


def names(spaces):
    return sorted(space.slug for space in spaces)


def test_nothing_is_visible_that_does_not_say_so():
    make_space("private")
    make_space("open", is_public=True)
    stranger = make_user(is_staff=True, is_superuser=True)
    assert names(Space.objects.visible_to(AnonymousUser())) == ["open"]
    assert names(Space.objects.visible_to(stranger)) == ["open"]


def test_readers_read_and_writers_read_and_write():
    person = make_user()
    make_space("read", readers=[person])
    make_space("write", writers=[person])
    assert names(Space.objects.visible_to(person)) == ["read", "write"]
    assert names(Space.objects.writable_by(person)) == ["write"]


def test_groups_count_as_their_people_and_nobody_twice():
    person = make_user()
    for name in ("a", "b"):
        group = Group.objects.create(name=name)
        group.user_set.add(person)
        make_space(f"of-{name}").reader_groups.add(group)
    both = make_space("both")
    both.writer_groups.set(Group.objects.all())
    both.readers.add(person)
    assert names(Space.objects.visible_to(person)) == ["both", "of-a", "of-b"]
    assert names(Space.objects.writable_by(person)) == ["both"]


def test_a_public_space_is_not_one_that_everybody_is_in():
    make_space("open", is_public=True)
    assert [space.is_joined for space in Space.objects.with_standing(make_user())] == [False]


def test_who_may_see_what_is_one_query(django_assert_num_queries):
    person = make_user()
    make_runbook("ls", space=make_space(readers=[person]))
    with django_assert_num_queries(1):
        assert len(Notebook.objects.visible_to(person).alive()) == 1


def test_slugs_come_from_the_name_and_are_never_taken_or_a_page():
    make_space("night-shift")
    assert [free_slug(name) for name in ("Night shift", "new", "夜勤")] == ["night-shift-2", "new-2", "space"]


def test_a_space_never_loses_its_last_writer():
    writer, gone = make_user(), make_user(is_active=False)
    space = make_space(writers=[writer])
    for nobody in (
        Members(),
        Members(writers=[gone]),
        Members(writer_groups=[Group.objects.create(name="x")]),
    ):
        with pytest.raises(NoWriterLeft):
            save_space(space, nobody)
    assert list(space.writers.all()) == [writer]


def test_who_makes_a_space_writes_to_it(client):
    person = make_user("kato")
    client.force_login(person)
    response = client.post(reverse("space-new"), {"name": "Night shift", "writers": "kato"})
    space = Space.objects.get()
    assert (response.status_code, space.slug, space.is_public) == (302, "night-shift", False)
    assert space.is_writable_by(person)


def test_the_form_for_a_new_space_names_its_maker_as_writer(client):
    client.force_login(make_user("kato"))
    assert b"kato</textarea>" in client.get(reverse("space-new")).content


def test_a_taken_address_is_refused(client):
    make_space("ops")
    client.force_login(make_user("kato"))
    response = client.post(reverse("space-new"), {"name": "Ops", "slug": "ops", "writers": "kato"})
    assert response.status_code == 422
    assert "This address is taken" in response.content.decode()


def settings_form(**changes):
    return {"name": "Ops", "readers": "", "writers": "writer", "readers_may_note": "on", **changes}


def test_writers_people_their_space(client):
    writer, sato, lee = make_user("writer"), make_user("sato"), make_user("lee")
    space = make_space("ops", writers=[writer])
    client.force_login(writer)
    form = settings_form(readers="sato,\n lee sato", is_public="on")
    assert client.post(reverse("space", args=["ops"]), form).status_code == 302
    space.refresh_from_db()
    assert (set(space.readers.all()), space.is_public, space.slug) == ({sato, lee}, True, "ops")


def test_an_unknown_name_is_said_and_nothing_is_changed(client):
    writer = make_user("writer")
    space = make_space("ops", writers=[writer])
    client.force_login(writer)
    response = client.post(reverse("space", args=["ops"]), settings_form(name="New", readers="nobody writer"))
    assert "Nobody here is called “nobody”" in response.content.decode()
    space.refresh_from_db()
    assert (space.name, list(space.readers.all())) == ("Ops", [])


def test_the_last_writer_cannot_be_taken_out_by_the_page(client):
    writer = make_user("writer")
    space = make_space("ops", writers=[writer])
    client.force_login(writer)
    response = client.post(reverse("space", args=["ops"]), settings_form(writers=""))
    assert "name at least one writer" in response.content.decode()
    assert list(space.writers.all()) == [writer]


def test_a_writer_may_hand_over_and_leave(client):
    writer, heir = make_user("writer"), make_user("heir")
    space = make_space("ops", writers=[writer])
    client.force_login(writer)
    response = client.post(reverse("space", args=["ops"]), settings_form(writers="heir"))
    assert response["Location"] == reverse("spaces")
    assert list(space.writers.all()) == [heir]


def test_only_ones_own_groups_are_offered_and_those_that_are_in_stay(client):
    writer = make_user("writer")
    mine, theirs, secret = (Group.objects.create(name=name) for name in ("mine", "theirs", "secret"))
    writer.groups.add(mine)
    space = make_space("ops", writers=[writer])
    space.reader_groups.add(theirs)
    client.force_login(writer)
    page = client.get(reverse("space", args=["ops"])).content.decode()
    assert ("mine" in page, "theirs" in page, "secret" in page) == (True, True, False)
    client.post(reverse("space", args=["ops"]), settings_form(reader_groups=[theirs.pk, mine.pk]))
    assert set(space.reader_groups.all()) == {mine, theirs}
    refused = client.post(reverse("space", args=["ops"]), settings_form(reader_groups=[secret.pk]))
    assert refused.status_code == 422


def test_membership_holds_from_the_next_request(client):
    reader = make_user()
    space = make_space("ops", readers=[reader])
    client.force_login(reader)
    assert client.get(reverse("space", args=["ops"])).status_code == 200
    space.readers.clear()
    assert client.get(reverse("space", args=["ops"])).status_code == 404


def test_readers_see_who_is_in_it_and_others_of_a_public_space_do_not(client):
    reader = make_user("reader")
    make_space("ops", readers=[reader], writers=[make_user("boss")], is_public=True)
    client.force_login(reader)
    assert "boss" in client.get(reverse("space", args=["ops"])).content.decode()
    client.force_login(make_user("stranger"))
    page = client.get(reverse("space", args=["ops"])).content.decode()
    assert ("boss" in page, "reader</li>" in page) == (False, False)


def test_the_list_has_mine_first_with_what_is_in_use(client):
    writer = make_user()
    mine = make_space("z-mine", writers=[writer])
    make_space("a-public", is_public=True)
    make_space("hidden")
    make_runbook("ls", space=mine, path="a.ipynb")
    moving.delete(make_runbook("df", space=mine, path="b.ipynb"), writer)
    client.force_login(writer)
    spaces = client.get(reverse("spaces")).context["spaces"]
    assert [(space.slug, space.notebook_count) for space in spaces] == [("z-mine", 1), ("a-public", 0)]


def test_the_list_takes_as_many_queries_for_many_spaces_as_for_one(client, django_assert_max_num_queries):
    writer = make_user()
    for _ in range(12):
        make_space(writers=[writer], readers=[make_user()])
    client.force_login(writer)
    with django_assert_max_num_queries(6):
        client.get(reverse("spaces"))


def test_the_bin_is_paged_and_of_this_space_alone(client):
    writer = make_user()
    ops, net = make_space("ops", writers=[writer]), make_space("net", writers=[writer])
    for space in (ops, net):
        moving.delete(make_runbook("ls", space=space, path=f"{space.slug}.ipynb"), writer)
    client.force_login(writer)
    page = client.get(reverse("bin", args=["ops"])).context["page"]
    assert [notebook.path for notebook in page] == ["ops.ipynb"]
