"""Documents are named by what they show: a notebook's id, with a cell's index where it is a cell; a note's id, an
execution's. Pure.

Not by the row of a cell: that is replaced at every ingest.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

NOTEBOOK = "notebooks.notebook"
CELL = "notebooks.cell"
NOTE = "stickies.note"
LOG = "execlogs.execution"

_NAME = re.compile(r"notebooks\.(?:notebook\.(?P<notebook>[0-9]+)|cell\.(?P<of>[0-9]+)-(?P<index>[0-9]+))")
_NOTE_NAME = re.compile(r"stickies\.note\.(?P<note>[0-9]+)")
_LOG_NAME = re.compile(r"execlogs\.execution\.(?P<log>[0-9]+)")


@dataclass(frozen=True, slots=True)
class Name:
    notebook: int
    index: int | None = None  # None: the notebook itself

    def __str__(self) -> str:
        return f"{NOTEBOOK}.{self.notebook}" if self.index is None else f"{CELL}.{self.notebook}-{self.index}"

    @classmethod
    def of(cls, identifier: str) -> Name:
        match = _NAME.fullmatch(identifier)
        if match is None:
            raise ValueError(f"{identifier!r} names neither a notebook nor a cell.")
        if match["index"] is None:
            return cls(int(match["notebook"]))
        return cls(int(match["of"]), int(match["index"]))


@dataclass(frozen=True, slots=True)
class NoteName:
    note: int

    def __str__(self) -> str:
        return f"{NOTE}.{self.note}"


@dataclass(frozen=True, slots=True)
class LogName:
    execution: int

    def __str__(self) -> str:
        return f"{LOG}.{self.execution}"


AnyName = Name | NoteName | LogName


def named(identifier: str) -> AnyName:
    if match := _NOTE_NAME.fullmatch(identifier):
        return NoteName(int(match["note"]))
    if match := _LOG_NAME.fullmatch(identifier):
        return LogName(int(match["log"]))
    return Name.of(identifier)


def identifier_of(obj_or_string: Any) -> str:
    """What Haystack calls a document (HAYSTACK_IDENTIFIER_METHOD)."""
    if getattr(getattr(obj_or_string, "_meta", None), "label_lower", "") == CELL:
        return str(Name(obj_or_string.notebook_id, obj_or_string.index))
    if isinstance(obj_or_string, str):
        return str(named(obj_or_string))
    return f"{obj_or_string._meta.label_lower}.{obj_or_string.pk}"
