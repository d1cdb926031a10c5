import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from notebooks import blobs, sidefiles
from notebooks.models import SideFile
from tests.builders import make_space, make_user

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
