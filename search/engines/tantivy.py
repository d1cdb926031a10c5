"""The default engine: tantivy, compiled, in the process, its index in a folder."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import tantivy
from haystack.constants import DJANGO_CT, ID
from haystack.exceptions import SearchBackendError

from search.engines.backend import Answered, Asked, Document, Ranked
from search.engines.embedded import EmbeddedBackend, EmbeddedEngine
from search.engines.fields import MomentField, NumberField, PartsField, PrecedenceField, TextField
from search.engines.kept import kept, open_index
from search.engines.tree import FOLD, All, And, Beginning, Between, Node, Not, Nothing, Or, Text, Value
from search.near import edits_for

Query = tantivy.Query
Occur = tantivy.Occur

# One thread keeps up with the database that the documents come from, and keeps the index in few segments.
WRITER_MEMORY = 64_000_000
WRITER_THREADS = 1
# Of the fields that a word stands in, the best one counts, the others a little.
TIE_BREAKER = 0.1
# tantivy takes regular expressions of a thousand states; nobody types so much of a word and not the rest.
LONGEST_BEGINNING = 100
# tantivy wants to be told how many; nobody pages further.
EVERYTHING = 1_000_000
# A set of values walks through all that have one before the search begins; so many are stepped through beside it.
MOST_STEPPED = 64
MOST_FACET_VALUES = 1000
# tantivy takes precedence as a weight: log2(2 + value). So little that no better hit comes later for it, and enough for
# a score's 24 bits to hold one day.
A_DAY = 1e-6


class TantivyWriter:
    def __init__(self, index: tantivy.Index, precedence: str) -> None:
        self._precedence = precedence
        self._writer = index.writer(WRITER_MEMORY, WRITER_THREADS)
        self._has_changes = False

    def add(self, document: Document) -> None:
        self._has_changes = True
        self._writer.add_document(tantivy_document(document, self._precedence))

    def remove(self, field: str, value: str | int) -> None:
        self._has_changes = True
        self._writer.delete_documents_by_term(field, value)

    def commit(self) -> None:
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
            searcher = kept.searcher(generation, self.schema)
            query = self._query(asked.tree)
            total, hits = self._hits(searcher, query, asked)
            return Answered(
                total,
                hits,
                _facets(searcher, query, asked.facets) if total and asked.facets else {},
                {name: _count(searcher, _all_of([query, self._query(tree)])) for name, tree in asked.counts},
            )

    def _hits(
        self, searcher: tantivy.Searcher, query: tantivy.Query, asked: Asked
    ) -> tuple[int, list[Ranked]]:
        if asked.limit == 0:
            return _count(searcher, query), []
        found = searcher.search(
            query, limit=asked.limit or EVERYTHING, offset=asked.offset, **self._order(asked.order_by)
        )
        scores = [0.0 if asked.order_by else score for score, _ in found.hits]
        addresses = [address for _, address in found.hits]
        identifiers = [str(searcher.doc(address).get_first(ID)) for address in addresses]
        folds: list[Any] = (
            searcher.fast_field_values(FOLD, addresses) if FOLD in self.fields else [None] * len(scores)
        )
        return _total(found), [Ranked(*each) for each in zip(identifiers, scores, folds, strict=True)]

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

    # --- Trees as tantivy's queries

    def _query(self, node: Node) -> tantivy.Query:  # noqa: PLR0911  one line a kind of node
        match node:
            case All():
                return Query.all_query()
            case Nothing():
                return Query.empty_query()
            case And(of):
                return _all_of([self._query(each) for each in of])
            case Or(of):
                return Query.boolean_query([(Occur.Should, self._query(each)) for each in of])
            case Not(of):
                return Query.boolean_query(
                    [(Occur.Must, _silent(Query.all_query())), (Occur.MustNot, self._query(of))]
                )
            case Text():
                return self._text(node)
            case Value(field, any_of):
                return _silent(self._any_of(field, [self._plain(field, value) for value in any_of]))
            case Beginning(field, text):
                return _silent(self._beginning(field, text))
            case Between():
                return _silent(self._between(node))

    def _any_of(self, field: str, values: Sequence[Any]) -> tantivy.Query:
        if len(values) > MOST_STEPPED:
            return Query.term_set_query(self.schema, field, values)
        one_each = [Query.term_query(self.schema, field, value) for value in values]
        return Query.boolean_query([(Occur.Should, query) for query in one_each])

    def _text(self, text: Text) -> tantivy.Query:
        queries = [
            Query.boost_query(self._side_by_side(name, text), weight)
            for name, weight in self.text_fields(text.field)
        ]
        if len(text.atoms) == 1 and not text.is_exact:
            queries += [
                Query.boost_query(self._side_by_side(name, text), weight)
                for name, weight in self.parts_fields(text.field)
            ]
        return queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, TIE_BREAKER)

    def _side_by_side(self, field: str, text: Text) -> tantivy.Query:
        if len(text.atoms) > 1:
            phrase = Query.phrase_prefix_query if text.is_prefix else Query.phrase_query
            return phrase(self.schema, field, list(text.atoms))
        if text.is_prefix:
            return self._beginning(field, text.atoms[0])
        if text.is_near and (edits := edits_for(text.atoms[0])):
            return Query.fuzzy_term_query(self.schema, field, text.atoms[0], edits)
        return Query.term_query(self.schema, field, text.atoms[0])

    def _beginning(self, field: str, text: str) -> tantivy.Query:
        if len(text) > LONGEST_BEGINNING:
            return Query.term_query(self.schema, field, text)
        return Query.regex_query(self.schema, field, _beginning_with(text))

    def _between(self, node: Between) -> tantivy.Query:
        return Query.range_query(
            self.schema,
            node.field,
            self._field_type(node.field),
            self._plain(node.field, node.low),
            self._plain(node.field, node.high),
            node.with_low,
            node.with_high,
        )

    def _field_type(self, field: str) -> tantivy.FieldType:
        declared = self.fields.get(field)
        if isinstance(declared, MomentField):
            return tantivy.FieldType.Date
        return tantivy.FieldType.Integer if isinstance(declared, NumberField) else tantivy.FieldType.Text

    def _plain(self, field: str, value: Any) -> Any:
        if value is None:
            return None
        declared = self.fields.get(field)
        if isinstance(declared, NumberField):
            return int(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return value if isinstance(declared, MomentField) else str(value)


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


def _all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return (
        queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])
    )


def _silent(query: tantivy.Query) -> tantivy.Query:
    """Lets pass or not, and says nothing of how good a hit is."""
    return Query.const_score_query(query, 0.0)


def _count(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return _total(searcher.search(query, limit=1))


def _total(found: Any) -> int:
    """The type stubs don't know of it."""
    return int(found.count)


def _facets(
    searcher: tantivy.Searcher, query: tantivy.Query, facets: Mapping[str, Mapping[str, Any]]
) -> dict[str, list[tuple[Any, int]]]:
    counted = searcher.aggregate(query, {name: {"terms": _terms(name, facets[name])} for name in facets})
    return {
        name: [(bucket["key"], bucket["doc_count"]) for bucket in counted[name]["buckets"]] for name in facets
    }


def _terms(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Options as Solr calls them: `prefix` of the values that are counted, `limit` of how many are told."""
    asked: dict[str, Any] = {"field": name, "size": options.get("limit", MOST_FACET_VALUES)}
    if prefix := options.get("prefix"):
        asked["include"] = _beginning_with(prefix[:LONGEST_BEGINNING])
    return asked


def _beginning_with(text: str) -> str:
    return f"{re.escape(text)}(.|\\n)*"
