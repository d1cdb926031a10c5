"""The engine for where nothing compiled may be installed: Haystack's Whoosh backend on whoosh3, mended.

Haystack's own opens readers three times a search, scores every document to narrow to models, counts tokens
instead of values, and parses what people type. Here a searcher is kept, and nothing is parsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import whoosh
import whoosh.query
from haystack.backends.whoosh_backend import WhooshSearchBackend
from haystack.constants import DJANGO_CT, ID
from haystack.exceptions import SearchBackendError
from whoosh import fields as whoosh_fields
from whoosh.filedb import filestore
from whoosh.sorting import Count, FieldFacet, MultiFacet, ScoreFacet

from search.analysis import SINGLE
from search.engines.backend import Answered, Asked, Document, Hit
from search.engines.bigrams import SEPARATOR, Bigrams, Each, paired
from search.engines.embedded import EmbeddedBackend, EmbeddedEngine
from search.engines.fields import LabelsField, MomentField, NumberField, PartsField, TextField
from search.engines.tree import FOLD, All, And, Beginning, Between, Node, Not, Nothing, Or, Text, Value
from search.near import edits_for

# whoosh3 says that it is typed, and is so by half.
whoosh_query: Any = whoosh.query
FileStorage: Any = filestore.FileStorage

WRITER_MEGABYTES = 128
TIE_BREAKER = 0.1
# What has no end in a search of Whoosh's has to be a number.
EVERYTHING = 1_000_000


@contextmanager
def failures_named() -> Iterator[None]:
    """On an index that is damaged Whoosh fails with whatever its parsing of bytes ends in."""
    try:
        yield
    except Exception as failure:
        raise SearchBackendError(f"Whoosh: {failure!r}") from failure


class WhooshWriter:
    def __init__(self, index: Any) -> None:
        self._index = index
        self._writer: Any = None
        self._removals: list[Any] = []

    def add(self, document: Document) -> None:
        writer = self._opened()
        writer.add_document(
            **{name: _stored(value) for name, value in document.items() if value not in (None, "", [])}
        )

    def remove(self, field: str, value: str | int) -> None:
        self._removals.append(_term(self._index.schema, field, value))

    def commit(self) -> None:
        self._opened().commit()
        self._writer = None

    def close(self) -> None:
        """Leaves out what was not committed."""
        if self._writer is not None:
            self._writer.cancel()
            self._writer = None

    def _opened(self) -> Any:
        """With what was to be removed gone: all at once, since each removal alone opens the whole index."""
        with failures_named():
            if self._writer is None:
                self._writer = self._index.writer(limitmb=WRITER_MEGABYTES)
            if self._removals:
                removals, self._removals = self._removals, []
                self._writer.delete_by_query(whoosh_query.Or(removals))
        return self._writer


class Backend(EmbeddedBackend, WhooshSearchBackend):  # type: ignore[misc]
    engine_version = f"whoosh {'.'.join(map(str, whoosh.__version__))}"

    def __init__(self, connection_alias: str, **options: Any) -> None:
        super().__init__(connection_alias, **options)
        self.path = Path(options["PATH"])
        self._searcher: Any = None
        self._generation: Path | None = None

    def setup(self) -> None:
        """For what is inherited: more_like_this() and optimize()."""
        with failures_named():
            self.index = self._open(self.generations.current())
        self.schema, self.content_field_name, self.setup_complete = self.index.schema, "source", True

    def build_schema(self, fields: Mapping[str, Any]) -> tuple[str, whoosh_fields.Schema]:
        return next(name for name, field in fields.items() if field.document), schema_of(fields)

    def open_writer(self, generation: Path, *, is_new: bool) -> WhooshWriter:
        with failures_named():
            if is_new:
                return WhooshWriter(FileStorage(str(generation)).create_index(schema_of(self.fields)))
            return WhooshWriter(self._open(generation))

    def answer(self, generation: Path, asked: Asked) -> Answered:
        with failures_named():
            searcher = self._kept_searcher(generation)
            query = self._query(asked.tree)
            counts = {name: self._count(And((asked.tree, tree))) for name, tree in asked.counts}
            if asked.limit == 0 and not asked.facets:
                return Answered(self._count(asked.tree), [], {}, counts)
            found = searcher.search(
                query,
                limit=min(
                    asked.offset + (EVERYTHING if asked.limit is None else max(asked.limit, 1)), EVERYTHING
                ),
                sortedby=self._order(asked.order_by),
                groupedby={name: self._grouping(name) for name in asked.facets} or None,
            )
            end = None if asked.limit is None else asked.offset + asked.limit
            hits = [
                Hit(hit[ID], 0.0 if asked.order_by else _score(hit.score), hit.get(FOLD))
                for hit in found[asked.offset : end]
            ]
            return Answered(len(found), hits, self._facets(found, asked), counts)

    def _order(self, order_by: Sequence[str]) -> Any:
        if order_by:
            return [_sorting(name) for name in order_by]
        return MultiFacet([ScoreFacet(), _sorting(f"-{self.precedence}")]) if self.precedence else None

    def _grouping(self, name: str) -> FieldFacet:
        """Of several values each counts."""
        is_several = isinstance(self.fields[name], LabelsField)
        return FieldFacet(name, maptype=Count, allow_overlap=is_several)

    def _facets(self, found: Any, asked: Asked) -> dict[str, list[tuple[Any, int]]]:
        return {
            name: _groups(found, name, options.get("prefix", ""), options.get("limit"))
            for name, options in asked.facets.items()
        }

    def _count(self, tree: Node) -> int:
        searcher = self._searcher
        return sum(1 for _ in self._query(tree).docs(searcher))

    def _open(self, generation: Path) -> Any:
        return FileStorage(str(generation)).open_index(schema=schema_of(self.fields))

    def _kept_searcher(self, generation: Path) -> Any:
        """As of the last commit, whichever process made it."""
        if self._searcher is None or self._generation != generation or not self._searcher.up_to_date():
            # Not refresh(): it takes over readers of unchanged segments, and with them what was deleted since.
            self._close_searcher()
            self._searcher, self._generation = self._open(generation).searcher(), generation
        return self._searcher

    def _close_searcher(self) -> None:
        if self._searcher is not None:
            self._searcher.close()
            self._searcher = None

    # --- Trees as Whoosh's queries

    def _query(self, node: Node) -> Any:  # noqa: PLR0911  one line a kind of node
        match node:
            case All():
                return whoosh_query.Every()
            case Nothing():
                return whoosh_query.Term(ID, "")  # NullQuery would vanish from an And instead of emptying it
            case And(of):
                return whoosh_query.And([self._query(each) for each in of])
            case Or(of):
                return whoosh_query.Or([self._query(each) for each in of])
            case Not(of):
                return whoosh_query.AndNot(whoosh_query.Every(), self._query(of))
            case Text():
                return self._text(node)
            case Value(field, any_of):
                return _silent(whoosh_query.Or([_term(self._schema, field, value) for value in any_of]))
            case Beginning(field, text):
                return _silent(whoosh_query.Prefix(field, text))
            case Between():
                return _silent(self._between(node))

    def _text(self, text: Text) -> Any:
        queries = [self._side_by_side(name, text, weight) for name, weight in self.text_fields(text.field)]
        if len(text.atoms) == 1 and not text.is_exact:
            queries += [
                self._side_by_side(name, text, weight) for name, weight in self.parts_fields(text.field)
            ]
        return whoosh_query.DisjunctionMax(queries, tiebreak=TIE_BREAKER) if len(queries) > 1 else queries[0]

    def _side_by_side(self, field: str, text: Text, weight: float) -> Any:
        tokens, last_is_beginning = _sought(text)
        if text.is_near and (edits := edits_for(tokens[0])):
            return whoosh_query.FuzzyTerm(field, tokens[0], boost=weight, maxdist=edits)
        last: Any = whoosh_query.Term(field, tokens[-1], boost=weight)
        if last_is_beginning:
            last = whoosh_query.Prefix(field, tokens[-1], boost=weight)
        if len(tokens) == 1:
            return last
        if not last_is_beginning:
            return whoosh_query.Phrase(field, tokens, boost=weight)
        return whoosh_query.Sequence(
            [*(whoosh_query.Term(field, each) for each in tokens[:-1]), last], boost=weight
        )

    @property
    def _schema(self) -> whoosh_fields.Schema:
        return schema_of(self.fields)

    def _between(self, node: Between) -> Any:
        declared = self.fields.get(node.field)
        kind: Any = whoosh_query.TermRange
        if isinstance(declared, NumberField):
            kind = whoosh_query.NumericRange
        elif isinstance(declared, MomentField):
            kind = whoosh_query.DateRange
        return kind(
            node.field,
            _stored(node.low),
            _stored(node.high),
            startexcl=not node.with_low,
            endexcl=not node.with_high,
        )


class Engine(EmbeddedEngine):
    backend = Backend


def schema_of(fields: Mapping[str, Any]) -> whoosh_fields.Schema:
    schema = whoosh_fields.Schema(
        **{ID: whoosh_fields.ID(stored=True, unique=True), DJANGO_CT: whoosh_fields.ID()}
    )
    for name, field in fields.items():
        schema.add(name, _field(field))
    return schema


def _field(field: Any) -> Any:
    if isinstance(field, TextField | PartsField):
        return whoosh_fields.TEXT(analyzer=Bigrams(), phrase=isinstance(field, TextField), stored=False)
    if isinstance(field, NumberField):
        return whoosh_fields.NUMERIC(int, bits=64, sortable=True, stored=field.stored)
    if isinstance(field, MomentField):
        return whoosh_fields.DATETIME(sortable=True)
    if isinstance(field, LabelsField):
        return whoosh_fields.TEXT(analyzer=Each(), phrase=False)
    return whoosh_fields.ID(sortable=True)


def _sought(text: Text) -> tuple[list[str], bool]:
    """The tokens that stand at the places of the atoms, and whether the last is only the beginning of one.

    A single character at the end is paired, in a document, with whatever follows it.
    """
    tokens = list(paired(text.atoms))
    if SINGLE.match(text.atoms[-1]) is None:
        return tokens, text.is_prefix
    if len(tokens) > 1 and SINGLE.match(text.atoms[-2]):
        return tokens[:-1], False
    return tokens, True


def _term(schema: whoosh_fields.Schema, field: str, value: Any) -> Any:
    if isinstance(schema[field], whoosh_fields.NUMERIC):
        return whoosh_query.Term(field, schema[field].to_bytes(_stored(value)))
    return whoosh_query.Term(field, str(value))


def _stored(value: Any) -> Any:
    """Whoosh knows no time zones: what it keeps is UTC. Several values are one text for it."""
    if isinstance(value, list):
        return SEPARATOR.join(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        return value.astimezone(UTC).replace(tzinfo=None)
    return value


def _silent(query: Any) -> Any:
    """Lets pass or not, and says nothing of how good a hit is."""
    return whoosh_query.ConstantScoreQuery(query, 0.0)


def _score(found: Any) -> float:
    """Where precedence decides among equals, Whoosh hands over what it ordered by, the score turned round."""
    return -float(found[0]) if isinstance(found, tuple) else float(found or 0)


def _sorting(name: str) -> FieldFacet:
    return FieldFacet(name.removeprefix("-"), reverse=name.startswith("-"))


def _groups(found: Any, name: str, prefix: str, limit: int | None) -> list[tuple[Any, int]]:
    counted = [
        (value, count)
        for value, count in found.groups(name).items()
        if value not in (None, "", b"") and str(value).startswith(prefix)
    ]
    return sorted(counted, key=lambda each: (-each[1], str(each[0])))[:limit]
