"""Where a note will be seen, said in numbers before it is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer
from stickies.drafts import At
from stickies.joins import joins_of
from stickies.models import Reach


@dataclass(frozen=True, slots=True)
class Extent:
    """As far as the person who asks may see."""

    copies: int  # cells, or notebooks where the note is on one as a whole
    folders: int


@dataclass(frozen=True, slots=True)
class _Group:
    """The cells of one branch in one notebook."""

    branch: str
    is_same_family: bool
    notebook: int
    folder: tuple[int, str]
    cells: int


def extents(at: At, user: Viewer) -> Mapping[Reach, Extent]:
    """Of each reach that means something there. Two queries, or one more a step where families are joined."""
    groups = list(_groups(at, user))
    return {reach: _extent(group for group in groups if _reaches(reach, group, at)) for reach in at.reaches}


def _reaches(reach: Reach, group: _Group, at: At) -> bool:
    if reach is Reach.NOTEBOOK:
        return at.notebook is not None and group.notebook == at.notebook.pk
    if reach is Reach.ID:
        return group.is_same_family and at.meme is not None and group.branch == at.meme.branch
    return True


def _extent(groups: Iterable[_Group]) -> Extent:
    groups = list(groups)
    return Extent(sum(group.cells for group in groups), len({group.folder for group in groups}))


def _groups(at: At, user: Viewer) -> Iterable[_Group]:
    if at.is_of_notebook:
        return _notebooks(at, user)
    return _cells(at.meme.uuid, user) if at.meme else ()


def _cells(uuid: UUID, user: Viewer) -> Iterable[_Group]:
    families = joins_of({uuid}, user).of(uuid)
    rows = (
        Cell.objects.visible_to(user)
        .filter(meme__in=families)
        .order_by()
        .values_list("meme", "branch", "notebook", "notebook__space", "notebook__folder")
        .annotate(cells=Count("pk"))
    )
    return [
        _Group(branch, meme == uuid, notebook, (space, folder), cells)
        for meme, branch, notebook, space, folder, cells in rows
    ]


def _notebooks(at: At, user: Viewer) -> Iterable[_Group]:
    seen = Notebook.objects.visible_to(user).alive().order_by()
    if at.meme is not None:
        seen = seen.filter(meme=at.meme.uuid)
    elif at.notebook is not None:
        seen = seen.filter(pk=at.notebook.pk)
    rows = seen.values_list("branch", "pk", "space", "folder")
    return [
        _Group(branch, is_same_family=True, notebook=pk, folder=(space, folder), cells=1)
        for branch, pk, space, folder in rows
    ]
