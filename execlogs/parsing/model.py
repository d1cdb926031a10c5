"""What lc_wrapper tells of one execution, once read."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from notebooks.memes import Meme


class Status(StrEnum):
    """How the kernel answered."""

    OK = "ok"
    ERROR = "error"
    ABORTED = "aborted"  # another cell failed before its turn came
    UNKNOWN = ""  # it still runs, or was cut off, or the log is from before lc_wrapper wrote it down


@dataclass(frozen=True, slots=True)
class ParsedLog:
    """One `.log` file (formats.md 2.2). Text is as a database can hold it; absent is '' or None."""

    code: str
    path: str  # as the kernel wrote it: inside its container
    started_text: str  # local time with an abbreviated zone; clock.py makes a moment of it
    meme: Meme | None = None
    raw_meme: str = ""  # as it stood, also where it is no MEME
    notebook_path: str = ""  # relative to the server's root
    notebook_meme: UUID | None = None
    server_signature: str = ""
    uid: int | None = None
    gid: int | None = None
    ended_text: str = ""
    chunks: int | None = None  # lines of stderr, and of stdout that a keyword matched
    output: str = ""
    results: tuple[str, ...] = ()  # paths of pickles; they are never opened
    status: Status = Status.UNKNOWN
    is_complete: bool = False  # otherwise it still runs, or its kernel was killed
    error: str = ""  # where it failed: the first line of the output that says so


class InvalidLog(Exception):
    """Bytes that tell of no execution. `code` names the reason (refusals.py says it in words)."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


def status_of(value: object) -> Status:
    """`execute_reply_status`, in a log or a history."""
    if value == "abort":  # as newer Jupyter messages spell it
        return Status.ABORTED
    return Status(value) if value in {"ok", "error", "aborted"} else Status.UNKNOWN
