"""Batches: files that come in together, from the door to where the workers find them."""

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone

from notebooks import door, paths
from notebooks.door import Incoming, Received
from notebooks.doorbell import MOST_BELLS, ring, ring_on_commit
from notebooks.holds import Holds
from notebooks.models import Batch, BatchItem, Space
from notebooks.models.batch import BatchItemQuerySet
from notebooks.refusals import Refusal

logger = logging.getLogger(__name__)

# A batch that announced more and then fell silent: the browser was closed.
SILENT = timedelta(hours=1)
_CHUNK = 500  # paths a query

State = BatchItem.State


class BatchClosed(Exception):
    """Files were sent to a batch that had said it was complete."""


def open_batch(
    space: Space, by: User | None, kind: Batch.Kind, *, folder: str = "", owner: str = ""
) -> Batch:
    """A batch that waits for files. Raises paths.UnsafePath for a folder that leads out of the space."""
    return Batch.objects.create(
        space=space, by=by, kind=kind, folder=paths.clean_folder(folder), owner=owner, is_open=True
    )


def receive(batch: Batch, files: Iterable[Incoming], portion: str = "", *, is_last: bool = False) -> None:
    """Keeps the bytes of `files` and hands them to the workers.

    A portion that is named is taken once. Without a name, a file whose path and bytes came before is the same file,
    sent again by a client that got no answer. Raises BatchClosed.
    """
    received = [door.take(file, batch.folder) for file in files]
    with transaction.atomic():
        locked = Batch.objects.select_for_update().get(pk=batch.pk)
        came_before = bool(portion) and portion in locked.portions
        if not locked.is_open and not came_before:
            raise BatchClosed
        if not came_before:
            locked.portions += [portion] if portion else []
            put_down(locked, received, may_repeat=not portion)
        locked.is_open = locked.is_open and not is_last
        locked.save()


def put_down(batch: Batch, received: Iterable[Received], *, may_repeat: bool = False) -> None:
    """Writes down what came through the door. Inside a transaction that holds the batch's row."""
    received = _unless_held(batch, received)
    left_out = Counter(file.skipped for file in received if file.skipped)
    batch.skipped = dict(Counter(batch.skipped) + left_out)
    batch.save()
    rows = list(_rows(batch, [file for file in received if not file.skipped], may_repeat=may_repeat))
    BatchItem.objects.bulk_create(rows, batch_size=_CHUNK)
    ring_on_commit(sum(row.state == State.QUEUED for row in rows))


def _unless_held(batch: Batch, received: Iterable[Received]) -> list[Received]:
    """Folders that a source fills get nothing from anybody else."""
    holds = Holds.of(batch.space)
    return [
        file.refused(Refusal.HELD, holder)
        if not file.skipped and (holder := holds.holder_of(file.path))
        else file
        for file in received
    ]


def close(batch: Batch) -> None:
    """No further files are awaited."""
    Batch.objects.filter(pk=batch.pk).update(is_open=False, touched_at=timezone.now())


def retry(batch: Batch, item: int | None = None) -> int:
    """Queues what failed once more, or the one `item`; how many there were."""
    failed = batch.items.retriable()
    wanted = failed if item is None else failed.filter(pk=item)
    _pass_over(wanted)
    again = wanted.update(state=State.QUEUED, attempts=0, reason_code="", reason_detail="", finished_at=None)
    ring_on_commit(again)
    return again


def _pass_over(failed: BatchItemQuerySet) -> None:
    """Says so where something newer came in meanwhile, instead of putting the old over it."""
    overtaken = list(failed.superseded().values_list("pk", flat=True))
    BatchItem.objects.filter(pk__in=overtaken).update(reason_code=Refusal.SUPERSEDED, reason_detail="")


def sweep() -> None:
    """Rings for what waits and nobody works on, and closes what was left open."""
    silent = Batch.objects.filter(is_open=True, touched_at__lt=timezone.now() - SILENT)
    silent.filter(items=None, skipped={}).delete()
    silent.update(is_open=False)
    if BatchItem.objects.waiting().exists() and not BatchItem.objects.held().exists():
        ring(MOST_BELLS)


def _rows(batch: Batch, files: Collection[Received], *, may_repeat: bool) -> Iterator[BatchItem]:
    known = set(_known(batch, {file.path for file in files}))
    stored = {path for path, sha256, _ in known if sha256}
    here: set[str] = set()
    for file in files:
        came_before = may_repeat and _key(file) in known and file.path not in here
        if file.sha256 and not came_before and (file.path in here or file.path in stored):
            file = file.refused(Refusal.DUPLICATE_PATH)  # noqa: PLW2901
            came_before = may_repeat and _key(file) in known
        elif file.sha256:
            here.add(file.path)
        if not came_before:
            yield _row(batch, file)


def _key(file: Received) -> tuple[str, str, str]:
    return file.path, file.sha256, file.refusal


def _known(batch: Batch, named: Collection[str]) -> Iterator[tuple[str, str, str]]:
    """Path, bytes and refusal at the door of what came before under these paths."""
    in_order = sorted(named)
    for start in range(0, len(in_order), _CHUNK):
        before = batch.items.filter(path__in=in_order[start : start + _CHUNK])
        for path, sha256, reason in before.values_list("path", "sha256", "reason_code"):
            yield path, sha256, "" if sha256 else reason


def _row(batch: Batch, file: Received) -> BatchItem:
    return BatchItem(
        batch=batch,
        kind=file.kind,
        path=file.path,
        sha256=file.sha256,
        size=file.size,
        saved_at=file.saved_at,
        state=State.FAILED if file.refusal else State.QUEUED,
        reason_code=file.refusal,
        reason_detail=file.detail[:300],
        finished_at=timezone.now() if file.refusal else None,
    )
