"""What is known of a source's files from earlier runs, and where they lie in the space."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from django.db.models import Q, QuerySet

from notebooks import paths
from notebooks.models import Batch, BatchItem, Notebook
from sync.listing import Entry, Kind
from sync.models import Source, SourceFile

CHUNK = 500  # paths a query
MOST_AT_ONCE = 100_000  # rows in memory, some 50 MB
_COLUMNS = ("path", "pk", "kind", "size", "modified", "sha256", "gone_since", "notebook_id")


class Known(NamedTuple):
    path: str
    pk: int
    kind: str
    size: int | None
    modified: str
    sha256: str
    gone_since: object  # a datetime, or None while it is there
    notebook_id: int | None

    def is_as(self, entry: Entry) -> bool:
        """Whether size and time say that it need not be read again."""
        return self.modified == entry.modified != "" and self.size == entry.size and self.sha256 != ""


@dataclass(frozen=True, slots=True)
class Compared:
    """A portion of what is listed beside what is known of it."""

    unchanged: Sequence[Entry]
    back: Sequence[int]  # rows of files that were gone and are there again as they were
    moved_on: Sequence[tuple[Entry, Known]]  # size or time are others
    new: Sequence[Entry]
    seen: Sequence[int]  # rows of all that are there


class Files:
    """All that is known of a source, or of parts of it, while a run looks at what is there.

    Read at once where the memory holds it: to ask for each portion anew takes three times as long.
    """

    def __init__(self, source: Source, only: Sequence[str]) -> None:
        self._source, self._only = source, only
        self._all: Mapping[str, Known] | None = None
        files = source.files.filter(within(only))
        if not files.order_by()[MOST_AT_ONCE : MOST_AT_ONCE + 1].exists():
            self._all = {
                row[0]: Known._make(row) for row in files.order_by().values_list(*_COLUMNS).iterator(2000)
            }
        self._last = source.files.order_by("-pk").values_list("pk", flat=True).first() or 0
        self.has_notebooks = source.files.filter(kind=Kind.NOTEBOOK).exists()
        self._seen: set[int] = set()

    def compare(self, entries: Sequence[Entry]) -> Compared:
        compared = _compared(entries, self._at([entry.path for entry in entries]))
        self._seen.update(compared.seen)
        return compared

    def missing(self) -> list[Known]:
        """Known from before, looked for, and not met."""
        return [row for row in self._before() if row.pk not in self._seen and is_within(row.path, self._only)]

    def _at(self, there: Sequence[str]) -> Mapping[str, Known]:
        return rows_at(self._source, there) if self._all is None else self._all

    def _before(self) -> Iterable[Known]:
        if self._all is not None:
            return (row for row in self._all.values() if row.gone_since is None)
        files = self._source.files.filter(within(self._only), gone_since=None, pk__lte=self._last)
        return rows_of(files)


def _compared(entries: Sequence[Entry], known: Mapping[str, Known]) -> Compared:
    there = [(entry, known.get(entry.path)) for entry in entries]
    return Compared(
        unchanged=[entry for entry, row in there if row and row.is_as(entry)],
        back=[row.pk for entry, row in there if row and row.gone_since and row.is_as(entry)],
        moved_on=[(entry, row) for entry, row in there if row and not row.is_as(entry)],
        new=[entry for entry, row in there if row is None],
        seen=[row.pk for _entry, row in there if row],
    )


def rows_at(source: Source, there: Sequence[str]) -> Mapping[str, Known]:
    found: dict[str, Known] = {}
    for start in range(0, len(there), CHUNK):
        rows = source.files.filter(path__in=there[start : start + CHUNK])
        found |= {row[0]: Known._make(row) for row in rows.values_list(*_COLUMNS)}
    return found


def rows_of(files: QuerySet[SourceFile]) -> Iterator[Known]:
    return (Known._make(row) for row in files.values_list(*_COLUMNS).iterator(2000))


def within(only: Sequence[str]) -> Q:
    """For files at or below one of the paths; for all where there are none. To be asked again with is_within()."""
    q = Q()
    for path in only:
        q |= Q(path=path) | Q(path__startswith=f"{path}/")
    return q


def is_within(path: str, only: Sequence[str]) -> bool:
    """The same, to the letter: what a database finds by its beginning may be written in capitals."""
    return not only or any(path == each or path.startswith(f"{each}/") for each in only)


def place_of(source: Source, there: str) -> str:
    """In the space. Raises paths.UnsafePath."""
    if there != paths.storable(there):
        raise paths.UnsafePath("unsafe_path", there)
    return paths.clean(paths.joined(source.folder, paths.clean(there)))


def twins_of(there: str) -> set[str]:
    """Other spellings that lie at the same place here: macOS writes accents apart."""
    return {unicodedata.normalize(form, there) for form in ("NFC", "NFD")} - {there}


def notebook_of(source: Source, row: Known) -> Notebook | None:
    """The page of a file, wherever it is by now: a run that was killed may have moved it already."""
    if row.notebook_id is not None:
        return Notebook.objects.alive().filter(pk=row.notebook_id).first()
    place = place_of(source, row.path)
    if stands := Notebook.objects.alive().filter(space=source.space, path=place).first():
        return stands
    signpost = Notebook.objects.signposts_at(source.space, place).first()
    return Notebook.objects.alive().filter(signposts=signpost).first() if signpost else None


def link(source: Source, rows: Iterable[int] | None = None) -> None:
    """Notes with the files which notebook each became, as far as that is known by now."""
    unlinked = source.files.filter(kind=Kind.NOTEBOOK, notebook=None).exclude(sha256="")
    if rows is not None:
        unlinked = unlinked.filter(pk__in=list(rows))
    waiting = list(unlinked.values_list("pk", "path"))
    for start in range(0, len(waiting), CHUNK):
        _link(source, waiting[start : start + CHUNK])


def relink(source: Source, batch: Batch) -> None:
    """To the pages that files fed now: others than before where those were deleted or moved away meanwhile."""
    taken = batch.items.filter(kind=BatchItem.Kind.NOTEBOOK).exclude(notebook=None)
    fed = list(taken.values_list("path", "notebook"))
    for start in range(0, len(fed), CHUNK):
        _relink(source, dict(fed[start : start + CHUNK]))


def _relink(source: Source, fed: Mapping[str, int | None]) -> None:
    there = {place[len(source.folder) :].lstrip("/") for place in fed}
    spelt = there | {twin for each in there for twin in twins_of(each)}
    rows = source.files.filter(path__in=spelt).exclude(notebook=None).values_list("pk", "path", "notebook")
    now = [(pk, fed.get(place_of(source, path)), before) for pk, path, before in rows]
    anew = [SourceFile(pk=pk, notebook_id=page) for pk, page, before in now if page not in (None, before)]
    SourceFile.objects.bulk_update(anew, ["notebook"])


def _link(source: Source, files: Sequence[tuple[int, str]]) -> None:
    places = {place_of(source, there): pk for pk, there in files}
    standing = Notebook.objects.alive().filter(space=source.space, path__in=places).values_list("path", "pk")
    found = [SourceFile(pk=places[place], notebook_id=pk) for place, pk in standing]
    SourceFile.objects.bulk_update(found, ["notebook"])
