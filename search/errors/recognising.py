"""What of a pasted error tells? Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from execlogs.parsing.complaints import complains
from execlogs.parsing.log import parse_log
from execlogs.parsing.model import InvalidLog
from execlogs.parsing.text import plain
from search.errors.folding import folded

MOST_LINES = 200
LONGEST = 40_000  # characters
MOST_TELLING = 12
MOST_FRAMES = 20

_NAMED = re.compile(
    r"^(?:[\w.]+\.)?(?P<name>[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt|Timeout|Failure|Fault))\b(?::\s*(?P<message>.*))?$"
)
# Says only that something failed: the head of a traceback, and what lc_wrapper writes around an output.
_SAYS_NOTHING = re.compile(
    r"(?:\S+ +)?Traceback \(most recent call last\):?|execute_reply_status: \w+"
    r"|\d+ (?:chunks with matched keywords or errors|keyword matched or stderr happened)"
)
_FRAMES = (
    re.compile(r'^\s*File "(?P<file>[^"]+)", line \d+(?:, in (?P<function>.+))?$'),  # Python
    re.compile(r"^\s*at (?P<function>[\w.$<>]+)\((?P<file>[^():]+)"),  # Java, JavaScript
    re.compile(r"^(?P<file>[\w./<>-]+)(?: in (?P<function>[\w<>.]+)\(.*\))$"),  # IPython
    re.compile(r"^(?P<file>[\w./-]+): line \d+: "),  # a shell
)


@dataclass(frozen=True, slots=True)
class Pasted:
    """What somebody pasted, and what of it may have stood somewhere before."""

    text: str  # as much of its end as is looked at; of a whole log the output
    name: str = ""  # PermissionError; '' where it has none
    message: str = ""  # the line that says what went wrong
    telling: tuple[str, ...] = ()  # lines that say something failed, the last of a traceback first
    frames: frozenset[str] = frozenset()  # functions and files, without folders and numbers
    is_cut: bool = False  # it was longer than what is looked at

    @property
    def skeletons(self) -> frozenset[str]:
        return frozenset(folded(line) for line in self.telling)


def recognised(text: str) -> Pasted:
    """Of any text: where no line complains, all of it tells."""
    whole = _output_of(text)
    output = whole[-LONGEST:]
    lines = [line.rstrip() for line in plain(output).splitlines() if line.strip()][-MOST_LINES:]
    named = [(line.strip(), match) for line in lines if (match := _NAMED.match(line.strip()))]
    complaining = [line.strip() for line in lines if complains(line) and not _is_hollow(line)]
    # Of a traceback the last line says what happened; chained ones before it say why.
    telling = [line for line, _ in reversed(named)] + complaining
    telling = list(dict.fromkeys(telling or [line.strip() for line in lines]))[:MOST_TELLING]
    last = named[-1][1] if named else None
    return Pasted(
        text=output,
        name=last["name"] if last else "",
        message=(last["message"] or last["name"]) if last else (telling[0] if telling else ""),
        telling=tuple(telling),
        frames=frozenset(frames_in(lines)),
        is_cut=len(whole) > LONGEST or len(whole.splitlines()) > MOST_LINES,
    )


def _output_of(text: str) -> str:
    """Of a whole log what came out; of anything else all of it."""
    if "\nstart time: " not in text:
        return text
    try:
        return parse_log(text).output or text
    except InvalidLog:
        return text


def frames_in(lines: Sequence[str]) -> list[str]:
    """`deploy.py:restart` for each, from the innermost, which stands last."""
    found = []
    for line in reversed(lines):
        if (match := _frame(line)) is not None:
            function = match.groupdict().get("function") or ""
            file = match["file"].replace("\\", "/").rpartition("/")[2]
            found.append(f"{file}:{function.strip()}")
    return list(dict.fromkeys(found))[:MOST_FRAMES]


def _is_hollow(line: str) -> bool:
    if _SAYS_NOTHING.fullmatch(line.strip()):
        return True
    return _frame(line) is not None and ": line " not in line  # a shell's frame says what failed, too


def _frame(line: str) -> re.Match[str] | None:
    return next((match for form in _FRAMES if (match := form.match(line))), None)
