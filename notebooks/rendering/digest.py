"""The name of a fragment: a digest over all that its HTML depends on. Pure."""

import json
from dataclasses import fields
from hashlib import blake2b
from operator import attrgetter

import orjson

from notebooks.parsing.model import CellType, Marks, ParsedCell

# Raise it whenever the same cell gives other HTML than before: `rerender` then makes all of it again.
RENDERER_VERSION = 2

# Recognising a cell takes a microsecond; the dataclass as a whole would take another to encode.
_marks_of = attrgetter(*(field.name for field in fields(Marks)))


def fragment_digest(cell: ParsedCell, language: str) -> str:
    """40 hexadecimal digits. Prose does not depend on the notebook's language, so it shares more."""
    kind = cell.cell_type
    parts = (
        RENDERER_VERSION,
        kind,
        language if kind is CellType.CODE else "",
        cell.source,
        cell.outputs,
        cell.attachments,
        _marks_of(cell.marks),
    )
    try:
        said = orjson.dumps(parts)
    except (orjson.JSONEncodeError, RecursionError):
        # Lone surrogates and huge integers, which orjson refuses. The leading mark keeps both kinds apart.
        said = b"!" + json.dumps(repr(parts)).encode()
    return blake2b(said, digest_size=20).hexdigest()
