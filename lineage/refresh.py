"""Brings what is derived to where the notebooks are. Run twice, late, out of order or killed, it ends the same.

One writer at a time: rows about one notebook are worked out from many others, which must hold still among themselves.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import F, OuterRef, QuerySet

from lineage import holdings
from lineage.descents import descents_of
from lineage.models import Descent, Due, Ring, RunOf, Trace
from lineage.runs import deriving as runs
from lineage.runs.worked import Worked, as_worked
from lineage.tracing import trace_of
from notebooks import blobs
from notebooks.alone import alone
from notebooks.ingest import identities_of
from notebooks.models import Notebook, Revision
from notebooks.parsing import parse
from notebooks.patience import Pending

logger = logging.getLogger(__name__)

# Counting a family again costs the same for one copy that came in and for hundreds.
NOTEBOOKS_AT_ONCE = 500
KEPT = 20_000_000  # characters of their sources, between reading them and comparing them with their templates

Progress = Callable[[int, int], None]  # notebooks done, of how many


def pending() -> Pending:
    return Pending.of(Due.objects.all())


def catch_up() -> int:
    """Reads all that is due again; says how many notebooks that were. Waits while another process does.

    What becomes due meanwhile rings again: it may be the beginning of much more.
    """
    Ring.objects.all().delete()
    newest, done = pending().newest, 0
    with alone(_lock()):
        while due := _due_until(newest):
            notebooks = set(due.values())
            _read_again(notebooks)
            _forget(list(due))
            done += len(notebooks)
    return done


def _due_until(newest: int) -> dict[int, int]:
    """Row -> notebook."""
    rows = Due.objects.filter(pk__lte=newest).order_by("pk")
    return dict(rows.values_list("pk", "notebook_id")[:NOTEBOOKS_AT_ONCE])


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
    heads, read = _heads_of(pks), _read(pks)
    _store(pks, read)
    changes = runs.changes(pks, anew=anew)
    with _noted(heads.union(changes.heads)):
        changes.write(read.worked)
        holdings.recount(heads.union(changes.heads, _heads_of(pks)))


@contextmanager
def _noted(pks: Collection[int]) -> Iterator[None]:
    """Due until the block is done: once the runs are written, nothing else tells which runbooks wait to be counted."""
    noted = Due.objects.bulk_create(Due(notebook_id=pk) for pk in sorted(pks))
    yield
    _forget([due.pk for due in noted])


@dataclass(slots=True)
class _Read:
    """What some notebooks tell by themselves."""

    traces: list[Trace] = field(default_factory=list)
    descents: list[Descent] = field(default_factory=list)
    worked: dict[int, Worked] = field(
        default_factory=dict
    )  # by revision: they need not be parsed again for runs
    kept: int = 0

    def keep(self, revision: Revision, worked: Worked) -> None:
        size = sum(len(cell.source) for cell in worked)
        if self.kept + size <= KEPT:
            self.worked[revision.pk] = worked
            self.kept += size


def _read(pks: Collection[int]) -> _Read:
    current = Notebook.objects.alive().filter(pk__in=pks).values("revision")
    read = _Read()
    for revision in Revision.objects.filter(pk__in=current).select_related("notebook").order_by("pk"):
        try:
            parsed = parse(blobs.get(revision.sha256))
        except blobs.BlobMissing:
            logger.warning("%s: the original bytes are missing; reading its cells' rows instead", revision)
            read.traces.append(trace_of(revision, list(revision.notebook.cells.all())))
            continue
        identities = identities_of(revision)
        read.traces.append(trace_of(revision, parsed.cells, parsed.server_url))
        read.descents += descents_of(revision.notebook, parsed, identities)
        read.keep(revision, as_worked(parsed.cells, identities))
    return read


def _store(pks: Collection[int], read: _Read) -> None:
    fields = [field.name for field in Trace._meta.concrete_fields if not field.primary_key]
    with transaction.atomic():
        Trace.objects.filter(notebook__in=pks).exclude(
            notebook__in=[trace.notebook_id for trace in read.traces]
        ).delete()
        Trace.objects.bulk_create(
            read.traces, update_conflicts=True, unique_fields=["notebook"], update_fields=fields
        )
        told = Descent.objects.filter(notebook__in=pks)
        told.exclude(how=Descent.How.ADOPTED).delete()
        told.update(space=Notebook.objects.filter(pk=OuterRef("notebook")).values("space"))
        Descent.objects.bulk_create(read.descents)


def _heads_of(pks: Collection[int]) -> set[int]:
    """The runbooks that these notebooks belong to, each also by itself: it may have been, or become, its own."""
    return set(pks) | set(RunOf.objects.filter(notebook__in=pks).values_list("template_id", flat=True))


def _unnoted(missed: QuerySet[Notebook, int]) -> list[int]:
    return list(missed.exclude(pk__in=Due.objects.values("notebook_id")))


def _forget(due: Sequence[int]) -> None:
    Due.objects.filter(pk__in=due).delete()


def _lock() -> Path:
    return Path(settings.DATA) / "lineage.lock"
