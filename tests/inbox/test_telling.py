"""Who is told of what: once, and only who may read it."""

from uuid import UUID

import pytest

from inbox.models import Notice, Watch, What
from inbox.telling import Event, folders_above, tell, withdraw
from inbox.watching import is_watching, unwatch, watch
from tests.builders import make_runbook, make_space, make_user

FAMILY = UUID("00000001-1111-11e1-8111-000000000000")

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann():
    return make_user("ann")


@pytest.fixture
def bob():
    return make_user("bob")


@pytest.fixture
def space(ann, bob):
    return make_space("ops", readers=[bob], writers=[ann])


@pytest.fixture
def notebook(space):
    return make_runbook("ls", space=space, path="web/disk/full.ipynb")


def event(space, actor=None, **fields):
    says = {"title": "Disk full", "excerpt": "rotate first", "url": "/notes/1/"}
    return Event(**{"key": "note:1", "what": What.NOTE, "space": space, "actor": actor, **says, **fields})


def told():
    return sorted(Notice.objects.values_list("user__username", flat=True))


@pytest.mark.parametrize(
    "of", [{"notebook": True}, {"folder": "web"}, {"folder": "web/disk"}, {"folder": ""}, {"family": FAMILY}]
)
def test_who_watches_anything_around_it_is_told(space, notebook, ann, bob, of):
    if "folder" in of:
        watch(bob, space=space, folder=of["folder"])
    else:
        watch(bob, **({"notebook": notebook} if "notebook" in of else of))
    tell(event(space, ann, notebook=notebook, families=frozenset({FAMILY})))
    assert told() == ["bob"]


@pytest.mark.parametrize("folder", ["web/d", "web/disk/full.ipynb", "disk", "we"])
def test_a_folder_that_only_begins_alike_is_another(space, notebook, ann, bob, folder):
    watch(bob, space=space, folder=folder)
    tell(event(space, ann, notebook=notebook))
    assert told() == []


def test_who_did_it_is_not_told(space, notebook, ann):
    watch(ann, notebook=notebook)
    tell(event(space, ann, notebook=notebook, to=frozenset({ann.pk})))
    assert told() == []


def test_who_may_not_read_the_space_is_not_told_whatever_they_watch(space, notebook, ann):
    stranger, left = make_user("stranger"), make_user("left", is_active=False)
    space.readers.add(left)
    for person in (stranger, left):
        watch(person, notebook=notebook)
        watch(person, family=FAMILY)
        watch(person, space=space)
    everybody = frozenset({stranger.pk, left.pk})
    tell(event(space, ann, notebook=notebook, families=frozenset({FAMILY}), to=everybody))
    assert told() == []


def test_told_twice_is_told_once(space, notebook, ann, bob):
    watch(bob, notebook=notebook)
    tell(event(space, ann, notebook=notebook))
    tell(event(space, ann, notebook=notebook, to=frozenset({bob.pk}), title="Edited"))
    assert [notice.title for notice in Notice.objects.all()] == ["Disk full"]


def test_a_mention_goes_to_who_is_meant_alone_and_is_all_they_hear(space, notebook, ann, bob):
    eve = make_user("eve")
    space.readers.add(eve)
    for person in (bob, eve):
        watch(person, notebook=notebook)
    tell(event(space, ann, what=What.MENTION, notebook=notebook, to=frozenset({bob.pk})))
    tell(event(space, ann, notebook=notebook))
    assert sorted(Notice.objects.values_list("user__username", "what")) == [
        ("bob", "mention"),
        ("eve", "note"),
    ]


def test_the_nearest_watch_is_named_as_the_reason(space, notebook, ann, bob):
    for of in (
        {"space": space},
        {"space": space, "folder": "web"},
        {"notebook": notebook},
        {"family": FAMILY},
    ):
        watch(bob, **of)
    tell(event(space, ann, notebook=notebook, families=frozenset({FAMILY})))
    assert Notice.objects.get().watch.kind == Watch.Kind.RUNBOOK
    tell(event(space, ann, key="note:2", notebook=notebook, to=frozenset({bob.pk})))
    assert Notice.objects.get(key="note:2").watch is None


def test_a_muted_watch_brings_nothing_and_stays_muted(space, notebook, ann, bob):
    watch(bob, notebook=notebook)
    watch(bob, space=space)
    Watch.objects.filter(kind="runbook").update(muted=True)
    watch(bob, notebook=notebook)
    assert not is_watching(bob, notebook=notebook)
    tell(event(space, ann, notebook=notebook))
    assert told() == []  # not through the space either
    tell(event(space, ann, key="note:2"))
    assert told() == ["bob"]


def test_watching_twice_is_watching_once(space, notebook, bob):
    for _ in range(2):
        watch(bob, notebook=notebook)
        watch(bob, space=space)
        watch(bob, space=space, folder="web")
        watch(bob, family=FAMILY)
    assert Watch.objects.count() == 4
    assert is_watching(bob, space=space, folder="web")
    for _ in range(2):
        unwatch(bob, space=space, folder="web")
    assert not is_watching(bob, space=space, folder="web")
    assert is_watching(bob, space=space)


def test_a_watch_is_of_one_thing(space, notebook, bob):
    for of in (
        {},
        {"notebook": notebook, "space": space},
        {"folder": "web"},
        {"family": FAMILY, "folder": "a"},
    ):
        with pytest.raises(ValueError, match="one"):
            watch(bob, **of)


def test_long_and_turning_text_fits(space, ann, bob):
    tell(event(space, ann, to=frozenset({bob.pk}), title="t\u202e\x00" * 400, excerpt="word\n" * 400))
    notice = Notice.objects.get()
    assert len(notice.title) == 300
    assert len(notice.excerpt) == 300
    assert notice.excerpt.endswith("…")
    assert "\u202e" not in notice.title


@pytest.mark.parametrize("watchers", [1, 30])
def test_telling_many_takes_as_many_queries_as_telling_one(
    space, notebook, ann, watchers, django_assert_max_num_queries
):
    for _ in range(watchers):
        person = make_user()
        space.readers.add(person)
        watch(person, notebook=notebook)
    with django_assert_max_num_queries(9):
        tell(event(space, ann, notebook=notebook, families=frozenset({FAMILY})))
    assert Notice.objects.count() == watchers


def test_what_was_withdrawn_stands_in_nobodys_inbox(space, ann, bob):
    for key in ("note:1", "note:1:resolved:7", "note:12"):
        tell(event(space, ann, key=key, to=frozenset({bob.pk})))
    withdraw("note:1")
    assert [notice.key for notice in Notice.objects.all()] == ["note:12"]


def test_folders_are_named_with_all_above_them():
    assert folders_above("a/b/c") == ["a", "a/b", "a/b/c"]
    assert folders_above("") == []
