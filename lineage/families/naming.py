"""What to call a family of which only the id is at hand: the beginning of its text, or its notebook's title."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count, Min

from lineage.sight import Sight
from notebooks.models import Cell
from notebooks.models.space import Viewer
from notebooks.parsing.model import CellType

LONGEST = 80  # characters
MOST_READ = 5_000
_HEADING = re.compile(r"^#{1,6}\s+|^[=-]{3,}$")
_ABOUT = re.compile(r"^about\s*[::]\s*", re.IGNORECASE)  # literate-computing runbooks begin so
_MARKUP = re.compile(r"<[^>]*>|!?\[([^\]]*)\]\([^)]*\)|\*\*|`+")


@dataclass(frozen=True, slots=True)
class Name:
    text: str
    copies: int
    is_code: bool
    runbook: str = ""  # the title of one that has it


def first_line(source: str, *, is_code: bool, longest: int = LONGEST) -> str:
    """The first line that says something; of prose without its marks."""
    lines = (line.strip() if is_code else _plain(line.strip()) for line in source[:MOST_READ].splitlines())
    line = next(filter(None, lines), "")
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _plain(line: str) -> str:
    return _ABOUT.sub("", _MARKUP.sub(r"\1", _HEADING.sub("", line)).strip())


def names_of(uuids: Collection[UUID], user: Viewer) -> dict[UUID, Name]:
    return names_in(uuids, Sight(user))


def names_in(uuids: Collection[UUID], sight: Sight) -> dict[UUID, Name]:
    """Of those with an occurrence that the reader may see. Three queries, however many."""
    cells = sight.cells.filter(meme__in=uuids)
    counted = list(cells.values_list("meme").annotate(copies=Count("pk"), first=Min("pk")))
    texts = _texts([first for _, _, first in counted])
    names = _titles(uuids, sight)
    for uuid, copies, first in counted:
        source, cell_type, title = texts.get(first, ("", "", ""))
        is_code = cell_type == CellType.CODE
        names[uuid] = Name(first_line(source, is_code=is_code), copies, is_code, title)
    return names


def _texts(cells: Collection[int]) -> dict[int, tuple[str, str, str]]:
    rows = Cell.objects.filter(pk__in=cells).order_by()
    fields = rows.values_list("pk", "source", "cell_type", "notebook__title")
    return {pk: (source, cell_type, title) for pk, source, cell_type, title in fields}


def _titles(uuids: Collection[UUID], sight: Sight) -> dict[UUID, Name]:
    bearing = sight.notebooks.filter(meme__in=uuids).order_by()
    rows = bearing.values_list("meme").annotate(copies=Count("pk"), title=Min("title"))
    return {uuid: Name(title, copies, is_code=False) for uuid, copies, title in rows if uuid is not None}
