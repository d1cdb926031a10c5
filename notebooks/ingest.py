"""How a notebook comes in: parse, identify, render, store, announce.

The order is deliberate. All that is slow happens before the transaction; all that must stand or fall together
(rows, due work) happens inside it. Run twice, late, or beside itself it ends the same.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from notebooks import blobs, paths
from notebooks.changes import Changes, count_changes
from notebooks.describing import DESCRIBED, describe
from notebooks.identity import Assignment, Identity, KnownCell, assign
from notebooks.models import Notebook, Revision, Space
from notebooks.parsing import ParsedNotebook, parse
from notebooks.parsing.model import CellType
from notebooks.signals import notebooks_ingested
from notebooks.storing import Fragments, clear_cells, store_cells, with_fragments

logger = logging.getLogger(__name__)

# Assigned ids are worked out, not drawn: a task that is run twice, or bytes that return, give the same ids.
ASSIGNED = UUID("6f70736e-6f74-5573-8000-6d656d657321")


class Outcome(StrEnum):
    STORED = "stored"
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Ingested:
    notebook: Notebook
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class Provenance:
    """Who brought a file, from where."""

    by: User | None = None
    owner: str = ""  # by name, where somebody says it: see owner_of()
    origin: str = "upload"
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """All that is known of a new revision before the transaction."""

    parsed: ParsedNotebook
    assignment: Assignment
    changes: Changes
    sha256: str
    size: int


class _Overtaken(Exception):
    """Another worker stored a revision of this path since we looked."""


def ingest(
    space: Space,
    path: str,
    raw: bytes,
    provenance: Provenance | None = None,
    on_store: Callable[[Notebook], None] | None = None,
) -> Ingested:
    """Stores `raw` as the current revision of `path` in `space`.

    `path` is one that paths.clean() gave. The same bytes as the current revision's are "unchanged".
    `on_store` is called inside the transaction that stores a revision: what it writes stands or falls with it.
    Raises parsing.InvalidNotebook where the bytes are no notebook.
    """
    brought = provenance or Provenance()
    while True:
        try:
            return with_fragments(lambda: _ingest(space, path, raw, brought, on_store))
        except _Overtaken:
            logger.info("%s/%s was stored by another worker meanwhile; looking again", space.slug, path)


@dataclass(frozen=True, slots=True)
class Reread:
    """A stored revision read again from its bytes: what is slow about writing its rows once more."""

    revision: Revision
    parsed: ParsedNotebook
    identities: tuple[Identity, ...]
    fragments: Fragments

    @classmethod
    def of(cls, revision: Revision) -> Reread:
        parsed = parse(blobs.get(revision.sha256))
        return cls(revision, parsed, identities_of(revision), Fragments.of(parsed))

    def store(self, notebook: Notebook) -> None:
        """Writes what the notebook says of itself, its cells and links, as its place is now. Inside the caller's
        transaction. Nothing is new in this, so `updated_at` stays: who changes something saves that."""
        describe(notebook, self.parsed)
        notebook.save(update_fields=DESCRIBED)
        clear_cells(notebook)
        store_cells(notebook, self.parsed, self.identities, self.fragments)
        notebooks_ingested.send(Notebook, notebooks=[notebook], adoptions=[])


def rebuild(notebook: Notebook) -> None:
    """Cells, fragments and links of the current revision again from its original bytes, with the ids it had."""
    revision = notebook.revision
    if revision is not None:
        with_fragments(lambda: _rebuild(notebook, revision))


def _rebuild(notebook: Notebook, revision: Revision) -> None:
    reread = Reread.of(revision)
    with transaction.atomic():
        locked = Notebook.objects.select_for_update().get(pk=notebook.pk)
        if locked.revision_id == revision.pk:  # otherwise a newer one came in and brought its own cells
            reread.store(locked)


def make_current(notebook: Notebook, revision: Revision) -> None:
    """Makes an old revision the one that is shown. Nothing is lost: the others stay in the history."""
    with_fragments(lambda: _make_current(notebook, revision))
    notebook.revision = revision


def _make_current(notebook: Notebook, revision: Revision) -> None:
    reread = Reread.of(revision)
    with transaction.atomic():
        locked = Notebook.objects.select_for_update().get(pk=notebook.pk)
        locked.revision = revision
        locked.save(update_fields=["revision", "updated_at"])
        reread.store(locked)


def identities_of(revision: Revision) -> tuple[Identity, ...]:
    return tuple(Identity(UUID(uuid), branch, assigned=assigned) for uuid, branch, assigned in revision.memes)


def _ingest(
    space: Space, path: str, raw: bytes, provenance: Provenance, on_store: Callable[[Notebook], None] | None
) -> Ingested:
    sha256 = hashlib.sha256(raw).hexdigest()
    before = _at(space, path)
    if before is not None and before.revision is not None and before.revision.sha256 == sha256:
        return Ingested(before, Outcome.UNCHANGED)
    content = read(space, path, raw, before)
    fragments = Fragments.of(content.parsed)
    blobs.put(raw)
    with transaction.atomic():
        notebook = _locked(space, path, before)
        describe(notebook, content.parsed)
        notebook.owner = owner_of(notebook, provenance)
        notebook.account = _account_of(notebook.owner)
        _save(notebook)
        notebook.revision = _new_revision(notebook, provenance, content)
        notebook.save(update_fields=["revision"])
        if before is not None:
            clear_cells(notebook)
        store_cells(notebook, content.parsed, content.assignment.identities, fragments)
        announce([(notebook, content)])
        if on_store:
            on_store(notebook)
    return Ingested(notebook, Outcome.STORED)


def read(space: Space, path: str, raw: bytes, before: Notebook | None = None) -> Content:
    """Raises parsing.InvalidNotebook."""
    sha256 = hashlib.sha256(raw).hexdigest()
    parsed = parse(raw)
    known = _known_cells(before)
    assignment = assign(parsed.cells, known, _minting(space, path, sha256))
    changes = count_changes(parsed.cells, known, assignment.matches)
    return Content(parsed, assignment, changes, sha256, len(raw))


def announce(stored: Sequence[tuple[Notebook, Content]]) -> None:
    """Inside the transaction that stored them."""
    adoptions = [(notebook, each) for notebook, content in stored for each in content.assignment.adoptions]
    notebooks_ingested.send(Notebook, notebooks=[notebook for notebook, _ in stored], adoptions=adoptions)


def _at(space: Space, path: str) -> Notebook | None:
    """With what is compared; to name all the columns of both tables would take as long as to ask."""
    alive = Notebook.objects.alive().select_related("revision")
    return alive.only("revision__sha256", "revision__memes").filter(space=space, path=path).first()


def _known_cells(notebook: Notebook | None) -> tuple[KnownCell, ...]:
    """The previous revision, read again from its bytes: its rows hold no cell ids and altered text."""
    if notebook is None or notebook.revision is None:
        return ()
    try:
        cells = parse(blobs.get(notebook.revision.sha256)).cells
    except blobs.BlobMissing:
        return _known_rows(notebook)
    return tuple(
        KnownCell(cell.cell_id, cell.cell_type, cell.source, identity)
        for cell, identity in zip(cells, identities_of(notebook.revision), strict=True)
    )


def _known_rows(notebook: Notebook) -> tuple[KnownCell, ...]:
    """The second best: a backup without these bytes must not keep newer ones out."""
    return tuple(
        KnownCell(
            "", CellType(row.cell_type), row.source, Identity(row.meme, row.branch, assigned=row.assigned)
        )
        for row in notebook.cells.only("notebook", "cell_type", "source", "meme", "branch", "assigned")
    )


def _minting(space: Space, path: str, sha256: str) -> Callable[[int], UUID]:
    def mint(index: int) -> UUID:
        return uuid5(ASSIGNED, f"{space.pk}/{path}:{sha256}:{index}")

    return mint


def _locked(space: Space, path: str, before: Notebook | None) -> Notebook:
    """The row to write, locked; a new one where the path was free. Raises _Overtaken if it is not as it was."""
    if before is None:
        return new_at(space, path)
    current = Notebook.objects.alive().select_for_update().filter(space=space, path=path).first()
    if current is None or current.pk != before.pk or current.revision_id != before.revision_id:
        raise _Overtaken
    return current


def new_at(space: Space, path: str) -> Notebook:
    return Notebook(space=space, path=path, folder=paths.folder_of(path))


def _save(notebook: Notebook) -> None:
    """Raises _Overtaken where somebody else took the free path: a row that is not there yet cannot be locked."""
    try:
        with transaction.atomic():
            notebook.save()
    except IntegrityError as error:
        if _at(notebook.space, notebook.path) is None:
            raise
        raise _Overtaken from error


def owner_of(notebook: Notebook, provenance: Provenance) -> str:
    """As somebody says now, or it stays; a new one is that of who brought it."""
    brought_by = provenance.by.get_username() if provenance.by else ""
    return paths.one_way(provenance.owner) or notebook.owner or brought_by


def _account_of(owner: str) -> User | None:
    return User.objects.only("pk").filter(username=owner).first() if owner else None


def _next_number(notebook: Notebook) -> int:
    if notebook.revision_id is None:
        return 1
    return 1 + max(notebook.revisions.values_list("number", flat=True))


def _new_revision(notebook: Notebook, provenance: Provenance, content: Content) -> Revision:
    revision = revision_of(notebook, _next_number(notebook), provenance, content)
    revision.save()
    return revision


def revision_of(notebook: Notebook, number: int, provenance: Provenance, content: Content) -> Revision:
    """Unsaved."""
    return Revision(
        notebook=notebook,
        number=number,
        sha256=content.sha256,
        size=content.size,
        nbformat=content.parsed.nbformat,
        saved_at=provenance.saved_at,
        by=provenance.by,
        origin=provenance.origin,
        memes=[[str(each.uuid), each.branch, each.assigned] for each in content.assignment.identities],
        cells_added=content.changes.added,
        cells_edited=content.changes.edited,
        cells_removed=content.changes.removed,
        cells_moved=content.changes.moved,
    )
