"""What one notebook tells of who worked it through, when, and how far, as a row."""

from collections.abc import Sequence

from django.utils import timezone

from lineage.models import Trace
from lineage.occasions import occasion_of, person_of
from notebooks.models import Cell, Revision
from notebooks.parsing import ParsedCell
from notebooks.parsing.model import Status
from notebooks.verdict import verdict_of


def trace_of(revision: Revision, cells: Sequence[ParsedCell] | Sequence[Cell], server_url: str = "") -> Trace:
    """Unsaved. `revision` is its notebook's current one, `cells` are its cells."""
    notebook = revision.notebook
    verdict = verdict_of((cell.index, Status(cell.status)) for cell in cells)
    times = [cell.executed_at for cell in cells if cell.executed_at is not None]
    occasion = occasion_of(notebook.path, times, revision.changed_at, timezone.get_default_timezone())
    return Trace(
        notebook=notebook,
        revision=revision,
        who=person_of(server_url, notebook.path, notebook.owner),
        worked_at=occasion.began,
        worked_until=occasion.ended,
        ending=verdict.ending,
        stopped_step=verdict.stopped_step,
        steps=verdict.total,
        ran=verdict.ran,
        failed=verdict.failed,
    )
