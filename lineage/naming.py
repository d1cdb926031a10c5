"""What to call a family of which only the id is at hand: the beginning of its text, or its notebook's title."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min

from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer

LONGEST = 80
_HEADING = re.compile(r"^#{1,6}\s+|^[=-]{3,}$")


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    copies: int
    is_code: bool


def first_line(source: str) -> str:
    """The first line that says something, without a heading's marks."""
    lines = (_HEADING.sub("", line.strip()).strip() for line in source.splitlines())
    line = next(filter(None, lines), "")
    return line if len(line) <= LONGEST else line[: LONGEST - 1] + "…"


def names_of(uuids: Collection[UUID], user: Viewer) -> dict[UUID, Name]:
    """Of those with an occurrence that `user` may see. Four queries, however many."""
    cells = Cell.objects.visible_to(user).filter(meme__in=uuids).order_by()
    counted = list(cells.values_list("meme").annotate(copies=Count("pk"), first=Min("pk")))
    texts = _texts([first for _, _, first in counted])
    names = _titles(uuids, user)
    for uuid, copies, first in counted:
        source, cell_type = texts.get(first, ("", ""))
        names[uuid] = Name(first_line(source), copies, cell_type == "code")
    return names


def _texts(cells: Collection[int]) -> dict[int, tuple[str, str]]:
    rows = Cell.objects.filter(pk__in=cells).order_by().values_list("pk", "source", "cell_type")
    return {pk: (source, cell_type) for pk, source, cell_type in rows}


def _titles(uuids: Collection[UUID], user: Viewer) -> dict[UUID, Name]:
    bearing = Notebook.objects.visible_to(user).alive().filter(meme__in=uuids).order_by()
    rows = bearing.values_list("meme").annotate(copies=Count("pk"), title=Min("title"))
    return {uuid: Name(title, copies, is_code=False) for uuid, copies, title in rows if uuid is not None}
