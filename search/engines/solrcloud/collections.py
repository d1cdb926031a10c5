"""Where an index in Solr lies: one collection a generation, and an alias that says which of them is searched.

opsnotes -> opsnotes-<12 digits>    the alias is moved in one step when a rebuilt index is published
opsnotes-<layout>                   the configset that a collection was made with
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

from haystack.exceptions import SearchBackendError

from search.engines.generations import IndexMissing, OneWriter
from search.engines.solrcloud.schema import zipped
from search.engines.solrcloud.server import Server


class Collections(OneWriter):
    """Writers on one machine, or on one shared folder, wait for each other by a lock below `path`."""

    def __init__(
        self, path: Path, server: Server, layout: str, files: Mapping[str, str], shards: int, replicas: int
    ) -> None:
        super().__init__(path)
        self._server = server
        self._alias = server.address.alias
        self._files = files
        self._shards, self._replicas = shards, replicas
        self.configset = f"{self._alias}-{layout}"

    def current(self) -> str:
        """The collection that is searched, of whatever layout: who searches it finds out. Raises IndexMissing."""
        collection = self._server.alias(self._alias)
        if not collection:
            raise IndexMissing("The search index is not there yet.")
        return collection

    def exists(self) -> bool:
        return bool(self._server.alias(self._alias))

    @contextmanager
    def replacing(self) -> Iterator[str]:
        """A new collection, searched once the block has ended well. Inside alone()."""
        self.apply()
        generation = f"{self._alias}-{uuid4().hex[:12]}"
        try:
            self._server.create(generation, self.configset, self._shards, self._replicas)
            yield generation
            self._server.call(self._alias, generation)
        except BaseException:
            with suppress(SearchBackendError):
                self._server.remove(generation)
            raise
        self._remove_others(generation)

    def tidy(self) -> None:
        """Removes what a rebuild left that was killed. Inside alone(), where the collection is of this layout."""
        self._remove_others(self.current())

    def apply(self) -> None:
        """Gives Solr our configset, unless it has it."""
        if self.configset not in self._server.configsets():
            self._server.upload(self.configset, zipped(self._files))

    def _remove_others(self, generation: str) -> None:
        """What an earlier version needs, or a rebuild that was killed has left."""
        for other in self._named_by_us(self._server.collections()):
            if other != generation:
                self._server.remove(other)
        for other in self._named_by_us(self._server.configsets()):
            if other != self.configset:
                self._server.remove_configset(other)

    def _named_by_us(self, names: Sequence[str]) -> Iterator[str]:
        return (name for name in names if re.fullmatch(rf"{re.escape(self._alias)}-[0-9a-f]{{12}}", name))
