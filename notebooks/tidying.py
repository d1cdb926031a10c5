"""What nothing uses any more: old batches, fragments of cells that changed, assets, bytes."""

from collections.abc import Iterator
from datetime import timedelta
from itertools import chain

from django.core.files.storage import default_storage
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from notebooks import blobs
from notebooks.models import Asset, Batch, BatchItem, Cell, Fragment, NotebookAsset, Revision, SideFile
from notebooks.signals import bytes_wanted

KEPT = timedelta(days=90)  # batches
# Bytes and fragments are written before the rows that use them: what is younger may be on its way in.
SETTLED = timedelta(days=1)
_CHUNK = 500


def old_batches() -> QuerySet[Batch]:
    unfinished = BatchItem.objects.unfinished().filter(batch=OuterRef("pk"))
    old = Batch.objects.filter(touched_at__lt=timezone.now() - KEPT, is_open=False)
    return old.exclude(Exists(unfinished))


def unused_fragments() -> QuerySet[Fragment]:
    return Fragment.objects.exclude(Exists(Cell.objects.filter(fragment=OuterRef("pk"))))


def unused_assets() -> QuerySet[Asset]:
    """Assets that no notebook ever showed: those of deleted ones."""
    return Asset.objects.exclude(Exists(NotebookAsset.objects.filter(asset=OuterRef("pk"))))


def unused_blobs() -> Iterator[str]:
    """Digests of bytes that no row names."""
    before = timezone.now() - SETTLED
    for prefix in sorted(default_storage.listdir("")[0]):
        names = [name for name in default_storage.listdir(prefix)[1] if not name.startswith(".")]
        used = _used(prefix)
        for name in sorted(names):
            if name not in used and default_storage.get_modified_time(f"{prefix}/{name}") < before:
                yield name


def half_written() -> Iterator[str]:
    """Names in the storage of what processes had begun to write when they were killed."""
    before = timezone.now() - SETTLED
    for prefix in sorted(default_storage.listdir("")[0]):
        for name in default_storage.listdir(prefix)[1]:
            if (
                name.startswith(".incoming-")
                and default_storage.get_modified_time(f"{prefix}/{name}") < before
            ):
                yield f"{prefix}/{name}"


def unused_file_count() -> int:
    return sum(1 for _ in chain(unused_blobs(), half_written()))


def remove_batches() -> None:
    old_batches().delete()


def remove_fragments() -> None:
    while chunk := list(unused_fragments().values_list("pk", flat=True)[:_CHUNK]):
        # Asked again in the same statement: a notebook may have begun to use one since.
        if not unused_fragments().filter(pk__in=chunk).delete()[0]:
            return


def remove_assets() -> None:
    unused_assets().delete()


def remove_files() -> None:
    for digest in list(_leaving()):
        blobs.bring_back(digest)
    for digest in unused_blobs():
        blobs.remove_unless_put_since(digest, timezone.now() - SETTLED)
    for name in half_written():
        default_storage.delete(name)


def _leaving() -> Iterator[str]:
    """Digests of bytes that a killed tidy was about to remove: a row may name them since."""
    for prefix in sorted(default_storage.listdir("")[0]):
        for name in default_storage.listdir(prefix)[1]:
            if name.startswith(blobs.LEAVING):
                yield name.removeprefix(blobs.LEAVING)


def _used(prefix: str) -> set[str]:
    named = {"sha256__startswith": prefix}
    rows: list[QuerySet[Revision] | QuerySet[SideFile] | QuerySet[Asset] | QuerySet[BatchItem]] = [
        Revision.objects.filter(**named),
        SideFile.objects.filter(**named),
        Asset.objects.filter(**named),
        BatchItem.objects.filter(**named),
    ]
    elsewhere = bytes_wanted.send(None, prefix=prefix)
    named_elsewhere = {digest for _, digests in elsewhere for digest in digests or ()}
    return named_elsewhere | {digest for each in rows for digest in each.values_list("sha256", flat=True)}
