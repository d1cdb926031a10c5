"""`manage.py sync [SOURCE...]`: runs sources now, here."""

from __future__ import annotations

import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from notebooks import working
from notebooks.door import SKIPS
from notebooks.management.bar import Bar
from notebooks.models import BatchItem
from notebooks.progress import Progress, progress_of
from sync import settling
from sync.models import Run, Source
from sync.running import ask, run
from sync.trouble import explain

_LOOK_EVERY = 0.3  # seconds
_HERE = f"sync@{socket.gethostname()}:"


class Command(BaseCommand):
    help = (
        "Looks at sources now and brings in what changed there; without names, at all that are not paused. Needs no"
        " running worker. A line a failure; a last line for each source. Exit 1 where something failed."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("sources", nargs="*", metavar="SOURCE", help="its name or number")

    def handle(self, *, sources: Sequence[str], **options: Any) -> None:
        self.bar = Bar(sys.stderr)
        self.worker = f"{_HERE}{os.getpid()}"
        _release_what_the_dead_hold()
        wanted = [_named(name) for name in sources] if sources else list(Source.objects.at_work())
        went_well = [self._sync(source) for source in wanted]
        if not all(went_well):
            sys.exit(1)

    def _sync(self, source: Source) -> bool:
        """Whether all went well."""
        done = self._run(ask(source, Run.Why.PERSON))
        progress = self._bring_in(done)
        # With what an earlier one left that was killed.
        for each in source.runs.over().filter(settled_at=None).select_related("source__space", "batch"):
            self._bring_in(each)
            settling.settle(each)
        self.bar.clear()
        self._report(source, done, progress)
        return done.state == Run.State.DONE and not (progress and progress.failed)

    def _run(self, asked: Run) -> Run:
        """Where a worker has it, or another one of its source, we wait for that."""
        while run(asked.pk, self.worker) is None:
            asked = _again(asked)
            if asked.is_over:
                break
            self.bar.draw(asked.seen, asked.seen, f"{asked.source}: a worker has it")
            time.sleep(_LOOK_EVERY)
        return _again(asked)

    def _bring_in(self, done: Run) -> Progress | None:
        if done.batch is None:
            return None
        progress = progress_of(done.batch)
        while progress.waiting:
            if not working.work(self.worker, 0.5, done.batch):
                time.sleep(0.1)
            progress = progress_of(done.batch)
            self.bar.draw(progress.finished, progress.total, str(done.source))
        return progress

    def _report(self, source: Source, done: Run, progress: Progress | None) -> None:
        if done.batch is not None:
            for item in done.batch.items.filter(state=BatchItem.State.FAILED):
                self.stdout.write(f"failed: {item.path}: {item.reason}")
            for reason, count in sorted(done.batch.skipped.items()):
                self.stdout.write(f"skipped: {count} {SKIPS.get(reason, reason)}")
        if done.state == Run.State.FAILED:
            self.stdout.write(f"failed: {source}: {explain(done.trouble, done.trouble_detail)}")
        self.stdout.write(f"{source}: {_said(done, progress)}")


def _release_what_the_dead_hold() -> None:
    """Of commands like this one that were killed here: nobody else would know before their leases run out."""
    runs = Run.objects.filter(state=Run.State.RUNNING, worker__startswith=_HERE)
    files = BatchItem.objects.filter(state=BatchItem.State.RUNNING, worker__startswith=_HERE)
    for worker in {*runs.values_list("worker", flat=True), *files.workers()}:
        if not _is_alive(int(worker.removeprefix(_HERE))):
            Run.objects.take_back(worker)
            working.release(worker)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


def _named(name: str) -> Source:
    found = Source.objects.filter(name=name) or Source.objects.filter(pk=int(name) if name.isdecimal() else 0)
    if len(found) != 1:
        names = ", ".join(f"{source.pk} {source.name}" for source in Source.objects.all()) or "none"
        raise CommandError(f"{'No' if not found else 'More than one'} source {name!r}. There are: {names}")
    return found[0]


def _again(asked: Run) -> Run:
    try:
        return Run.objects.select_related("source__space", "source__by", "batch").get(pk=asked.pk)
    except Run.DoesNotExist as error:
        raise CommandError("The source was deleted meanwhile") from error


def _said(done: Run, progress: Progress | None) -> str:
    tally = done.batch.tally if done.batch else {}
    stored, merged = tally.get("executions_stored", 0), tally.get("executions_merged", 0)
    executions = f"{stored} executions stored, {merged} merged"
    files = "{} stored, {} unchanged, {} skipped, {} failed".format(
        *(
            (progress.stored, progress.unchanged, progress.skipped, progress.failed)
            if progress
            else (0, 0, 0, 0)
        )
    )
    return f"{files}; {done.renamed} renamed, {done.gone} gone; {executions}"
