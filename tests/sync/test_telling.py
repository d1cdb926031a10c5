"""Who hears of a sync that failed, of what, and how often."""

import pytest

from inbox import wording
from inbox.models import Notice, What
from inbox.watching import watch
from sync.models import Run
from tests.builders import make_space, make_user
from tests.sync.doing import Why, lay, make_source, sync, write

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return {name: make_user(name) for name in ("owner", "of_space", "of_folder", "of_other", "stranger")}


@pytest.fixture
def source(root, people):
    (root / "there").mkdir()
    write(root / "there/x.ipynb")
    readers = [people[name] for name in ("of_space", "of_folder", "of_other")]
    space = make_space("ops", writers=[people["owner"]], readers=readers)
    source = make_source(root / "there", space=space, folder="hub/one", by=people["owner"])
    watch(people["of_space"], space=space)
    watch(people["of_folder"], space=space, folder="hub")
    watch(people["of_other"], space=space, folder="hub/other")
    watch(people["stranger"], space=space)
    sync(source)
    return source


def told():
    return sorted(Notice.objects.values_list("user__username", flat=True))


def test_those_who_watch_and_who_set_it_up_are_told_and_nobody_else(source, root):
    (root / "there").rename(root / "away")
    run = sync(source)
    assert run.state == Run.State.FAILED
    assert told() == ["of_folder", "of_space", "owner"]
    notice = Notice.objects.get(user__username="of_folder")
    assert (notice.what, notice.title, notice.url) == (What.SYNC_FAILED, "hub", source.get_absolute_url())
    assert wording.headline(notice) == "A sync failed: hub"
    assert wording.reason(notice) == "You watch the folder “hub”."
    assert wording.reason(Notice.objects.get(user__username="owner")) == "You set up this source."


def test_the_address_is_told_to_nobody(source, root):
    (root / "there").rename(root / "away")
    sync(source)
    assert not [notice for notice in Notice.objects.all() if str(root) in notice.excerpt]


def test_what_fails_again_for_the_same_reason_is_told_once(source, root):
    (root / "there").rename(root / "away")
    for _ in range(3):
        sync(source, Why.SCHEDULE)
    assert Notice.objects.filter(user__username="owner").count() == 1
    (root / "away").rename(root / "there")
    sync(source, Why.SCHEDULE)
    (root / "there").rename(root / "away")
    sync(source, Why.SCHEDULE)
    assert Notice.objects.filter(user__username="owner").count() == 2


def test_files_that_fail_are_told_once_until_they_fail_otherwise(source, root):
    lay(root / "there/broken.ipynb", b"{")
    sync(source)
    sync(source)
    notice = Notice.objects.get(user__username="owner")
    assert notice.excerpt == "1 file failed: hub/one/broken.ipynb"
    assert notice.url.startswith("/batches/")
    lay(root / "there/broken.ipynb", b"{{", age=30)
    sync(source)
    assert Notice.objects.filter(user__username="owner").count() == 2


def test_what_may_pass_by_itself_is_told_when_it_did_not(source, monkeypatch):
    def fails(self):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("sync.folder.FolderReader._look_into", lambda self, folder, been: fails(self))
    sync(source, Why.SCHEDULE)
    assert told() == []
    sync(source, Why.SCHEDULE)
    assert told() == ["of_folder", "of_space", "owner"]


def test_all_going_well_nobody_is_bothered(source):
    sync(source)
    assert told() == []
