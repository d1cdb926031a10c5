"""Brings what is derived to where the notebooks are. Run twice, late, out of order or killed, it ends the same.

One writer at a time: rows about one notebook are worked out from many others, which must hold still among themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet

from lineage import holdings
from lineage.descents import descents_of
from lineage.models import Descent, Due, Ring, RunOf, Trace
from lineage.runs import deriving as runs
from lineage.tracing import trace_of
from notebooks import blobs
from notebooks.alone import alone
from notebooks.ingest import identities_of
from notebooks.models import Notebook, Revision
from notebooks.parsing import parse

logger = logging.getLogger(__name__)

# Counting a family again costs the same for one copy that came in and for hundreds.
NOTEBOOKS_AT_ONCE = 500

Progress = Callable[[int, int], None]  # notebooks done, of how many


def catch_up() -> int:
    """Reads all that is due again; says how many notebooks that were. Waits while another process does."""
    Ring.objects.all().delete()  # what becomes due from here on rings again
    done = 0
    with alone(_lock()):
        while due := dict(Due.objects.order_by("pk").values_list("pk", "notebook_id")[:NOTEBOOKS_AT_ONCE]):
            notebooks = set(due.values())
            _read_again(notebooks)
            _forget(list(due))
            done += len(notebooks)
    return done


def rebuild(progress: Progress | None = None) -> int:
    """All that is derived anew, from every notebook; what people said and what was adopted stays."""
    known = list(Notebook.objects.order_by("pk").values_list("pk", flat=True))
    with alone(_lock()):
        for start in range(0, len(known), NOTEBOOKS_AT_ONCE):
            some = known[start : start + NOTEBOOKS_AT_ONCE]
            _read_again(set(some), anew=True)
            if progress is not None:
                progress(start + len(some), len(known))
    return len(known)


def sweep() -> int:
    """Catches up, also with what nobody noted as due: notebooks from before lineage was there, or a backup's."""
    missed = Notebook.objects.alive().exclude(revision=None).exclude(trace__revision=F("revision"))
    Due.objects.bulk_create(Due(notebook_id=pk) for pk in _unnoted(missed.values_list("pk", flat=True)))
    return catch_up()


def _read_again(pks: Collection[int], *, anew: bool = False) -> None:
    heads = _heads_of(pks)
    _store(pks, *_read(pks))
    changes = runs.changes(pks, anew=anew)
    with _noted(heads.union(changes.heads)):
        changes.write()
        holdings.recount(heads.union(changes.heads, _heads_of(pks)))


@contextmanager
def _noted(pks: Collection[int]) -> Iterator[None]:
    """Due until the block is done: once the runs are written, nothing else tells which runbooks wait to be counted."""
    noted = Due.objects.bulk_create(Due(notebook_id=pk) for pk in sorted(pks))
    yield
    _forget([due.pk for due in noted])


def _read(pks: Collection[int]) -> tuple[list[Trace], list[Descent]]:
    current = Notebook.objects.alive().filter(pk__in=pks).values("revision")
    traces, descents = [], []
    for revision in Revision.objects.filter(pk__in=current).select_related("notebook").order_by("pk"):
        try:
            parsed = parse(blobs.get(revision.sha256))
        except blobs.BlobMissing:
            logger.warning("%s: the original bytes are missing; reading its cells' rows instead", revision)
            traces.append(trace_of(revision, list(revision.notebook.cells.all())))
            continue
        traces.append(trace_of(revision, parsed.cells, parsed.server_url))
        descents += descents_of(revision.notebook, parsed, identities_of(revision))
    return traces, descents


def _store(pks: Collection[int], traces: list[Trace], descents: list[Descent]) -> None:
    fields = [field.name for field in Trace._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        Trace.objects.filter(notebook__in=pks).exclude(
            notebook__in=[trace.notebook_id for trace in traces]
        ).delete()
        Trace.objects.bulk_create(
            traces, update_conflicts=True, unique_fields=["notebook"], update_fields=fields
        )
        told = Descent.objects.filter(notebook__in=pks)
        told.exclude(how=Descent.How.ADOPTED).delete()
        told.update(space=Notebook.objects.filter(pk=OuterRef("notebook")).values("space"))
        Descent.objects.bulk_create(descents)


def _heads_of(pks: Collection[int]) -> set[int]:
    """The runbooks that these notebooks belong to, each also by itself: it may have been, or become, its own."""
    return set(pks) | set(RunOf.objects.filter(notebook__in=pks).values_list("template_id", flat=True))


def _unnoted(missed: QuerySet[Notebook, int]) -> list[int]:
    return list(missed.exclude(pk__in=Due.objects.values("notebook_id")))


def _forget(due: Sequence[int]) -> None:
    Due.objects.filter(pk__in=due).delete()


def _lock() -> Path:
    return Path(settings.DATA) / "lineage.lock"
