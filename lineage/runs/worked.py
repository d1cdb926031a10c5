"""The cells of revisions as deviations look at them, read from the originals."""

import logging
from collections.abc import Iterable

from lineage.runs.deviations import WorkedCell
from notebooks import blobs
from notebooks.identity import Identity
from notebooks.ingest import identities_of
from notebooks.memes import Meme
from notebooks.models import Cell, Revision
from notebooks.parsing import ParsedCell, parse
from notebooks.parsing.model import CellType, Status

logger = logging.getLogger(__name__)

Worked = tuple[WorkedCell, ...]


def worked_cells(revision: Revision) -> Worked:
    """Where the bytes are missing, of the notebook's rows: they are of its current revision and know no logs."""
    try:
        cells = parse(blobs.get(revision.sha256)).cells
    except blobs.BlobMissing:
        logger.warning(
            "%s: the original bytes are missing; reading the current cells' rows instead", revision
        )
        return tuple(map(_of_row, Cell.objects.filter(notebook=revision.notebook_id)))
    return as_worked(cells, identities_of(revision))


def as_worked(cells: Iterable[ParsedCell], identities: Iterable[Identity]) -> Worked:
    """Where both are at hand already."""
    return tuple(
        WorkedCell(
            identity.meme,
            identity.assigned,
            cell.cell_type,
            cell.source,
            cell.status,
            cell.execution_count,
            cell.executed_at,
            cell.logs,
        )
        for cell, identity in zip(cells, identities, strict=True)
    )


def _of_row(row: Cell) -> WorkedCell:
    return WorkedCell(
        Meme(row.meme, row.branch),
        row.assigned,
        CellType(row.cell_type),
        row.source,
        Status(row.status),
        row.execution_count,
        row.executed_at,
    )
