"""What one notebook tells of descent that the ids alone do not show, and what its texts make likely, as rows."""

from collections.abc import Iterator

from lineage.families import likeness
from lineage.models import Descent
from notebooks.identity import Identity
from notebooks.models import Notebook
from notebooks.parsing import ParsedNotebook

How = Descent.How


def descents_of(
    notebook: Notebook, parsed: ParsedNotebook, identities: tuple[Identity, ...]
) -> list[Descent]:
    """Unsaved, each edge once by its strongest reason. `identities` are those of the cells, in order."""
    strongest: dict[tuple[object, object], Descent] = {}
    for edge in _edges(notebook, parsed, identities):
        strongest.setdefault((edge.child, edge.parent), edge)
    return list(strongest.values())


def _edges(notebook: Notebook, parsed: ParsedNotebook, identities: tuple[Identity, ...]) -> Iterator[Descent]:
    """The surest first."""
    place = {"notebook": notebook, "space_id": notebook.space_id}
    for old, new in parsed.new_roots:
        yield Descent(child=new.uuid, parent=old.uuid, how=How.NEW_ROOT, **place)
    for cell, identity in zip(parsed.cells, identities, strict=True):
        for former in cell.former:
            yield Descent(child=identity.uuid, parent=former.uuid, how=How.HISTORY, **place)
    if parsed.meme is not None:
        for former in parsed.former:
            # A notebook gets another id by a new root alone; its history is where nblineage notes it.
            yield Descent(child=parsed.meme.uuid, parent=former.uuid, how=How.NEW_ROOT, **place)
    if any(identity.assigned for identity in identities):
        for child, parent in likeness.edges_of(notebook):
            yield Descent(child=child, parent=parent, how=How.ALIKE, **place)
