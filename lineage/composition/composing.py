"""A new notebook from chosen cells, such that nblineage goes on from it (formats.md 1). Pure but for what it draws.

As copies: every cell keeps the UUID of its family and gets one more branch number; what it was called and what stood
beside it goes to its history. As new root: every cell gets an id of its own, as by nblineage's new-root-meme. A cell
that bore an assigned MEME bears it from now on in nblineage's own metadata. `opsnotes` in the notebook's metadata says
where each cell came from.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid1, uuid4

import nbformat

from lineage.composition.carrying import carried
from lineage.composition.chosen import Chosen, Options, text_or_none
from lineage.composition.kernels import kernel_of, languages_of
from notebooks.memes import next_branch
from notebooks.parsing.model import Json
from notebooks.parsing.outputs import bounded, mapping

LONGEST_NAME = 80  # with three bytes a character, and .ipynb, what every file system takes
_NOT_IN_NAMES = re.compile(r"[\x00-\x1f\x7f/\\]+")
_CELL_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")


@dataclass(frozen=True, slots=True)
class Drawing:
    """Where what is new about a notebook comes from."""

    uuid: Callable[[], UUID] = uuid1
    # As nblineage draws it: floor(random * 0xffff), which is never ffff.
    number: Callable[[], str] = lambda: f"{secrets.randbelow(0xFFFF):04x}"
    cell_id: Callable[[], str] = lambda: uuid4().hex[:8]


@dataclass(frozen=True, slots=True)
class Composed:
    document: dict[str, Json]
    languages: tuple[str, ...]  # of the cells that run; the first is the notebook's own

    @property
    def kernel(self) -> str:
        return str(mapping(self.document["metadata"].get("kernelspec")).get("display_name", ""))

    @property
    def raw(self) -> bytes:
        """As Jupyter writes it."""
        text: str = nbformat.writes(nbformat.from_dict(self.document))
        # A lone surrogate stands in a string, where its backslash form is JSON's own.
        return text.encode("utf-8", "backslashreplace")


def compose(
    chosen: Sequence[Chosen],
    options: Options,
    *,
    at: datetime,
    by: str,
    drawing: Drawing | None = None,
) -> Composed:
    """A notebook of `chosen`, in this order."""
    draw = drawing or Drawing()
    memes = list(_new_roots(chosen, draw) if options.is_new_root else _branches(chosen, draw))
    cells = [carried(each.cell, keeps_outputs=options.keeps_outputs) for each in chosen]
    tracking = [_tracking(*pair, options) for pair in zip(chosen, memes, strict=True)]
    if title := title_of(options):
        cells.insert(0, {"cell_type": "markdown", "metadata": {}, "source": f"# {title}"})
        tracking.insert(0, {"current": str(draw.uuid())})
    _tell_neighbours(tracking)
    for cell, each in zip(cells, tracking, strict=True):
        cell["metadata"]["lc_cell_meme"] = each
    _number(cells, [None] * (len(cells) - len(chosen)) + [each.cell.get("id") for each in chosen], draw)
    languages = languages_of(chosen)
    roots = [each["current"] for each in tracking] if options.is_new_root else None
    metadata = {
        **kernel_of(chosen, languages),
        "lc_notebook_meme": _notebook_tracking(chosen, memes, roots, draw),
        "opsnotes": _provenance(chosen, memes, options, at, by),
    }
    return Composed({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}, languages)


def title_of(options: Options) -> str:
    """The heading that the notebook begins with; '' where it has none."""
    return " ".join(options.name.split()) if options.has_title else ""


def file_name(name: str, otherwise: str) -> str:
    """What a notebook of this name is called on disk; never a hidden file."""
    stem = " ".join(_NOT_IN_NAMES.sub(" ", name.removesuffix(".ipynb")).split()).lstrip(". ")
    return f"{stem[:LONGEST_NAME].strip() or otherwise}.ipynb"


# ----- ids


def _branches(chosen: Sequence[Chosen], draw: Drawing) -> Iterator[str]:
    """Two copies of one cell are two branches."""
    taken: set[str] = set()
    for each in chosen:
        while (branch := str(next_branch(each.meme, draw.number()))) in taken:
            pass
        taken.add(branch)
        yield branch


def _new_roots(chosen: Sequence[Chosen], draw: Drawing) -> Iterator[str]:
    return (str(draw.uuid()) for _ in chosen)


def _tracking(chosen: Chosen, meme: str, options: Options) -> dict[str, Json]:
    """nblineage's record of a cell, all but its neighbours."""
    old = chosen.tracking
    history = old.get("history")
    kept = {"execution_end_time": old["execution_end_time"]} if _keeps_time(old, options) else {}
    return {
        **kept,
        "current": meme,
        "history": [*(bounded(history) if isinstance(history, list) else ()), _former(chosen)],
    }


def _keeps_time(old: Mapping[str, Json], options: Options) -> bool:
    return options.keeps_outputs and isinstance(old.get("execution_end_time"), str)


def _former(chosen: Chosen) -> dict[str, str | None]:
    """What the cell was called, and between which cells, where it was taken from."""
    old = chosen.tracking
    told = (old.get("previous"), old.get("next"))
    previous, following = chosen.neighbours if chosen.is_assigned else (text_or_none(each) for each in told)
    return {"current": str(chosen.meme), "previous": previous, "next": following}


def _tell_neighbours(tracking: Sequence[dict[str, Json]]) -> None:
    """At the ends null, as nblineage's command line writes it."""
    ids = [None, *(each["current"] for each in tracking), None]
    for each, previous, following in zip(tracking, ids, ids[2:], strict=False):
        each["previous"], each["next"] = previous, following


def _number(cells: Sequence[dict[str, Json]], old: Sequence[Json], draw: Drawing) -> None:
    """A cell keeps its nbformat id where no cell before it has the same."""
    taken: set[str] = set()
    for cell, known in zip(cells, old, strict=True):
        mine = known if isinstance(known, str) and _CELL_ID.fullmatch(known) else draw.cell_id()
        while mine in taken:
            mine = draw.cell_id()
        taken.add(mine)
        cell["id"] = mine


# ----- the notebook


def _notebook_tracking(
    chosen: Sequence[Chosen], memes: Sequence[str], roots: Sequence[str] | None, draw: Drawing
) -> dict[str, Json]:
    current = str(draw.uuid())
    if roots is None:
        return {"current": current}
    old = _only_source(chosen)
    table = [[str(each.meme), meme] for each, meme in zip(chosen, memes, strict=True)]
    return {
        "current": current,
        "history": [*_list(old, "history"), *([old["current"]] if text_or_none(old.get("current")) else ())],
        "root_cells": list(roots),
        "root_cells_history": [*_list(old, "root_cells_history"), table],
    }


def _only_source(chosen: Sequence[Chosen]) -> dict[str, Json]:
    """The record of the one notebook that all comes from. A history is one line: of several notebooks none is it."""
    sources = {(each.source.address, each.source.revision): each.source for each in chosen}
    return next(iter(sources.values())).tracking if len(sources) == 1 else {}


def _list(record: Mapping[str, Json], key: str) -> list[Json]:
    value = record.get(key)
    return list(bounded(value)) if isinstance(value, list) else []


def _provenance(
    chosen: Sequence[Chosen], memes: Sequence[str], options: Options, at: datetime, by: str
) -> dict[str, Json]:
    cells = [
        {
            "current": meme,
            "from": str(each.meme),
            "address": each.source.address,
            "path": each.source.path,
            "revision": each.source.revision,
            "index": each.index,
            "notebook": text_or_none(each.source.tracking.get("current")),
        }
        for each, meme in zip(chosen, memes, strict=True)
    ]
    return {"composed": {"at": at.isoformat(), "by": by, "as_new_root": options.is_new_root, "cells": cells}}
