"""Working on what waits: claim, do, write down the result. What a killed worker held is found and done again."""

import logging
import random
import time
from collections.abc import Iterator, Sequence
from functools import partial

from django.conf import settings
from django.db import OperationalError, connection

from notebooks import blobs, sidefiles, together, unpacking
from notebooks.archives import ArchiveRefused
from notebooks.diskspace import is_full
from notebooks.ingest import Outcome, Provenance, ingest
from notebooks.models import Batch, BatchItem, Notebook
from notebooks.models.batch import MOST_ATTEMPTS, BatchItemQuerySet, LeaseLost
from notebooks.parsing import InvalidNotebook
from notebooks.refusals import Refusal

logger = logging.getLogger(__name__)

# So many files are claimed at once, and half of what is at hand at most: the rest is for workers beside this one.
A_TURN = 16
MOST_TOGETHER = 4_000_000  # bytes of files that one transaction stores: others wait for it

Kind, State = BatchItem.Kind, BatchItem.State


def work(worker: str, seconds: float, batch: Batch | None = None) -> bool:
    """Works on what waits (of `batch` alone, where given) for about `seconds`; True where more is waiting.

    `worker` names this process and nobody beside it: what stands under that name was held by one that is dead.
    """
    release(worker)
    end = time.monotonic() + seconds
    while turn := _turn(batch):
        _work_through(turn.claim(worker), end)
        if time.monotonic() > end:
            return _turn(batch) is not None
    return False


def _work_through(items: Sequence[BatchItem], end: float) -> None:
    """Some at least; what is not begun by `end` goes back."""
    # Of files that are stored together it is not known which one killed: where one did, each goes by itself.
    are_new = all(item.attempts == 1 for item in items)
    begun = 0
    try:
        while begun < len(items) and not (begun and time.monotonic() > end):
            some = (
                _together(items[begun:]) if are_new and time.monotonic() < end else items[begun : begun + 1]
            )
            if len(some) > 1:
                are_new = _work_on_all(some)
                begun += len(some) if are_new else 0
            else:
                begun += 1
                work_on(some[0])
    finally:
        if rest := items[begun:]:
            BatchItem.objects.filter(pk__in=[item.pk for item in rest], worker=rest[0].worker).give_back()


def _together(items: Sequence[BatchItem]) -> Sequence[BatchItem]:
    """The first of them, with those after it that may be stored together."""
    size, number = 0, 0
    for item in items:
        size += item.size
        if item.kind != Kind.NOTEBOOK or size > MOST_TOGETHER:
            break
        number += 1
    return items[: max(1, number)]


def _work_on_all(items: Sequence[BatchItem]) -> bool:
    """Stores all of them; or none, False, where one needs to be looked at by itself, whatever the reason."""
    batch = items[0].batch
    try:
        return _is_still_allowed(batch) and together.ingest_new(
            batch.space,
            [together.File(item.path, _bytes_of(item), _provenance(item)) for item in items],
            on_store=partial(BatchItem.objects.finish_stored, items),
        )
    except (InvalidNotebook, blobs.BlobMissing):
        return False
    except Exception:  # one by one it shows which it is, and what becomes of it
        logger.info("Batch %s: %d files go one by one", batch.pk, len(items), exc_info=True)
        return False


def release(worker: str) -> None:
    """Gives back what a predecessor of the same name held when it died."""
    BatchItem.objects.take_back(worker)


def release_all(node: str) -> None:
    """The same for all processes of a worker that starts anew."""
    for worker in BatchItem.objects.filter(state=State.RUNNING, worker__startswith=f"{node}/").workers():
        release(worker)


def is_waiting() -> bool:
    return BatchItem.objects.waiting().exists()


def work_on(item: BatchItem) -> None:
    """Ends with a result in the item. Raises OperationalError, the item given back, while the database is busy."""
    try:
        _work_on(item)
    except LeaseLost:
        logger.warning("%s took longer than its lease; another worker has it", item)
    except OperationalError:
        item.give_back()
        raise


def is_passing(error: Exception) -> bool:
    """Whether waiting cures it. SQLite calls by the same name what fails each time: a full disk, too much at once."""
    if not isinstance(error, OperationalError):
        return isinstance(error, LeaseLost)
    return connection.vendor != "sqlite" or "locked" in str(error) or "busy" in str(error)


def _work_on(item: BatchItem) -> None:
    try:
        _do(item)
    except (InvalidNotebook, ArchiveRefused) as refused:
        item.fail(refused.code, refused.detail)
    except blobs.BlobMissing:
        item.fail(Refusal.BYTES_MISSING)
    except Exception as error:
        if is_passing(error):
            raise
        # One file must not end the batch. The row says that the fault was here, the log says why.
        logger.exception("Batch %s: %s could not be stored", item.batch_id, item.path)
        item.fail(Refusal.DISK_FULL if is_full(error) else Refusal.INTERNAL)


def _do(item: BatchItem) -> None:
    if item.attempts > MOST_ATTEMPTS:  # it killed those that held it, and would kill this one
        item.fail(Refusal.KILLED)
    elif not _is_still_allowed(item.batch):
        item.fail(Refusal.NOT_ALLOWED)
    elif item.kind == Kind.ARCHIVE:
        unpacking.unpack(item)
    elif item.kind == Kind.SIDE_FILE:
        is_new = sidefiles.store(item.batch.space, item.path, item.sha256, item.size)
        item.finish(State.STORED if is_new else State.UNCHANGED)
    else:
        _ingest(item)


def _ingest(item: BatchItem) -> None:
    def note(notebook: Notebook) -> None:
        # With the revision or not at all: a worker killed in between would find it "unchanged".
        item.finish(State.STORED, notebook)

    ingested = ingest(item.batch.space, item.path, _bytes_of(item), _provenance(item), on_store=note)
    if ingested.outcome is Outcome.UNCHANGED:
        item.finish(State.UNCHANGED, ingested.notebook)


def _bytes_of(item: BatchItem) -> bytes:
    if item.size > settings.MAX_NOTEBOOK_BYTES:  # the limit was lowered since
        raise InvalidNotebook(Refusal.TOO_LARGE)
    return blobs.get(item.sha256)


def _provenance(item: BatchItem) -> Provenance:
    batch = item.batch
    return Provenance(by=batch.by, owner=item.owner or batch.owner, origin=batch.kind, saved_at=item.saved_at)


def _is_still_allowed(batch: Batch) -> bool:
    """Rights are asked for again when the work is done. Who runs a command on the server needs none,
    and a source was asked when its run began."""
    if batch.kind in {Batch.Kind.COMMAND, Batch.Kind.SYNC}:
        return True
    return batch.by is not None and batch.by.is_active and batch.space.is_writable_by(batch.by)


def _turn(batch: Batch | None) -> BatchItemQuerySet | None:
    """Some items that wait, of a batch drawn by lot: somebody's thousand files don't hold up another's one."""
    for worker in BatchItem.objects.dropped().workers():
        BatchItem.objects.dropped().take_back(worker)
    at_hand = BatchItem.objects.filter(state=State.QUEUED).next_of_their_path().values_list("pk", flat=True)
    in_line = [batch.pk] if batch else list(_batches_in_line())
    random.shuffle(in_line)
    for each in in_line:
        if found := at_hand.filter(batch=each)[: 2 * A_TURN]:
            return BatchItem.objects.filter(pk__in=found[: (len(found) + 1) // 2])
    return None


def _batches_in_line() -> Iterator[int]:
    """Batches with queued items: a look into the index for each, however long the queue."""
    queued = BatchItem.objects.filter(state=State.QUEUED).order_by("batch").values_list("batch", flat=True)
    found = queued.first()
    while found is not None:
        yield found
        found = queued.filter(batch__gt=found).first()
