"""Which source a runbook came from, and whether it is still there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db.models import F

from notebooks.models import Notebook
from notebooks.models.space import Viewer
from sync.models import Run, Source, SourceFile


@dataclass(frozen=True, slots=True)
class Provenance:
    source: Source
    # When it was last looked at and there; None where it is gone, or nobody looked to the end.
    seen_at: datetime | None
    gone_since: datetime | None
    can_open: bool  # on its server, whose address is for those who may change the source


def provenance_of(notebook: Notebook, user: Viewer) -> Provenance | None:
    """None for what did not come from a source, or from one that this person may not know of."""
    files = SourceFile.objects.filter(notebook=notebook, source__in=Source.objects.visible_to(user))
    # One that is there goes before one that is gone: it may have gone from source to source.
    found = files.select_related("source").order_by(F("gone_since").desc(nulls_first=True)).first()
    if found is None:
        return None
    seen_at = None if found.gone_since else _last_look(found.source)
    return Provenance(found.source, seen_at, found.gone_since, _can_open(found, user))


def _can_open(file: SourceFile, user: Viewer) -> bool:
    if file.gone_since or file.source.kind == Source.Kind.FOLDER:
        return False
    return Source.objects.manageable_by(user).filter(pk=file.source_id).exists()


def _last_look(source: Source) -> datetime | None:
    runs = Run.objects.of_everything().filter(source=source, state=Run.State.DONE).order_by("-pk")
    return runs.values_list("finished_at", flat=True).first()
