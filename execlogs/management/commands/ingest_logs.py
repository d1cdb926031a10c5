"""`manage.py ingest_logs PATH...`: lc_wrapper's logs into a space."""

import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from execlogs.gathering import Found, gather
from execlogs.ingest import A_PORTION, Told, ingest
from execlogs.models import Witness
from execlogs.refusals import LogRefusal, explain_log
from notebooks import paths, spaces
from notebooks.diskspace import is_full
from notebooks.management.bar import Bar
from notebooks.models import Space
from notebooks.refusals import Refusal

HELP = """
Reads execution logs of lc_wrapper (.log/<day>/*.log and the histories beside them) below folders into a space.
The same again is "unchanged"; a log that was still running is read again and updated. Pickles are never opened.
With one PATH, a notebook's place in the space is its path relative to that folder, below --folder; with several,
each one's own name goes before: name the same folders as for `ingest`. The exit code is 1 where a log failed.
"""


class Command(BaseCommand):
    help = HELP

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("paths", nargs="+", metavar="PATH", type=Path)
        parser.add_argument("--space", default="runbooks", metavar="SLUG", help="default: runbooks")
        parser.add_argument("--folder", default="", metavar="F", help="where in the space its notebooks are")
        parser.add_argument(
            "--time-zone", default="", metavar="TZ", help="of the machines that wrote the logs"
        )
        parser.add_argument(
            "--user", default="", metavar="NAME", help="who ran it, where their paths do not tell"
        )
        parser.add_argument("--host", default="", metavar="NAME", help="what to call the machine it ran on")

    def handle(self, *, paths: Sequence[str | Path], space: str, **options: Any) -> None:
        roots = [Path(path) for path in paths]
        if missing := [str(root) for root in roots if not root.exists()]:
            raise CommandError(f"Not there: {', '.join(missing)}")
        try:
            failed = self._take(self._space(space), roots, _around(**options))
        except (OSError, OperationalError) as error:
            if not is_full(error):
                raise
            raise CommandError(Refusal.DISK_FULL.label) from error
        if failed:
            sys.exit(1)

    def _space(self, slug: str) -> Space:
        try:
            space, maker = spaces.find_or_make(slug)
        except ValidationError as error:
            raise CommandError(f"--space {slug!r}: write letters, digits, - and _ only") from error
        if maker is not None:
            self.stdout.write(f"Made the space {slug}, readable by {maker}")
        return space

    def _take(self, space: Space, roots: Sequence[Path], around: dict[str, str]) -> int:
        bar, done = Bar(sys.stderr), 0
        stored = merged = unchanged = failed = 0
        for folders in _portions(gather(roots)):
            readable, unread = _told(folders, around)
            outcome = ingest(space, readable)
            done += len(folders)
            bar.clear()
            failures = [
                *unread,
                *((readable[index].name, code, detail) for index, code, detail in outcome.failed),
            ]
            for name, code, detail in failures:
                self.stdout.write(f"failed: {name}: {explain_log(code, detail)}")
            bar.draw(done, done, "files")
            stored, merged = stored + outcome.stored, merged + outcome.merged
            unchanged, failed = unchanged + outcome.unchanged, failed + len(failures)
        bar.clear()
        if merged:
            self.stdout.write(f"{merged} were known, and are told of more fully now")
        self.stdout.write(f"{stored} stored, {unchanged} unchanged, {failed} failed")
        return failed


def _portions(files: Iterator[Found]) -> Iterator[list[Found]]:
    """Whole folders: an execution that its log and its history tell of is counted once."""
    portion: list[Found] = []
    for _, folder in groupby(files, key=lambda found: found.folder):
        portion += folder
        if len(portion) >= A_PORTION:
            yield portion
            portion = []
    if portion:
        yield portion


def _told(folders: Sequence[Found], around: dict[str, str]) -> tuple[list[Told], list[tuple[str, str, str]]]:
    """What could be read, and what could not."""
    readable: list[Told] = []
    unread: list[tuple[str, str, str]] = []
    for found in folders:
        try:
            raw = found.file.read_bytes()
        except OSError as error:
            unread.append((str(found.file), LogRefusal.UNREADABLE, error.strerror or ""))
        else:
            readable.append(_of(found, raw, around))
    return readable, unread


def _of(found: Found, raw: bytes, around: dict[str, str]) -> Told:
    return Told(
        witness=Witness.JSON if found.is_history else Witness.LOG,
        raw=raw,
        name=str(found.file),
        place_folder=None
        if found.folder is None
        else paths.joined(around["folder"], found.folder).strip("/"),
        who=around["who"],
        host=around["host"],
        time_zone=around["time_zone"],
    )


def _around(*, folder: str, time_zone: str, user: str, host: str, **_: Any) -> dict[str, str]:
    zone = time_zone or settings.TIME_ZONE
    if zone not in available_timezones():
        raise CommandError(f"--time-zone {zone!r} is no time zone. Write for example --time-zone Asia/Tokyo")
    try:
        return {"folder": paths.clean_folder(folder), "time_zone": zone, "who": user, "host": host}
    except paths.UnsafePath as error:
        raise CommandError(f"--folder {folder!r} leads out of the space") from error
