"""JSON as text that can be read. Pure."""

import json

import orjson

from notebooks.parsing.model import Json
from notebooks.rendering.text import clean


def pretty(value: Json) -> str:
    try:
        return clean(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS).decode())
    except (orjson.JSONEncodeError, RecursionError):
        return clean(json.dumps(value, indent=2, ensure_ascii=False, default=str))
