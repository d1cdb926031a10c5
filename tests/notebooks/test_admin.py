import io

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from notebooks import batches, blobs, moving, sidefiles
from notebooks.door import Incoming
from notebooks.models import Batch, SideFile, Space
from tests.builders import make_runbook, make_space, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def picture():
    sha256 = blobs.put(b"<svg xmlns='http://www.w3.org/2000/svg'/>")
    sidefiles.store(make_space(), "a/plan.svg", sha256, 41)
    return SideFile.objects.get()


def staff(*permissions):
    person = make_user(is_staff=True)
    person.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return person


def test_a_picture_that_should_not_be_here_can_be_taken_out(client, picture):
    client.force_login(staff("view_sidefile", "delete_sidefile"))
    client.post(reverse("admin:notebooks_sidefile_delete", args=[picture.pk]), {"post": "yes"})
    assert not SideFile.objects.exists()


def test_staff_without_the_right_to_it_cannot(client, picture):
    client.force_login(staff("view_sidefile"))
    answer = client.post(reverse("admin:notebooks_sidefile_delete", args=[picture.pk]), {"post": "yes"})
    assert answer.status_code == 403
    assert SideFile.objects.exists()


def in_use(space):
    make_runbook(space=space)


def in_the_bin(space):
    moving.delete(make_runbook(space=space), make_user())


def moved_away(space):
    moving.move(make_runbook(space=space), make_space(), "x.ipynb", make_user())


@pytest.mark.parametrize("held", [in_use, in_the_bin, moved_away])
def test_a_space_that_ever_held_a_runbook_stays_and_staff_is_told_why(client, held):
    space = make_space()
    held(space)
    client.force_login(staff("view_space", "change_space", "delete_space"))
    change, delete = (
        reverse(f"admin:notebooks_space_{way}", args=[space.pk]) for way in ("change", "delete")
    )
    page = client.get(change).content.decode()
    assert "it cannot be deleted" in page
    assert delete not in page
    for answer in (client.get(delete), client.post(delete, {"post": "yes"})):
        assert answer["Location"] == change
    assert "it cannot be deleted" in client.get(change).content.decode().split("messagelist")[1]
    assert Space.objects.filter(pk=space.pk).exists()


def test_a_space_that_never_held_a_runbook_can_be_deleted_with_what_is_left_in_it(client, picture):
    batch = batches.open_batch(picture.space, None, Batch.Kind.COMMAND)
    batches.receive(batch, [Incoming("x.ipynb", 0, lambda: io.BytesIO(b""))], is_last=True)
    client.force_login(staff("view_space", "change_space", "delete_space"))
    delete = reverse("admin:notebooks_space_delete", args=[picture.space.pk])
    assert client.post(delete, {"post": "yes"}).status_code == 302
    assert not Space.objects.exists()


def test_staff_without_the_right_to_it_deletes_no_space(client):
    space = make_space()
    client.force_login(staff("view_space", "change_space"))
    answer = client.post(reverse("admin:notebooks_space_delete", args=[space.pk]), {"post": "yes"})
    assert answer.status_code == 403
    assert Space.objects.exists()


def test_spaces_are_not_deleted_by_the_dozen(client):
    space = make_space()
    client.force_login(staff("view_space", "change_space", "delete_space"))
    chosen = {"action": "delete_selected", "_selected_action": [space.pk], "post": "yes"}
    client.post(reverse("admin:notebooks_space_changelist"), chosen)
    assert Space.objects.exists()
