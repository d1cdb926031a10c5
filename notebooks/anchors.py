"""Where a link into a notebook leads: the ids of its headings and of what else it named."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from functools import cached_property

from notebooks.models import Cell
from notebooks.parsing.model import CellType
from notebooks.rendering import anchor_of
from notebooks.rendering.marks import ID_PREFIX

_DASHES = re.compile("-+")
_ID = re.compile(f' id="{ID_PREFIX}([^"]*)"')


class Anchors:
    """The ids inside one notebook, from (index of the cell, anchor) in order: the first of a name is meant."""

    def __init__(self, found: Iterable[tuple[int, str]]) -> None:
        self._found = found

    @classmethod
    def in_html(cls, htmls: Iterable[tuple[int, str]]) -> Anchors:
        """From (index, html) of fragments: all that bears an id in them."""
        return cls((index, anchor) for index, html in htmls for anchor in _ID.findall(html))

    def element_id(self, written: str) -> str | None:
        """The id that a link means by `written`: as it stands, as Jupyter writes it, or in another case."""
        return self._ids.get(written) or self._folded.get(_key(written))

    def url(self, written: str) -> str | None:
        """The same as a link on the notebook's own page."""
        found = self.element_id(written)
        return f"#{found}" if found else None

    @cached_property
    def _ids(self) -> dict[str, str]:
        ids: dict[str, str] = {}
        for index, anchor in self._found:
            ids.setdefault(anchor, f"cell-{index}-{anchor}")
        return ids

    @cached_property
    def _folded(self) -> dict[str, str]:
        return {_key(anchor): element_id for anchor, element_id in reversed(self._ids.items())}


def headings_of(notebooks: Collection[int]) -> dict[int, Anchors]:
    """By the notebook's id. One query; their HTML, which names more than headings, may be megabytes."""
    if not notebooks:
        return {}
    cells = Cell.objects.filter(notebook__in=notebooks, cell_type=CellType.MARKDOWN)
    rows = cells.order_by("notebook_id", "index").values_list("notebook_id", "index", "fragment__headings")
    found: dict[int, list[tuple[int, str]]] = {}
    for pk, index, headings in rows:
        found.setdefault(pk, []).extend((index, anchor) for _level, _text, anchor in headings)
    return {pk: Anchors(each) for pk, each in found.items()}


def _key(written: str) -> str:
    """What `written` is compared by. Jupyter keeps signs that no address here has, so dashes are not counted."""
    return _DASHES.sub("-", unicodedata.normalize("NFC", anchor_of(written)).casefold())
