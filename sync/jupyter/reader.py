"""Reads a Jupyter Server's folder as a source."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings

from sync.jupyter.connecting import session_of
from sync.jupyter.contents import Contents
from sync.jupyter.probing import first_steps, found, on_logs
from sync.jupyter.walking import Walk
from sync.listing import Entry, Listing
from sync.models import Source
from sync.patterns import Patterns
from sync.steps import Step, What
from sync.trouble import Trouble


class JupyterReader:
    def __init__(self, source: Source) -> None:
        self._source = source
        self._contents = Contents(session_of(source))
        self._walk = Walk(self._contents, Patterns.of(source), start=source.start)

    def folders(self) -> Iterator[Listing]:
        return self._walk.listings()

    def read(self, entry: Entry) -> bytes:
        return self._contents.read(self._walk.there(entry.path), settings.MAX_NOTEBOOK_BYTES)

    def probe(self) -> Iterator[Step]:
        if not (yield from first_steps(self._contents.version, lambda: self._contents.entry(""))):
            return
        try:
            self._contents.folder(self._source.start)
        except Trouble as trouble:
            yield Step.failed(What.FOLDER, trouble)
            return
        yield Step.ok(What.FOLDER)
        counted = found(self.folders())
        yield counted.notebooks
        if self._source.takes_logs:
            yield on_logs(counted, self._contents)

    def close(self) -> None:
        self._contents.close()
