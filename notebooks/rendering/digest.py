"""The name of a fragment: a digest over all that its HTML depends on. Pure."""

import json
from hashlib import blake2b

import orjson

from notebooks.parsing.model import CellType, Marks, ParsedCell

# Raise it whenever the same cell gives other HTML than before: `rerender` then makes all of it again.
RENDERER_VERSION = 1

_UNMARKED = Marks()


def fragment_digest(cell: ParsedCell, language: str) -> str:
    """40 hexadecimal digits. Prose does not depend on the notebook's language, so it shares more."""
    is_code = cell.cell_type is CellType.CODE
    parts = (
        RENDERER_VERSION,
        cell.cell_type,
        language if is_code else "",
        cell.source,
        cell.outputs,
        cell.attachments,
        None if cell.marks == _UNMARKED else cell.marks,
    )
    return blake2b(_bytes(parts), digest_size=20).hexdigest()


def _bytes(parts: tuple[object, ...]) -> bytes:
    try:
        return orjson.dumps(parts, option=orjson.OPT_NON_STR_KEYS)
    except (orjson.JSONEncodeError, RecursionError):
        # Lone surrogates and huge integers, which orjson refuses. The leading mark keeps both kinds apart.
        return b"!" + json.dumps(repr(parts)).encode()
