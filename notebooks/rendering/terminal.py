"""Terminal text: what is left on the screen once escape codes and carriage returns have worked. Pure."""

import re
from collections.abc import Iterator
from html import escape

from notebooks.rendering.ansi import NORMAL, Style, changed, classes

_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_OSC = "\x1b\\][^\x07\x1b]*(?:\x07|\x1b\\\\)?"  # titles, hyperlinks
_CSI = "(?:\x1b\\[|\x9b)[0-?]*[ -/]*[@-~]?"  # one may be cut off at the end
_OTHER = "\x1b[()*+][0-9A-Za-z]|\x1b(?![\\[\\]])[^\x1b\n]?"
_COLOUR = "\x1b\\[[0-9;:]*m"
_ESCAPE = re.compile(f"{_OSC}|{_CSI}|{_OTHER}")
_SGR = re.compile("\x1b\\[([0-9;:]*)m")
_NOT_SGR = re.compile(f"{_OSC}|(?!{_COLOUR}){_CSI}|{_OTHER}")
_MOVES = re.compile("[\r\b]|\x1b\\[[0-9;]*[ABCDEFGHJKf]")
_UP = re.compile("\x1b\\[[0-9;]*[AFHf]")
_STEP = re.compile("\x1b\\[([0-9;:]*)([A-Za-z])|[\r\b\n]|[^\x1b\r\b\n]+|\x1b")
_ERASE = re.compile("\x1b\\[[0-9]*[CDGJK]|\b")
LONGEST_MOVING = 300_000  # characters; in a longer text only carriage returns and backspaces move it
WIDEST = 200  # columns; a move to the right can cost more than it says


def plain(text: str) -> str:
    """`text` as somebody reads it who sees no colours."""
    if not _CONTROL.search(text):
        return text
    return _CONTROL.sub("", _ESCAPE.sub("", settled(text)))


def settled(text: str) -> str:
    """`text` as it stood on the screen at the end, with its colours but nothing that moves the cursor."""
    if not _CONTROL.search(text):
        return text
    text = re.sub("\r+\n", "\n", text)
    if len(text) > LONGEST_MOVING:
        text = _NOT_SGR.sub("", text)
    elif _UP.search(text):
        return _NOT_SGR.sub("", _screen(text))
    if _MOVES.search(text):
        text = "\n".join(_line(line) if _MOVES.search(line) else line for line in text.split("\n"))
    return _NOT_SGR.sub("", text) if "\x1b" in text or "\x9b" in text else text


def to_html(text: str, style: Style = NORMAL) -> str:
    """Settled text as HTML, its colours as classes, beginning in `style`."""
    return "".join(_spans(text, style))


def style_after(text: str, style: Style = NORMAL) -> Style:
    for match in _SGR.finditer(text):
        style = changed(style, match[1])
    return style


def _spans(text: str, style: Style) -> Iterator[str]:
    start = 0
    for match in _SGR.finditer(text):
        yield _span(text[start : match.start()], style)
        style, start = changed(style, match[1]), match.end()
    yield _span(text[start:], style)


def _span(text: str, style: Style) -> str:
    if not text:
        return ""
    text = escape(_CONTROL.sub("", text), quote=False)
    return text if style == NORMAL else f'<span class="{classes(style)}">{text}</span>'


def _line(line: str) -> str:
    """A line after its carriage returns: only what a later part did not write over is worked out."""
    parts = line.rstrip("\r").split("\r")
    if len(parts) == 1 and not _MOVES.search(line):
        return parts[0]
    kept: list[str] = []
    covered = -1
    for part in reversed(parts):
        length = len(part) if "\x1b" not in part else len(_ESCAPE.sub("", part))
        if length > covered or _ERASE.search(part):
            kept.append(part)
            covered = max(covered, length)
        elif "\x1b" in part:
            kept.append("".join(match[0] for match in _SGR.finditer(part)))  # its colours still count
    return _screen("\r".join(reversed(kept)))


def _screen(text: str) -> str:
    screen = _Screen()
    for match in _STEP.finditer(text):
        screen.take(match[0], match[1] or "", match[2] or "")
    return screen.text()


class _Screen:
    """Rows of (style, character), and a cursor. As wide and as long as it needs to be."""

    def __init__(self) -> None:
        self.rows: list[list[tuple[str, str]]] = [[]]
        self.row = self.column = 0
        self.style = ""  # the colour codes since the last reset

    def take(self, step: str, arguments: str, command: str) -> None:
        if command:
            self._command(command, arguments)
        elif step == "\r":
            self.column = 0
        elif step == "\b":
            self.column = max(0, self.column - 1)
        elif step == "\n":
            self._to_row(self.row + 1)
            self.column = 0
        elif step != "\x1b":
            self._write(step)

    def _command(self, command: str, arguments: str) -> None:
        number = int(arguments) if arguments.isdecimal() and len(arguments) < 6 else 0
        if command == "m":
            self.style = "" if arguments in {"", "0"} else f"{self.style}\x1b[{arguments}m"[-200:]
        elif command in {"A", "F"}:
            self.row = max(0, self.row - max(1, number))
        elif command in {"B", "E"}:
            self._to_row(min(self.row + max(1, number), len(self.rows) - 1))
        elif command in {"C", "D", "G"}:
            self._to_column(command, max(1, number))
        elif command in {"H", "f"}:
            self.row = self.column = 0
        elif command == "K":
            self._erase_line(number)
        elif command == "J":
            self._erase_screen(number)
        if command in {"E", "F"}:
            self.column = 0

    def _to_row(self, row: int) -> None:
        self.row = row
        while len(self.rows) <= row:
            self.rows.append([])

    def _to_column(self, command: str, number: int) -> None:
        column = {"C": self.column + number, "D": self.column - number, "G": number - 1}[command]
        self.column = max(0, column if command == "D" else min(column, max(WIDEST, self.column)))

    def _write(self, text: str) -> None:
        row = self.rows[self.row]
        if len(row) < self.column:
            row.extend([("", " ")] * (self.column - len(row)))
        row[self.column : self.column + len(text)] = [(self.style, character) for character in text]
        self.column += len(text)

    def _erase_line(self, how: int) -> None:
        row = self.rows[self.row]
        if how == 0:
            del row[self.column :]
        elif how == 1:
            row[: self.column] = [("", " ")] * min(self.column, len(row))
        else:
            row.clear()

    def _erase_screen(self, how: int) -> None:
        if how == 0:
            del self.rows[self.row + 1 :]
            self._erase_line(0)
        else:
            self.rows, self.row = [[]], 0

    def text(self) -> str:
        return "\n".join("".join(self._runs(row)) for row in self.rows)

    @staticmethod
    def _runs(row: list[tuple[str, str]]) -> Iterator[str]:
        before = ""
        for style, character in row:
            if style != before:
                yield f"\x1b[0m{style}"
                before = style
            yield character
        if before:
            yield "\x1b[0m"
