"""What somebody typed into the search field, understood. Pure; no text is ever an error.

Words must all be there; "words in quotes" side by side; a MEME is what bears it, by its UUID in all branches.
All else is text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from notebooks import memes
from notebooks.memes import Meme
from search.analysis import atoms

LONGEST = 1000  # characters
MOST_TERMS = 24

_TOKEN = re.compile(r'"(?P<phrase>[^"]*)(?:"|$)|(?P<word>[^\s"]+)')
_QUOTES = str.maketrans("“”„‟＂", '"""""')


class Kind(StrEnum):
    WORD = "word"
    PHRASE = "phrase"
    MEME = "meme"  # all branches of a UUID
    BRANCH = "branch"  # one branch, by its full id
    IGNORED = "ignored"  # nothing in it that could be searched, or one too many


@dataclass(frozen=True, slots=True)
class Term:
    kind: Kind
    text: str  # as typed, without quotes

    @property
    def atoms(self) -> tuple[str, ...]:
        return tuple(atoms(self.text))

    @property
    def meme(self) -> Meme | None:
        return memes.parse(self.text) if self.kind in {Kind.MEME, Kind.BRANCH} else None


@dataclass(frozen=True, slots=True)
class Query:
    raw: str
    parts: tuple[Term, ...] = ()  # all of it in order, with what is ignored

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(term for term in self.parts if term.kind is not Kind.IGNORED)

    @property
    def wanted(self) -> tuple[tuple[str, ...], ...]:
        """What to mark in a hit."""
        return tuple(term.atoms for term in self.terms)


def parse(text: str) -> Query:
    text = text.replace("\0", " ")[:LONGEST].strip()
    terms = [_term(*token) for token in _tokens(text)]
    kept = terms[:MOST_TERMS] + [Term(Kind.IGNORED, term.text) for term in terms[MOST_TERMS:]]
    return Query(text, tuple(kept))


def _tokens(text: str) -> Iterator[tuple[str, bool]]:
    """Words and what stands in quotes (True)."""
    for match in _TOKEN.finditer(text.translate(_QUOTES)):
        found = match["word"] if match["phrase"] is None else match["phrase"].strip()
        if found:
            yield found, match["phrase"] is not None


def _term(text: str, is_quoted: bool) -> Term:  # noqa: FBT001
    meme = memes.parse(text)
    if meme is not None:
        return Term(Kind.BRANCH if meme.branch else Kind.MEME, text)
    if not atoms(text):
        return Term(Kind.IGNORED, text)
    return Term(Kind.PHRASE if is_quoted else Kind.WORD, text)
