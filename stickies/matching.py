"""Which notes are seen at which cells. Pure: notes and cells in, places out.

A note stands at its exact id, then at its base UUID, then at what `Descent` joins, then at what is only alike, then, at
cells that carry no MEME, where the text is the same. Where several of these hold in one notebook the nearest does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property
from typing import Protocol
from uuid import UUID

from stickies.digests import digest_of
from stickies.joins import Joins
from stickies.models import Note, Reach


class Means(IntEnum):
    """By what a note has to do with a cell; the nearest first."""

    EXACT = 0
    FAMILY = 1
    JOINED = 2
    ALIKE = 3
    TEXT = 4

    @property
    def rank(self) -> int:
        """Exact id and base UUID count alike: both are copies of the cell that it was written at."""
        return max(self, Means.FAMILY)


class Bearer(Protocol):
    """A cell as a page shows it."""

    @property
    def index(self) -> int: ...
    @property
    def meme(self) -> UUID: ...
    @property
    def branch(self) -> str: ...
    @property
    def assigned(self) -> bool: ...
    @property
    def source(self) -> str: ...


@dataclass(frozen=True)
class Spot:
    """A cell that notes may stand at."""

    cell: Bearer

    @cached_property
    def digest(self) -> str:
        return digest_of(self.cell.source)


@dataclass(frozen=True, slots=True)
class Place:
    note: Note
    spot: Spot
    means: Means


class Spots:
    """The cells of a notebook, or of a part of it, found by what joins notes to them."""

    def __init__(self, cells: Iterable[Bearer], joins: Joins, notebook: int) -> None:
        self.joins = joins
        self.notebook = notebook
        self.by_uuid: defaultdict[UUID, list[tuple[Spot, Means]]] = defaultdict(list)
        self.by_text: defaultdict[str, list[Spot]] = defaultdict(list)
        for cell in cells:
            self._add(Spot(cell))

    def _add(self, spot: Spot) -> None:
        meme = spot.cell.meme
        for uuid in self.joins.of(meme):
            self.by_uuid[uuid].append((spot, Means.FAMILY if uuid == meme else Means.JOINED))
        for uuid in self.joins.like(meme):
            self.by_uuid[uuid].append((spot, Means.ALIKE))
        if spot.cell.assigned and spot.cell.source.strip():
            self.by_text[spot.digest].append(spot)

    def places_of(self, note: Note) -> Sequence[Place]:
        """Where it is seen here; nowhere unless its reach says so."""
        if note.is_of_notebook or (note.reach == Reach.NOTEBOOK and note.notebook_id != self.notebook):
            return ()
        places = list(self._exactly(note) if note.reach == Reach.ID else self._anyhow(note))
        if len(places) < 2:
            return places
        nearest = min(place.means.rank for place in places)
        kept = {place.spot.cell.index: place for place in reversed(places) if place.means.rank == nearest}
        return [kept[index] for index in sorted(kept)]

    def _anyhow(self, note: Note) -> Iterator[Place]:
        for spot, means in self.by_uuid.get(note.meme, ()) if note.meme else ():
            is_exact = means is Means.FAMILY and spot.cell.branch == note.branch
            yield Place(note, spot, Means.EXACT if is_exact else means)
        if note.cell_digest:
            for spot in self.by_text.get(note.cell_digest, ()):
                yield Place(note, spot, Means.TEXT)

    def _exactly(self, note: Note) -> Iterator[Place]:
        """The full id; and that which a cell came to carry that was known by an assigned one."""
        for spot, means in self.by_uuid.get(note.meme, ()) if note.meme else ():
            if means is Means.FAMILY and spot.cell.branch == note.branch:
                yield Place(note, spot, Means.EXACT)
            elif means is Means.JOINED and note.meme in self.joins.same_as(spot.cell.meme):
                yield Place(note, spot, Means.JOINED)
