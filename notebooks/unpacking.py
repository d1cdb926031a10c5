"""A zip that came in becomes items of its batch: all of them at once, or none."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import IO, cast

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from notebooks import batches, blobs, door, paths
from notebooks.archives import Archive, ArchiveRefused, Entry, Limits
from notebooks.door import Incoming, Received
from notebooks.models import Batch, BatchItem
from notebooks.refusals import Refusal

IN_MEMORY = 4 * 1024**2  # bytes of an entry; a larger one is unpacked to the disk
_RENEW = 30  # seconds


def unpack(item: BatchItem) -> None:
    """Keeps what the archive holds, below the folder it lies in. Raises ArchiveRefused."""
    limits = Limits(total=settings.MAX_ARCHIVE_BYTES, entry=settings.MAX_NOTEBOOK_BYTES)
    with blobs.open_file(item.sha256) as file, Archive(cast("IO[bytes]", file), limits) as archive:
        received = list(_received(archive, item))
    with transaction.atomic():
        batch = Batch.objects.select_for_update().get(pk=item.batch_id)
        item.finish(BatchItem.State.UNPACKED)
        batches.put_down(batch, received)


def _received(archive: Archive, item: BatchItem) -> Iterator[Received]:
    folder, renewed = paths.folder_of(item.path), time.monotonic()
    for entry in archive.entries:
        yield _taken(archive, entry, folder)
        if time.monotonic() > renewed + _RENEW:
            item.renew()
            renewed = time.monotonic()


def _taken(archive: Archive, entry: Entry, folder: str) -> Received:
    named = Received(paths.one_way(entry.path)[: paths.LONGEST], size=entry.size)
    if door.kind_of(entry.path) is BatchItem.Kind.ARCHIVE and not paths.skip_reason(entry.path):
        return named.refused(Refusal.ARCHIVE_NESTED)
    incoming = Incoming(
        path=entry.path,
        size=entry.size,
        open=partial(_unpacked, archive, entry),
        saved_at=_aware(entry.saved_at),
        left_out="symlink" if entry.is_link else "",
    )
    try:
        return door.take(incoming, folder)
    except ArchiveRefused as refused:
        return named.refused(refused.code, refused.detail)


def _unpacked(archive: Archive, entry: Entry) -> AbstractContextManager[IO[bytes]]:
    target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed by who reads it
    try:
        archive.unpack(entry, cast("IO[bytes]", target))
    except BaseException:
        target.close()
        raise
    return cast("AbstractContextManager[IO[bytes]]", target)


def _aware(saved_at: datetime | None) -> datetime | None:
    """A zip's times are local ones of wherever it was made; the server's zone is the likeliest."""
    return timezone.make_aware(saved_at, timezone.get_default_timezone()) if saved_at else None
