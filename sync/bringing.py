"""Fetches files and writes down what came: bytes first, then one transaction a portion, which a kill leaves whole."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from notebooks import blobs, paths
from notebooks.doorbell import ring_on_commit
from notebooks.models import Batch, BatchItem
from notebooks.refusals import Refusal
from sync.asking import batch_of
from sync.known import Known, place_of, rows_at, twins_of
from sync.listing import Entry, Kind, Reader, item_kind
from sync.models import Run, Source, SourceFile
from sync.patterns import Patterns
from sync.trouble import Problem, Trouble

PORTION = 500  # files
PORTION_BYTES = 32 * 1024**2
_RENEWED_EVERY = 60.0  # seconds
_UNTOLD = 256 * 1024  # bytes that a file of unknown size is taken for
# So many in a row that waiting might cure, and the server is left alone until the next run.
MOST_IN_A_ROW = 5
# Not a failure: the next look will see what became of it.
_LATER = {Problem.CHANGING, Problem.NOT_THERE, Problem.NOT_RUNNING}

State = BatchItem.State


@dataclass(frozen=True, slots=True)
class Fetched:
    entry: Entry
    known: Known | None
    sha256: str = ""
    size: int = 0
    raw: bytes = b""  # of logs; of the others the bytes are in the blobs
    trouble: Trouble | None = None

    @property
    def is_same(self) -> bool:
        return self.known is not None and self.known.sha256 == self.sha256 != ""

    @property
    def is_later(self) -> bool:
        return self.trouble is not None and self.trouble.code in _LATER


Wanted = tuple[Entry, Known | None]


def portions(wanted: Iterable[Wanted]) -> Iterator[list[Wanted]]:
    """So many that the memory holds them."""
    portion: list[Wanted] = []
    size = 0
    for entry, known in wanted:
        size += _UNTOLD if entry.size is None else entry.size
        if portion and (len(portion) >= PORTION or size > PORTION_BYTES):
            yield portion
            portion, size = [], _UNTOLD if entry.size is None else entry.size
        portion.append((entry, known))
    if portion:
        yield portion


class Bringing:
    """What one run fetches and writes."""

    def __init__(self, run: Run, reader: Reader, patterns: Patterns) -> None:
        self.run = run
        self.source: Source = run.source
        self.patterns = patterns
        self._reader = reader
        self._in_a_row = 0
        self._given_up: Trouble | None = None

    @contextmanager
    def written(self, **progress: Any) -> Iterator[Batch]:
        """A transaction in which this run is known to be still ours; its batch, to be added to."""
        batch_pk = batch_of(self.run).pk
        with transaction.atomic():
            self.run.renew(**progress)
            batch = Batch.objects.select_for_update().get(pk=batch_pk)
            yield batch
            batch.is_open = True
            batch.save(update_fields=["tally", "skipped", "is_open", "touched_at"])

    def fetch(self, wanted: Sequence[Wanted]) -> list[Fetched]:
        """Their bytes, kept. Raises Trouble where it is not about one file."""
        self.run.renew()
        if self.source.kind == Source.Kind.FOLDER:
            return [self._fetch(each) for each in wanted]
        with ThreadPoolExecutor(self.source.most_requests) as threads:
            jobs = [threads.submit(self._fetch, each) for each in wanted]
            try:
                self._await(jobs)
            finally:
                threads.shutdown(wait=False, cancel_futures=True)
        return [job.result() for job in jobs]

    def _await(self, jobs: Sequence[Future[Fetched]]) -> None:
        """Holds on to the run meanwhile: a slow server may take an hour for a portion."""
        waiting: set[Future[Fetched]] = set(jobs)
        while waiting:
            self.run.renew()
            done, waiting = wait(waiting, timeout=_RENEWED_EVERY, return_when=FIRST_EXCEPTION)
            for job in done:
                job.result()

    def bring(self, wanted: Sequence[Wanted]) -> None:
        self.write(self.fetch(wanted))

    def write(self, fetched: Sequence[Fetched]) -> None:
        """Items for the intake, and what need not be fetched again."""
        came = [each for each in fetched if each.trouble is None]
        anew = [each for each in came if not each.is_same]
        with self.written(**self.progress(len(fetched), is_news=bool(anew))) as batch:
            note(self.source, [each for each in came if each.is_same])
            brought, refused = self._put_down(batch, anew)
            note(self.source, brought)
            refused += self.failed_items(batch, fetched)
            add_failed(batch, refused)
            add(batch, files_brought=len(brought) + len(refused))

    def progress(self, fetched: int, *, is_news: bool) -> dict[str, int]:
        """Of the run, that got on and did not only read once more what it knows: it may be killed three times anew."""
        return {"fetched": self.run.fetched + fetched} | ({"attempts": 1} if is_news else {})

    def failed_items(self, batch: Batch, fetched: Sequence[Fetched]) -> list[BatchItem]:
        return [
            failed(batch, self._place(each.entry), each.entry.kind, each.trouble.code, _told(each.trouble))
            for each in fetched
            if each.trouble and not each.is_later
        ]

    def _fetch(self, wanted: Wanted) -> Fetched:
        entry, known = wanted
        if self._given_up is not None:  # where one failed for all, nothing more is asked
            raise self._given_up
        try:
            fetched = self._read(entry, known)
        except Trouble as trouble:
            self._in_a_row += trouble.may_pass and trouble.code not in _LATER
            if trouble.is_whole or self._in_a_row > MOST_IN_A_ROW:
                self._given_up = trouble
                raise
            return Fetched(entry, known, trouble=trouble)
        self._in_a_row = 0
        return fetched

    def _read(self, entry: Entry, known: Known | None) -> Fetched:
        if not entry.is_sayable:
            raise Trouble(Problem.UNSAYABLE, paths.one_way(entry.path))
        if not entry.can_read:
            raise Trouble(Problem.FORBIDDEN, entry.path)
        raw = self._reader.read(entry)
        if entry.kind is Kind.LOG:
            return Fetched(entry, known, hashlib.sha256(raw).hexdigest(), len(raw), raw)
        return Fetched(entry, known, blobs.put(raw), len(raw))

    def _place(self, entry: Entry) -> str:
        try:
            return place_of(self.source, entry.path)
        except paths.UnsafePath:
            return paths.one_way(entry.path)[: paths.LONGEST]

    def _put_down(self, batch: Batch, anew: Sequence[Fetched]) -> tuple[list[Fetched], list[BatchItem]]:
        """What was handed to the intake, and what cannot be."""
        taken = _Places(batch, self.source, anew)
        handed: list[tuple[Fetched, BatchItem]] = []
        refused: list[BatchItem] = []
        for each in anew:
            try:
                place = place_of(self.source, each.entry.path)
            except paths.UnsafePath as error:
                refused.append(failed(batch, self._place(each.entry), each.entry.kind, error.code))
                continue
            if taken.is_by_another(each, place):
                refused.append(failed(batch, place, each.entry.kind, Refusal.DUPLICATE_PATH))
            elif taken.is_free(place):
                handed.append((each, self._item(batch, each, place)))
        BatchItem.objects.bulk_create([item for _each, item in handed])
        ring_on_commit(len(handed))
        return [each for each, _item in handed], refused

    def _item(self, batch: Batch, fetched: Fetched, place: str) -> BatchItem:
        entry = fetched.entry
        return BatchItem(
            batch=batch,
            kind=item_kind(entry.kind),
            path=place,
            sha256=fetched.sha256,
            size=fetched.size,
            saved_at=entry.saved_at,
            owner=self.patterns.owner_of(entry.path),
            state=State.QUEUED,
        )


class _Places:
    """Who else has come to the places of a portion: two files there may be spelt so that they lie at one place here."""

    def __init__(self, batch: Batch, source: Source, fetched: Sequence[Fetched]) -> None:
        self._items = batch.items.exclude(sha256="")
        twins = {twin for each in fetched if each.known is None for twin in twins_of(each.entry.path)}
        self._twins = {path for path, row in rows_at(source, sorted(twins)).items() if not row.gone_since}
        places = [paths.joined(source.folder, each.entry.path) for each in fetched]
        self._before = set(self._items.filter(path__in=places).values_list("path", flat=True))
        self._here: dict[str, str] = {}

    def is_by_another(self, fetched: Fetched, place: str) -> bool:
        there = fetched.entry.path
        has_twin = fetched.known is None and bool(twins_of(there) & self._twins)
        return has_twin or self._here.setdefault(place, there) != there

    def is_free(self, place: str) -> bool:
        """A run that was killed may have brought it already, and it changed since: the newer bytes take its place,
        unless the older are being read right now. Then it is left for the next run."""
        if place not in self._before:
            return True
        before = self._items.filter(path=place)
        before.exclude(state=State.RUNNING).delete()
        return not before.exists()


def _told(trouble: Trouble) -> str:
    """To all who may read the space: an address is for those who may change the source."""
    return "" if trouble.code == Problem.MOVED else trouble.detail


def note(source: Source, fetched: Sequence[Fetched]) -> None:
    """What need not be fetched again."""
    rows = [
        SourceFile(
            source=source,
            kind=each.entry.kind,
            path=each.entry.path,
            size=each.entry.size,
            modified=each.entry.modified if each.entry.is_settled else "",
            sha256=each.sha256,
        )
        for each in fetched
    ]
    SourceFile.objects.bulk_create(
        rows,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["source", "path"],
        update_fields=["kind", "size", "modified", "sha256", "gone_since"],
    )


def failed(batch: Batch, place: str, kind: Kind, code: str, detail: str = "") -> BatchItem:
    return BatchItem(
        batch=batch,
        kind=item_kind(kind),
        path=place,
        state=State.FAILED,
        reason_code=str(code),
        reason_detail=paths.storable(detail)[:300],
        finished_at=timezone.now(),
    )


def add_failed(batch: Batch, items: Sequence[BatchItem]) -> None:
    """Each once: a run that was killed may have said so already."""
    said = set(
        batch.items.filter(path__in=[item.path for item in items], sha256="").values_list("path", flat=True)
    )
    BatchItem.objects.bulk_create([item for item in items if item.path not in said])


def add(batch: Batch, **counts: int) -> None:
    batch.tally = dict(Counter(batch.tally) + Counter(counts))
