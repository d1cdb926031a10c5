"""Folders of a space. They are no rows: a folder is what the paths of notebooks and side files say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from itertools import groupby
from typing import overload

from django.db import connection
from django.db.models import Case, Count, F, Max, Q, Value, When
from django.db.models.functions import Coalesce, Lower, StrIndex, Substr

from notebooks import paths
from notebooks.models import Cell, Notebook, SideFile, Space
from notebooks.models.notebook import NotebookQuerySet
from notebooks.parsing.model import Status
from notebooks.verdict import Verdict, verdict_of

_NUMBERED = re.compile(r"([0-9]+[-_. ]*)?README\.ipynb", re.IGNORECASE)
CHANGED = Coalesce("revision__saved_at", "revision__ingested_at")


class Sort(StrEnum):
    NAME = "name"
    TIME = "time"

    @classmethod
    def of(cls, text: str | None) -> Sort:
        return cls.TIME if text == cls.TIME else cls.NAME


@dataclass(frozen=True, slots=True)
class SubFolder:
    name: str
    path: str
    count: int  # of notebooks, in it and below
    changed_at: datetime | None
    newest_id: int
    only: Notebook | None = None  # where it holds a single one, as folders of runs do


@dataclass(frozen=True, slots=True)
class Readme:
    """What introduces a folder: a drawing, a text, a notebook, whichever are there."""

    drawing: SideFile | None
    text: SideFile | None
    notebook: Notebook | None


Entry = SubFolder | Notebook


class Listing(Sequence[Entry]):
    """What stands in a folder, sub-folders first, for a Paginator: of the notebooks only a page is read."""

    def __init__(self, space: Space, folder: str, sort: Sort) -> None:
        self.folders = _sub_folders(space, folder, sort)
        self.notebooks = _notebooks_in(space, folder, sort)

    def __len__(self) -> int:
        return len(self.folders) + self.notebooks.count()

    @overload
    def __getitem__(self, part: int) -> Entry: ...
    @overload
    def __getitem__(self, part: slice) -> list[Entry]: ...
    def __getitem__(self, part: int | slice) -> Entry | list[Entry]:
        if isinstance(part, int):
            return self[part : part + 1][0]
        first, last = (max(0, end - len(self.folders)) for end in (part.start, part.stop))
        notebooks = self.notebooks[first:last] if last else ()
        return [*_with_only_notebooks(self.folders[part]), *notebooks]


def is_folder(space: Space, folder: str) -> bool:
    """Whether anything is at `folder` or below. The top is always there."""
    here = Q(folder=folder) | _below(folder)
    return (
        not folder
        or Notebook.objects.alive().filter(here, space=space).exists()
        or SideFile.objects.filter(here, space=space).exists()
    )


def readme_of(space: Space, folder: str) -> Readme:
    """README in any case, as people write it."""
    files = SideFile.objects.filter(_is_readme(folder, "md", "svg"), space=space, folder=folder)
    by_ending = {
        file.path.rpartition(".")[2].lower(): file for file in files.select_related("space").order_by("path")
    }
    return Readme(by_ending.get("svg"), by_ending.get("md"), _readme_notebook(space, folder))


def verdicts_of(entries: Iterable[Entry]) -> dict[int, Verdict]:
    """How far each notebook among `entries` was worked through, by its id. One query."""
    shown = [each.only if isinstance(each, SubFolder) else each for each in entries]
    return verdicts(each.pk for each in shown if each is not None)


def verdicts(notebook_ids: Iterable[int]) -> dict[int, Verdict]:
    cells = (
        Cell.objects.filter(notebook__in=set(notebook_ids))
        .exclude(status=Status.NONE)
        .order_by("notebook_id", "index")
        .values_list("notebook_id", "index", "status")
    )
    return {
        pk: verdict_of((index, Status(status)) for _, index, status in group)
        for pk, group in groupby(cells, key=lambda cell: cell[0])
    }


def _below(folder: str) -> Q:
    """Rows of any folder below `folder`, found through an index that begins with it."""
    if not folder:
        return ~Q(folder="")
    if connection.vendor == "sqlite":
        # Its LIKE takes "a" for "A" and uses no index; it compares by the byte, and "0" comes next after "/".
        return Q(folder__gte=f"{folder}/", folder__lt=f"{folder}0")
    return Q(folder__startswith=f"{folder}/")


def _sub_folders(space: Space, folder: str, sort: Sort) -> list[SubFolder]:
    """Grouped by the database: its answer has a row a sub-folder, however much lies below."""
    prefix = f"{folder}/" if folder else ""
    rows = (
        Notebook.objects.alive()
        .filter(_below(folder), space=space)
        .annotate(rest=Substr("folder", len(prefix) + 1))
        .annotate(end=StrIndex("rest", Value("/")))
        .annotate(child=Case(When(end=0, then=F("rest")), default=Substr("rest", 1, F("end") - 1)))
        .values("child")
        .annotate(count=Count("pk"), changed=Max(CHANGED), newest=Max("pk"))
        .order_by("-changed" if sort is Sort.TIME else Lower("child"), "child")
        .values_list("child", "count", "changed", "newest")
    )
    return [SubFolder(name, prefix + name, count, changed, newest) for name, count, changed, newest in rows]


def _with_only_notebooks(folders: Sequence[SubFolder]) -> list[SubFolder]:
    single = Notebook.objects.with_place().in_bulk([each.newest_id for each in folders if each.count == 1])
    return [replace(each, only=single.get(each.newest_id)) for each in folders]


def _notebooks_in(space: Space, folder: str, sort: Sort) -> NotebookQuerySet:
    here = Notebook.objects.alive().filter(space=space, folder=folder).with_place()
    if sort is Sort.TIME:
        return here.annotate(changed=CHANGED).order_by(F("changed").desc(nulls_last=True), "path")
    return here.order_by(Lower("path"), "path")


def _readme_notebook(space: Space, folder: str) -> Notebook | None:
    """README.ipynb, or one with a number before that puts it first in a list of files."""
    named = Notebook.objects.alive().filter(space=space, folder=folder, path__iendswith="README.ipynb")
    found = [each for each in named.with_place().order_by("path") if _NUMBERED.fullmatch(each.name)]
    return min(found, key=lambda each: len(each.name), default=None)


def _is_readme(folder: str, *endings: str) -> Q:
    return Q(*(("path__iexact", paths.joined(folder, f"README.{each}")) for each in endings), _connector=Q.OR)
