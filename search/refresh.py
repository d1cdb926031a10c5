"""Brings the index to where the database is. Run twice, late, out of order or killed, it ends the same."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from haystack import connections
from haystack.exceptions import SearchBackendError

from execlogs.models import Execution
from notebooks.models import Notebook
from notebooks.portions import PORTION, portions
from search.documents import documents_of
from search.engines.backend import Shelf, TreeBackend, Writer
from search.logs import log_documents_of, logged
from search.models import Due, DueLog, DueNote, Ring
from search.notes import note_documents_of, touched_with
from search.saved.arrivals import note_arrivals
from stickies.models import Note

logger = logging.getLogger(__name__)

# A commit costs 12 ms, so many notebooks share one; their rows are in memory meanwhile.
NOTEBOOKS_A_COMMIT = 300
NOTES_A_COMMIT = 2000
LOGS_A_COMMIT = 5000
AT_ONCE = 5000  # a database takes only so many parameters
# While notebooks come in one by one, wait for some to gather instead of committing each.
GATHERING = 0.3  # seconds

Progress = Callable[[int, int], None]  # notebooks done, of how many


def drain(seconds: float = math.inf) -> int:
    """Writes what is due; says how many notebooks that were. Waits while another process writes.

    All of it, unless so much time is over before; then something may still be due.
    """
    Ring.objects.all().delete()  # what becomes due from here on rings again
    engine = backend()
    with engine.generations.alone():
        if not engine.has_index():
            return rebuild()
        return _drain(engine, seconds)


def rebuild(progress: Progress | None = None) -> int:
    """The whole index anew, beside the one that is searched until this one takes its place."""
    engine = backend()
    with engine.generations.alone():
        seen = _due()
        with engine.rebuilding() as writer:
            done = _write_all(writer, progress)
            _write_all_notes(writer)
            _write_all_logs(writer)
        _forget(seen)
        logger.info("Rebuilt the search index: %d notebooks", done)
        return done + _drain(engine)


def sweep(seconds: float = math.inf) -> int:
    """Drains what is due, and rebuilds an index that is missing, unreadable, of another version, or incomplete."""
    generations = backend().generations
    with generations.alone():
        try:
            done = drain(seconds)
            if not is_needed():
                _tidy(generations)
                return done
            logger.warning(
                "The search index and the database differ although nothing is due; building it again"
            )
        except SearchBackendError:
            logger.exception("The search index cannot be used; building it again")
        return rebuild()


def _tidy(generations: Shelf[Any]) -> None:
    """What cannot be removed is in nobody's way: no reason to build an index that is whole again."""
    try:
        generations.tidy()
    except SearchBackendError as failure:
        logger.warning("What a killed rebuild left cannot be removed: %s", failure)


def is_due() -> bool:
    return Due.objects.exists() or DueNote.objects.exists() or DueLog.objects.exists()


def is_needed() -> bool:
    """Whether a rebuild would mend something."""
    engine = backend()
    return not engine.has_index() or not _is_complete(engine)


def backend() -> TreeBackend[Any]:
    engine: TreeBackend[Any] = connections["default"].get_backend()
    return engine


@dataclass(frozen=True, slots=True)
class _Waiting:
    """Some rows that say what is due: by their own ids, what they name."""

    notebooks: Mapping[int, int]
    notes: Mapping[int, int]
    logs: Mapping[int, int]

    def __bool__(self) -> bool:
        return bool(self.notebooks or self.notes or self.logs)

    @property
    def is_full(self) -> bool:
        return (
            len(self.notebooks) >= NOTEBOOKS_A_COMMIT
            or len(self.notes) >= NOTES_A_COMMIT
            or len(self.logs) >= LOGS_A_COMMIT
        )


def _due() -> _Waiting:
    """All of it."""
    return _some_due(None, None, None)


def _next_due() -> _Waiting:
    """The oldest, for one commit."""
    return _some_due(NOTEBOOKS_A_COMMIT, NOTES_A_COMMIT, LOGS_A_COMMIT)


def _some_due(notebooks: int | None, notes: int | None, logs: int | None) -> _Waiting:
    return _Waiting(
        dict(Due.objects.order_by("pk").values_list("pk", "notebook_id")[:notebooks]),
        dict(DueNote.objects.order_by("pk").values_list("pk", "note_id")[:notes]),
        dict(DueLog.objects.order_by("pk").values_list("pk", "execution_id")[:logs]),
    )


def _drain(engine: TreeBackend[Any], seconds: float = math.inf) -> int:
    if not is_due():
        return 0
    end, done, commits = time.monotonic() + seconds, 0, 0
    with engine.writing() as writer:
        while (not commits or time.monotonic() < end) and (due := _next_due()):
            if commits and not due.is_full:
                time.sleep(GATHERING)
                due = _next_due()
            notebooks = set(due.notebooks.values())
            _write(writer, notebooks)
            _write_notes(writer, touched_with(due.notes.values(), notebooks))
            _write_logs(writer, set(due.logs.values()))
            writer.commit()
            _forget(due)
            commits += 1
            done += len(notebooks)
    return done


def _write(writer: Writer, notebooks: set[int]) -> None:
    """As they are now: what is gone stays out."""
    for notebook in notebooks:
        writer.remove("notebook", notebook)
    for document in documents_of(notebooks):
        writer.add(document)


def _write_notes(writer: Writer, notes: set[int]) -> None:
    for note in notes:
        writer.remove("note", note)
    for some in portions(notes, AT_ONCE):
        for document in note_documents_of(some):
            writer.add(document)


def _write_logs(writer: Writer, executions: set[int]) -> None:
    for execution in executions:
        writer.remove("log", execution)
    for some in portions(executions):
        for document in log_documents_of(some):
            writer.add(document)


def _write_all(writer: Writer, progress: Progress | None) -> int:
    total, done = Notebook.objects.alive().count(), 0
    for notebooks in _in_groups(Notebook.objects.alive(), NOTEBOOKS_A_COMMIT):
        for document in documents_of(notebooks):
            writer.add(document)
        done += len(notebooks)
        if progress is not None:
            progress(done, max(done, total))
    return done


def _write_all_notes(writer: Writer) -> None:
    for notes in _in_groups(Note.objects.alive(), NOTES_A_COMMIT):
        for document in note_documents_of(notes):
            writer.add(document)


def _write_all_logs(writer: Writer) -> None:
    for executions in _in_groups(logged(), PORTION):
        for document in log_documents_of(executions):
            writer.add(document)


def _in_groups(
    alive: QuerySet[Notebook] | QuerySet[Note] | QuerySet[Execution], size: int
) -> Iterator[Sequence[int]]:
    """Every one that is not deleted. By id, so one that comes meanwhile is met at the end or is due."""
    last = 0
    ids = alive.order_by("pk").values_list("pk", flat=True)
    while group := list(ids.filter(pk__gt=last)[:size]):
        yield group
        last = group[-1]


def _forget(due: _Waiting) -> None:
    note_arrivals(due.notebooks.values(), due.notes.values(), due.logs.values())
    for some in portions(due.notebooks, AT_ONCE):
        Due.objects.filter(pk__in=some).delete()
    for some in portions(due.notes, AT_ONCE):
        DueNote.objects.filter(pk__in=some).delete()
    for some in portions(due.logs, AT_ONCE):
        DueLog.objects.filter(pk__in=some).delete()


def _is_complete(engine: TreeBackend[Any]) -> bool:
    """Whether as many notebooks, notes and logs are indexed as there are.

    Something due explains a difference, so that is asked last: what changed in between has left a row.
    """
    indexed = [engine.count("kind", kind) for kind in ("notebook", "note", "log")]
    are_there = [Notebook.objects.alive().count(), Note.objects.alive().count(), logged().count()]
    return indexed == are_there or is_due()
