"""What sidestickies asks for, in as much of Lucene as it writes. Pure; no text is ever an error.

    hash:"#MEME" OR hash:"#Heading" OR title:"Heading" OR ...

It escapes the quotes of a title and nothing else, so a hash with quotes is malformed: hash:"#Say "A"". What tells one
term from the next is therefore not a quote but the beginning of the next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

LONGEST = 50_000  # characters; of a cell with hundreds of headings
MOST_TERMS = 500

# From the first blank of a run alone: from each of them it would take the square of the time.
_BETWEEN = re.compile(r"(?<!\s)\s+OR\s+(?=(?:hash|title)\s*:)")
_TERM = re.compile(r"\s*(hash|title)\s*:\s*(.*)", re.DOTALL)


class Field(StrEnum):
    HASH = "hash"
    TITLE = "title"


@dataclass(frozen=True, slots=True)
class Term:
    field: Field
    text: str  # a hash without its "#"


def parse(query: str) -> tuple[Term, ...]:
    """What is not understood finds nothing."""
    return tuple(_terms(query.replace("\0", "")[:LONGEST]))[:MOST_TERMS]


def _terms(query: str) -> Iterator[Term]:
    for piece in _BETWEEN.split(query):
        match = _TERM.fullmatch(piece)
        text = _unquoted(match[2].strip()) if match else ""
        if match and match[1] == Field.TITLE:
            text = text.replace('\\"', '"').strip()
        elif match:
            text = text.strip().removeprefix("#").strip()
        if match and text:
            yield Term(Field(match[1]), text)


def _unquoted(text: str) -> str:
    return text[1:].removesuffix('"') if text.startswith('"') else text
