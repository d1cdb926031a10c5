"""The headings of notebooks, for the title of a hit."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from notebooks.models import Cell, Fragment
from notebooks.parsing.model import CellType

Heading = tuple[int, str]  # index of its cell, text

# The bytes of a notebook never change under their digest, nor does a fragment under its own, so what they hold is read
# once a process. Short texts; so many of them.
_MOST_KNOWN = 50_000
_MOST_NOTEBOOKS = 5_000
_known: dict[str, tuple[str, ...]] = {}
_known_notebooks: dict[str, Sequence[Heading]] = {}


def headings_of(notebooks: Mapping[int, str]) -> dict[int, Sequence[Heading]]:
    """In order, by notebook, of which the sha256 is told."""
    # Each is looked up once: a thread beside this one may forget all.
    told = {pk: _known_notebooks.get(sha256) for pk, sha256 in notebooks.items()}
    known = {pk: headings for pk, headings in told.items() if headings is not None}
    unknown = notebooks.keys() - known.keys()
    return {**known, **_read(unknown)} if unknown else known


def _read(notebooks: Collection[int]) -> Mapping[int, Sequence[Heading]]:
    rows = list(
        Cell.objects.filter(notebook__in=notebooks, cell_type=CellType.MARKDOWN)
        .order_by("notebook_id", "index")
        # Of the same moment: what a notebook is may change before its cells are read.
        .values_list("notebook_id", "notebook__revision__sha256", "index", "fragment_id")
    )
    texts = _texts({digest for *_, digest in rows})
    headings: dict[int, list[Heading]] = {}
    for notebook, _, index, digest in rows:
        headings.setdefault(notebook, []).extend((index, text) for text in texts.get(digest, ()))
    if len(_known_notebooks) > _MOST_NOTEBOOKS:
        _known_notebooks.clear()
    _known_notebooks.update((sha256, headings[notebook]) for notebook, sha256, *_ in rows)
    return headings


def _texts(digests: Iterable[str]) -> dict[str, tuple[str, ...]]:
    told = {digest: _known.get(digest) for digest in digests}
    texts = {digest: headings for digest, headings in told.items() if headings is not None}
    unknown = told.keys() - texts.keys()
    for digest, headings in Fragment.objects.filter(pk__in=unknown).values_list("pk", "headings"):
        texts[digest] = tuple(text for _, text, _ in headings)
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update(texts)
    return texts
