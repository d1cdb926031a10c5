"""Where a notebook is, and whether it is there at all: move, rename, delete, restore.

Each sends `notebook_changed` inside its transaction, so that what hangs on the place (search) follows.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.utils import timezone

from notebooks import holds, paths
from notebooks.ingest import Reread
from notebooks.models import Notebook, Space
from notebooks.models.space import Viewer
from notebooks.signals import notebook_changed
from notebooks.storing import with_fragments


class PlaceTaken(Exception):
    """Another notebook stands where this one should go."""


class Held(Exception):
    """Something of its own fills the folder where this should go; the argument is its name."""


class NotThere(Exception):
    """It is in the bin: somebody deleted it meanwhile."""


def destination(name: str, typed: str) -> str:
    """The path that a person means: a folder ("runbooks/") keeps the file's name, ".ipynb" need not be typed.

    Raises paths.UnsafePath; its code "skipped" is for places whose files never come in, such as dot folders.
    """
    typed = typed.strip()
    path = paths.clean(typed + name if typed.endswith("/") else typed)
    path = path if path.endswith(".ipynb") else paths.clean(f"{path}.ipynb")
    if paths.skip_reason(path):
        raise paths.UnsafePath("skipped", path)
    return path


def move(notebook: Notebook, space: Space, path: str, by: User) -> None:
    """Moves or renames; the old address leads to the new one. `path` is one that destination() gave.

    Raises PlaceTaken, Held, or NotThere where the notebook is not in use any more.
    """
    if (notebook.space_id, notebook.path) != (space.pk, path) and (holder := holds.holder_of(space, path)):
        raise Held(holder)
    follow(notebook, space, path, by)


def follow(notebook: Notebook, space: Space, path: str, by: User | None, *, owner: str = "") -> None:
    """The same for what fills the folder itself: its file was moved, so its page is; to `owner`, where that is told.

    Raises PlaceTaken or NotThere.
    """
    while not with_fragments(lambda: _moved(notebook.pk, space, path, by, owner)):
        pass  # a newer revision came in while this one was read


def delete(notebook: Notebook, by: User) -> None:
    """Into the bin; its path is free from now on. Doing it twice is doing it once."""
    with transaction.atomic():
        alive = Notebook.objects.alive().filter(pk=notebook.pk)
        if alive.update(deleted_at=timezone.now(), deleted_by=by):
            _announce(notebook.pk)


def restore(notebook: Notebook) -> None:
    """Out of the bin, to where it was. Raises PlaceTaken where another notebook stands there now."""
    with transaction.atomic():
        deleted = Notebook.objects.deleted().filter(pk=notebook.pk)
        with _unique_place():
            restored = deleted.update(deleted_at=None, deleted_by=None)
        if restored:
            _announce(notebook.pk)


def forwarded(space: Space, path: str, user: Viewer) -> Notebook | None:
    """The notebook that moved away from `path`, if `user` may see where it is now."""
    signpost = Notebook.objects.signposts_at(space, path).first()
    if signpost is None or signpost.moved_to_id is None:
        return None
    return Notebook.objects.visible_to(user).with_place().filter(pk=signpost.moved_to_id).first()


def _moved(pk: int, space: Space, path: str, by: User | None, owner: str) -> bool:
    """False where a newer revision came in meanwhile."""
    notebook = Notebook.objects.select_related("revision").get(pk=pk)
    if notebook.revision is None or notebook.is_deleted:
        raise NotThere
    if (notebook.space_id, notebook.path) == (space.pk, path):
        return True
    # Where its links lead depends on its folder, so cells and links are written again.
    reread = Reread.of(notebook.revision)
    with transaction.atomic():
        locked = Notebook.objects.alive().select_for_update().filter(pk=notebook.pk).first()
        if locked is None:
            raise NotThere
        if locked.revision_id != notebook.revision_id:
            return False
        _leave_signpost(locked, by)
        _give(locked, owner)
        _put(locked, space, path)
        reread.store(locked)
        notebook_changed.send(Notebook, notebook=locked)
    return True


def _give(notebook: Notebook, owner: str) -> None:
    if owner and owner != notebook.owner:
        notebook.owner = owner
        notebook.account = User.objects.filter(username=owner).first()
        notebook.save(update_fields=["owner", "account"])


def _leave_signpost(notebook: Notebook, by: User | None) -> None:
    Notebook.objects.create(
        space_id=notebook.space_id,
        path=notebook.path,
        folder=notebook.folder,
        title=notebook.title,
        deleted_at=timezone.now(),
        deleted_by=by,
        moved_to=notebook,
    )


def _put(notebook: Notebook, space: Space, path: str) -> None:
    notebook.space, notebook.path, notebook.folder = space, path, paths.folder_of(path)
    with _unique_place():
        notebook.save(update_fields=["space", "path", "folder", "updated_at"])
    # Moved back: a signpost here would lead to itself.
    notebook.signposts.filter(space=space, path=path).delete()


@contextmanager
def _unique_place() -> Iterator[None]:
    """The database has the last word on who stands where, also when two move at once."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        raise PlaceTaken from error


def _announce(pk: int) -> None:
    notebook_changed.send(Notebook, notebook=Notebook.objects.get(pk=pk))
