"""What our engines have in common: one writer, an index that is replaced whole, trees instead of query strings."""

from __future__ import annotations

import hashlib
from abc import abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

from haystack import connections
from haystack.backends import BaseEngine, BaseSearchBackend, BaseSearchQuery, log_query
from haystack.constants import DJANGO_CT, ID
from haystack.exceptions import SearchBackendError, SkipDocument
from haystack.models import SearchResult
from haystack.utils import get_identifier, get_model_ct

from search.analysis import ATOM
from search.engines.fields import PartsField, PrecedenceField, TextField
from search.engines.tree import CONTENT, OWN, And, Builder, Node, Value, positive_texts
from search.marking import highlighted

Document = Mapping[str, Any]


class Writer(Protocol):
    """Changes an index. Nothing is seen by searches, or survives, before commit()."""

    def add(self, document: Document) -> None: ...

    def remove(self, field: str, value: str | int) -> None: ...

    def commit(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One search, as an engine needs it."""

    tree: Node
    offset: int = 0
    limit: int | None = None  # None: all there are; 0: how many, or with facets nothing but those
    order_by: tuple[str, ...] = ()  # fields, "-" before one for the highest first; best first where empty
    facets: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    counts: tuple[tuple[str, Node], ...] = ()  # further counts within the result, each under its name


class Ranked(Protocol):
    """One hit. The `fold` of its document says whose copy it is; None where it stands alone."""

    @property
    def id(self) -> str: ...

    @property
    def score(self) -> float: ...

    @property
    def fold(self) -> int | None: ...


class Hit(NamedTuple):
    """One whose document was read already."""

    id: str
    score: float
    fold: int | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    total: int
    hits: Sequence[Ranked]
    # An engine may still be counting: then whoever looks at it waits, and is told there if it fails.
    facets: Mapping[str, list[tuple[Any, int]]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


G = TypeVar("G")  # what an engine calls one generation of its index: a folder, a name
G_co = TypeVar("G_co", covariant=True)


class Shelf(Protocol[G_co]):
    """Where the generations of an index are kept, of which one is searched."""

    def current(self) -> G_co: ...

    def exists(self) -> bool: ...

    def alone(self) -> AbstractContextManager[None]: ...

    def replacing(self) -> AbstractContextManager[G_co]: ...

    def tidy(self) -> None: ...


class TreeBackend(BaseSearchBackend, Generic[G]):  # type: ignore[misc]
    engine_version = ""

    # --- What an engine brings

    @property
    @abstractmethod
    def generations(self) -> Shelf[G]: ...

    @abstractmethod
    def open_writer(self, generation: G, *, is_new: bool) -> Writer: ...

    @abstractmethod
    def answer(self, generation: G, asked: Asked) -> Answered: ...

    # --- Writing

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """The one writer of the index that is searched; waits for another. Raises IndexMissing."""
        with self.generations.alone():
            writer = self.open_writer(self.generations.current(), is_new=False)
            try:
                yield writer
            finally:
                writer.close()

    @contextmanager
    def rebuilding(self) -> Iterator[Writer]:
        """The writer of a new index, which is searched once the block has ended well."""
        with self.generations.alone(), self.generations.replacing() as generation:
            writer = self.open_writer(generation, is_new=True)
            try:
                yield writer
                writer.commit()
            finally:
                writer.close()

    def update(self, index: Any, iterable: Iterable[Any], commit: bool = True) -> None:  # noqa: FBT001, FBT002
        """Haystack's own way in, as `manage.py update_index` takes it."""
        self._make_sure_it_exists()
        with self.writing() as writer:
            for each in iterable:
                try:
                    document = index.full_prepare(each)
                except SkipDocument:
                    continue
                writer.remove(ID, document[ID])
                writer.add(document)
            writer.commit()

    def remove(self, obj_or_string: Any, commit: bool = True) -> None:  # noqa: FBT001, FBT002
        with self.writing() as writer:
            writer.remove(ID, get_identifier(obj_or_string))
            writer.commit()

    def clear(self, models: Iterable[Any] | None = None, commit: bool = True) -> None:  # noqa: FBT001, FBT002
        if models is None:
            with self.rebuilding():
                return
        with self.writing() as writer:
            for model in models:
                writer.remove(DJANGO_CT, get_model_ct(model))
            writer.commit()

    def _make_sure_it_exists(self) -> None:
        with self.generations.alone():
            if not self.generations.exists():
                self.clear()

    # --- Searching

    @log_query  # type: ignore[untyped-decorator]
    def search(self, query_string: Node | str, **options: Any) -> dict[str, Any]:
        """`query_string` is a tree from our own query class; a string, as raw_search() gives it, is words."""
        asked = self._asked(query_string, options)
        answered = self._answer(asked)
        result_class = options.get("result_class") or SearchResult
        # Who asks for hits as they are spares making a result of each.
        results = (
            answered.hits
            if result_class is Ranked
            else [self._result(hit, result_class) for hit in answered.hits]
        )
        if options.get("highlight"):
            self._highlight(results, asked.tree)
        facets = {"fields": answered.facets, "dates": {}, "queries": answered.counts}
        return {"results": results, "hits": answered.total, "facets": facets, "spelling_suggestion": None}

    def count(self, field: str, value: Any) -> int:
        return self._answer(Asked(Value(field, (value,)), limit=0)).total

    def shortcomings(self) -> Iterator[str]:
        """What is wrong with the server that an engine runs on, in words."""
        yield from ()

    def has_index(self) -> bool:
        return self.generations.exists()

    @cached_property
    def builder(self) -> Builder:
        return Builder(name for name, each in self.fields.items() if isinstance(each, TextField))

    @cached_property
    def fields(self) -> dict[str, Any]:
        """What the search indexes declare, by name."""
        return dict(connections[self.connection_alias].get_unified_index().all_searchfields())

    def text_fields(self, group: str) -> tuple[tuple[str, float], ...]:
        """The text fields that a field or a group of them stands for, each with its weight."""
        return self._texts.get(group, ())

    @cached_property
    def _texts(self) -> Mapping[str, tuple[tuple[str, float], ...]]:
        fields = [(name, each) for name, each in self.fields.items() if isinstance(each, TextField)]
        return {
            **{name: ((name, each.boost),) for name, each in fields},
            CONTENT: tuple((name, each.boost) for name, each in fields),
            OWN: tuple((name, each.boost) for name, each in fields if each.own),
        }

    @cached_property
    def precedence(self) -> str:
        """The field that decides among equally good hits; '' where none is declared."""
        return next((name for name, each in self.fields.items() if isinstance(each, PrecedenceField)), "")

    def parts_fields(self, group: str) -> tuple[tuple[str, float], ...]:
        return self._parts if group in {CONTENT, OWN} else ()

    @cached_property
    def _parts(self) -> tuple[tuple[str, float], ...]:
        return tuple((name, each.boost) for name, each in self.fields.items() if isinstance(each, PartsField))

    def _answer(self, asked: Asked) -> Answered:
        """From the current generation. One that is replaced while it is being opened is no failure."""
        generation = self.generations.current()
        try:
            return self.answer(generation, asked)
        except SearchBackendError:
            if self.generations.current() == generation:
                raise
            return self.answer(self.generations.current(), asked)

    def _asked(self, query: Node | str, options: Mapping[str, Any]) -> Asked:
        if options.get("date_facets"):
            raise SearchBackendError("Count a year field instead: this engine has no date facets.")
        builder = self.builder
        tree = builder.of_words(query) if isinstance(query, str) else query
        narrowed = [builder.of_narrowing(each) for each in sorted(options.get("narrow_queries") or ())]
        if models := options.get("models"):
            narrowed.append(Value(DJANGO_CT, tuple(get_model_ct(model) for model in models)))
        offset, end = options.get("start_offset", 0), options.get("end_offset")
        return Asked(
            And((tree, *narrowed)) if narrowed else tree,
            offset=offset,
            limit=None if end is None else max(end - offset, 0),
            order_by=tuple(options.get("sort_by") or ()),
            facets=options.get("facets") or {},
            counts=tuple(
                (f"{name}:{text}", builder.of_narrowing(f"{name}:{text}"))
                for name, text in options.get("query_facets") or ()
            ),
        )

    def _result(self, hit: Ranked, result_class: Any) -> Any:
        app_label, model_name, pk = hit.id.split(".")
        return result_class(app_label, model_name, pk, hit.score, id=hit.id, fold=hit.fold)

    def _highlight(self, results: Sequence[Any], tree: Node) -> None:
        """`highlighted` as Haystack's other engines give it; the text comes from the database."""
        wanted = [text.atoms for text in positive_texts(tree)]
        index = connections[self.connection_alias].get_unified_index()
        for model in {result.model for result in results}:
            of_model = [result for result in results if result.model is model]
            texts = index.get_index(model).texts_of([result.pk for result in of_model])
            for result in of_model:
                result.highlighted = [highlighted(texts.get(result.pk, ""), wanted)]

    def layout(self) -> str:
        """Changes with all that an index built before would not fit."""
        fields = sorted((name, type(each).__name__) for name, each in self.fields.items())
        return hashlib.sha256(repr((self.engine_version, ATOM.pattern, fields)).encode()).hexdigest()


class TreeQuery(BaseSearchQuery):  # type: ignore[misc]
    """Hands the backend a tree where Haystack's own classes build a string."""

    def build_query(self) -> Node:
        tree: Node = self.backend.builder.of(self.query_filter)
        return tree

    def post_process_facets(self, results: Mapping[str, Any]) -> Mapping[str, Any]:
        """As they are: to give them other names, Haystack's own would wait until they are counted."""
        facets: Mapping[str, Any] = results["facets"]
        return facets

    def __str__(self) -> str:
        return repr(self.build_query())


class TreeEngine(BaseEngine):  # type: ignore[misc]
    query = TreeQuery
