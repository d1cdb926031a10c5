"""What a Jupyter Server says of its files and folders. Pure.

Servers are of all ages and some are not Jupyter's own: what is missing or nonsense in an answer counts as not told.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Literal

from sync.jupyter.wire import Reply
from sync.trouble import Problem, Trouble

Kind = Literal["directory", "file", "notebook"]
LONGEST_TIME = 40


@dataclass(frozen=True, slots=True)
class Entry:
    name: str
    path: str  # below the server's root
    kind: Kind
    size: int | None = None
    modified: str = ""  # as told: it is compared, not understood
    is_writable: bool = True


@dataclass(frozen=True, slots=True)
class Folder:
    entries: tuple[Entry, ...]
    is_writable: bool = True
    looked_at: datetime | None = None  # by the server's own clock


def folder_of(model: Any, path: str, date: str = "") -> Folder:
    """`date` as HTTP's header has it. Raises Trouble."""
    if not isinstance(model, dict) or not isinstance(model.get("content"), list):
        raise Trouble(Problem.ODD_ANSWER)
    if model.get("type", "directory") != "directory":
        raise Trouble(Problem.NOT_A_FOLDER, path)
    return Folder(tuple(_entries(model["content"], path)), model.get("writable") is not False, _moment(date))


def entry_of(model: Any, path: str) -> Entry | None:
    """Its path is what we asked for or put together ourselves, whatever the server calls it."""
    if not isinstance(model, dict) or model.get("type") not in ("directory", "file", "notebook"):
        return None
    size, modified = model.get("size"), model.get("last_modified")
    return Entry(
        name=path.rpartition("/")[2],
        path=path,
        kind=model["type"],
        size=size if isinstance(size, int) and not isinstance(size, bool) and size >= 0 else None,
        modified=modified[:LONGEST_TIME] if isinstance(modified, str) else "",
        is_writable=model.get("writable") is not False,
    )


def bytes_of(model: Any) -> bytes:
    """The content as it lies on the server's disk. Raises Trouble."""
    content = model.get("content") if isinstance(model, dict) else None
    try:
        if isinstance(content, str) and model.get("format") == "base64":
            return b64decode(content)
        if isinstance(content, str) and model.get("format") == "text":
            return content.encode()
    except ValueError as error:
        raise Trouble(Problem.ODD_ANSWER) from error
    # A notebook as JSON would be one that the server wrote anew.
    raise Trouble(Problem.ODD_ANSWER)


def sha256_of(model: Any) -> str:
    """'' where the server does not tell, or by another algorithm."""
    told = model.get("hash") if isinstance(model, dict) else None
    is_ours = isinstance(told, str) and model.get("hash_algorithm") == "sha256" and len(told) == 64
    return told.lower() if isinstance(told, str) and is_ours else ""


def version_of(reply: Reply) -> str:
    """What a Jupyter Server or a hub says to anybody that it is; '' where something else answered."""
    try:
        said = reply.json() if reply.status == 200 else None
    except Trouble:
        return ""
    told = said.get("version") if isinstance(said, dict) else None
    return told[:50] if isinstance(told, str) else ""


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def _entries(listed: list[Any], folder: str) -> Iterator[Entry]:
    for each in listed:
        name = each.get("name") if isinstance(each, dict) else None
        if isinstance(name, str) and _is_name(name):
            entry = entry_of(each, joined(folder, name))
            if entry is not None:
                yield entry


def _moment(date: str) -> datetime | None:
    try:
        told = parsedate_to_datetime(date)
    except (TypeError, ValueError):
        return None
    return told if told.tzinfo else told.replace(tzinfo=UTC)


def _is_name(name: str) -> bool:
    """Of one file in its folder: a server that names "../x" or "a/b" would lead us elsewhere."""
    return bool(name) and "/" not in name and name not in {".", ".."} and "\x00" not in name
