"""The `<uuid>.json` beside a cell's logs: every execution of its family in that folder (formats.md 2.3). Pure.

It is written once an execution has ended, and alone knows the status of those from before logs told it. It knows
no branch and no output.
"""

import json
from dataclasses import dataclass
from uuid import UUID

import orjson

from execlogs.parsing.model import InvalidLog, Status, status_of
from execlogs.parsing.text import decoded, id_of, uuid_of
from notebooks.paths import storable

_LONGEST = 1000
_LARGEST = 2**62


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One execution. Absent is '' or None: older entries have only code, path, start, end and size."""

    code: str
    path: str
    started_text: str
    ended_text: str = ""
    size: int | None = None  # of the log file, in bytes
    notebook_path: str = ""
    notebook_meme: UUID | None = None
    server_signature: str = ""
    uid: int | None = None
    gid: int | None = None
    status: Status = Status.UNKNOWN


def parse_history(raw: bytes) -> tuple[HistoryEntry, ...]:
    """The executions, in the order of their end; what has neither path nor start is left out. Raises InvalidLog."""
    text = decoded(raw)
    if not text.strip():
        raise InvalidLog("empty")
    entries = _json(text)
    if not isinstance(entries, list):
        raise InvalidLog("not_history")
    return tuple(
        _entry(entry)
        for entry in entries
        if isinstance(entry, dict) and _line(entry.get("start")) and _line(entry.get("path"))
    )


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        strict = error
    try:
        return json.loads(text)  # Python wrote it, so half characters and NaN are in order
    except (ValueError, RecursionError) as error:
        raise InvalidLog("not_json", f"line {strict.lineno}, column {strict.colno}") from error


def family_of(path: str) -> UUID | None:
    """Whose history a file is, by its name: `.log/<uuid>/<uuid>.json`."""
    return uuid_of(path.rpartition("/")[2].removesuffix(".json"))


def _entry(entry: dict[str, object]) -> HistoryEntry:
    code, size = entry.get("code"), entry.get("size")
    return HistoryEntry(
        code=storable(code) if isinstance(code, str) else "",
        path=_line(entry.get("path")),
        started_text=_line(entry.get("start"))[:100],
        ended_text=_line(entry.get("end"))[:100],
        size=size if isinstance(size, int) and not isinstance(size, bool) and 0 <= size < _LARGEST else None,
        notebook_path=_line(entry.get("notebook_path")),
        notebook_meme=uuid_of(entry.get("lc_notebook_meme")),
        server_signature=_line(entry.get("server_signature")),
        uid=id_of(entry.get("uid")),
        gid=id_of(entry.get("gid")),
        status=status_of(entry.get("execute_reply_status")),
    )


def _line(value: object) -> str:
    return storable(value.strip())[:_LONGEST] if isinstance(value, str) else ""
