"""The text that a note was written for against that of a cell where it is seen."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic

from django.http import Http404

from lineage.comparison.wording import Wording, compare
from stickies.models import Note
from stickies.places import Spot

LONGEST = 1.0  # seconds; after them lines are compared whole


@dataclass(frozen=True, slots=True)
class Difference:
    wording: Wording | None  # None: the text was not kept with the note
    is_same_notebook: bool


def difference_of(note: Note, spot: Spot) -> Difference:
    here = spot.notebook.cells.filter(index=spot.index or 0).values_list("source", flat=True).first()
    if here is None:
        raise Http404
    until = monotonic() + LONGEST
    is_kept = bool(note.cell_text) or not note.cell_digest
    wording = compare(note.cell_text, here, lambda: monotonic() > until) if is_kept else None
    return Difference(wording, note.notebook_id == spot.notebook.pk)
