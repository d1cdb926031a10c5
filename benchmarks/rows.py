"""Generated runbooks as rows, written straight: how fast files come in is another question. After library.start()."""

import hashlib
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import library
from django.core.management import call_command
from django.db import transaction

from notebooks.models import Cell, Fragment, Notebook, Revision, Space
from notebooks.parsing import ParsedCell, ParsedNotebook, parse
from notebooks.parsing.model import CellType
from notebooks.paths import folder_of, storable
from notebooks.rendering import fragment_digest, output_text, render

SCALE = library.ROOT.parent / "shared" / "tools" / "scale.py"
CELLS_AT_ONCE = 5000
LONG_AGO = datetime(2023, 1, 1, tzinfo=UTC)


def make(notebooks: int, seed: int) -> None:
    """Migrates, and fills the database where that was not done before."""
    call_command("migrate", verbosity=0)
    if Notebook.objects.count() == notebooks:
        return
    with transaction.atomic():
        fill(files_of(notebooks, seed))


def files_of(notebooks: int, seed: int) -> Path:
    files = library.folder(notebooks, seed) / "files"
    if not files.exists():
        subprocess.run(
            [sys.executable, SCALE, files, "--notebooks", str(notebooks), "--seed", str(seed)], check=True
        )
    return files


def fill(files: Path) -> None:
    """Every folder is a space."""
    spaces: dict[str, Space] = {}
    known = set(Fragment.objects.values_list("digest", flat=True))
    cells: list[Cell] = []
    for path in sorted(files.rglob("*.ipynb")):
        name, *inside = path.relative_to(files).parts
        if any(part.startswith(".") for part in inside):
            continue
        if name not in spaces:
            spaces[name] = Space.objects.create(slug=name.lower(), name=name.title())
        raw = path.read_bytes()
        parsed = parse(raw)
        notebook = _notebook(path, raw, parsed, spaces[name], "/".join(inside))
        cells += [_cell(notebook, cell, parsed.language, known) for cell in parsed.cells]
        if len(cells) >= CELLS_AT_ONCE:
            Cell.objects.bulk_create(cells)
            cells = []
    Cell.objects.bulk_create(cells)


def _notebook(path: Path, raw: bytes, parsed: ParsedNotebook, space: Space, name: str) -> Notebook:
    notebook = Notebook.objects.create(
        space=space,
        path=name,
        folder=folder_of(name),
        title=storable(parsed.title) or path.stem[:300],
        owner=name.split("/", 1)[0],
        meme=parsed.meme.uuid if parsed.meme else None,
        language=parsed.language,
        cell_count=len(parsed.cells),
    )
    notebook.revision = Revision.objects.create(
        notebook=notebook,
        number=1,
        sha256=hashlib.sha256(raw).hexdigest(),
        size=len(raw),
        nbformat=parsed.nbformat,
        origin="command",
        saved_at=next((cell.executed_at for cell in parsed.cells if cell.executed_at), LONG_AGO),
    )
    notebook.save()
    return notebook


def _cell(notebook: Notebook, cell: ParsedCell, language: str, known: set[str]) -> Cell:
    error = next((output for output in cell.outputs if output.error_name), None)
    return Cell(
        notebook=notebook,
        index=cell.index,
        cell_type=cell.cell_type,
        meme=cell.meme.uuid if cell.meme else uuid4(),
        branch=cell.meme.branch if cell.meme else "",
        assigned=cell.meme is None,
        source=storable(cell.source),
        output=storable(output_text(cell.outputs)),
        error_name=storable(error.error_name)[:200] if error else "",
        error_message=storable(error.error_message)[:1000] if error else "",
        execution_count=cell.execution_count,
        executed_at=cell.executed_at,
        status=cell.status,
        fragment_id=_fragment(cell, language, known),
    )


def _fragment(cell: ParsedCell, language: str, known: set[str]) -> str:
    """Only prose is rendered: its headings are indexed."""
    digest = fragment_digest(cell, language)
    if digest not in known:
        known.add(digest)
        made = render(cell, language) if cell.cell_type is CellType.MARKDOWN else None
        headings = [[each.level, each.text, each.anchor] for each in made.headings] if made else []
        Fragment.objects.create(digest=digest, html=made.html if made else "", headings=headings)
    return digest
