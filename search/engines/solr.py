"""The engine for more than one machine: Haystack's Solr backend on SolrCloud, with trees instead of query strings."""

from __future__ import annotations

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from haystack.backends.solr_backend import SolrSearchBackend
from haystack.constants import ID
from haystack.exceptions import SearchBackendError
from pysolr import Solr

from search.analysis import ATOM, SINGLE
from search.engines.backend import Answered, Asked, Document, Hit, TreeBackend, TreeEngine
from search.engines.fields import LabelsField, PartsField, TextField
from search.engines.generations import IndexMissing
from search.engines.solrcloud.address import Address
from search.engines.solrcloud.collections import Collections
from search.engines.solrcloud.queries import Queries
from search.engines.solrcloud.schema import JAPANESE, files_of, handler, token
from search.engines.solrcloud.server import PATIENCE, Collection, Server, shortcomings_of
from search.engines.tree import FOLD, All

# Lets a search with many facets over many shards end, and no reader wait for a server that hangs.
TIMEOUT = 20  # seconds
DOCUMENTS_A_REQUEST = 500
CHARACTERS_A_REQUEST = 4_000_000
# What has no end in a search has to be a number.
EVERYTHING = 1_000_000
MOST_FACET_VALUES = 1000
# Each shard tells so many more values than are asked for: one that is frequent only over all of them is met too.
MORE_FACET_VALUES = 1000
MOST_ENDINGS = 50  # of a phrase whose last word is a beginning, as tantivy has it


class SolrWriter:
    """Keeps everything back until commit(): what Solr is sent, anybody's next commit would show."""

    def __init__(self, collection: Collection, queries: Queries, *, is_new: bool) -> None:
        self._collection = collection
        self._queries = queries
        self._is_new = is_new  # nobody searches it
        self._documents: list[dict[str, Any]] = []
        self._length = 0
        self._removals: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, document: Document) -> None:
        made = {name: value for name, each in document.items() if (value := self._value(name, each))}
        if japanese := self._japanese(document):
            made[JAPANESE] = japanese
        self._documents.append(made)
        if self._is_new:
            self._length += sum(len(each) for each in made.values() if isinstance(each, str))
            if len(self._documents) >= DOCUMENTS_A_REQUEST or self._length > CHARACTERS_A_REQUEST:
                self._send()

    def remove(self, field: str, value: str | int) -> None:
        """By a number, or by a name that has no comma."""
        self._removals[field].append(self._queries.plain(field, value))

    def commit(self) -> None:
        for field, values in self._removals.items():
            self._collection.remove(f"{{!terms f={field}}}{','.join(values)}")
        self._removals.clear()
        self._send()
        self._collection.commit()

    def close(self) -> None:
        """Leaves out what was not committed."""
        self._documents, self._removals = [], defaultdict(list)

    def _send(self) -> None:
        for some in _portions(self._documents):
            self._collection.add(some)
        self._documents, self._length = [], 0

    def _value(self, name: str, value: Any) -> Any:
        if value in (None, "", []):
            return None
        declared = self._queries.fields.get(name)
        if isinstance(declared, TextField | PartsField):
            return " ".join(token(atom) for atom in ATOM.findall(value))
        if isinstance(declared, LabelsField):
            return [token(each) for each in value]
        return self._queries.plain(name, value)

    def _japanese(self, document: Document) -> str:
        """All of its own text that has a character of a script without spaces."""
        own = [name for name, _ in self._queries.text_fields("own") if document.get(name)]
        return "\n".join(document[name] for name in own if SINGLE.search(document[name]))


class Backend(TreeBackend[str], SolrSearchBackend):  # type: ignore[misc]
    engine_version = "solr 1"

    def __init__(self, connection_alias: str, **options: Any) -> None:
        self.address = Address.of(options["URL"])
        told = {"URL": str(self.address), "KWARGS": {"auth": self.address.auth}}
        super().__init__(connection_alias, **{"TIMEOUT": TIMEOUT, **options, **told})
        self.path = Path(options["PATH"])
        self._shards, self._replicas = int(options.get("SHARDS", 1)), int(options.get("REPLICAS", 1))

    @property
    def generations(self) -> Collections:
        return self._generations

    @cached_property
    def _generations(self) -> Collections:
        return Collections(
            self.path, Server(self.address), self.layout(), self.files(), self._shards, self._replicas
        )

    @cached_property
    def queries(self) -> Queries:
        return Queries(self.fields, self.text_fields, self.parts_fields, self._endings)

    def files(self) -> dict[str, str]:
        """Of the configset."""
        return files_of(self.fields, self.layout())

    @cached_property
    def _name(self) -> str:
        return self.layout()

    def layout(self) -> str:
        """Short: it is part of names."""
        told = [super().layout(), *files_of(self.fields, "").values()]
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:12]

    def has_index(self) -> bool:
        try:
            self.answer("", Asked(All(), limit=0))
        except IndexMissing:
            return False
        return True

    def open_writer(self, generation: str, *, is_new: bool) -> SolrWriter:
        if not is_new and not self.has_index():
            raise IndexMissing("The search index was built by another version.")
        address = self.address.called(generation)
        solr = Solr(str(address), timeout=PATIENCE, auth=address.auth)
        return SolrWriter(Collection(solr), self.queries, is_new=is_new)

    def shortcomings(self) -> Iterator[str]:
        try:
            yield from shortcomings_of(Server(self.address))
        except SearchBackendError as failure:
            yield f"{self.address.server} does not answer as Solr does ({failure})."

    # --- Searching

    def answer(self, generation: str, asked: Asked) -> Answered:
        """Of the collection that is searched, whichever `generation` that is."""
        query = self.queries.of(asked.tree)
        found = self._ask(_request(query, asked, self._order(asked.order_by)))
        return Answered(
            found["response"]["numFound"],
            [_ranked(each, is_scored=not asked.order_by) for each in found["response"]["docs"]],
            {name: _counted(found["facets"].get(name)) for name in asked.facets},
            {
                name: self._count({"bool": {"must": [query, self.queries.of(tree)]}})
                for name, tree in asked.counts
            },
        )

    def _answer(self, asked: Asked) -> Answered:
        """A collection that is replaced while it is being searched is no failure."""
        try:
            return self.answer("", asked)
        except IndexMissing:
            raise
        except SearchBackendError:
            return self.answer("", asked)

    def more_like_this(self, *_args: Any, **_options: Any) -> dict[str, Any]:
        """Solr would need the texts themselves for it."""
        raise NotImplementedError

    def _count(self, query: Mapping[str, Any]) -> int:
        return int(self._ask({"query": query, "limit": 0})["response"]["numFound"])

    def _ask(self, request: Mapping[str, Any]) -> Mapping[str, Any]:
        return self._collection.ask(handler(self._name), json=json.dumps(request))

    @cached_property
    def _collection(self) -> Collection:
        return Collection(self.conn)

    def _order(self, order_by: Sequence[str]) -> str:
        """The same from page to page, also among equals."""
        if order_by:
            sorted_by = [
                f"{name.lstrip('-')} {'desc' if name.startswith('-') else 'asc'}" for name in order_by
            ]
        else:
            sorted_by = ["score desc", *([f"{self.precedence} desc"] if self.precedence else [])]
        return ", ".join([*sorted_by, f"{ID} asc"])

    def _endings(self, fields: Sequence[str], beginning: str) -> Sequence[str]:
        """The most frequent of each field."""
        asked = {"terms.prefix": beginning, "terms.limit": str(MOST_ENDINGS), "terms.fl": fields}
        found = self._collection.ask("terms", **{**asked, "json.nl": "map"})["terms"]
        counted: Counter[str] = Counter()
        for counts in found.values():
            counted.update(counts)
        return [term for term, _ in counted.most_common(MOST_ENDINGS)]


class Engine(TreeEngine):
    backend = Backend


def _request(query: Mapping[str, Any], asked: Asked, order: str) -> dict[str, Any]:
    return {
        "query": query,
        "offset": asked.offset,
        "limit": EVERYTHING if asked.limit is None else asked.limit,
        "fields": [ID, "score", FOLD],
        "sort": order,
        "facet": {name: _facet(name, options) for name, options in asked.facets.items()},
    }


def _facet(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    told = {"prefix": options["prefix"]} if options.get("prefix") else {}
    return {
        "type": "terms",
        "field": name,
        "limit": options.get("limit", MOST_FACET_VALUES),
        "overrequest": MORE_FACET_VALUES,
        "refine": True,
        **told,
    }


def _counted(facet: Mapping[str, Any] | None) -> list[tuple[Any, int]]:
    return [(bucket["val"], bucket["count"]) for bucket in (facet or {}).get("buckets", [])]


def _ranked(document: Mapping[str, Any], *, is_scored: bool) -> Hit:
    return Hit(document[ID], float(document["score"]) if is_scored else 0.0, document.get(FOLD))


def _portions(documents: Sequence[dict[str, Any]]) -> list[Sequence[dict[str, Any]]]:
    return [
        documents[start : start + DOCUMENTS_A_REQUEST]
        for start in range(0, len(documents), DOCUMENTS_A_REQUEST)
    ]
