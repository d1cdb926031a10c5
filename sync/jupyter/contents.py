"""The files of a Jupyter Server by its Contents API: listed a folder at a time, read and written byte for byte.

As `type=notebook` a server would hand out what it makes of a notebook, and not what lies on its disk. Raises Trouble.
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from sync.jupyter.entries import Entry, Folder, bytes_of, entry_of, folder_of, sha256_of, version_of
from sync.jupyter.session import Session
from sync.jupyter.wire import MEGABYTE, Reply
from sync.trouble import Problem, Trouble

# To read files is no work of the person whose server it is: without this, no server would ever count as idle.
_QUIETLY = {"no_track_activity": "1"}
_IN_JSON = {"Content-Type": "application/json"}
_MOST_OF_A_LISTING = 64 * MEGABYTE
_MOST_READS = 3


class Contents:
    def __init__(self, session: Session) -> None:
        self.session = session

    def folder(self, path: str) -> Folder:
        """What is in it, in one request."""
        reply = self._reply(path, type="directory", content="1", most=_MOST_OF_A_LISTING)
        if reply is None:
            raise Trouble(Problem.NOT_THERE, path)
        return folder_of(reply.json(), path, reply.headers.get("Date", ""))

    def entry(self, path: str) -> Entry | None:
        """None where there is nothing, or nothing that may be seen."""
        return entry_of(self._model(path, content="0"), path)

    def read(self, path: str, most: int) -> bytes:
        """The original bytes, at most so many.

        Size and bytes come of two looks at the disk: where they differ, the file is being written, or the server does
        not know sizes, which shows in the same bytes coming again.
        """
        before: bytes | None = None
        for _ in range(_MOST_READS):
            raw, size = self._read(path, most)
            if size is None or size == len(raw) or raw == before:
                return raw
            before = raw
        raise Trouble(Problem.CHANGING, path)

    def digest(self, path: str, most: int) -> str | None:
        """Its sha256, None where there is no such file. Older servers send all of it for that."""
        model = self._model(path, type="file", content="0", hash="1")
        if model is None:
            return None
        return sha256_of(model) or sha256(self.read(path, most)).hexdigest()

    def shows_hidden(self) -> bool | None:
        """Whether files whose names begin with a dot can be asked for; None where that cannot be found out.

        Their absence from a listing says nothing. Asked to rename what is not there to what it is called already, a
        server has nothing to do: one that keeps hidden files to itself says so, 400, and another that it is not there.
        """
        name = ".opsnotes-looks-whether-hidden-files-are-shown"
        body = json.dumps({"path": name}).encode()
        try:
            reply = self.session.ask("PATCH", _address(name), headers=_IN_JSON, body=body)
        except Trouble:
            return None
        return {400: False, 404: True}.get(reply.status)

    def write(self, path: str, raw: bytes, *, expected: str | None) -> None:
        """Only where what is there still has the digest `expected`; None: where nothing is there.

        The server has no way to look and to write at once, so it is looked just before, and after.
        """
        most = max(len(raw), 256 * MEGABYTE)
        if self.digest(path, most) != expected:
            raise Trouble(Problem.CHANGED, path)
        model = {"type": "file", "format": "base64", "content": b64encode(raw).decode()}
        try:
            self._put(path, model)
        except Trouble as trouble:
            if not trouble.may_pass or self.digest(path, most) != sha256(raw).hexdigest():
                raise
            return  # the answer was lost, not what was sent
        if self.digest(path, most) != sha256(raw).hexdigest():
            raise Trouble(Problem.NOT_AS_SENT, path)

    def make_folder(self, path: str) -> None:
        """With those above it; what is there stays as it is."""
        names = path.split("/") if path else []
        for depth in range(1, len(names) + 1):
            above = "/".join(names[:depth])
            if (entry := self.entry(above)) is None:
                self._put(above, {"type": "directory"})
            elif entry.kind != "directory":
                raise Trouble(Problem.NOT_A_FOLDER, above)

    def version(self) -> str:
        """What it says it is. Raises Trouble where it is no Jupyter Server."""
        return version_of(self.session.open("api")) or self._why_not_jupyter()

    def has_page(self, name: str) -> bool:
        """Whether it has a front end at this address: to be let in or not makes no difference."""
        return self.session.open(name).status != 404

    def close(self) -> None:
        self.session.close()

    # ----- one question

    def _read(self, path: str, most: int) -> tuple[bytes, int | None]:
        room = most * 3 // 2 + MEGABYTE  # base64, its line ends, and what stands around it
        try:
            patience = self.session.wire.manners.file
            model = self._model(path, type="file", format="base64", content="1", most=room, seconds=patience)
        except Trouble as trouble:
            raise self._named(trouble, path) from trouble
        if model is None:
            raise Trouble(Problem.NOT_THERE, path)
        raw = bytes_of(model)
        if len(raw) > most:
            raise Trouble(Problem.TOO_LARGE, path)
        entry = entry_of(model, path)
        return raw, entry.size if entry else None

    @staticmethod
    def _named(trouble: Trouble, path: str) -> Trouble:
        return Trouble(trouble.code, path) if trouble.code == Problem.TOO_LARGE else trouble

    def _model(self, path: str, *, most: int = 0, seconds: float = 0.0, **query: str) -> Any:
        """None where there is nothing."""
        reply = self._reply(path, most=most, seconds=seconds, **query)
        return None if reply is None else reply.json()

    def _reply(self, path: str, *, most: int = 0, seconds: float = 0.0, **query: str) -> Reply | None:
        """None where there is nothing."""
        query |= _QUIETLY
        reply = self.session.ask("GET", _address(path), query=query, most=most, seconds=seconds)
        if reply.status == 404:
            return None
        if reply.status == 400:
            wanted = Problem.NOT_A_FOLDER if query.get("type") == "directory" else Problem.NOT_A_FILE
            raise Trouble(wanted, path)
        return self._taken(reply, path)

    def _why_not_jupyter(self) -> str:
        is_hub = bool(version_of(self.session.open("hub/api")))
        raise Trouble(Problem.IS_HUB if is_hub else Problem.NOT_JUPYTER)

    def _put(self, path: str, model: Mapping[str, str]) -> None:
        body = json.dumps(model).encode()
        try:
            reply = self.session.ask("PUT", _address(path), headers=_IN_JSON, body=body)
        except Trouble as trouble:
            if trouble.code == Problem.FORBIDDEN:
                raise Trouble(Problem.READ_ONLY, path) from trouble
            raise
        self._taken(reply, path)

    def _taken(self, reply: Reply, path: str) -> Reply:
        if reply.status >= 400:
            raise Trouble(Problem.ODD_ANSWER, self.session.hushed(reply.message) or f"{reply.status} {path}")
        return reply


def _address(path: str) -> str:
    return f"api/contents/{path}" if path else "api/contents"
