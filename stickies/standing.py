"""Which notes are seen at the cells of a notebook, at the notebook as a whole, and at a family.

    notes_at(cells, notebook, user)   -> index -> the notes at that cell
    notes_on(cells, notebook, user)   -> the same, with those of the notebook and those whose cell is gone
    notes_of_family(uuid, user)       -> the notes on all copies of a cell

Only notes of spaces that `user` may read, in a number of queries that does not depend on how many there are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest
from uuid import UUID

from django.db.models import Q

from lineage.sight import Sight
from notebooks.models import Cell, Notebook
from notebooks.models.space import Viewer
from notebooks.portions import portions
from stickies.joins import Joins, joins_of
from stickies.matching import Bearer, Means, Place, Spots
from stickies.models import Note, Reach
from stickies.models.note import NoteQuerySet
from stickies.shown import Page, ShownNote, in_order, shown

MOST_THREADS = 12  # on a page as a whole; of others the first line, until somebody opens them


@dataclass(frozen=True, slots=True)
class NotesOn:
    """The notes of a page about one notebook."""

    at: Mapping[int, Sequence[ShownNote]] = field(default_factory=dict)  # by the index of a cell
    whole: Sequence[ShownNote] = ()  # on the notebook as a whole
    gone: Sequence[ShownNote] = ()  # written at a cell that it has no more

    @property
    def count(self) -> int:
        return len({each.note.pk for notes in (*self.at.values(), self.whole) for each in notes})


def notes_at(cells: Iterable[Bearer], notebook: Notebook, user: Viewer) -> Mapping[int, Sequence[ShownNote]]:
    return notes_on(cells, notebook, user).at


def notes_on(
    cells: Iterable[Bearer], notebook: Notebook, user: Viewer, joins: Joins | None = None
) -> NotesOn:
    """`cells` are those of the page: all of the notebook, or a part of it. `joins` are theirs, where they are known."""
    cells = list(cells)
    spots, threads = _found(cells, notebook, user, joins)
    if not threads:
        return NotesOn()
    page = Page.of(threads, Sight(user), notebook)
    placed = [(note, spots.places_of(note)) for note in threads]
    lost = [note for note, places in placed if not places]
    return NotesOn(
        at=_at_cells(page, (place for _note, places in placed for place in places)),
        whole=in_order(page.thread(note) for note in lost if _is_of(note, notebook)),
        gone=in_order(map(page.thread, _gone(lost, notebook, is_part=len(cells) < notebook.cell_count))),
    )


def notes_beside(
    cells: Iterable[Bearer], notebook: Notebook, user: Viewer, joins: Joins | None = None
) -> NotesOn:
    """At the cells of an old revision: for reading, since what stands there now may be another cell."""
    beside = notes_on(cells, notebook, user, joins).at
    return NotesOn({index: [each.on("") for each in notes] for index, notes in beside.items()})


def counts_at(
    cells: Iterable[Bearer], notebook: Notebook, user: Viewer, joins: Joins | None = None
) -> dict[int, int]:
    """How many threads are seen at each cell."""
    spots, threads = _found(list(cells), notebook, user, joins)
    counts: defaultdict[int, int] = defaultdict(int)
    for note in threads:
        for place in spots.places_of(note):
            counts[place.spot.cell.index] += 1
    return counts


def notes_of_family(uuid: UUID, user: Viewer) -> list[ShownNote]:
    """Whatever their reach; those of families that are joined to it included."""
    joins = joins_of({uuid}, user)
    threads = _threads(user).filter(meme__in=joins.all_of({uuid}))
    return in_order(
        replace(each, means=_means(each.note, uuid, joins)) for each in shown(threads, Sight(user))
    )


def _found(
    cells: Sequence[Bearer], notebook: Notebook, user: Viewer, known: Joins | None
) -> tuple[Spots, list[Note]]:
    """All notes that may be seen on the page of the notebook."""
    uuids = {cell.meme for cell in cells}
    joins = known or joins_of(uuids, user)
    spots = Spots(cells, joins, notebook.pk)
    here = Q(notebook=notebook)
    if notebook.meme is not None:
        here |= Q(meme=notebook.meme, is_of_notebook=True)
    found: dict[int, Note] = {}
    parts = zip_longest(portions(joins.all_of(uuids)), portions(spots.by_text), fillvalue=())
    for memes, texts in list(parts) or [((), ())]:
        seen = _threads(user).filter(here | Q(meme__in=memes) | Q(cell_digest__in=texts))
        found.update((note.pk, note) for note in seen)
    return spots, list(found.values())


def _threads(user: Viewer) -> NoteQuerySet:
    return Note.objects.visible_to(user).told_here().for_reading()


def _at_cells(page: Page, places: Iterable[Place]) -> dict[int, Sequence[ShownNote]]:
    """Of very many threads the later ones with their first line alone: a thread is ten times a line's work."""
    at: defaultdict[int, list[Place]] = defaultdict(list)
    for place in places:
        at[place.spot.cell.index].append(place)
    standing: dict[int, Sequence[ShownNote]] = {}
    number, seen = 0, set[int]()
    for index in sorted(at):
        number += len(at[index])
        is_late = number > MOST_THREADS
        here = [
            page.standing(place, is_first=place.note.pk not in seen, is_late=is_late) for place in at[index]
        ]
        standing[index] = in_order(here)
        seen.update(place.note.pk for place in at[index])
    return standing


def _is_of(note: Note, notebook: Notebook) -> bool:
    if not note.is_of_notebook:
        return False
    is_same = note.meme is not None and note.meme == notebook.meme
    if note.notebook_id == notebook.pk:
        return True
    if note.reach == Reach.ID:
        return is_same and note.branch == notebook.branch
    return is_same and note.reach == Reach.FAMILY


def _gone(lost: Iterable[Note], notebook: Notebook, *, is_part: bool) -> list[Note]:
    """Written here, and at no cell any more; of a long notebook the other parts are looked at too."""
    left = [note for note in lost if not note.is_of_notebook and note.notebook_id == notebook.pk]
    if not left or not is_part:
        return left
    elsewhere = _held_by(notebook, {note.meme for note in left if note.meme})
    return [note for note in left if note.meme not in elsewhere]


def _held_by(notebook: Notebook, uuids: Collection[UUID]) -> set[UUID]:
    cells = Cell.objects.filter(notebook=notebook, meme__in=uuids).order_by()
    return set(cells.values_list("meme", flat=True))


def _means(note: Note, uuid: UUID, joins: Joins) -> Means:
    if note.meme == uuid:
        return Means.FAMILY
    return Means.JOINED if note.meme in joins.of(uuid) else Means.ALIKE
