"""From a `.log` file of lc_wrapper to what it tells of an execution (formats.md 2.2). Pure.

Code and output may hold `----` lines, and even whole logs, so the file is read from both ends: the header is found
from the front, the footer from the back. What a killed kernel left has no footer.
"""

import json
import re

from execlogs.parsing.complaints import first_complaint
from execlogs.parsing.model import InvalidLog, ParsedLog, Status, status_of
from execlogs.parsing.text import decoded, id_of, uuid_of
from notebooks import memes

_MEME = re.compile(r'(\{"lc_cell_meme":[^\n]*\})\n----\n')
# Old logs have the path and the start alone. A signature that was read with its line's end leaves an empty line.
_HEADER = re.compile(
    r"(?:\A|(?<=\n))----\npath: (?P<path>[^\n]*)\n(?P<fields>(?:[a-z][a-z_ ]*: [^\n]*\n|\n)*?)(?=----\n)"
)
_RULE = "----\n"
_FOOTER_BEGINS = "\n----\nend time: "
# Nothing that was read is given back (the second +): what ends otherwise would be tried in every way there is.
_FOOTER = re.compile(
    r"\n----\nend time: (?P<ended>[^\n]*+)(?:\n(?P<chunks>[0-9]{1,9}) chunks with matched keywords or errors)?"
    r"(?:\n----(?P<closed>\n)(?P<results>(?:result: [^\n]*+\n)*+)(?:execute_reply_status: (?P<status>\w++))?)?"
    r"\n?+[^\n]*+\s*+\Z"
)
_LONGEST_LINE = 1000  # of what a line of the header may say


def parse_log(raw: bytes | str, name: str = "") -> ParsedLog:
    """The execution that `raw` tells of. `name` is the file's, where it is known. Raises InvalidLog."""
    text = decoded(raw) if isinstance(raw, bytes) else decoded(raw.encode(errors="replace"))
    if not text.strip():
        raise InvalidLog("empty")
    log = _parsed(text, name)
    if log is None and "\r\n" in text:  # somebody's Windows has been at it
        log = _parsed(text.replace("\r\n", "\n"), name)
    if log is None:
        raise InvalidLog("unfinished" if _MEME.match(text) else "not_log")
    return log


def _header(text: str, begins: int, name: str) -> re.Match[str] | None:
    """The first; of several, where code shows a log, the one that names this very file."""
    headers = (match for match in _HEADER.finditer(text, begins) if "start time: " in match["fields"])
    first = next(headers, None)
    if first is None or not name or first["path"].endswith(name):
        return first
    return next((match for match in headers if match["path"].endswith(name)), first)


def _parsed(text: str, name: str) -> ParsedLog | None:
    raw_meme, code_begins = _meme(text)
    header = _header(text, code_begins, name)
    if header is None:
        return None
    fields = _fields(header["fields"])
    output, footer = _after(text, header.end() + len(_RULE))
    status = status_of(footer["status"]) if footer else Status.UNKNOWN
    return ParsedLog(
        code=text[code_begins : max(header.start() - 1, code_begins)],
        path=header["path"][:_LONGEST_LINE],
        started_text=fields.get("start time", ""),
        meme=memes.parse(raw_meme),
        raw_meme=raw_meme,
        notebook_path=fields.get("notebook_path", ""),
        notebook_meme=uuid_of(fields.get("lc_notebook_meme")),
        server_signature=fields.get("server_signature", ""),
        uid=id_of(fields.get("uid")),
        gid=id_of(fields.get("gid")),
        ended_text=footer["ended"].strip()[:100] if footer else "",
        chunks=int(footer["chunks"]) if footer and footer["chunks"] else None,
        output=output,
        results=_results(footer["results"]) if footer and footer["results"] else (),
        status=status,
        is_complete=bool(footer and footer["closed"]),
        error=first_complaint(output) if status in {Status.ERROR, Status.ABORTED} else "",
    )


def _meme(text: str) -> tuple[str, int]:
    """What stands in the first line, and where the code begins."""
    line = _MEME.match(text)
    if line is None:
        return "", 0
    try:
        current = json.loads(line[1])["lc_cell_meme"]["current"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "", 0  # code that looks like it
    return (current[:_LONGEST_LINE] if isinstance(current, str) else ""), line.end()


def _fields(lines: str) -> dict[str, str]:
    pairs = (line.partition(": ") for line in lines.split("\n") if line)
    return {key: value.strip()[:_LONGEST_LINE] for key, _, value in pairs}


def _after(text: str, header_ends: int) -> tuple[str, re.Match[str] | None]:
    """The output, and the footer where the kernel came to write it."""
    # The line's end before the footer's rule may be the header's own, where there was no output.
    begins = text.rfind(_FOOTER_BEGINS, header_ends - 1)
    footer = _FOOTER.match(text, begins) if begins >= 0 else None
    return text[header_ends : max(begins, header_ends) if footer else None], footer


def _results(lines: str) -> tuple[str, ...]:
    return tuple(line.removeprefix("result: ")[:_LONGEST_LINE] for line in lines.split("\n") if line)
