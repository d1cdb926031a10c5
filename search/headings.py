"""The headings of notebooks, for the title of a hit."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from notebooks.models import Cell, Fragment
from notebooks.parsing.model import CellType

Heading = tuple[int, str]  # index of its cell, text

# A fragment never changes under its digest, so what it holds is read once a process. Short texts; so many of them.
_MOST_KNOWN = 50_000
_known: dict[str, tuple[str, ...]] = {}


def headings_of(notebooks: Collection[int]) -> dict[int, list[Heading]]:
    """By notebook, in order."""
    rows = list(
        Cell.objects.filter(notebook__in=notebooks, cell_type=CellType.MARKDOWN)
        .order_by("notebook_id", "index")
        .values_list("notebook_id", "index", "fragment_id")
    )
    texts = _texts({digest for _, _, digest in rows})
    headings: dict[int, list[Heading]] = {}
    for notebook, index, digest in rows:
        headings.setdefault(notebook, []).extend((index, text) for text in texts.get(digest, ()))
    return headings


def _texts(digests: Iterable[str]) -> dict[str, tuple[str, ...]]:
    texts = {digest: _known[digest] for digest in digests if digest in _known}
    unknown = [digest for digest in digests if digest not in texts]
    for digest, headings in Fragment.objects.filter(pk__in=unknown).values_list("pk", "headings"):
        texts[digest] = tuple(text for _, text, _ in headings)
    if len(_known) > _MOST_KNOWN:
        _known.clear()
    _known.update(texts)
    return texts
