"""A line of an error without what differs from time to time: numbers, dates, addresses, paths, hex and ids. Pure."""

from __future__ import annotations

import re
from functools import lru_cache

from search.analysis import PART_OF_A_WORD, atoms, normalise

_CLOCK = r"\d\d?:\d\d(?::\d\d)?(?:[.,]\d+)?"
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
# In this order: what a later one would take a part of goes first.
_KINDS = (
    ("date", rf"\b\d{{4}}[-/]\d\d?[-/]\d\d?(?:[T ]{_CLOCK}\s?(?:Z|[+-]\d\d:?\d\d|\([A-Z]{{2,5}}\))?)?"),
    (
        "date",
        rf"\b(?:{_MONTHS})[a-z]* +\d\d?(?:,? \d{{4}})?(?: {_CLOCK}(?: (?:utc|gmt|[a-z]{{1,2}}[sd]t))?(?: \d{{4}})?)?",
    ),
    ("date", r"\b\d\d?:\d\d:\d\d(?:[.,]\d+)?"),
    ("date", r"\d{2,4}年\d{1,2}月\d{1,2}日|\d{1,2}時\d{1,2}分(?:\d{1,2}秒)?"),
    ("id", r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?:-[\w-]+)?"),
    ("url", r"\b[a-z][a-z0-9+.-]*://[^\s'\"<>)\]]+"),
    ("address", r"\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b"),
    ("address", r"(?<![\w:])(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}(?![\w:])"),
    ("path", r"(?<![\w.<])(?:~|\.{1,2})?(?:/[\w.@+%=-]+)+/?|(?<!\w)[a-z]:\\[^\s'\"]+"),
    ("hex", r"\b0x[0-9a-f]+\b|\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{7,}\b"),
    ("host", r"\b(?:[a-z0-9][\w-]*\.){2,}[a-z]{2,}\b"),
    ("host", r"\b[a-z]+[\w-]*?[-_]?\d+\b(?!\.\w)"),
    ("n", r"[-+]?\d+(?:[.,]\d+)*%?"),
)
_KIND = re.compile(
    "|".join(f"(?P<k{number}>{form})" for number, (_, form) in enumerate(_KINDS)), re.IGNORECASE
)
_NAMES = {f"k{number}": name for number, (name, _) in enumerate(_KINDS)}
# With what is written together with it: "5s" is one word in the index, so the "s" stands beside nothing.
_FOLDED = re.compile(rf"{PART_OF_A_WORD}*(?:<(?:date|id|url|address|path|hex|host|n)>{PART_OF_A_WORD}*)+")
_AROUND = " :;,.=[](){}'\"`-"
_QUOTED = re.compile(r"""(['"`“‘「])([^'"`“”‘’「」\n]{1,200})(['"`”’」])""")

LONGEST = 400  # characters of a line


@lru_cache(maxsize=65_536)
def folded(line: str) -> str:
    """`PermissionError: [Errno 13] Permission denied: '/var/log'` -> `permissionerror: [errno <n>] ... '<path>'`."""
    return _KIND.sub(_name_of, normalise(" ".join(line[:LONGEST].split())))


def _name_of(match: re.Match[str]) -> str:
    return f"<{_NAMES[str(match.lastgroup)]}>"


def stretches(line: str) -> list[str]:
    """What stands between the folded parts: words side by side that another time has too. The longest first."""
    found = (stretch.strip(_AROUND) for stretch in _FOLDED.split(folded(line)))
    telling = [stretch for stretch in found if _tells(stretch)]
    return sorted(dict.fromkeys(telling), key=len, reverse=True)


def _tells(stretch: str) -> bool:
    """One short word alone stands everywhere."""
    words = atoms(stretch)
    return len(words) > 1 or (len(words) == 1 and len(words[0]) > 3)


def without_quoted(line: str) -> str:
    """Names in quotes are another thing each time: a file, a module, a host."""
    return _QUOTED.sub(r"\1<name>\3", line)
