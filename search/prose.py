"""Markdown as it reads: what a line of a hit shows of prose. Pure.

Not a parser: it takes off the marks that a reader never sees, line by line, and leaves whatever it does not know.
"""

import re
from html import unescape

# Characters. A mark that nothing ends is looked after to the end of its line; longer ones stay as they are.
LONGEST = 100_000
_LONGEST_LINE = 1_000
_MARKS = re.compile(r"[*_\[`#<>&~\\=-]")
_FENCE = re.compile(r" {0,3}(```+|~~~+)")
_RULE = re.compile(r"[\s|:]*(?:=[=\s]*|-[-\s|:]*|\*[*\s]*|_[_\s]*)")
_QUOTED = re.compile(r" {0,3}(?:>\s?)+")
_HEADING = re.compile(r" {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*")
_CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
_TAGS = re.compile(
    r"</?(?:a|abbr|b|big|br|center|code|details|div|em|font|h[1-6]|hr|i|img|kbd|li|mark|ol|p|pre|s|small|span|strong|sub"
    r"|summary|sup|table|tbody|td|th|thead|tr|u|ul)(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:[^()]|\([^()]*\))*\)")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_EMPHASIS = (
    re.compile(r"(\*\*|~~)(?=\S)(.+?)(?<=\S)\1"),
    re.compile(r"(?<!\w)(__|_)(?=[^\s_])(.+?)(?<=[^\s_])\1(?!\w)"),
    re.compile(r"(?<![A-Za-z0-9*\\])(\*)(?=[^\s*])([^*]+?)(?<=[^\s*])\*(?![A-Za-z0-9*])"),
)


def readable(text: str) -> str:
    """`text` without Markdown's marks, in the same lines. Code in it stays as it is."""
    if len(text) > LONGEST or not _MARKS.search(text):
        return text
    lines, fence = [], ""
    for line in text.split("\n"):
        mark = _FENCE.match(line)
        if mark and not fence:
            fence = mark[1]
        elif mark and mark[1].startswith(fence):
            fence = ""
        else:
            lines.append(line if fence else _line(line))
            continue
        lines.append("")
    return "\n".join(lines)


def _line(line: str) -> str:
    if len(line) > _LONGEST_LINE or not _MARKS.search(line):
        return line
    if _RULE.fullmatch(line):
        return ""
    line = _QUOTED.sub("", line, count=1) if line.lstrip().startswith(">") else line
    heading = _HEADING.fullmatch(line)
    return "".join(_parts(heading[1] if heading else line))


def _parts(line: str) -> list[str]:
    parts, done = [], 0
    for code in _CODE.finditer(line):
        parts += [_words(line[done : code.start()]), code[2].strip()]
        done = code.end()
    return [*parts, _words(line[done:])]


def _words(text: str) -> str:
    text = _LINK.sub(r"\1", _LINK.sub(r"\1", _TAGS.sub(_gap, text)))  # twice: an image may be a link
    for emphasis in _EMPHASIS:
        text = emphasis.sub(r"\2", text)
    return unescape(_ESCAPED.sub(r"\1", text))


def _gap(tag: re.Match[str]) -> str:
    return " " if tag[0][:3].lower() == "<br" else ""
