"""What a request wants to write a note at, and where on which page its notes are shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import urlencode

from lineage.families.naming import first_line
from notebooks import memes
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer
from notebooks.paging import Part, query_of
from notebooks.parsing.model import CellType
from stickies.drafts import At
from stickies.models import Note

_NUMBER = re.compile(r"[0-9]{1,18}")
_SPOT = re.compile(r"([0-9]{1,18})(?::([0-9]{1,9}))?")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a note is to hang on, and how the address says so."""

    at: At
    cell: Cell | None = None
    name: str = ""  # of the cell: its first line

    @property
    def query(self) -> str:
        """Names it in an address, also when the cell stands elsewhere by then."""
        notebook, meme = self.at.notebook, self.at.meme
        named: dict[str, Any] = {"notebook": notebook.pk} if notebook else {}
        if self.cell is not None:
            named["index"] = self.cell.index
        if meme is not None and not self.at.is_of_notebook:
            named["meme"] = str(meme)
        return urlencode(named)

    @property
    def spot(self) -> str:
        """Where its notes are shown: "12:5" at a cell, "12" on a notebook, '' on a family."""
        notebook = self.at.notebook
        if notebook is None:
            return ""
        return str(notebook.pk) if self.cell is None else f"{notebook.pk}:{self.cell.index}"

    @property
    def key(self) -> str:
        """Names what it hangs on, for the draft that a browser keeps."""
        where = str(self.at.notebook.pk) if self.at.notebook else ""
        return f"{where}/{self.at.meme if self.cell is not None or not where else ''}"

    @property
    def back(self) -> str:
        """The page that one came from."""
        if self.at.notebook is not None:
            return Spot(self.at.notebook, self.cell.index if self.cell is not None else None).url
        return reverse("family", args=[str(self.at.meme)])


def asked_place(asked: Mapping[str, str], user: Viewer) -> Asked:
    """Of `notebook` and `index` or `meme`, of `notebook` alone, of `meme` alone. 404 for what may not be seen."""
    meme = memes.parse(asked.get("meme", ""))
    if asked.get("notebook"):
        notebook = _notebook(asked["notebook"], user)
        if not asked.get("index") and meme is None:
            return Asked(At.whole(notebook), name=notebook.title)
        cell = _cell(notebook, asked.get("index", ""), meme)
        name = first_line(cell.source, is_code=cell.cell_type == CellType.CODE)
        return Asked(At.cell(notebook, cell), cell, name)
    if meme is None or not _is_seen(meme, user):
        raise Http404
    return Asked(At(meme), name=str(meme))


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a runbook's page where notes are shown: at a cell, or above all of them."""

    notebook: Notebook
    index: int | None

    @property
    def part(self) -> Part:
        return Part.holding(self.index or 0, self.notebook.cell_count)

    @property
    def url(self) -> str:
        return self.url_of_page + (f"#cell-{self.index}" if self.index is not None else "#notes")

    @property
    def url_of_page(self) -> str:
        query = query_of(self.index, self.notebook.cell_count) if self.index is not None else ""
        return self.notebook.get_absolute_url() + query

    def __str__(self) -> str:
        return str(self.notebook.pk) if self.index is None else f"{self.notebook.pk}:{self.index}"


def spot_in(text: str, user: Viewer) -> Spot | None:
    """Of "12:5" or "12"; None where there is no such place, or none that `user` may see."""
    match = _SPOT.fullmatch(text)
    if match is None:
        return None
    notebook = Notebook.objects.visible_to(user).alive().with_place().filter(pk=match[1]).first()
    if notebook is None:
        return None
    index = int(match[2]) if match[2] else None
    return None if index is not None and index >= notebook.cell_count else Spot(notebook, index)


def _notebook(pk: str, user: Viewer) -> Notebook:
    if not _NUMBER.fullmatch(pk):
        raise Http404
    return get_object_or_404(Notebook.objects.visible_to(user).alive().with_place(), pk=pk)


def _cell(notebook: Notebook, index: str, meme: Meme | None) -> Cell:
    """The one with the id, at its place if it is still there; else, without an id, the one at the place."""
    cells = notebook.cells.order_by("index").defer("output")
    if meme is None:
        return get_object_or_404(cells, index=index if _NUMBER.fullmatch(index) else -1)
    bearing = list(cells.filter(meme=meme.uuid, branch=meme.branch)) or list(cells.filter(meme=meme.uuid))
    if not bearing:
        raise Http404
    return next((cell for cell in bearing if str(cell.index) == index), bearing[0])


def _is_seen(meme: Meme, user: Viewer) -> bool:
    return (
        Cell.objects.visible_to(user).filter(meme=meme.uuid).exists()
        or Notebook.objects.visible_to(user).alive().filter(meme=meme.uuid).exists()
        or Note.objects.visible_to(user).filter(meme=meme.uuid).exists()
    )
