"""What is left to do when all that a run brought is through: which file became which notebook, and who is told."""

from __future__ import annotations

from django.utils import timezone

from notebooks.models import Batch
from sync import known, telling
from sync.models import Run


def settle(run: Run) -> None:
    """Nothing, while workers have files of it in hand still: the sweep comes again."""
    if run.settled_at is not None or (run.batch_id is not None and _is_under_way(run.batch_id)):
        return
    known.link(run.source)
    if run.batch is not None:
        known.relink(run.source, run.batch)
    telling.tell_of(run)
    run.settled_at = timezone.now()
    Run.objects.filter(pk=run.pk).update(settled_at=run.settled_at)


def _is_under_way(batch: int) -> bool:
    return Batch(pk=batch).items.unfinished().exists()
