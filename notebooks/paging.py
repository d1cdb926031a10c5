"""Which cells of a notebook stand on one page: all of them, or a part of a very long one. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

# A page of so many is made in a quarter of a second and has about half a megabyte.
CELLS = 500

_NUMBER = re.compile("[0-9]{1,9}")
_CELL_OF = re.compile("cell-([0-9]{1,9})")


@dataclass(frozen=True, slots=True)
class Part:
    """The cells `first` <= index < `stop` of `total`. Its properties are the first cells of other parts."""

    first: int
    stop: int
    total: int

    @classmethod
    def holding(cls, index: int, total: int) -> Part:
        """The page that a cell stands on; the last one for an index beyond the end."""
        first = max(min(index, total - 1), 0) // CELLS * CELLS
        return cls.beginning(first, total)

    @classmethod
    def beginning(cls, first: int, total: int) -> Part:
        return cls(first, max(min(first + CELLS, total), first), total)

    @classmethod
    def whole(cls, total: int) -> Part:
        return cls(0, total, total)

    def __contains__(self, index: int) -> bool:
        return self.first <= index < self.stop

    @property
    def is_whole(self) -> bool:
        return self.first == 0 and self.stop >= self.total

    @property
    def previous(self) -> int | None:
        return max(self.first - CELLS, 0) if self.first else None

    @property
    def next(self) -> int | None:
        return self.stop if self.stop < self.total else None

    @property
    def last(self) -> int:
        return Part.holding(self.total, self.total).first

    def url_of(self, element_id: str, address: str = "./") -> str:
        """A link to an element of a cell, from this page. `address` is where the other parts are shown."""
        is_here = _index_in(element_id) in self
        return f"#{element_id}" if is_here else f"{address}{link_to(element_id, self.total)}"


def query_of(index: int, total: int) -> str:
    """What leads to the page with that cell; nothing where there is but one page."""
    return f"?from={Part.holding(index, total).first}" if total > CELLS else ""


def link_to(element_id: str, total: int) -> str:
    """What follows the address of a notebook in a link to an element of a cell."""
    return f"{query_of(_index_in(element_id), total)}#{element_id}"


def _index_in(element_id: str) -> int:
    match = _CELL_OF.match(element_id)
    return int(match[1]) if match else 0


def index_asked(text: str) -> int:
    """Of `?from=`: whatever stands in an address; the beginning where it is no number."""
    return int(text) if _NUMBER.fullmatch(text) else 0
