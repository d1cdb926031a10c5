"""What cells of shared families are called, and where they stand in each of two runbooks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models.functions import Substr
from django.urls import reverse

from lineage.families.naming import first_line
from notebooks.models import Cell, Notebook
from notebooks.parsing.model import CellType

BEGINNING = 300  # characters of a text, for its first line


@dataclass(frozen=True, slots=True)
class Place:
    """The first cell of a family in a notebook."""

    notebook: int
    index: int
    name: str
    is_code: bool


class Places:
    """Where families stand in notebooks that the reader may see. One query."""

    def __init__(self, notebooks: Iterable[Notebook], families: Collection[UUID]) -> None:
        self._notebooks = {notebook.pk: notebook for notebook in notebooks}
        cells = Cell.objects.filter(notebook__in=list(self._notebooks), meme__in=families)
        rows = cells.order_by("notebook", "index").annotate(text=Substr("source", 1, BEGINNING))
        self._places: dict[tuple[int, UUID], Place] = {}
        for pk, uuid, index, kind, text in rows.values_list("notebook", "meme", "index", "cell_type", "text"):
            is_code = kind == CellType.CODE
            place = Place(pk, index, first_line(text, is_code=is_code), is_code)
            self._places.setdefault((pk, uuid), place)

    def first(self, notebook: int, family: UUID) -> Place | None:
        return self._places.get((notebook, family))

    def url(self, notebook: int, family: UUID) -> str:
        """To the cell; to its family where only a run has it."""
        place = self.first(notebook, family)
        if place is None:
            return reverse("family", args=[family])
        return self._notebooks[notebook].url_of_cell(place.index)
