"""Whether two texts of a cell tell the same procedure, only for another host, date, number or the like. Pure.

Both are cut into tokens, and what is a value becomes one and the same token: addresses, hosts, mail addresses, dates,
numbers and the digits in names, quoted literals of one word, paths, and what follows NAME= in a shell. Several
values separated by commas are as good as one. A short comment behind code, where people leave their names, and blank
lines tell nothing. What is left must be equal: commands, options, operators, names, the order of lines, indentation.

In doubt it is a changed procedure. So a quoted text of several words is read like code (it may be a command), and so is
a path where a command stands.
"""

import re
from collections.abc import Iterator

LONGEST_COMMENT = 3  # words
MOST_LETTERS = 50_000  # of a text that is looked at closely

_VALUE = "\N{DOTTED CIRCLE}"
# Repeats are bounded: whatever a notebook holds is read in linear time.
_TOKEN = re.compile(
    r"""
    (?P<url>\b[a-z][a-z0-9+.-]{1,20}://[^\s'"<>)\]},;]+)
    | (?P<mail>\b[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8})
    | (?P<assigned>(?:^|(?<=\s))[A-Za-z_]\w{0,63}=(?=[\w./:@%+-]{1,500}$))
    | (?P<quoted>'[^'\s\\]{0,500}'|"[^"\s\\]{0,500}")
    | (?P<path>(?<![\w./~}])(?:~|\.{1,2})?/[\w.@%+~:-]+(?:/[\w.@%+~:-]*)*)
    | (?P<option>(?<![\w-])--?[A-Za-z][\w-]*)
    | (?P<id>\b[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}\b|\b(?=[a-f]{0,64}\d)[0-9a-f]{8,}\b)
    | (?P<host>\b\d{1,3}(?:\.\d{1,3}){3}(?:/\d+)?\b
        | \b[A-Za-z][A-Za-z0-9]{1,62}(?:-[A-Za-z0-9]{1,63}){0,8}-\d{1,9}[A-Za-z0-9]{0,9}(?:\.[A-Za-z0-9-]{1,63}){0,8}\b
        | \b[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){0,8}
          \.(?:org|com|net|edu|gov|jp|io|dev|local|internal|lan|example|test)\b(?!\())
    | (?P<number>\d+(?:[.:/-]\d+)*)
    | (?P<word>\w+)
    | (?P<sign>\S)
    """,
    re.VERBOSE,
)
_IS_VALUE = {"url", "mail", "quoted", "path", "id", "host", "number"}
_DIGITS = re.compile(r"\d+")
_COMMENT = re.compile(r"(?<=\S)\s+#\s*(?P<text>.*)$")
# What stands before a command: the line's beginning, Jupyter's and the shell's marks, sudo.
_BEFORE_A_COMMAND = {"", "!", "|", ";", "&", "(", "sudo", "exec", "nohup", "time", "then", "do", "else"}


def is_same_procedure(before: str, after: str) -> bool:
    if before == after:
        return True
    if len(before) > MOST_LETTERS or len(after) > MOST_LETTERS:
        return False
    ours, theirs = _lines(before), _lines(after)
    if len(ours) != len(theirs):
        return False
    return all(one == other or _told(one) == _told(other) for one, other in zip(ours, theirs, strict=True))


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]


def _told(line: str) -> tuple[int, tuple[str, ...]]:
    """Its indentation, and its tokens."""
    return len(line) - len(line.lstrip()), tuple(_joined(_tokens(_without_comment(line.strip()))))


def _without_comment(line: str) -> str:
    comment = _COMMENT.search(line)
    if comment is None or _is_quoted(line, comment.start()) or len(comment["text"].split()) > LONGEST_COMMENT:
        return line
    return line[: comment.start()]


def _is_quoted(line: str, place: int) -> bool:
    return any(line.count(quote, 0, place) % 2 for quote in "'\"")


def _tokens(line: str) -> Iterator[str]:
    before = ""
    for match in _TOKEN.finditer(line):
        kind, text = match.lastgroup, match[0]
        is_value = kind in _IS_VALUE and not (kind == "path" and before in _BEFORE_A_COMMAND)
        yield _VALUE if is_value else _DIGITS.sub("0", text)
        if kind == "assigned":
            yield _VALUE
            return
        before = text


def _joined(tokens: Iterator[str]) -> Iterator[str]:
    """With a list of values as one."""
    last: list[str] = []
    for token in tokens:
        if token == _VALUE and last[-2:] == [_VALUE, ","]:
            last.pop()
            continue
        if len(last) > 1:
            yield last.pop(0)
        last.append(token)
    yield from last
