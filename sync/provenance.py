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

    @property
    def is_on_server(self) -> bool:
        """Where it can be opened."""
        return self.source.kind != Source.Kind.FOLDER and not self.gone_since


def provenance_of(notebook: Notebook, user: Viewer) -> Provenance | None:
    """None for what did not come from a source, or from one that this person may not know of."""
    files = SourceFile.objects.filter(notebook=notebook, source__in=Source.objects.visible_to(user))
    # One that is there goes before one that is gone: it may have gone from source to source.
    found = files.select_related("source").order_by(F("gone_since").desc(nulls_first=True)).first()
    if found is None:
        return None
    return Provenance(found.source, None if found.gone_since else _last_look(found.source), found.gone_since)


def _last_look(source: Source) -> datetime | None:
    runs = Run.objects.of_everything().filter(source=source, state=Run.State.DONE).order_by("-pk")
    return runs.values_list("finished_at", flat=True).first()
