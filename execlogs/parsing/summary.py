"""What a cell's output says of its own log, where lc_wrapper summarised it (formats.md 2.5). Pure."""

import re
from dataclasses import dataclass

from execlogs.parsing.text import plain

_WITHIN = 40_000  # characters; it stands at the beginning, in the oldest form behind all earlier executions
_LOG = r"(?P<path>/[^\n]*?\.log)"
_PATH = re.compile(rf"^path: ?{_LOG}(?: \((?P<recorded>[0-9]{{1,9}}) logs recorded\))?[ \t]*$", re.MULTILINE)
_OLD = re.compile(
    rf"^Output Size\(byte\): (?P<size>[0-9]{{1,15}})(?:, Lines: (?P<lines>[0-9]{{1,9}}))?, Path: {_LOG}[ \t]*$",
    re.MULTILINE,
)
_START = re.compile(r"^start(?: time)?: ?(?P<it>[^\n]+?)[ \t]*$", re.MULTILINE)
_END = re.compile(r"^end(?: time)?: ?(?P<it>[^\n]+?)[ \t]*$", re.MULTILINE)
_SIZE = re.compile(r"^output size: (?P<it>[0-9]{1,15}) bytes$", re.MULTILINE)
_MATCHES = re.compile(
    r"^(?P<it>[0-9]{1,9}) (?:chunks with matched keywords or errors|keyword matched or stderr happened)$",
    re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Summary:
    """The latest execution that an output tells of. Absent is '' or None."""

    path: str  # of its log
    started_text: str = ""
    ended_text: str = ""
    size: int | None = None  # of the log, in bytes; 0 while it ran
    lines: int | None = None
    chunks: int | None = None
    recorded: int | None = None  # executions of this cell's family in that folder, itself included


def summary_in(output: str) -> Summary | None:
    """What the text of an output's stream says of its log; None where it is an output like any other."""
    if ".log" not in output[:_WITHIN]:
        return None
    head = plain(output[:_WITHIN])
    old = _OLD.search(head)
    if old is not None:
        return _told(_with_next_line(head, old.end()), old["path"], size=old["size"], lines=old["lines"])
    head = head.partition("\n----\n")[0]
    # The oldest tell of earlier executions first, of the latest last.
    paths = list(_PATH.finditer(head))
    if not paths or not _START.search(head):
        return None
    size = _SIZE.search(head)
    return _told(head, paths[-1]["path"], size=size and size["it"], recorded=paths[-1]["recorded"])


def _told(
    head: str, path: str, *, size: str | None, lines: str | None = None, recorded: str | None = None
) -> Summary:
    starts, ends = (pattern.findall(head) for pattern in (_START, _END))
    matches = _MATCHES.search(head)
    return Summary(
        path=path,
        started_text=starts[-1][:100] if starts else "",
        # One fewer end than starts: the latest still ran.
        ended_text=ends[-1][:100] if ends and len(ends) == len(starts) else "",
        size=_number(size),
        lines=_number(lines),
        chunks=_number(matches and matches["it"]),
        recorded=_number(recorded),
    )


def _with_next_line(text: str, end: int) -> str:
    following = text.find("\n", end + 1)
    return text if following < 0 else text[:following]


def _number(text: str | None) -> int | None:
    return int(text) if text else None
