"""Having a source synced: one run works, one may wait, and whoever asks for a third gets the second."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from notebooks.models import Batch
from sync import bells
from sync.models import Run, Source
from sync.models.run import joined

State, Why = Run.State, Run.Why


def ask(source: Source, why: Run.Why, only: Sequence[str] = ()) -> Run:
    """The run that will have looked at what is there by now: a new one, or one that has not begun yet. A whole one
    that is under way will do for who wants a whole one.

    `only`: the files and folders there that changed; empty for everything. Raises Source.DoesNotExist.
    """
    with transaction.atomic():
        source = Source.objects.select_for_update().get(pk=source.pk)
        run = _that_will_do(source, why, only) or _new(source, why, only)
        bells.ring_on_commit(run.pk)
    return run


def batch_of(run: Run) -> Batch:
    """The one that its files come in with: a new one where nobody came for so long that the first was swept away."""
    if run.batch is None:
        run.batch = _batch(run.source)
        run.renew(batch=run.batch)
    return run.batch


def _that_will_do(source: Source, why: Run.Why, only: Sequence[str]) -> Run | None:
    waiting = source.runs.filter(state=State.QUEUED).first()
    if waiting is not None:
        waiting.only = joined(waiting.only, list(only))
        waiting.why = why if why == Why.PERSON else Why(waiting.why)
        waiting.save(update_fields=["only", "why"])
        return waiting
    under_way = source.runs.filter(state=State.RUNNING).first()
    return under_way if under_way and not only and not under_way.only else None


def _new(source: Source, why: Run.Why, only: Sequence[str]) -> Run:
    return Run.objects.create(
        source=source, batch=_batch(source), why=why, only=joined(list(only), list(only))
    )


def _batch(source: Source) -> Batch:
    return Batch.objects.create(
        space=source.space, by=source.by, kind=Batch.Kind.SYNC, folder=source.folder, is_open=True
    )
