"""Open hazards at a glance: of all that somebody may see, or at the runbooks of a folder. One query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q

from lineage.families.naming import first_line
from notebooks.models import Space
from notebooks.models.space import Viewer
from stickies.boardrows import LONGEST
from stickies.models import Kind, Note
from stickies.models.note import NoteQuerySet

MOST = 5  # at a glance
_COLUMNS = (
    "parent_id", "body", "cell_text", "author_name", "path", "title", "space_id", "created_at",
    "notebook__title", "notebook__space_id", "notebook__deleted_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Hazard:
    note: Note

    @property
    def line(self) -> str:
        return first_line(self.note.body, is_code=False, longest=LONGEST)

    @property
    def cell(self) -> str:
        return first_line(self.note.cell_text, is_code=True)

    @property
    def where(self) -> str:
        """Of a runbook in another space the name may be for others."""
        notebook = self.note.notebook
        if notebook and notebook.space_id == self.note.space_id and not notebook.is_deleted:
            return notebook.title
        return self.note.title or self.note.path


@dataclass(frozen=True, slots=True)
class Hazards:
    newest: Sequence[Hazard]
    has_more: bool


def open_hazards(viewer: Viewer) -> Hazards:
    return _glance(Note.objects.visible_to(viewer))


def open_hazards_in(space: Space, folder: str, viewer: Viewer) -> Hazards:
    """Written at the runbooks of the folder and of those below it; '' is the whole space."""
    inside = Q(notebook__space=space, notebook__deleted_at=None)
    if folder:
        inside &= Q(notebook__folder=folder) | Q(notebook__folder__startswith=f"{folder}/")
    return _glance(Note.objects.visible_to(viewer).filter(inside))


def _glance(notes: NoteQuerySet) -> Hazards:
    hazards = notes.alive().threads().filter(kind=Kind.HAZARD, resolved_at=None)
    rows = hazards.select_related("notebook").only(*_COLUMNS).order_by("-created_at", "-pk")
    found = [Hazard(note) for note in rows[: MOST + 1]]
    return Hazards(found[:MOST], has_more=len(found) > MOST)
