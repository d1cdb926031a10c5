"""What the index found as hits, from rows that the person may see."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any

from notebooks.models import Space
from search.copies import copies_of
from search.folding import Fold, FoldedPage
from search.hits import Hit, hits_of
from search.loghits import LogHit, log_hits_of
from search.marking import Wanted
from search.naming import AnyName, LogName, Name, NoteName, named
from search.notehits import NoteHit, note_hits_of

AnyHit = Hit | NoteHit | LogHit
INSTEAD = 5  # other hits of a fold are looked for where the one that stands for it is gone


def made_of(results: Iterable[Any], wanted: Wanted, spaces: Mapping[int, Space]) -> tuple[AnyHit, ...]:
    """In the order they were found."""
    results = list(results)
    made = made_by_name(results, wanted, spaces)
    return tuple(made[name] for result in results if (name := named(result.id)) in made)


def made_by_name(
    results: Iterable[Any], wanted: Wanted, spaces: Mapping[int, Space]
) -> dict[AnyName, AnyHit]:
    names = [(named(result.id), result.score) for result in results]
    cells = hits_of([(name, score) for name, score in names if isinstance(name, Name)], wanted, spaces)
    notes = note_hits_of(
        [(name, score) for name, score in names if isinstance(name, NoteName)], wanted, spaces
    )
    logs = log_hits_of([(name, score) for name, score in names if isinstance(name, LogName)], wanted, spaces)
    pairs: Iterable[tuple[AnyName, AnyHit]] = chain(cells.items(), notes.items(), logs.items())
    return dict(pairs)


def shown_of(page: FoldedPage, wanted: Wanted, spaces: Mapping[int, Space]) -> tuple[tuple[AnyHit, ...], int]:
    """A hit for each fold of which anything is left; and how many were gone."""
    made = _made([fold.hits[0] for fold in page.folds], wanted, spaces)
    lacking = [fold for fold in page.folds if fold.hits[0].id not in made]
    if lacking:
        made |= _made([each for fold in lacking for each in fold.hits[1 : INSTEAD + 1]], wanted, spaces)
    shown = (_shown(fold, page.further(fold), made) for fold in page.folds)
    return tuple(hit for hit in shown if hit is not None), len(lacking)


def _made(results: Sequence[Any], wanted: Wanted, spaces: Mapping[int, Space]) -> dict[str, AnyHit]:
    made = made_by_name(results, wanted, spaces)
    return {result.id: made[name] for result in results if (name := named(result.id)) in made}


def _shown(fold: Fold, further: int, made: Mapping[str, AnyHit]) -> AnyHit | None:
    for place, result in enumerate(fold.hits[: INSTEAD + 1]):
        if (hit := made.get(result.id)) is not None:
            copies = copies_of(further - place, result.fold, _carried(hit))
            return replace(hit, score=fold.score, copies=copies)
    return None


def _carried(hit: AnyHit) -> str:
    """A cell without a MEME was given one, which no other has."""
    is_assigned = isinstance(hit, Hit) and hit.cell is not None and hit.cell.assigned
    return "" if is_assigned else hit.meme
