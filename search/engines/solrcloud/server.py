"""A Solr server in cloud mode, as far as we ask it: collections, aliases, configsets, and what lies in a collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import pysolr
import requests
from haystack.exceptions import SearchBackendError

from search.engines.generations import IndexMissing
from search.engines.solrcloud.address import Address
from search.engines.solrcloud.schema import CLAUSES

# To make or to remove a collection takes its time; a search that does is given up earlier.
PATIENCE = 180  # seconds
OLDEST = 9
ENOUGH_CLAUSES = 65536
_NOT_THERE = "(HTTP 404)"


@contextmanager
def failures_named() -> Iterator[None]:
    """Raises IndexMissing where what answers searches is not there."""
    try:
        yield
    except pysolr.SolrError as failure:
        if _NOT_THERE in str(failure):
            raise IndexMissing(
                "The search index is not there yet, or was built by another version."
            ) from failure
        raise SearchBackendError(f"Solr: {failure}") from failure
    except (requests.RequestException, ValueError) as failure:
        raise SearchBackendError(f"Solr: {failure}") from failure


class Server:
    """What is done to a server as a whole."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._session = requests.Session()
        self._session.auth = address.auth

    def info(self) -> Mapping[str, Any]:
        return self._asked("admin/info/system")

    def property(self, name: str) -> str:
        found = self._asked("admin/info/properties", name=name).get("system.properties", {})
        return str(found.get(name) or "")

    def alias(self, name: str) -> str:
        """The collection that is called so; '' where none is."""
        aliases = self._collections("LISTALIASES").get("aliases", {})
        return str(aliases.get(name, ""))

    def collections(self) -> Sequence[str]:
        return list(self._collections("LIST")["collections"])

    def configsets(self) -> Sequence[str]:
        return list(self._asked("admin/configs", action="LIST")["configSets"])

    def upload(self, name: str, packed: bytes) -> None:
        self._asked("admin/configs", packed, action="UPLOAD", name=name, overwrite="true", cleanup="true")

    def remove_configset(self, name: str) -> None:
        self._asked("admin/configs", action="DELETE", name=name)

    def create(self, name: str, configset: str, shards: int, replicas: int) -> None:
        options = {"collection.configName": configset, "numShards": shards, "replicationFactor": replicas}
        self._collections("CREATE", name=name, waitForFinalState="true", **options)

    def call(self, name: str, collection: str) -> None:
        """From one moment to the next, whatever was called so before."""
        self._collections("CREATEALIAS", name=name, collections=collection)

    def remove(self, collection: str) -> None:
        self._collections("DELETE", name=collection)

    def _collections(self, action: str, **options: Any) -> dict[str, Any]:
        return self._asked("admin/collections", action=action, **options)

    def _asked(self, path: str, body: bytes | None = None, **options: Any) -> dict[str, Any]:
        with failures_named():
            answered = self._session.request(
                "GET" if body is None else "POST",
                f"{self.address.server}/{path}",
                params={**options, "wt": "json"},
                data=body,
                headers={} if body is None else {"Content-Type": "application/octet-stream"},
                timeout=PATIENCE,
            )
            return _told(answered)


def _told(answered: requests.Response) -> dict[str, Any]:
    """Raises SearchBackendError with Solr's own words."""
    try:
        told: dict[str, Any] = answered.json()
    except ValueError:
        told = {}
    if answered.ok and told and "exception" not in told:
        return told
    said = told.get("exception") or told.get("error") or {}
    words = [said.get("msg") or f"HTTP {answered.status_code} {answered.reason}"]
    words += [str(each) for each in told.get("failure", {}).values()]
    raise SearchBackendError(f"Solr: {' '.join(words)}")


def shortcomings_of(server: Server) -> Iterator[str]:
    """What is wrong with it, in words. Raises SearchBackendError where it does not answer."""
    info = server.info()
    version = str(info["lucene"]["solr-spec-version"])
    if int(version.partition(".")[0]) < OLDEST:
        yield f"It is Solr {version}; version {OLDEST} or newer is needed."
    if info.get("mode") != "solrcloud":
        yield "It does not run in cloud mode, where an index is replaced in one step: start it with `solr start -c`."
        return
    if int(server.property(CLAUSES) or 0) < ENOUGH_CLAUSES:
        yield f"Long searches will fail. Start it with SOLR_OPTS=-D{CLAUSES}={ENOUGH_CLAUSES}."


class Collection:
    """What lies in a collection, or in the one that an alias stands for."""

    def __init__(self, solr: pysolr.Solr) -> None:
        self._solr = solr

    def ask(self, handler: str, **asked: str | Sequence[str]) -> Mapping[str, Any]:
        """Raises IndexMissing where there is no such handler."""
        with failures_named():
            # What is asked for by "json" goes before this "everything".
            found = self._solr.search(
                "*:*", search_handler=handler, expandMacros="false", **asked
            ).raw_response
        if found["responseHeader"].get("partialResults"):
            raise SearchBackendError("Solr: not all shards have answered.")
        return dict(found)

    def add(self, documents: Sequence[Mapping[str, Any]]) -> None:
        with failures_named():
            self._solr.add(documents)

    def remove(self, query: str) -> None:
        with failures_named():
            self._solr.delete(q=query)

    def commit(self) -> None:
        with failures_named():
            self._solr.commit(waitSearcher=True)
