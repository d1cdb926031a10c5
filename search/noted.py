"""What of the index has an open note: the cells at which the runbook's page shows one, the runbooks on whose pages one
is shown, and the notes themselves.

Most notes stand at all cells of a family, for which the index is asked by its MEME. Where they stand for another reason
(families that are joined or alike, equal texts, one notebook alone) is worked out as the page does it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from haystack.query import SQ, SearchQuerySet

from lineage.models import Descent
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook
from notebooks.paging import Part
from notebooks.portions import PORTION, portions
from search.naming import Name, named
from stickies.joins import Joins, joins_told
from stickies.matching import Spots
from stickies.models import Kind, Note, Reach

# So many threads are gone through; of more the latest.
MOST = 20_000
_COLUMNS = ("meme", "branch", "notebook", "is_of_notebook", "reach", "cell_digest")
_OF_CELLS = ("notebook", "index", "meme", "branch", "assigned")
_NOTHING = SQ(kind__in=[])

K = TypeVar("K")
Page = tuple[int, int]  # a notebook, and the first cell of the part of it that is shown at once


@dataclass(frozen=True, slots=True)
class _Cell:
    """As stickies.matching takes it."""

    index: int
    meme: UUID
    branch: str
    assigned: bool
    source: str  # '' where no note was written for such a text


class _Row(NamedTuple):
    notebook: int
    place: int
    meme: UUID
    branch: str
    assigned: bool


def noted(spaces: Collection[int], *, only_hazards: bool) -> SQ:
    """To somebody who may read these spaces."""
    threads = Note.objects.alive().threads().filter(space__in=spaces, resolved_at=None)
    if only_hazards:
        threads = threads.filter(kind=Kind.HAZARD)
    notes = list(threads.only(*_COLUMNS).order_by("-pk")[:MOST])
    if not notes:
        return _NOTHING
    replies = Note.objects.alive().filter(parent__in=threads).order_by("-pk").values_list("pk", flat=True)
    said = [note.pk for note in notes] + list(replies[:MOST])
    return _Places(spaces, notes).asked() | SQ(note__in=said)


@dataclass(frozen=True)
class _Places:
    """Where notes are shown, in notebooks of these spaces."""

    spaces: Collection[int]
    notes: Sequence[Note]

    def asked(self) -> SQ:
        cells = self._near
        if far := self._far():
            cells |= SQ(id__in=sorted(map(str, far)))
        cells &= ~SQ(kind__in=["notebook", "note", "log"])
        pages = set(_notebooks_of(self.spaces, cells))
        pages.update(
            note.notebook_id for note in self.notes if note.notebook_id
        )  # also of a cell that is gone
        whole = _bearing([note for note in self.notes if note.is_of_notebook])
        return cells | ((SQ(notebook__in=sorted(pages)) | whole) & SQ(kind__exact="notebook"))

    @cached_property
    def _near(self) -> SQ:
        """Where they stand whatever else there is: nothing is nearer."""
        return _bearing(self._at_cells)

    @cached_property
    def _at_cells(self) -> Sequence[Note]:
        return [note for note in self.notes if not note.is_of_notebook]

    # --- What is farther away

    def _far(self) -> set[Name]:
        """Where they stand unless they do so nearer on the same page."""
        found: set[Name] = set()
        for (notebook, _first), cells in self._pages().items():
            spots = Spots(cells, self._joins, notebook)
            for note in self._met_by(spots):
                found.update(Name(notebook, place.spot.cell.index) for place in spots.places_of(note))
        return found

    def _met_by(self, spots: Spots) -> Iterator[Note]:
        for uuid in spots.by_uuid:
            yield from self._by_meme.get(uuid, ())
        for digest in spots.by_text:
            yield from self._by_text.get(digest, ())

    def _pages(self) -> Mapping[Page, Sequence[_Cell]]:
        """Those on which such notes may stand, with the cells that decide it."""
        texts = self._texts()
        rows = {Name(row.notebook, row.place): row for row in self._deciding(texts)}
        totals = self._totals({name.notebook for name in rows})
        pages: defaultdict[Page, list[_Cell]] = defaultdict(list)
        for name, row in sorted(rows.items(), key=lambda each: each[1].place):
            if name.notebook in totals:
                cell = _Cell(row.place, row.meme, row.branch, row.assigned, texts.get(name, ""))
                pages[name.notebook, Part.holding(cell.index, totals[name.notebook]).first].append(cell)
        return pages

    def _deciding(self, texts: Collection[Name]) -> Iterator[_Row]:
        """What may have them: cells of one notebook alone, of joined families, of the same text. And what is nearer."""
        apart = [note for note in self._at_cells if note.reach == Reach.NOTEBOOK and note.notebook_id]
        for notes in portions(apart, PORTION // 2):
            of_notes = {
                "notebook__in": {note.notebook_id for note in notes},
                "meme__in": {note.meme for note in notes},
            }
            yield from _rows(**of_notes)
        notebooks = {name.notebook for name in texts}
        for some in portions(self._joined):
            for row in _rows(meme__in=some):
                notebooks.add(row.notebook)
                yield row
        for pks in portions(notebooks):
            for row in _rows(notebook__in=pks):
                if row.meme in self._by_meme or Name(row.notebook, row.place) in texts:
                    yield row

    def _totals(self, notebooks: Collection[int]) -> dict[int, int]:
        """How many cells each has; those are left out that may not be seen."""
        seen = Notebook.objects.alive().filter(space__in=self.spaces).order_by()
        return {
            pk: total
            for some in portions(notebooks)
            for pk, total in seen.filter(pk__in=some).values_list("pk", "cell_count")
        }

    def _texts(self) -> Mapping[Name, str]:
        """Of cells that carry no MEME and have the text that a note was written for."""
        if not self._by_text:
            return {}
        found = _ask(self.spaces, SQ(wording__in=sorted(self._by_text)), size=MOST).get_results()
        names = [name for hit in found if isinstance(name := named(hit.id), Name)]
        texts: dict[Name, str] = {}
        for some in portions(names, PORTION // 2):
            asked = {
                "notebook__in": {name.notebook for name in some},
                "index__in": {name.index for name in some},
            }
            sources = Cell.objects.filter(**asked).order_by().values_list("notebook", "index", "source")
            texts |= {Name(notebook, index): source for notebook, index, source in sources}
        return {name: texts[name] for name in names if name in texts}

    @cached_property
    def _joins(self) -> Joins:
        """Of families that are only alike also what those are joined to: notes come to a cell by way of it."""
        told = Descent.objects.filter(space__in=self.spaces)
        joins = joins_told(self._by_meme.keys(), told)
        return joins_told({*self._by_meme, *joins.alike}, told) if joins.alike else joins

    @cached_property
    def _joined(self) -> set[UUID]:
        """Families at whose cells the notes of others may stand."""
        joins = self._joins
        return {
            uuid
            for uuid in {*joins.surely, *joins.alike}
            if not self._by_meme.keys().isdisjoint((joins.of(uuid) | joins.like(uuid)) - {uuid})
        }

    @cached_property
    def _by_meme(self) -> Mapping[UUID, Sequence[Note]]:
        return _grouped((note.meme, note) for note in self._at_cells if note.meme)

    @cached_property
    def _by_text(self) -> Mapping[str, Sequence[Note]]:
        return _grouped(
            (note.cell_digest, note) for note in self._at_cells if note.cell_digest and note.reach != Reach.ID
        )


def _grouped(pairs: Iterable[tuple[K, Note]]) -> Mapping[K, Sequence[Note]]:
    found: defaultdict[K, list[Note]] = defaultdict(list)
    for key, note in pairs:
        found[key].append(note)
    return found


def _bearing(notes: Iterable[Note]) -> SQ:
    """What bears the MEME of a note that is for all copies, or the id of one that is for that alone."""
    told = [(Meme(note.meme, note.branch), note.reach) for note in notes if note.meme]
    families = {str(meme.uuid) for meme, reach in told if reach == Reach.FAMILY}
    ids = {str(meme) for meme, reach in told if reach == Reach.ID}
    return SQ(meme__in=sorted(families)) | SQ(full_meme__in=sorted(ids))


def _rows(**asked: Any) -> Iterator[_Row]:
    return map(_Row._make, Cell.objects.filter(**asked).order_by().values_list(*_OF_CELLS))


def _notebooks_of(spaces: Collection[int], asked: SQ) -> Iterator[int]:
    query = _ask(spaces, asked, facet="notebook")
    counted = query.get_facet_counts().get("fields", {}).get("notebook", ())
    return (int(notebook) for notebook, _count in counted)


def _ask(spaces: Collection[int], asked: SQ, *, size: int = 0, facet: str = "") -> Any:
    """One of Haystack's queries. Whoever asks for notes asks through Sight: nothing is shown of this by itself."""
    query = SearchQuerySet().query
    query.add_filter(SQ(space__in=list(spaces)) & asked)
    query.set_limits(0, size)
    if facet:
        query.add_field_facet(facet, limit=MOST)
    return query
