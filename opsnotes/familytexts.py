"""Texts of a family as its page shows them: the cell, how it differs from the origin, where it occurs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from lineage.comparison.timing import within
from lineage.comparison.wording import IsOver, Kind, Segment, compare
from lineage.families.occurrences import Family, Occurrence, TextGroup
from lineage.sight import Sight
from notebooks.addresses import Addresses
from notebooks.memes import Meme
from notebooks.models import Cell, Notebook
from notebooks.rendering import SafeHtml, source_in

TIME_FOR_DIFFS = 0.3  # seconds, of a page; a few milliseconds are usual
LONG = 18  # lines of a text, more than one wants to scroll past
NEAR = 3  # equal lines that are shown on either side of a difference


@dataclass(frozen=True, slots=True)
class Piece:
    """Of a difference; `left_out` lines stand where equal ones were too many."""

    kind: Kind
    text: str
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Difference:
    pieces: tuple[Piece, ...]
    is_plain: bool

    @property
    def deleted(self) -> int:
        return sum(piece.kind is Kind.DELETED for piece in self.pieces)

    @property
    def inserted(self) -> int:
        return sum(piece.kind is Kind.INSERTED for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class ShownOccurrence:
    uuid: UUID
    occurrence: Occurrence
    notebook: Notebook
    is_marked: bool  # bears the very id that was asked for
    is_origin: bool

    @property
    def full_meme(self) -> Meme:
        return Meme(self.uuid, self.occurrence.branch)

    @property
    def url(self) -> str:
        return self.notebook.url_of_cell(self.occurrence.index)


@dataclass(frozen=True, slots=True)
class ShownText:
    group: TextGroup
    number: int  # among the family's texts, from 1
    html: SafeHtml
    is_long: bool
    is_origin: bool
    is_marked: bool
    difference: Difference | None  # from the origin; None where they are the same
    occurrences: Sequence[ShownOccurrence]

    @property
    def is_code(self) -> bool:
        return self.group.newest.cell_type == "code"

    @property
    def has_more(self) -> bool:
        return len(self.occurrences) < len(self.group.occurrences)


Asked = tuple[int, TextGroup, Sequence[Occurrence]]  # number, text, and the occurrences that are wanted


def shown_occurrences(
    family: Family, occurrences: Collection[Occurrence], marked: str | None, sight: Sight
) -> list[ShownOccurrence]:
    """In order; what went meanwhile is left out. One query."""
    notebooks = _notebooks(occurrences, sight)
    return list(_shown(family, occurrences, notebooks, marked))


def shown_texts(family: Family, asked: Sequence[Asked], marked: str | None, sight: Sight) -> list[ShownText]:
    """Two queries, however many."""
    notebooks = _notebooks([each for _, _, wanted in asked for each in wanted], sight)
    cells = _cells({group.newest.cell for _, group, _ in asked} | {family.origin.cell})
    origin = cells.get(family.origin.cell)
    is_over = within(TIME_FOR_DIFFS)
    return [
        ShownText(
            group=group,
            number=number,
            html=_html(cell, number),
            is_long=cell.source.count("\n") >= LONG,
            is_origin=group.text == family.origin.text,
            is_marked=marked is not None and group.bears(marked),
            difference=_difference(origin, cell, is_over),
            occurrences=list(_shown(family, wanted, notebooks, marked)),
        )
        for number, group, wanted in asked
        if (cell := cells.get(group.newest.cell)) is not None
    ]


def _difference(origin: Cell | None, cell: Cell, is_over: IsOver) -> Difference | None:
    if origin is None or origin.source == cell.source:
        return None
    wording = compare(origin.source, cell.source, is_over)
    return Difference(tuple(_shortened(wording.segments)), wording.is_plain)


def _shown(
    family: Family, occurrences: Iterable[Occurrence], notebooks: dict[int, Notebook], marked: str | None
) -> Iterator[ShownOccurrence]:
    origin = family.origin.cell
    for each in occurrences:
        if each.notebook in notebooks:
            is_origin = each.cell == origin
            yield ShownOccurrence(
                family.uuid, each, notebooks[each.notebook], each.branch == marked, is_origin
            )


def _notebooks(occurrences: Iterable[Occurrence], sight: Sight) -> dict[int, Notebook]:
    wanted = {each.notebook for each in occurrences}
    return sight.notebooks.with_place().in_bulk(wanted)


def _cells(pks: Collection[int]) -> dict[int, Cell]:
    wanted = Cell.objects.select_related("fragment").only("source", "notebook", "fragment__html")
    return wanted.in_bulk(pks)


def _html(cell: Cell, number: int) -> SafeHtml:
    """Without outputs. Links into the notebook's surroundings lead nowhere here; `number` keeps ids apart."""
    fill = Addresses(Notebook(pk=cell.notebook_id), (), {}).filling()
    return fill(number, source_in(cell.fragment.html))


def _shortened(segments: Sequence[Segment]) -> Iterator[Piece]:
    """Of what is equal only the lines beside a difference."""
    last = len(segments) - 1
    for at, segment in enumerate(segments):
        if segment.kind is Kind.EQUAL:
            yield from _ends(segment.text, is_first=at == 0, is_last=at == last)
        else:
            yield Piece(segment.kind, segment.text)


def _ends(text: str, *, is_first: bool, is_last: bool) -> Iterator[Piece]:
    lines = text.splitlines(keepends=True)
    head = 0 if is_first else NEAR
    tail = 0 if is_last else NEAR + 1  # the last line may be the beginning of a changed one
    left_out = len(lines) - head - tail
    if left_out < 2:
        yield Piece(Kind.EQUAL, text)
        return
    if head:
        yield Piece(Kind.EQUAL, "".join(lines[:head]))
    yield Piece(Kind.EQUAL, "".join(lines[head + left_out :]), left_out)
