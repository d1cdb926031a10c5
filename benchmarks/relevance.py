#!/usr/bin/env python3
"""Whether a search finds what somebody has seen before: known items, beside plain BM25.

usage: benchmarks/relevance.py [--notebooks 1000] [--seed 1] [--queries 500] [--half reported] [--misses]

500 seeded questions of five kinds (knownitems.py) from ../shared/corpus and a library of ../shared/tools/scale.py.
What is tuned is tuned on one half of them, --half tuned; the other half is reported. recall@1, @5, @10 and the mean
reciprocal rank (of ten) by kind, beside plain tantivy BM25 over the same documents: all that a document says in one
field, cut by the same analyser, any of the words. Paired: in how many questions ours ranks it higher and lower, and how
likely so much is by chance (sign test). An error line is asked as a pasted error, and typed into the box besides.
Reach: no kind below BM25; error lines recall@5 >= 0.95; all together recall@5 >= 0.9.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import library

PARSER = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
PARSER.add_argument("--queries", type=int, default=500)
PARSER.add_argument("--half", choices=["tuned", "reported", "both"], default="reported")
PARSER.add_argument("--misses", action="store_true", help="name what is not among the first five")
ASKED = library.start(PARSER, apart="-relevance")

import rows  # noqa: E402
import tantivy  # noqa: E402
from django.contrib.auth import get_user_model  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from knownitems import KINDS, Library, Question, but_for_numbers, questions, same  # noqa: E402

from notebooks.models import Cell, Notebook, Space  # noqa: E402
from search import refresh  # noqa: E402
from search.analysis import atoms  # noqa: E402
from search.documents import documents_of  # noqa: E402
from search.engines.fields import TextField  # noqa: E402
from search.engines.kept import open_index  # noqa: E402
from search.errors.meeting import Met, met_before  # noqa: E402
from search.errors.recognising import recognised  # noqa: E402
from search.find import Wish, find  # noqa: E402
from search.hits import Hit  # noqa: E402
from search.naming import Name  # noqa: E402

CORPUS = library.ROOT.parent / "shared" / "corpus"
ERROR = list(KINDS)[-1]
DEPTH = 10
Shown = Sequence[str]  # the texts of one hit, any of which may be what is sought
Ask = Callable[[Question], Iterator[Shown]]


def main() -> None:
    fill()
    known = questions(Library(), ASKED.queries // len(KINDS), ASKED.seed)
    half = {"tuned": known[::2], "reported": known[1::2], "both": known}[ASKED.half]
    reader, plain = person(), Plain()
    ours = [rank(each, find_it(each, reader)) for each in half]
    theirs = [rank(each, plain.ask(each)) for each in half]
    typed = [each for each in half if each.kind == ERROR]
    in_box = [rank(each, box(each, reader)) for each in typed]
    print(f"{len(half)} of {len(known)} questions, {Cell.objects.count():,} cells, {ASKED.engine}")
    print(
        f"{'':28}{'n':>4}{'@1':>7}{'@5':>7}{'@10':>7}{'MRR':>7}   BM25{'@1':>5}{'@5':>7}{'@10':>7}{'MRR':>7}   paired"
    )
    for kind in KINDS:
        print(row(kind, *paired_of(half, ours, theirs, kind)))
    print(row("the same, typed in the box", in_box, paired_of(half, ours, theirs, ERROR)[1]))
    print(row("all together", ours, theirs))
    if ASKED.misses:
        tell_misses(half, ours, theirs)


def paired_of(
    half: Sequence[Question], ours: Sequence[int], theirs: Sequence[int], kind: str
) -> tuple[list[int], list[int]]:
    of_kind = [place for place, each in enumerate(half) if each.kind == kind]
    return [ours[place] for place in of_kind], [theirs[place] for place in of_kind]


def fill() -> None:
    call_command("migrate", verbosity=0)
    if not Notebook.objects.exists():
        with transaction.atomic():
            rows.fill(rows.files_of(ASKED.notebooks, ASKED.seed))
            rows.fill(CORPUS)
    refresh.rebuild()


def person() -> object:
    user, _ = get_user_model().objects.get_or_create(username="reader")
    for space in Space.objects.all():
        space.readers.add(user)
    return user


# --- Asking


def find_it(question: Question, reader: object) -> Iterator[Shown]:
    if question.kind != ERROR:
        return box(question, reader)
    met = met_before(recognised(question.text), reader)
    return (met_texts(question, each) for each in met)


def box(question: Question, reader: object) -> Iterator[Shown]:
    found = find(Wish(question.text, is_folded=True, with_facets=False), reader)
    yield from (met_texts(question, each) for each in found.met)
    for hit in found.hits[:DEPTH]:
        if isinstance(hit, Hit):
            yield texts_of(question, [hit.cell]) if hit.cell else titles(question, hit.notebook)


def met_texts(question: Question, met: Met) -> Shown:
    """Of the cell that is shown for all its copies."""
    return texts_of(question, [hit.cell for hit in met.hits if isinstance(hit, Hit)][:1])


def texts_of(question: Question, cells: Sequence[Cell]) -> Shown:
    if question.kind == ERROR:
        lines = (line for cell in cells for line in cell.output.splitlines())
        return [but_for_numbers(line) for line in lines]
    if question.kind == "heading words":
        return [same(line.lstrip(" #").rstrip(" #")) for cell in cells for line in cell.source.splitlines()]
    return [same(cell.source) for cell in cells]


def titles(question: Question, notebook: Notebook) -> Shown:
    return [same(notebook.title)] if question.kind == "heading words" else []


class Plain:
    """BM25 over one field, any of the words."""

    def __init__(self) -> None:
        own = [
            name
            for name, each in refresh.backend().fields.items()
            if isinstance(each, TextField) and each.own
        ]
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("id", stored=True, tokenizer_name="raw")
        builder.add_text_field("body", tokenizer_name="atoms", index_option="freq")
        self.folder = tempfile.TemporaryDirectory()
        self.schema = builder.build()
        self.index = open_index(Path(self.folder.name), self.schema)
        writer = self.index.writer(64_000_000, 1)
        ids = list(Notebook.objects.order_by("pk").values_list("pk", flat=True))
        for start in range(0, len(ids), 300):
            for document in documents_of(ids[start : start + 300]):
                body = "\n".join(document.get(name) or "" for name in own)
                writer.add_document(tantivy.Document(id=document["id"], body=body))
        writer.commit()
        writer.wait_merging_threads()
        self.index.reload()

    def ask(self, question: Question) -> Iterator[Shown]:
        terms = [tantivy.Query.term_query(self.schema, "body", atom) for atom in atoms(question.text)]
        query = tantivy.Query.boolean_query([(tantivy.Occur.Should, term) for term in terms])
        searcher = self.index.searcher()
        for _, address in searcher.search(query, limit=DEPTH).hits:
            name = Name.of(searcher.doc(address).get_first("id"))
            if name.index is None:
                yield titles(question, Notebook.objects.get(pk=name.notebook))
            else:
                yield texts_of(question, [Cell.objects.get(notebook=name.notebook, index=name.index)])


# --- Telling


def rank(question: Question, shown: Iterator[Shown]) -> int:
    """From 1; 0 where it is not among the first ten."""
    return next(
        (place for place, texts in enumerate(shown, 1) if place <= DEPTH and question.sought in texts), 0
    )


def row(name: str, ours: Sequence[int], theirs: Sequence[int]) -> str:
    figures = "   ".join("".join(f"{each:7.3f}" for each in measures(ranks)) for ranks in (ours, theirs))
    return f"{name:28}{len(ours):4}{figures}   {paired(ours, theirs)}"


def measures(ranks: Sequence[int]) -> list[float]:
    recall = [sum(0 < each <= k for each in ranks) / len(ranks) for k in (1, 5, 10)]
    return [*recall, statistics.mean(1 / each if each else 0.0 for each in ranks)]


def paired(ours: Sequence[int], theirs: Sequence[int]) -> str:
    """The sign test: of the questions in which they differ, how likely is so uneven a share by chance?"""
    pairs = [(1 / a if a else 0.0, 1 / b if b else 0.0) for a, b in zip(ours, theirs, strict=True)]
    better, worse = sum(a > b for a, b in pairs), sum(a < b for a, b in pairs)
    differing = better + worse
    tail = sum(math.comb(differing, each) for each in range(min(better, worse) + 1)) / 2**differing
    return f"+{better} -{worse}, p {min(1.0, 2 * tail):.2g}"


def tell_misses(half: Sequence[Question], ours: Sequence[int], theirs: Sequence[int]) -> None:
    for question, mine, plain in zip(half, ours, theirs, strict=True):
        if not 0 < mine <= 5:
            print(
                f"{question.kind}: {question.text!r} at {mine}, BM25 {plain}; sought {question.sought[:100]!r}"
            )


if __name__ == "__main__":
    main()
