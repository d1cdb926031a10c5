"""The cells of what is compared, a side each, with who worked it through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from lineage.comparison.operands import Operand
from lineage.comparison.pairing import ComparedCell
from lineage.models import Descent, Trace
from notebooks import blobs, paths
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.memes import Meme
from notebooks.models.space import Viewer
from notebooks.paging import link_to
from notebooks.parsing import parse
from notebooks.parsing.model import CellType, Status

LETTERS = "ABC"
_COLUMNS = ("index", "cell_type", "meme", "branch", "assigned", "source", "execution_count", "status")


@dataclass(frozen=True, slots=True)
class SideCell:
    index: int
    meme: Meme
    identity: ComparedCell
    execution_count: int | None
    status: Status

    @property
    def number(self) -> str:
        """As people count; as text, since a page has hundreds and a number costs more to show."""
        return str(self.index + 1)

    @property
    def source(self) -> str:
        return self.identity.source

    @property
    def cell_type(self) -> CellType:
        return self.identity.cell_type


@dataclass(frozen=True)
class Side:
    letter: str
    operand: Operand
    cells: Sequence[SideCell]
    trace: Trace | None  # who worked the notebook through; of a current revision alone

    def url_of(self, index: int) -> str:
        return self.operand.get_absolute_url() + link_to(f"cell-{index}", len(self.cells))


def sides_of(operands: Sequence[Operand], user: Viewer) -> list[Side]:
    current = [operand.notebook.pk for operand in operands if operand.is_current]
    traces = Trace.objects.visible_to(user).in_bulk(current)
    return [
        Side(
            letter,
            operand,
            _cells_of(operand),
            traces.get(operand.notebook.pk) if operand.is_current else None,
        )
        for letter, operand in zip(LETTERS, operands, strict=False)
    ]


def compared(sides: Sequence[Side], user: Viewer) -> list[list[ComparedCell]]:
    """The cells to be aligned: one known by an assigned id before it carried one bears the later id here."""
    notebooks = {side.operand.notebook.pk for side in sides}
    told = Descent.objects.visible_to(user).filter(how=Descent.How.ADOPTED, notebook__in=notebooks)
    adopted = dict(told.values_list("parent", "child"))
    return [[_adopted(cell.identity, adopted) for cell in side.cells] for side in sides]


def _adopted(cell: ComparedCell, adopted: Mapping[UUID, UUID]) -> ComparedCell:
    if not cell.assigned or cell.meme is None or cell.meme.uuid not in adopted:
        return cell
    return replace(cell, meme=Meme(adopted[cell.meme.uuid]))


def _cells_of(operand: Operand) -> list[SideCell]:
    if not operand.is_current:
        return _parsed_cells(operand)
    rows = operand.notebook.cells.order_by("index").values_list(*_COLUMNS)
    return [
        _cell(
            index, Identity(uuid, branch, assigned=assigned), (CellType(kind), source), count, Status(status)
        )
        for index, kind, uuid, branch, assigned, source, count, status in rows
    ]


def _parsed_cells(operand: Operand) -> list[SideCell]:
    """Of an older revision, from its bytes; its text as a current one's rows would have it."""
    cells = parse(blobs.get(operand.revision.sha256)).cells
    return [
        _cell(
            cell.index,
            identity,
            (cell.cell_type, paths.storable(cell.source)),
            cell.execution_count,
            cell.status,
        )
        for cell, identity in zip(cells, identities_of(operand.revision), strict=True)
    ]


def _cell(
    index: int, identity: Identity, text: tuple[CellType, str], execution_count: int | None, status: Status
) -> SideCell:
    compared = ComparedCell(identity.meme, identity.assigned, *text)
    return SideCell(index, identity.meme, compared, execution_count, status)
