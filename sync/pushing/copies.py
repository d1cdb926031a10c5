"""What is sent of a notebook: its bytes, and in them the ids that OpsNotes knows its cells by. Pure.

A copy elsewhere is branched by nblineage itself, when it is opened in a place that its server signature does not name
(formats.md 1.3); a file that goes back to where it was is not. So ids that are carried stay as they are. A cell without
one would be given a new one there and leave its family: it is sent with the one that it was assigned here, written as
nblineage writes a new cell's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from notebooks.identity import Identity


def sent(raw: bytes, identities: Sequence[Identity]) -> bytes:
    """The same bytes where every cell carries its id. `identities`: one a cell, in order."""
    if not any(identity.assigned for identity in identities):
        return raw
    document = json.loads(raw)
    cells = document.get("cells")
    if not isinstance(cells, list) or len(cells) != len(identities):
        return raw  # nbformat 3 keeps its cells in worksheets, and nblineage knows nothing of those
    ids = [None, *(str(identity.meme) for identity in identities), None]
    for cell, identity, previous, following in zip(cells, identities, ids, ids[2:], strict=False):
        if identity.assigned:
            _write(cell, str(identity.meme), previous, following)
    return _as_jupyter_writes(document)


def _write(cell: dict[str, Any], current: str, previous: str | None, following: str | None) -> None:
    metadata = cell.setdefault("metadata", {})
    known = metadata.get("lc_cell_meme")
    kept = known if isinstance(known, dict) else {}
    metadata["lc_cell_meme"] = {
        "history": [],
        **kept,
        "current": current,
        "previous": previous,
        "next": following,
    }


def _as_jupyter_writes(document: dict[str, Any]) -> bytes:
    text = json.dumps(document, ensure_ascii=False, indent=1, separators=(",", ": ")) + "\n"
    # A lone surrogate stands in a string, where its backslash form is JSON's own.
    return text.encode("utf-8", "backslashreplace")
