"""`manage.py ingest PATH...`: files, folders and zips into a space."""

import os
import socket
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_slug
from django.db import OperationalError

from notebooks import batches, working
from notebooks.diskspace import is_full
from notebooks.door import SKIPS, Incoming
from notebooks.gathering import gather
from notebooks.management.bar import Bar
from notebooks.models import Batch, BatchItem, Space
from notebooks.paths import UnsafePath
from notebooks.progress import Progress, progress_of
from notebooks.refusals import Refusal

PORTION = 100  # files
NO_WORKER_AFTER = 15  # seconds without a file being looked at

HELP = """
Reads notebooks (.ipynb), README.md, README.svg and images from files, folders and zips into a space.
With one PATH, a file's path in the space is its path relative to that folder or zip; with several, each
one's own name goes before (a zip's without .zip). Zips inside folders are opened where they lie.
Links that lead out of a folder are not followed. The same bytes again are "unchanged".
A space that is not there is made, readable by its maker alone: the account that --owner names, else the
first superuser. The exit code is 1 where a file failed.
"""


class Command(BaseCommand):
    help = HELP
    requires_system_checks = ("settings",)  # the others would import every page

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--space", default="runbooks", metavar="SLUG", help="default: runbooks")
        parser.add_argument(
            "--folder", default="", metavar="F", help="the folder of the space to put them below"
        )
        parser.add_argument("--owner", default="", metavar="NAME", help="whose the notebooks are")
        parser.add_argument("--wait", action="store_true", help="do the work here: needs no running worker")

    def handle(
        self, *, paths: Sequence[str | Path], space: str, folder: str, owner: str, wait: bool, **options: Any
    ) -> None:
        roots = [Path(path) for path in paths]
        missing = [str(root) for root in roots if not root.exists()]
        if missing:
            raise CommandError(f"Not there: {', '.join(missing)}")
        self.bar = Bar(sys.stderr)
        batch = _batch(self._space(space, owner), folder, owner)
        try:
            self._hand_in(batch, gather(roots))
        except (OSError, OperationalError) as error:
            if not is_full(error):
                raise
            raise CommandError(Refusal.DISK_FULL.label) from error
        progress = self._watch(batch, does_work=wait)
        self._report(batch, progress)
        if progress.failed:
            sys.exit(1)

    def _space(self, slug: str, owner: str) -> Space:
        try:
            validate_slug(slug)
        except ValidationError as error:
            raise CommandError(f"--space {slug!r}: write letters, digits, - and _ only") from error
        space, is_new = Space.objects.get_or_create(slug=slug, defaults={"name": slug})
        if is_new:
            maker = _maker(owner)
            space.writers.set([maker] if maker else [])
            self.stdout.write(
                f"Made the space {slug}, readable by {maker or 'nobody yet: there is no account'}"
            )
        return space

    def _hand_in(self, batch: Batch, files: Iterator[Incoming]) -> None:
        number = 0
        while portion := list(islice(files, PORTION)):
            number += 1
            batches.receive(batch, portion, str(number))
            self.bar.draw(0, number * PORTION, "coming in")
        batches.close(batch)

    def _watch(self, batch: Batch, *, does_work: bool) -> Progress:
        worker, moved = f"ingest@{socket.gethostname()}:{os.getpid()}", time.monotonic()
        before = progress = progress_of(batch)
        looking = 0.0  # counting a great batch takes its time, and the workers want the machine
        while not progress.is_over:
            if not (does_work and working.work(worker, 0.5, batch)):
                time.sleep(max(0.1, 10 * looking))
            began = time.monotonic()
            progress = progress_of(batch)
            looking = time.monotonic() - began
            self.bar.draw(progress.finished, progress.total, _left(progress))
            if progress.counts != before.counts:
                before, moved = progress, time.monotonic()
            elif time.monotonic() - moved > NO_WORKER_AFTER and not does_work:
                moved = float("inf")
                self.stderr.write("No worker takes the files. Start one (make worker), or use --wait.")
        self.bar.clear()
        return progress

    def _report(self, batch: Batch, progress: Progress) -> None:
        for item in batch.items.filter(state=BatchItem.State.FAILED):
            self.stdout.write(f"failed: {item.path}: {item.reason}")
        for reason, count in sorted(batch.skipped.items()):
            self.stdout.write(f"skipped: {count} {SKIPS.get(reason, reason)}")
        self.stdout.write(
            f"{progress.stored} stored, {progress.unchanged} unchanged, "
            f"{progress.skipped} skipped, {progress.failed} failed"
        )


def _batch(space: Space, folder: str, owner: str) -> Batch:
    try:
        return batches.open_batch(space, None, Batch.Kind.COMMAND, folder=folder, owner=owner)
    except UnsafePath as error:
        raise CommandError(f"--folder {folder!r} leads out of the space") from error


def _maker(owner: str) -> User | None:
    users = User.objects
    named = users.filter(username=owner).first() if owner else None
    return named or users.filter(is_superuser=True, is_active=True).order_by("pk").first()


def _left(progress: Progress) -> str:
    return "" if progress.seconds_left is None else f"· {progress.seconds_left} s left"
