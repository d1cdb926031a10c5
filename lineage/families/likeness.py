"""Which notebook one without MEMEs was copied from, told by nothing but equal texts: the weakest word of descent.

Only the same space is looked at, and of what is found the oldest notebook counts, so that copies of copies join their
first original and not each other at random. Texts that strangers share make no copy: most of both notebooks must agree.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from functools import cached_property
from uuid import UUID

from django.db.models import Count

from notebooks.models import Cell, Notebook, Revision
from notebooks.models.notebook import NotebookQuerySet

TELLING = 30  # bytes of a text that says something; "import os" and "## Steps" say nothing
MOST_CELLS = 400  # of a notebook; finding what is in order costs up to the product of both lengths
LOOKED_AT = 5  # notebooks of the same title, and as many that share the most cells
MOST_ROWS = 300  # cells gone through to find them
SAME_WORDS = 0.6  # of two texts, for one to be an edit of the other


@dataclass(frozen=True)
class Text:
    """A cell as far as likeness looks at it."""

    cell_type: str
    source: str
    meme: UUID

    @cached_property
    def words(self) -> Counter[str]:
        return Counter(self.source.split())

    @property
    def is_telling(self) -> bool:
        return len(self.source.strip().encode()) >= TELLING

    def is_like(self, other: Text) -> bool:
        """Whether one may be the other, edited."""
        if self.cell_type != other.cell_type:
            return False
        if self.source == other.source:
            return True
        shared = (self.words & other.words).total()
        return shared > 0 and 2 * shared >= SAME_WORDS * (self.words.total() + other.words.total())


Pair = tuple[Text, Text]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What makes one notebook a copy of another, counted in texts that say something."""

    equal: int  # at least so many
    found: float  # so much of the longer notebook is found in the other
    edited: bool  # an edited text counts as found

    def may_be_had(self, mine: Sequence[Text], theirs: Sequence[Text]) -> bool:
        """Cheap to ask: whether it is worth finding out which cell is which."""
        equal = len(_telling(mine) & _telling(theirs))
        return equal >= self.equal and (self.edited or equal >= self.found * _longer(mine, theirs))

    def is_had(self, mine: Sequence[Text], theirs: Sequence[Text], pairs: Sequence[Pair]) -> bool:
        telling = [(one, other) for one, other in pairs if one.is_telling and other.is_telling]
        equal = len({one.source for one, other in telling if one.source == other.source})
        found = len(telling) if self.edited else equal
        return equal >= self.equal and found >= self.found * _longer(mine, theirs)


# Beneath one title much may have been edited; beneath another hardly anything: runbooks of a kind share half of theirs.
SAME_TITLE = Wanted(equal=2, found=0.4, edited=True)
OTHER_TITLE = Wanted(equal=5, found=0.85, edited=False)


def _telling(texts: Sequence[Text]) -> set[str]:
    return {text.source for text in texts if text.is_telling}


def _longer(mine: Sequence[Text], theirs: Sequence[Text]) -> int:
    return max(sum(text.is_telling for text in texts) for texts in (mine, theirs))


def edges_of(notebook: Notebook) -> list[tuple[UUID, UUID]]:
    """(child, parent) for the cells that `notebook` has in common with the oldest notebook that it is a copy of, or
    else that was copied from it; what came in first is the parent. Only for cells whose MEMEs had to be assigned."""
    mine = _texts_of([notebook.pk], assigned=True).get(notebook.pk, [])
    if len(mine) > MOST_CELLS or not any(text.is_telling for text in mine):
        return []
    others = Notebook.objects.alive().filter(space=notebook.space_id, cell_count__lte=MOST_CELLS)
    others = others.exclude(pk=notebook.pk)
    same_title = others.filter(title=notebook.title).order_by("pk").values_list("pk", flat=True)
    return _edges_to(notebook, mine, same_title[:LOOKED_AT], SAME_TITLE) or _edges_to(
        notebook, mine, _sharing_most(notebook, others), OTHER_TITLE
    )


def _edges_to(
    notebook: Notebook, mine: Sequence[Text], pks: Iterable[int], wanted: Wanted
) -> list[tuple[UUID, UUID]]:
    """To the oldest of these notebooks that is enough like it."""
    theirs = {pk: texts for pk, texts in _texts_of(list(pks)).items() if wanted.may_be_had(mine, texts)}
    if not theirs:
        return []
    ages = _ages([notebook.pk, *theirs])
    for pk in sorted(theirs, key=ages.__getitem__):
        pairs = pair(mine, theirs[pk])
        if wanted.is_had(mine, theirs[pk], pairs):
            return _edges(pairs, is_child=ages[pk] < ages[notebook.pk])
    return []


def pair(mine: Sequence[Text], theirs: Sequence[Text]) -> list[Pair]:
    """Which cell is which: equal texts in order, and between them those that are alike."""
    one, other = ([text for text in texts if text.source.strip()] for texts in (mine, theirs))
    stretches = SequenceMatcher(None, _keys(one), _keys(other), autojunk=False).get_opcodes()
    return [found for _, i, i_end, j, j_end in stretches for found in _alike(one[i:i_end], other[j:j_end])]


def _keys(texts: Iterable[Text]) -> list[tuple[str, str]]:
    return [(text.cell_type, text.source) for text in texts]


def _alike(mine: Sequence[Text], theirs: Sequence[Text]) -> Iterator[Pair]:
    """Of two stretches between equal cells, in order."""
    start = 0
    for text in mine:
        match = next((at for at in range(start, len(theirs)) if text.is_like(theirs[at])), None)
        if match is not None:
            yield text, theirs[match]
            start = match + 1


def _edges(pairs: Iterable[Pair], *, is_child: bool) -> list[tuple[UUID, UUID]]:
    memes = ((one.meme, other.meme) for one, other in pairs if one.meme != other.meme)
    return list(dict.fromkeys((mine, theirs) if is_child else (theirs, mine) for mine, theirs in memes))


def _sharing_most(notebook: Notebook, others: NotebookQuerySet) -> list[int]:
    """By fragments, which an index knows: equal cells, but for what they put out."""
    shared = Cell.objects.filter(fragment__in=_rarest_fragments(notebook), notebook__in=others).order_by()
    most = shared.values_list("notebook").annotate(n=Count("fragment", distinct=True))
    return [pk for pk, _ in most.order_by("-n", "notebook")[:LOOKED_AT]]


def _rarest_fragments(notebook: Notebook) -> list[str]:
    """Those that other cells have as well, the rarest first, as many as there is time to follow."""
    mine = notebook.cells.filter(assigned=True).order_by().values("fragment")
    counts = Cell.objects.filter(fragment__in=mine).order_by().values_list("fragment").annotate(n=Count("pk"))
    rows, rarest = 0, list[str]()
    for fragment, n in counts.filter(n__gt=1).order_by("n", "fragment"):
        rows += n
        if rarest and rows > MOST_ROWS:
            break
        rarest.append(fragment)
    return rarest


def _texts_of(pks: Collection[int], **only: bool) -> dict[int, list[Text]]:
    cells = Cell.objects.filter(notebook__in=pks, **only).order_by("notebook", "index")
    texts: dict[int, list[Text]] = {}
    for pk, cell_type, source, meme in cells.values_list("notebook", "cell_type", "source", "meme"):
        texts.setdefault(pk, []).append(Text(cell_type, source, meme))
    return texts


def _ages(pks: Collection[int]) -> dict[int, tuple[datetime, int]]:
    """When each was first saved, by its source's word or else when it came in: no later revision changes that."""
    firsts = Revision.objects.filter(notebook__in=pks).order_by("-number")
    rows = firsts.values_list("notebook", "saved_at", "ingested_at")
    return {pk: (saved or came, pk) for pk, saved, came in rows}
