"""Which notes no longer fit the cell that they were written at, as it is today."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from django.db.models.functions import MD5

from notebooks.models import Cell
from notebooks.models.space import Viewer
from stickies.models import Note


def outdated_among(notes: Collection[Note], user: Viewer) -> set[int]:
    """Their ids: the text is another, or the cell is gone. Of a notebook that may not be seen nothing is told."""
    at_cells = [note for note in notes if note.cell_digest and note.notebook_id and note.meme]
    if not at_cells:
        return set()
    notebooks = {note.notebook_id for note in at_cells if note.notebook_id}
    texts = _texts(notebooks, {note.meme for note in at_cells if note.meme}, user)
    alive = {notebook for notebook, _meme in texts} | _alive(notebooks, user)
    return {
        note.pk
        for note in at_cells
        if note.notebook_id in alive and note.cell_digest not in texts.get((note.notebook_id, note.meme), ())
    }


def _texts(
    notebooks: Collection[int], memes: Collection[UUID], user: Viewer
) -> dict[tuple[int, UUID | None], set[str]]:
    cells = Cell.objects.visible_to(user).filter(notebook__in=notebooks, meme__in=memes).order_by()
    found: defaultdict[tuple[int, UUID | None], set[str]] = defaultdict(set)
    for notebook, meme, digest in cells.values_list("notebook_id", "meme", MD5("source")):
        found[notebook, meme].add(digest)
    return found


def _alive(notebooks: Collection[int], user: Viewer) -> set[int]:
    """Those that still have cells: a notebook in the bin tells nothing."""
    cells = Cell.objects.visible_to(user).filter(notebook__in=notebooks).order_by()
    return set(cells.values_list("notebook_id", flat=True).distinct())
