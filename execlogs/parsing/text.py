"""Text of logs as it is kept and compared. Pure."""

import re
from uuid import UUID

from notebooks import memes

_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[@-Z\\^_])")
LARGEST_ID = 2**32 - 1  # of a user or a group


def decoded(raw: bytes) -> str:
    """`raw` as text that a database can hold: what is no UTF-8, and NULs, become U+FFFD."""
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode(errors="replace")
    if "\0" in text:
        text = text.replace("\0", "\ufffd")
    return text.removeprefix("\ufeff")


def plain(text: str) -> str:
    """`text` without terminals' escape codes; of a line that was written over, what stood there last."""
    lines = _ESCAPES.sub("", text).replace("\r\n", "\n").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def uuid_of(value: object) -> UUID | None:
    meme = memes.parse(value)
    return meme.uuid if meme else None


def id_of(value: object) -> int | None:
    """A uid or gid, from a line of a log or a number of a history."""
    if isinstance(value, str):
        value = int(value) if re.fullmatch(r"[0-9]{1,10}", value, re.ASCII) else None
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_ID:
        return value
    return None
