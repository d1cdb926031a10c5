"""From bytes to the JSON of a version 4 notebook. Pure."""

import json
import logging

import nbformat
import orjson
from nbformat.v4 import upgrade as upgrade_to_v4

from notebooks.parsing.model import InvalidNotebook, Json

logger = logging.getLogger(__name__)


def read(raw: bytes) -> tuple[dict[str, Json], str]:
    """The notebook as nbformat 4 JSON, and the format it was found in ("3.0", "4.5")."""
    document = _json(raw)
    if not isinstance(document, dict) or not ({"nbformat", "cells", "worksheets"} & document.keys()):
        raise InvalidNotebook("not_notebook")
    major, minor = _version(document)
    if major >= 4:
        return _with_cells(document), f"{major}.{minor}"
    return _upgraded(document, major), f"{major}.{minor}"


def _json(raw: bytes) -> Json:
    if not raw.strip():
        raise InvalidNotebook("empty")
    text = _text(raw)
    try:
        return orjson.loads(text)
    except (orjson.JSONDecodeError, UnicodeEncodeError):
        # orjson is strict where notebooks in the wild are not: NaN, huge integers, lone surrogates.
        return _tolerant_json(text)


def _text(raw: bytes) -> str:
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        raise InvalidNotebook("encoding", "UTF-16")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InvalidNotebook("encoding", f"byte {error.start}") from error


def _tolerant_json(text: str) -> Json:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise InvalidNotebook("not_json", f"line {error.lineno}, column {error.colno}") from error
    except RecursionError as error:
        raise InvalidNotebook("too_deep") from error
    except ValueError as error:  # an integer of more digits than Python converts
        raise InvalidNotebook("not_json") from error


def _version(document: dict[str, Json]) -> tuple[int, int]:
    major = document.get("nbformat", 4 if "cells" in document else 3)
    minor = document.get("nbformat_minor", 0)
    if not isinstance(major, int) or isinstance(major, bool) or not 1 <= major <= 4:
        raise InvalidNotebook("nbformat", f"nbformat {str(major)[:20]}")
    return major, minor if isinstance(minor, int) and 0 <= minor < 1000 else 0


def _with_cells(document: dict[str, Json]) -> dict[str, Json]:
    cells = document.get("cells")
    if not isinstance(cells, list):
        raise InvalidNotebook("no_cells", f"cells is {type(cells).__name__}")
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, dict):
            raise InvalidNotebook("no_cells", f"cell {number} is {type(cell).__name__}")
    return document


def _upgraded(document: dict[str, Json], major: int) -> dict[str, Json]:
    """Formats 1 to 3 through nbformat's own converter."""
    try:
        node = nbformat.from_dict(document)
        if major < 3:
            node = nbformat.convert(node, 3)
        upgraded = upgrade_to_v4(node)
    except InvalidNotebook:
        raise
    except Exception as error:  # whatever nbformat trips over, the file is to blame
        logger.info("nbformat %s could not be upgraded: %r", major, error)
        raise InvalidNotebook("no_cells", f"nbformat {major}") from error
    return _with_cells(dict(upgraded))
