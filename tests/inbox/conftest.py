import pytest

from inbox.models import What
from inbox.telling import Event, tell
from tests.builders import make_runbook, make_space, make_user


@pytest.fixture
def ann():
    return make_user("ann", email="ann@ops.example")


@pytest.fixture
def bob():
    return make_user("bob", email="bob@ops.example")


@pytest.fixture
def space(ann, bob):
    """Ann writes in it, Bob reads."""
    return make_space("ops", name="Operations", readers=[bob], writers=[ann])


@pytest.fixture
def notebook(space):
    return make_runbook(("markdown", "# Disk full"), space=space, path="web/disk/full.ipynb")


@pytest.fixture
def tell_bob(space, ann, bob):
    """Tells Bob of something that Ann did."""

    def tell_(number=1, **fields):
        says = {"what": What.NOTE, "title": "Disk full", "excerpt": f"rotate {number} first"}
        tell(
            Event(
                **{
                    "key": f"note:{number}",
                    "space": space,
                    "actor": ann,
                    "url": f"/notes/{number}/",
                    "to": frozenset({bob.pk}),
                    **says,
                    **fields,
                }
            )
        )

    return tell_
