"""A query cut into what its signs make of it: brackets, signs and words. Pure; what they join is in reading.py."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto

from search.language.tree import Leaf, Phrase, Prefix, Word

# What a Japanese keyboard writes for the signs of the language.
_SIGNS = str.maketrans({
    **dict.fromkeys("“”„‟＂", '"'), "：": ":", "（": "(", "）": ")", "－": "-", "＊": "*", "，": ",",
    "＞": ">", "＜": "<", "＝": "=", "\0": " ",
})  # fmt: skip
_NAME = re.compile(r"[A-Za-z_]+(?=:)")
_ESCAPED = re.compile(r"\\([\\\"])")


class Sign(Enum):
    OPEN = auto()
    CLOSE = auto()
    NOT = auto()
    OR = auto()
    AND = auto()


@dataclass(frozen=True, slots=True)
class Named:
    """`name:value,value` as it stands there, whether or not there is such a field."""

    name: str
    values: tuple[Leaf, ...]
    raw: str
    is_quoted: bool


@dataclass(frozen=True, slots=True)
class Unclosed:
    """A quote that has no end; what follows it is words."""


Token = Sign | Leaf | Named | Unclosed

_OPERATORS = {"OR": Sign.OR, "AND": Sign.AND, "NOT": Sign.NOT}


def quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def unified(text: str) -> str:
    """With the signs of the language in one form; as long as before."""
    return text.translate(_SIGNS)


def tokens(text: str) -> Iterator[Token]:
    return _Lexer(unified(text)).tokens()


class _Lexer:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0

    def tokens(self) -> Iterator[Token]:
        while self._skip_space():
            yield from self._next()

    def _next(self) -> Iterator[Token]:
        rest = self.text[self.at : self.at + 2]
        if rest[0] in "()":
            self.at += 1
            yield Sign.OPEN if rest[0] == "(" else Sign.CLOSE
        elif rest[0] == "-" and len(rest) == 2 and rest[1] != "-" and not rest[1].isspace():
            self.at += 1
            yield Sign.NOT
        elif rest[0] == '"':
            yield from self._phrase()
        else:
            yield self._named() or self._word()

    def _phrase(self) -> Iterator[Token]:
        found = self._quoted()
        if found is None:
            self.at += 1
            yield Unclosed()
        elif found.text:
            yield found

    def _word(self) -> Token:
        word = self._bare()
        return _OPERATORS.get(word) or leaf_of(word)

    def _named(self) -> Named | None:
        """Where a name, a colon and a value stand together."""
        start = self.at
        name = _NAME.match(self.text, start)
        if name is None:
            return None
        self.at = name.end() + 1
        values, is_quoted = self._values()
        if not values:
            self.at = start
            return None
        return Named(name[0], tuple(values), self.text[start : self.at], is_quoted)

    def _values(self) -> tuple[list[Leaf], bool]:
        values: list[Leaf] = []
        is_quoted = False
        while True:
            value: Leaf | None = self._quoted()
            is_quoted = is_quoted or value is not None
            if value is None:
                word = self._bare(stop=",")
                value = leaf_of(word) if word else None
            if value is not None and value.text:
                values.append(value)
            if self.text[self.at : self.at + 1] != ",":
                return values, is_quoted
            self.at += 1

    def _quoted(self) -> Phrase | None:
        """From a quote to its end; None, and nothing taken, where there is none."""
        if self.text[self.at : self.at + 1] != '"':
            return None
        end = self.at + 1
        while end < len(self.text) and self.text[end] != '"':
            end += 2 if self.text[end] == "\\" and self.text[end + 1 : end + 2] in {"\\", '"'} else 1
        if end >= len(self.text):
            return None
        found = self.text[self.at + 1 : end]
        self.at = end + 1
        return Phrase(_ESCAPED.sub(r"\1", found).strip())

    def _bare(self, stop: str = "") -> str:
        """Up to a space, a quote, or a bracket that was not opened in it."""
        start, opened = self.at, 0
        while self.at < len(self.text):
            character = self.text[self.at]
            if character.isspace() or character == '"' or (stop and character == stop):
                break
            opened += (character == "(") - (character == ")")
            if opened < 0:
                break
            self.at += 1
        return self.text[start : self.at]

    def _skip_space(self) -> bool:
        while self.at < len(self.text) and self.text[self.at].isspace():
            self.at += 1
        return self.at < len(self.text)


def leaf_of(word: str) -> Leaf:
    if word.count("(") != word.count(")"):
        return Phrase(word)  # bare, its bracket would be taken for one of the query
    return Prefix(word[:-1]) if len(word) > 1 and word.endswith("*") else Word(word)
