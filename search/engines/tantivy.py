"""The default engine: tantivy, compiled, in the process, its index in a folder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy
from haystack.constants import DJANGO_CT, ID
from haystack.exceptions import SearchBackendError

from search.engines.backend import Answered, Asked, Document
from search.engines.beside import Beside
from search.engines.embedded import EmbeddedBackend, EmbeddedEngine
from search.engines.fields import MomentField, NumberField, PartsField, PrecedenceField, TextField
from search.engines.kept import kept, open_index
from search.engines.tantivyqueries import (
    LONGEST_BEGINNING,
    Queries,
    all_of,
    beginning_with,
    count_of,
    total_of,
)
from search.engines.tree import FOLD, without_said

# One thread keeps up with the database that the documents come from, and keeps the index in few segments.
WRITER_MEMORY = 64_000_000
WRITER_THREADS = 1
# tantivy wants to be told how many; nobody pages further.
EVERYTHING = 1_000_000
MOST_FACET_VALUES = 1000
# tantivy takes precedence as a weight: log2(2 + value). So little that no better hit comes later for it, and enough for
# a score's 24 bits to hold one day.
A_DAY = 1e-6


class TantivyHit:
    """Its document is read when it is asked for: most hits are only counted as copies of others."""

    __slots__ = ("_address", "_id", "_searcher", "fold", "score")

    def __init__(
        self, searcher: tantivy.Searcher, address: tantivy.DocAddress, score: float, fold: int | None
    ) -> None:
        self._searcher, self._address, self._id = searcher, address, ""
        self.score, self.fold = score, fold

    @property
    def id(self) -> str:
        if not self._id:
            self._id = str(self._searcher.doc(self._address).get_first(ID))
        return self._id


class TantivyWriter:
    def __init__(self, index: tantivy.Index, precedence: str) -> None:
        self._precedence = precedence
        self._writer = index.writer(WRITER_MEMORY, WRITER_THREADS)
        # A commit that was killed leaves files; of those that say what is deleted this one's would have the names.
        self._writer.garbage_collect_files()
        self._has_changes = False

    def add(self, document: Document) -> None:
        self._has_changes = True
        self._writer.add_document(tantivy_document(document, self._precedence))

    def remove(self, field: str, value: str | int) -> None:
        self._has_changes = True
        self._writer.delete_documents_by_term(field, value)

    def commit(self) -> None:
        with failures_named():
            self._writer.commit()
        self._has_changes = False

    def close(self) -> None:
        """Leaves out what was not committed; waits until merges are written and tantivy's lock is free."""
        if self._has_changes:
            self._writer.rollback()  # which ends running merges too, so not without need
        self._writer.wait_merging_threads()


@contextmanager
def failures_named() -> Iterator[None]:
    try:
        yield
    except (ValueError, OSError, RuntimeError) as failure:
        raise SearchBackendError(f"tantivy: {failure}") from failure


class Backend(EmbeddedBackend):
    engine_version = f"tantivy {version('tantivy')}"

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        self._schema: tantivy.Schema | None = None

    @property
    def schema(self) -> tantivy.Schema:
        if self._schema is None:
            self._schema = schema_of(self.fields)
        return self._schema

    def open_writer(self, generation: Path, *, is_new: bool) -> TantivyWriter:
        with failures_named():
            return TantivyWriter(open_index(generation, self.schema), self.precedence)

    def answer(self, generation: Path, asked: Asked) -> Answered:
        with failures_named():
            snapshot = kept.snapshot(generation, self.schema)
            searcher, queries = snapshot.searcher, Queries(self, self.schema, snapshot)
            unranked = without_said(asked.tree)
            is_ranked = asked.limit != 0 and not asked.order_by
            query = queries.of(asked.tree if is_ranked else unranked)
            counting = queries.of(unranked) if is_ranked and (asked.facets or asked.counts) else query
            wanted = _worth_counting(asked.facets, queries.most(unranked)) if asked.facets else {}
            facets = Beside(wanted, lambda: _facets(searcher, counting, wanted)) if wanted else {}
            total, hits = self._hits(searcher, query, asked)
            return Answered(
                total,
                hits,
                facets,
                {
                    name: count_of(searcher, all_of([counting, queries.of(tree)]))
                    for name, tree in asked.counts
                },
            )

    def _hits(
        self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Asked
    ) -> tuple[int, list[TantivyHit]]:
        if asked.limit == 0:
            return 0 if asked.facets else count_of(searcher, query), []
        found = searcher.search(
            query, limit=asked.limit or EVERYTHING, offset=asked.offset, **self._order(asked.order_by)
        )
        ranked = found.hits
        addresses = [address for _, address in ranked]
        folds: Sequence[Any] = (
            searcher.fast_field_values(FOLD, addresses) if FOLD in self.fields else [None] * len(addresses)
        )
        return total_of(found), [
            TantivyHit(searcher, address, 0.0 if asked.order_by else score, fold)
            for (score, address), fold in zip(ranked, folds, strict=True)
        ]

    def _order(self, order_by: Sequence[str]) -> dict[str, Any]:
        if not order_by:
            return {"weight_by_field": self.precedence} if self.precedence else {}
        if len(order_by) > 1:
            raise SearchBackendError("tantivy orders by one field.")
        descending = order_by[0].startswith("-")
        return {
            "order_by_field": order_by[0].removeprefix("-"),
            "order": tantivy.Order.Desc if descending else tantivy.Order.Asc,
        }


class Engine(EmbeddedEngine):
    backend = Backend


def schema_of(fields: dict[str, Any]) -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field(ID, stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_text_field(DJANGO_CT, tokenizer_name="raw", index_option="basic")
    for name, field in sorted(fields.items()):
        if isinstance(field, TextField):
            builder.add_text_field(name, tokenizer_name="atoms", index_option="position")
        elif isinstance(field, PartsField):
            builder.add_text_field(name, tokenizer_name="atoms", index_option="basic")
        elif isinstance(field, PrecedenceField):
            builder.add_float_field(name, fast=True)
        elif isinstance(field, NumberField):
            builder.add_integer_field(name, indexed=True, fast=True)
        elif isinstance(field, MomentField):
            builder.add_date_field(name, indexed=True, fast=True)
        else:
            builder.add_text_field(name, tokenizer_name="raw", index_option="basic", fast=True)
    return builder.build()


def tantivy_document(document: Document, precedence: str) -> tantivy.Document:
    values = {name: value for name, value in document.items() if value not in (None, "", [])}
    if precedence in values:
        values[precedence] *= A_DAY
    return tantivy.Document(**values)


def _facets(
    searcher: tantivy.Searcher, query: tantivy.Query, facets: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[tuple[Any, int]]]:
    with failures_named():
        counted = searcher.aggregate(query, {name: {"terms": _terms(name, facets[name])} for name in facets})
    return {
        name: [(bucket["key"], bucket["doc_count"]) for bucket in counted[name]["buckets"]] for name in facets
    }


def _worth_counting(facets: Mapping[str, Mapping[str, Any]], most: int) -> Mapping[str, Mapping[str, Any]]:
    """Without those that may be left out of so many hits: to count values that are all different takes longer than to
    search."""
    return {name: options for name, options in facets.items() if most <= options.get("among", most)}


def _terms(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as Solr calls them: `prefix` of the values that are counted, `limit` of how many are told. (And ours:
    `among` how many documents at most.)"""
    asked: dict[str, Any] = {"field": name, "size": options.get("limit", MOST_FACET_VALUES)}
    if prefix := options.get("prefix"):
        asked["include"] = beginning_with(prefix[:LONGEST_BEGINNING])
    return asked
