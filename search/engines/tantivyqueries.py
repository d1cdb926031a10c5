"""Trees as tantivy's queries."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import tantivy

from search.engines.backend import TreeBackend
from search.engines.fields import MomentField, NumberField
from search.engines.kept import Snapshot
from search.engines.tree import (
    CONTENT,
    OWN,
    All,
    And,
    Beginning,
    Between,
    Node,
    Not,
    Nothing,
    Or,
    Text,
    Value,
    demands,
    is_said,
)
from search.near import edits_for

Query = tantivy.Query
Occur = tantivy.Occur

# Of the fields that a word stands in, the best one counts, the others a little.
TIE_BREAKER = 0.1
# tantivy takes regular expressions of a thousand states; nobody types so much of a word and not the rest.
LONGEST_BEGINNING = 100
# A regular expression takes a quarter of a millisecond to be made, before anything is looked up; so many words with
# one beginning are named one by one.
MOST_BEGUN = 200
# A set of values walks through all that have one before the search begins; so many are stepped through beside it.
MOST_STEPPED = 64
# Whether all documents pass a filter takes 1.5 ms to count among 230,000 and 30 among 2,300,000, so it is counted from
# the twentieth asking on, of which a search has one to three: the next commit may come before.
WORTH_COUNTING = 20
_ANYTHING = Query.const_score_query(Query.all_query(), 0.0)  # and says nothing of how good a hit is


@dataclass(frozen=True, slots=True)
class Queries:
    """For one state of the index, whose words are looked at."""

    backend: TreeBackend[Any]
    schema: tantivy.Schema
    snapshot: Snapshot

    def of(self, node: Node) -> tantivy.Query:  # noqa: PLR0911  one line a kind of node
        match node:
            case All():
                return Query.all_query()
            case Nothing():
                return Query.empty_query()
            case And() | Value():
                return self._all(demands(node))
            case Or(of):
                return Query.boolean_query([(Occur.Should, self.of(each)) for each in of])
            case Not(of):
                return Query.boolean_query([(Occur.Must, _ANYTHING), (Occur.MustNot, self.of(of))])
            case Text():
                return self._text(node)
            case Beginning(field, text):
                return _silent(self._beginning(field, text))
            case Between():
                return _silent(self._between(node))

    def most(self, node: Node) -> int:
        """No more documents than this, as far as that can be said without a search."""
        match node:
            case And():
                return min(self.most(each) for each in demands(node))
            case Text(is_prefix=False, is_near=False):
                return min(self._holding(atom, node) for atom in node.atoms)
            case _:
                return int(self.snapshot.searcher.num_docs)

    def _holding(self, atom: str, text: Text) -> int:
        fields = self.backend.text_fields(text.field) + self.backend.parts_fields(text.field)
        return sum(self.snapshot.searcher.doc_freq(name, atom) for name, _ in fields)

    def _all(self, of: Sequence[Node]) -> tantivy.Query:
        said = [each for each in of if isinstance(each, Text) and is_said(each, of)]
        found = [replace(each, field=OWN) for each in said]
        told = [each for each in of if each not in said and each not in found]
        must = [
            self._value(each) if isinstance(each, Value) else self.of(each)
            for each in told
            if not self._is_passed_by_all(each)
        ]
        # Once for what is asked of all texts, once for what is asked of these.
        must += [Query.boost_query(self.of(each), 2.0) for each in found]
        whole = all_of(must) if must else _ANYTHING
        # One around the other, of which there are three: side by side tantivy would walk through all that has any.
        for further in self._beside(said):
            whole = Query.boolean_query([(Occur.Must, whole), (Occur.Should, further)])
        return whole

    def _is_passed_by_all(self, node: Node) -> bool:
        """Who may see all spaces need not ask each document for its own, which takes a third of the time that a common
        word does. Counted in the very state that is searched: what somebody may see is not to be told by another."""
        if not isinstance(node, Value) or not getattr(self.backend.fields.get(node.field), "is_scope", False):
            return False
        key, known = (node.field, frozenset(node.any_of)), self.snapshot.passed_by_all
        if key not in known:
            self.snapshot.asked[key] += 1
            if self.snapshot.asked[key] < WORTH_COUNTING:
                return False
            known[key] = self._do_all_pass(node)
        return known[key]

    def _do_all_pass(self, node: Value) -> bool:
        searcher, values = self.snapshot.searcher, [self._plain(node.field, each) for each in node.any_of]
        # What was deleted is counted too by this, so it says for sure only that not all do.
        if sum(searcher.doc_freq(node.field, each) for each in values) < searcher.num_docs:
            return False
        return count_of(searcher, self._value(node)) == searcher.num_docs

    def _beside(self, said: Sequence[Text]) -> Iterator[tantivy.Query]:
        """What texts that make no hit add to the score of one that does."""
        own = self.backend.text_fields(OWN)
        context = [each for each in self.backend.text_fields(CONTENT) if each not in own]
        for text in said:
            for name, weight in context:
                yield Query.boost_query(self._side_by_side(name, text), weight * TIE_BREAKER)

    def _value(self, node: Value) -> tantivy.Query:
        return _silent(self._any_of(node.field, [self._plain(node.field, value) for value in node.any_of]))

    def _any_of(self, field: str, values: Sequence[Any]) -> tantivy.Query:
        if len(values) > MOST_STEPPED:
            return Query.term_set_query(self.schema, field, values)
        one_each = [Query.term_query(self.schema, field, value) for value in values]
        return Query.boolean_query([(Occur.Should, query) for query in one_each])

    def _text(self, text: Text) -> tantivy.Query:
        fields = self.backend.text_fields(text.field)
        if len(text.atoms) == 1 and not text.is_exact:
            fields += self.backend.parts_fields(text.field)
        queries = [Query.boost_query(self._side_by_side(name, text), weight) for name, weight in fields]
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
        begun = self.snapshot.searcher.terms_with_prefix(field, text, limit=MOST_BEGUN)
        if len(begun) == MOST_BEGUN:
            return Query.regex_query(self.schema, field, beginning_with(text))
        return Query.term_set_query(self.schema, field, [term for term, _ in begun])

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
        declared = self.backend.fields.get(field)
        if isinstance(declared, MomentField):
            return tantivy.FieldType.Date
        return tantivy.FieldType.Integer if isinstance(declared, NumberField) else tantivy.FieldType.Text

    def _plain(self, field: str, value: Any) -> Any:
        if value is None:
            return None
        declared = self.backend.fields.get(field)
        if isinstance(declared, NumberField):
            return int(value)
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        return value if isinstance(declared, MomentField) else str(value)


def all_of(queries: Sequence[tantivy.Query]) -> tantivy.Query:
    return (
        queries[0] if len(queries) == 1 else Query.boolean_query([(Occur.Must, query) for query in queries])
    )


def count_of(searcher: tantivy.Searcher, query: tantivy.Query) -> int:
    return total_of(searcher.search(query, limit=1))


def total_of(found: Any) -> int:
    """The type stubs don't know of it."""
    return int(found.count)


def beginning_with(text: str) -> str:
    return f"{re.escape(text)}(.|\\n)*"


def _silent(query: tantivy.Query) -> tantivy.Query:
    """Lets pass or not, and says nothing of how good a hit is."""
    return Query.const_score_query(query, 0.0)
