"""Brings the index to where the database is. Run twice, late, out of order or killed, it ends the same."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Sequence

from haystack import connections
from haystack.exceptions import SearchBackendError

from notebooks.models import Notebook
from search.documents import documents_of
from search.engines.embedded import EmbeddedBackend, Writer
from search.models import Due, Ring

logger = logging.getLogger(__name__)

# A commit costs 12 ms, so many notebooks share one; their rows are in memory meanwhile.
NOTEBOOKS_A_COMMIT = 300
# While notebooks come in one by one, wait for some to gather instead of committing each.
GATHERING = 0.3  # seconds

Progress = Callable[[int, int], None]  # notebooks done, of how many


def drain() -> int:
    """Writes all that is due; says how many notebooks that were. Waits while another process writes."""
    Ring.objects.all().delete()  # what becomes due from here on rings again
    engine = backend()
    with engine.generations.alone():
        if not engine.has_index():
            return rebuild()
        return _drain(engine)


def rebuild(progress: Progress | None = None) -> int:
    """The whole index anew, beside the one that is searched until this one takes its place."""
    engine = backend()
    with engine.generations.alone():
        seen = list(Due.objects.values_list("pk", flat=True))
        with engine.rebuilding() as writer:
            done = _write_all(writer, progress)
        _forget(seen)
        logger.info("Rebuilt the search index: %d notebooks", done)
        return done + _drain(engine)


def sweep() -> int:
    """Drains what is due, and rebuilds an index that is missing, unreadable, of another version, or incomplete."""
    with backend().generations.alone():
        try:
            done = drain()
            if not is_needed():
                return done
            logger.warning(
                "The search index and the database differ although nothing is due; building it again"
            )
        except SearchBackendError:
            logger.exception("The search index cannot be used; building it again")
        return rebuild()


def is_needed() -> bool:
    """Whether a rebuild would mend something."""
    engine = backend()
    return not engine.has_index() or not _is_complete(engine)


def backend() -> EmbeddedBackend:
    engine: EmbeddedBackend = connections["default"].get_backend()
    return engine


def _drain(engine: EmbeddedBackend) -> int:
    if not Due.objects.exists():
        return 0
    done = 0
    with engine.writing() as writer:
        while due := dict(Due.objects.order_by("pk").values_list("pk", "notebook_id")[:NOTEBOOKS_A_COMMIT]):
            if done and len(due) < NOTEBOOKS_A_COMMIT:
                time.sleep(GATHERING)
                due = dict(Due.objects.order_by("pk").values_list("pk", "notebook_id")[:NOTEBOOKS_A_COMMIT])
            notebooks = set(due.values())
            _write(writer, notebooks)
            writer.commit()
            _forget(list(due))
            done += len(notebooks)
    return done


def _write(writer: Writer, notebooks: set[int]) -> None:
    """As they are now: what is gone stays out."""
    for notebook in notebooks:
        writer.remove("notebook", notebook)
    for document in documents_of(notebooks):
        writer.add(document)


def _write_all(writer: Writer, progress: Progress | None) -> int:
    total, done = Notebook.objects.alive().count(), 0
    for notebooks in _in_groups():
        for document in documents_of(notebooks):
            writer.add(document)
        done += len(notebooks)
        if progress is not None:
            progress(done, max(done, total))
    return done


def _in_groups() -> Iterator[Sequence[int]]:
    """Every notebook that is not deleted. By id, so one that comes meanwhile is met at the end or is due."""
    last = 0
    alive = Notebook.objects.alive().order_by("pk").values_list("pk", flat=True)
    while group := list(alive.filter(pk__gt=last)[:NOTEBOOKS_A_COMMIT]):
        yield group
        last = group[-1]


def _forget(due: Sequence[int]) -> None:
    for start in range(0, len(due), 5000):  # a database takes only so many parameters
        Due.objects.filter(pk__in=due[start : start + 5000]).delete()


def _is_complete(engine: EmbeddedBackend) -> bool:
    """Whether as many notebooks are indexed as there are.

    Something due explains a difference, so that is asked last: what changed in between has left a row.
    """
    indexed = engine.count("kind", "notebook")
    return indexed == Notebook.objects.alive().count() or Due.objects.exists()
