#!/usr/bin/env python3
"""Whether the index should hold a text once, its copies' filters as several values, instead of a document a cell.

usage: benchmarks/distinct.py [--notebooks 1000] [--seed 1] [--rounds 20]

How many distinct texts there are, by what has to be the same; how large an index is both ways, how long it takes to
build it from rows and to search it (hits, facets and one space, straight in tantivy; in time of the processor); and
what filters would say that is not so: a text with a copy of kato's and one of 2024 is not one of kato's of 2024.
"""

import argparse
import hashlib
import itertools
import shutil
import statistics
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--rounds", type=int, default=20)
ASKED = library.start(PARSER)

import rows  # noqa: E402
import tantivy  # noqa: E402
from django.db.models import Count  # noqa: E402

from notebooks.models import Notebook, Space  # noqa: E402
from search import refresh  # noqa: E402
from search.analysis import atoms  # noqa: E402
from search.documents import documents_of  # noqa: E402
from search.engines.kept import open_index  # noqa: E402
from search.engines.tantivy import WRITER_MEMORY, WRITER_THREADS, schema_of, tantivy_document  # noqa: E402

SAID = ("kind", "source", "output", "error", "headings")  # what a cell itself says
SHOWN = (*SAID, "has", "hosts", "commands", "services", "packages", "tags")  # and what is worked out from it
AROUND = ("context", "titled", "placed")  # what it is found by, and its copy elsewhere is not
FILTERS = (
    "space", "owner", "year", "status", "standing", "language", "kernels", "folder", "meme", "full_meme",
    "notebook", "updated", "created", "recency", "precedence", "owners", "languages",
)  # fmt: skip
BY = {
    "source": ("source",),
    "source and output": ("source", "output", "error"),
    "all that the cell itself says": SHOWN,
    "that, and its MEME's family": (*SHOWN, "meme"),
    "that, and headings above it and the title": (*SHOWN, "meme", "context", "titled"),
    "that, and the path": (*SHOWN, "meme", *AROUND),
    "the text, and space, owner, year, status": (*SHOWN, "space", "owner", "year", "status", "standing"),
    "that, and the day": (*SHOWN, "space", "owner", "status", "standing", "updated"),
}
CORRELATED = (("owner", "year"), ("owner", "folder"), ("owner", "status"), ("status", "updated"),
              ("space", "owner"), ("space", "folder"))  # fmt: skip
FACETS = ("kind", "space", "owner", "year", "language", "status", "hosts", "tags")
WORDS = ("import", "logrotate", "hadoop config", "構築", "クラスタ", "/etc/hosts")
AT_ONCE = 300

Document = Mapping[str, Any]


def main() -> None:
    rows.make(ASKED.notebooks, ASKED.seed)
    count(ASKED.notebooks)
    folder = Path(tempfile.mkdtemp())
    try:
        now, once = Index(folder / "now"), Index(folder / "once")
        now.build(documents)
        once.build(merged)
        print(f"{'':34}{'documents':>11}{'MB':>9}{'built in':>10}")
        for name, index in (("a document a cell", now), ("a document a distinct text", once)):
            print(f"{name:34}{index.size:11,}{index.megabytes:9.1f}{index.seconds:9.1f}s")
        compare(now, once)
    finally:
        shutil.rmtree(folder)


def documents() -> Iterator[Document]:
    ids = list(Notebook.objects.alive().order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield from documents_of(ids[start : start + AT_ONCE])


def cells() -> Iterator[Document]:
    return (each for each in documents() if each["kind"] != "notebook")


def values(document: Document, field: str) -> Sequence[Any]:
    value = document.get(field)
    if field == "updated":
        return (value.date(),)
    return tuple(value) if isinstance(value, list) else () if value in (None, "") else (value,)


def digest(document: Document, fields: Iterable[str]) -> bytes:
    said = repr([values(document, field) for field in fields])
    return hashlib.blake2b(said.encode(), digest_size=12).digest()


# --- How many, and what the filters would say


def count(notebooks: int) -> None:
    total, distinct = 0, {name: set[bytes]() for name in BY}
    copies: dict[bytes, list[tuple[Sequence[Any], ...]]] = defaultdict(list)
    fields = sorted({field for pair in CORRELATED for field in pair})
    for cell in cells():
        total += 1
        for name, by in BY.items():
            distinct[name].add(digest(cell, by))
        copies[digest(cell, SHOWN)].append(tuple(values(cell, field) for field in fields))
    print(f"{notebooks:,} notebooks, {total:,} cells; distinct by")
    for name, found in distinct.items():
        print(f"  {name:42}{len(found):10,}{len(found) / total:8.1%}")
    print("texts and two values that hits would be narrowed to, and no copy of the text has both")
    for one, other in CORRELATED:
        false, claimed = uncorrelated(copies.values(), fields.index(one), fields.index(other))
        print(f"  {one + ' and ' + other:42}{false:10,}{false / claimed:8.1%}")
    across = sum(len({copy[fields.index("space")] for copy in each}) > 1 for each in copies.values())
    print(f"  {'texts that lie in several spaces':42}{across:10,}{across / len(copies):8.1%}")


def uncorrelated(
    texts: Iterable[Sequence[tuple[Sequence[Any], ...]]], one: int, other: int
) -> tuple[int, int]:
    """Of all the pairs of values that a text would stand for, those that no copy of it has."""
    false = claimed = 0
    for copies in texts:
        true = {pair for copy in copies for pair in itertools.product(copy[one], copy[other])}
        both = len({pair[0] for pair in true}) * len({pair[1] for pair in true})
        claimed += both
        false += both - len(true)
    return false, max(claimed, 1)


# --- The index, both ways


def merged() -> Iterator[Document]:
    """One a distinct text of a cell, and the notebooks as they are."""
    of_texts: dict[bytes, dict[str, Any]] = {}
    for each in documents():
        if each["kind"] == "notebook":
            yield each
        elif (key := digest(each, SHOWN)) in of_texts:
            _join(of_texts[key], each)
        else:
            of_texts[key] = {**each, **{name: {each[name]: None} for name in _several(each)}}
    for each in of_texts.values():
        sets = {name: list(value) for name, value in each.items() if isinstance(value, dict)}
        yield {**each, **sets, "precedence": max(sets["precedence"]), "recency": max(sets["recency"])}


def _several(document: Document) -> Iterator[str]:
    """Whose values differ between copies; headings above, titles and paths among them."""
    return (name for name in (*FILTERS, *AROUND) if name in document and not isinstance(document[name], list))


def _join(text: dict[str, Any], copy: Document) -> None:
    for name in _several(copy):
        text[name][copy[name]] = None


class Index:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._schema = schema_of(refresh.backend().fields)
        self._searcher: tantivy.Searcher
        self.size, self.seconds = 0, 0.0

    def build(self, made: Callable[[], Iterable[Document]]) -> None:
        """From rows, as `manage.py reindex` does."""
        self._folder.mkdir()
        began = time.process_time()
        index = open_index(self._folder, self._schema)
        writer = index.writer(WRITER_MEMORY, WRITER_THREADS)
        for each in made():
            writer.add_document(tantivy_document(each, refresh.backend().precedence))
            self.size += 1
        writer.commit()
        writer.wait_merging_threads()
        self.seconds = time.process_time() - began
        index.reload()
        self._searcher = index.searcher()

    @property
    def megabytes(self) -> float:
        return sum(path.stat().st_size for path in self._folder.iterdir()) / 1e6

    def search(self, text: str, spaces: Sequence[int]) -> int:
        query = self._query(text, spaces)
        found = self._searcher.search(query, limit=20)
        self._searcher.aggregate(query, {name: {"terms": {"field": name, "size": 1000}} for name in FACETS})
        return int(found.count)

    def _query(self, text: str, spaces: Sequence[int]) -> tantivy.Query:
        must, should = tantivy.Occur.Must, tantivy.Occur.Should
        words = [self._word(atoms(word)) for word in text.split()]
        within = tantivy.Query.boolean_query(
            [(should, tantivy.Query.term_query(self._schema, "space", each)) for each in spaces]
        )
        return tantivy.Query.boolean_query(
            [*((must, word) for word in words), (must, tantivy.Query.const_score_query(within, 0.0))]
        )

    def _word(self, found: list[str]) -> tantivy.Query:
        fields = ("source", "error", "output", "title", "headings")
        one, several = tantivy.Query.term_query, tantivy.Query.phrase_query
        queries = [
            one(self._schema, each, found[0]) if len(found) == 1 else several(self._schema, each, found)
            for each in fields
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, query) for query in queries])


def compare(now: Index, once: Index) -> None:
    spaces = [space.pk for space in Space.objects.annotate(size=Count("notebooks")).order_by("-size")]
    print(f"{'a search in the largest space, ms':34}{'hits':>11}{'now':>9}{'texts':>11}{'once':>9}")
    for text in WORDS:
        hits, took = now.search(text, spaces[:1]), milliseconds(now, text, spaces[:1])
        texts, took_once = once.search(text, spaces[:1]), milliseconds(once, text, spaces[:1])
        print(f"{text:34}{hits:11,}{took:9.2f}{texts:11,}{took_once:9.2f}")


def milliseconds(index: Index, text: str, spaces: Sequence[int]) -> float:
    times = []
    for _ in range(ASKED.rounds):
        began = time.process_time()
        index.search(text, spaces)
        times.append((time.process_time() - began) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    main()
