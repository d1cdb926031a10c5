"""A run: looks at a source, fetches what changed, and says what became of the rest. Killed anywhere and begun again,
it ends the same."""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing

from django.db import OperationalError

from notebooks import batches
from notebooks.diskspace import is_full
from notebooks.models import Batch
from notebooks.working import is_passing
from sync import gone, moved, schedule, settling
from sync.asking import ask
from sync.bringing import PORTION, Bringing, Wanted, portions
from sync.executions import bring_logs, is_log
from sync.known import Compared, Files, Known
from sync.listing import Entry, Kind, Listing
from sync.models import Run, SourceFile
from sync.models.run import MOST_ATTEMPTS, LeaseLost
from sync.patterns import InvalidPattern, Patterns
from sync.readers import reader_of
from sync.trouble import Problem, Trouble

__all__ = ["ask", "run"]

logger = logging.getLogger(__name__)

_SAID_EVERY = 1.0  # seconds


def run(pk: int, worker: str) -> Run | None:
    """Does a run that waits. `worker` names this process. None where it is not to be had.

    Raises OperationalError, the run given back, while the database is busy.
    """
    claimed = Run.objects.claim(pk, worker)
    if claimed is None:
        return None
    try:
        _end(claimed, _trouble_with(claimed))
    except LeaseLost:
        logger.warning("%s: another worker has it, or it is gone", claimed)
    except OperationalError:
        claimed.give_back()
        raise
    return claimed


def _trouble_with(claimed: Run) -> Trouble | None:
    """Runs it; what stood in the way of looking at everything."""
    if claimed.attempts > MOST_ATTEMPTS:
        return Trouble(Problem.KILLED)
    try:
        patterns = Patterns.of(claimed.source)
        with closing(reader_of(claimed.source, claimed.only)) as reader:
            return Looking(Bringing(claimed, reader, patterns)).through(reader.folders())
    except Trouble as trouble:
        return trouble
    except InvalidPattern as error:
        return Trouble(Problem.BAD_PATTERN, str(error))
    except LeaseLost:
        raise
    except Exception as error:
        if is_passing(error):
            raise
        # One source must not end the worker. The row says that the fault was here, the log says why.
        logger.exception("Source %s could not be synced", claimed.source_id)
        return Trouble(Problem.DISK_FULL if is_full(error) else Problem.INTERNAL)


def _end(claimed: Run, trouble: Trouble | None) -> None:
    if claimed.batch_id is not None:
        batches.close(Batch(pk=claimed.batch_id))
    claimed.end(
        Run.State.FAILED if trouble else Run.State.DONE,
        trouble=trouble.code if trouble else "",
        trouble_detail=trouble.detail if trouble else "",
    )
    schedule.after(claimed, trouble)
    settling.settle(claimed)


class Looking:
    """What one run has seen."""

    def __init__(self, bringing: Bringing) -> None:
        self._bringing = bringing
        self._run, self._source = bringing.run, bringing.source
        self._troubled: list[str] = []  # folders of which nothing is known to be gone
        self._first: Trouble | None = None
        self._skipped: Counter[str] = Counter()
        self._files = self._logs = self._listed = 0
        # Whether a file that is new may be one that vanishes elsewhere: known only when all has been looked at.
        self._files_known = Files(self._source, self._run.only)
        self._said_at = time.monotonic()
        self._held_back: list[Entry] = []

    def through(self, listings: Iterator[Listing]) -> Trouble | None:
        """What stood in the way somewhere. Raises Trouble where it stands in the way of all."""
        for entries in self._portions(listings):
            self._deal_with(entries)
        self._finish()
        return self._first

    def _portions(self, listings: Iterator[Listing]) -> Iterator[list[Entry]]:
        """Small folders together, great ones in parts."""
        waiting: list[Entry] = []
        for listing in listings:
            self._note(listing)
            self._say_now_and_then()
            waiting += listing.entries
            while len(waiting) >= PORTION:
                yield waiting[:PORTION]
                waiting = waiting[PORTION:]
        if waiting:
            yield waiting

    def _note(self, listing: Listing) -> None:
        self._skipped.update(listing.skipped)
        if listing.trouble is not None:
            if listing.trouble.is_whole:
                raise listing.trouble
            if not listing.trouble.is_usual:
                self._first = self._first or listing.trouble
            self._troubled.append(listing.folder)

    def _deal_with(self, entries: Sequence[Entry]) -> None:
        compared = self._files_known.compare([entry for entry in entries if entry.is_sayable])
        self._count(entries, compared)
        wanted: list[Wanted] = [
            *compared.moved_on,
            *((entry, None) for entry in entries if not entry.is_sayable),
        ]
        for entry in compared.new:
            if self._files_known.has_notebooks and entry.kind is not Kind.LOG:
                self._held_back.append(entry)
            else:
                wanted.append((entry, None))
        self._bring(wanted)
        self._say_now_and_then()

    def _count(self, entries: Sequence[Entry], compared: Compared) -> None:
        self._listed += len(entries)
        self._files += sum(entry.kind is not Kind.LOG for entry in entries)
        self._logs += sum(is_log(entry.path) for entry in entries)
        if compared.back:
            SourceFile.objects.filter(pk__in=compared.back).update(gone_since=None)

    def _bring(self, wanted: Sequence[Wanted]) -> None:
        for portion in portions(each for each in wanted if each[0].kind is not Kind.LOG):
            self._bringing.bring(portion)
        for portion in portions(each for each in wanted if each[0].kind is Kind.LOG):
            bring_logs(self._bringing, portion)

    def _finish(self) -> None:
        vanished = [row for row in self._files_known.missing() if not self._is_troubled(row.path)]
        found_again = self._bring_new(vanished)
        still_gone = [row for row in vanished if row.pk not in found_again]
        if still_gone:
            with self._bringing.written(gone=self._run.gone + gone.count_of(still_gone)):
                gone.mark(self._source, still_gone)
        self._say_how_far()

    def _bring_new(self, vanished: Sequence[Known]) -> set[int]:
        """Rows of what vanished and is among what is new."""
        is_gone = self._source.files.filter(kind=Kind.NOTEBOOK).exclude(gone_since=None)
        if not vanished and not is_gone.exists():
            self._bring([(entry, None) for entry in self._held_back])
            return set()
        fetched = [
            each
            for portion in portions((entry, None) for entry in self._held_back)
            for each in self._bringing.fetch(portion)
        ]
        kept, rest = moved.follow(self._bringing, vanished, fetched)
        for start in range(0, len(rest), PORTION):
            self._bringing.write(rest[start : start + PORTION])
        return kept

    def _is_troubled(self, path: str) -> bool:
        return any(not folder or path.startswith(f"{folder}/") for folder in self._troubled)

    def _say_now_and_then(self) -> None:
        """And hold on to the run: a server may take an hour to list its folders."""
        if time.monotonic() - self._said_at > _SAID_EVERY:
            self._say_how_far()

    def _say_how_far(self) -> None:
        """What is unchanged is what was seen and did not come in, now or before a kill."""
        self._said_at = time.monotonic()
        with self._bringing.written(seen=self._listed) as batch:
            tally = batch.tally
            tally["unchanged"] = max(0, self._files - tally.get("files_brought", 0))
            logs = max(0, self._logs - tally.get("logs_brought", 0))
            tally["executions_unchanged"] = logs + tally.get("executions_told_again", 0)
            batch.skipped = dict(self._skipped)
