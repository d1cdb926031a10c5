"""Logs and histories as lc_wrapper writes them (formats.md 2.2 and 2.3), byte for byte."""

import json
from dataclasses import dataclass, replace

FAMILY = "8f5c5fe2-71cc-11e7-9abe-02420aff0008"
NOTEBOOK_MEME = "1904d564-71c6-11e7-8369-0242ac110002"
SIGNATURE = "034b406c-71c8-11e7-a8bf-02420aff0008"


@dataclass(frozen=True)
class Ran:
    """An execution that a log is written of. None: the line is not in the log."""

    code: str = "ls"
    output: str = "total 0\n"
    meme: str | None = FAMILY
    path: str = "/home/kato/notebooks/work/.log/20261121/20261121-143558-0032.log"
    notebook_path: str | None = "work/disk.ipynb"
    notebook_meme: str | None = NOTEBOOK_MEME
    signature: str | None = SIGNATURE
    uid: int | None = 1000
    started: str = "2026-11-21 14:35:58(JST)"
    ended: str = "2026-11-21 14:35:59(JST)"
    matches: int = 0
    results: int = 0
    status: str | None = "ok"

    def but(self, **fields) -> "Ran":
        return replace(self, **fields)

    @property
    def head(self) -> str:
        meme = f'{{"lc_cell_meme": {{"current": "{self.meme}"}}}}\n----\n' if self.meme else ""
        lines = {
            "path": self.path,
            "notebook_path": self.notebook_path,
            "lc_notebook_meme": self.notebook_meme,
            "server_signature": self.signature,
            "uid": self.uid,
            "gid": self.uid,
            "start time": self.started,
        }
        told = "".join(f"{key}: {value}\n" for key, value in lines.items() if value is not None)
        return f"{meme}{self.code}\n----\n{told}----\n"

    @property
    def foot(self) -> str:
        stem = self.path.removesuffix(".log")
        results = "".join(f"result: {stem}-{number}.pkl\n" for number in range(self.results))
        status = f"execute_reply_status: {self.status}\n" if self.status is not None else ""
        return (
            f"\n----\nend time: {self.ended}\n{self.matches} chunks with matched keywords or errors\n----\n"
            f"{results}{status}"
        )

    @property
    def text(self) -> str:
        return f"{self.head}{self.output}{self.foot}"

    @property
    def raw(self) -> bytes:
        return self.text.encode(errors="surrogateescape")

    @property
    def entry(self) -> dict[str, object]:
        return {
            "code": self.code,
            "path": self.path,
            "start": self.started,
            "end": self.ended,
            "size": len(self.raw),
            "server_signature": self.signature,
            "uid": self.uid,
            "gid": self.uid,
            "notebook_path": self.notebook_path,
            "lc_notebook_meme": self.notebook_meme,
            "execute_reply_status": self.status,
        }


def history(*executions: Ran | dict) -> bytes:
    return json.dumps([each.entry if isinstance(each, Ran) else each for each in executions]).encode()
