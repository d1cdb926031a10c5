"""What a person watches. Doing any of it twice is doing it once."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User

from inbox.models import Watch
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer

Kind = Watch.Kind


def watch(
    user: User,
    *,
    notebook: Notebook | None = None,
    space: Space | None = None,
    folder: str | None = None,
    family: UUID | None = None,
) -> None:
    """Watches one thing: a notebook, a family, a space, or (with `folder`) a folder of the space. A muted one stays
    muted: who wrote a note at what they had muted is not told again against their will."""
    Watch.objects.get_or_create(user=user, **_what(notebook, space, folder, family))


def unwatch(
    user: User,
    *,
    notebook: Notebook | None = None,
    space: Space | None = None,
    folder: str | None = None,
    family: UUID | None = None,
) -> None:
    Watch.objects.filter(user=user, **_what(notebook, space, folder, family)).delete()


def is_watching(
    user: Viewer,
    *,
    notebook: Notebook | None = None,
    space: Space | None = None,
    folder: str | None = None,
    family: UUID | None = None,
) -> bool:
    """Whether it brings notices: a muted watch does not."""
    of = _what(notebook, space, folder, family)
    return user.is_authenticated and Watch.objects.heard().filter(user=user.pk, **of).exists()


def _what(
    notebook: Notebook | None, space: Space | None, folder: str | None, family: UUID | None
) -> dict[str, Any]:
    """As the columns have it. The top folder of a space is the space."""
    if sum(thing is not None for thing in (notebook, space, family)) != 1 or (folder and space is None):
        raise ValueError("a watch is of one notebook, one family, one space, or one folder of a space")
    if notebook is not None:
        return {"kind": Kind.RUNBOOK, "notebook": notebook}
    if family is not None:
        return {"kind": Kind.FAMILY, "family": family}
    return {"kind": Kind.FOLDER if folder else Kind.SPACE, "space": space, "folder": folder or ""}
