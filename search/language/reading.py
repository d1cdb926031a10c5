"""Text as a tree. Pure; no text is ever an error: what cannot be meant is read as words, and a hint says so.

query = all ("OR" all)* ; all = one+ ; one = "-" one | "(" query ")" | field | phrase | word
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from notebooks import memes
from search.language.dates import stretch_of
from search.language.fields import NAMES, FieldKind, Values
from search.language.lexing import Named, Sign, Token, Unclosed, tokens
from search.language.tree import (
    NOTHING,
    Field,
    Leaf,
    Node,
    Phrase,
    Prefix,
    Word,
    conjunction,
    disjunction,
    negation,
)

LONGEST = 1000  # characters
MOST_LEAVES = 24
DEEPEST = 8

_NUMBER = re.compile(r"(?:<=|>=|<|>|=|)\d{1,6}")
_ANY_DAY = datetime(2000, 6, 15, tzinfo=UTC)  # whether a date means something does not depend on today
# What looks like a field and is not: https://…, and localhost:8000 or 12:30.
_NO_FIELD = re.compile(r"//|\d+(?:\D|$)")


class Hint(StrEnum):
    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_VALUE = "unknown_value"
    NO_VALUE = "no_value"
    OPEN_QUOTE = "open_quote"
    OPEN_BRACKET = "open_bracket"
    LONE_OPERATOR = "lone_operator"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class Advice:
    """What was read otherwise than it may have been meant."""

    hint: Hint
    text: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    raw: str
    tree: Node = NOTHING
    advice: tuple[Advice, ...] = ()

    @property
    def is_empty(self) -> bool:
        return self.tree == NOTHING


def read(text: str) -> Query:
    raw = text.strip()
    reader = _Reader(tokens(raw[:LONGEST]))
    tree = reader.read()
    if len(raw) > LONGEST:
        reader.advise(Hint.TOO_MUCH)
    return Query(raw[:LONGEST], tree, tuple(dict.fromkeys(reader.advice)))


class _Reader:
    def __init__(self, found: Iterable[Token]) -> None:
        self.rest = list(found)[::-1]
        self.advice: list[Advice] = []
        self.leaves = 0

    def read(self) -> Node:
        read: list[Node] = []
        while self.rest:
            read.append(self._any(0))
            if self.rest:
                self.rest.pop()  # a bracket that closes nothing
        return conjunction(tuple(read))

    def advise(self, hint: Hint, text: str = "") -> None:
        self.advice.append(Advice(hint, text))

    def _any(self, depth: int) -> Node:
        """Up to the bracket that closes it, which stays."""
        found = [self._all(depth)]
        while self._is_next(Sign.OR):
            self.rest.pop()
            before, after = found[-1], self._all(depth)
            if NOTHING in (before, after):
                found[-1] = conjunction((before, self._lone("OR"), after))
            else:
                found.append(after)
        return disjunction(tuple(found))

    def _all(self, depth: int) -> Node:
        found: list[Node] = []
        while self.rest and not self._is_next(Sign.OR) and not self._is_next(Sign.CLOSE):
            found.append(self._one(self.rest.pop(), depth))
        return conjunction(tuple(found))

    def _one(self, token: Token, depth: int) -> Node:
        if token is Sign.NOT:
            return self._not(depth)
        if token is Sign.OPEN:
            return self._group(depth)
        if token is Sign.AND:
            return NOTHING  # it goes without saying
        if isinstance(token, Unclosed):
            self.advise(Hint.OPEN_QUOTE)
            return NOTHING
        if isinstance(token, Named):
            return self._named(token)
        return self._leaf(token) if isinstance(token, Leaf) else NOTHING

    def _not(self, depth: int) -> Node:
        if not self.rest or self._is_next(Sign.OR) or self._is_next(Sign.CLOSE):
            return self._lone("NOT")
        inner = self._one(self.rest.pop(), depth)
        return NOTHING if inner == NOTHING else negation(inner)

    def _group(self, depth: int) -> Node:
        if depth >= DEEPEST:
            self.advise(Hint.TOO_MUCH)
            return NOTHING
        inner = self._any(depth + 1)
        if self.rest:
            self.rest.pop()
        else:
            self.advise(Hint.OPEN_BRACKET)
        return inner

    def _named(self, token: Named) -> Node:
        kind = NAMES.get(token.name.casefold())
        if kind is None:
            if not _NO_FIELD.match(token.raw[len(token.name) + 1 :]):
                self.advise(Hint.UNKNOWN_FIELD, token.name)
            return self._as_text(token)
        values = tuple(_value(kind, each) for each in token.values)
        known = tuple(each for each in values if each is not None)
        if len(known) < len(values):
            self.advise(Hint.UNKNOWN_VALUE, token.raw)
            return self._as_text(token)
        return self._counted(Field(kind.name, known), len(known))

    def _as_text(self, token: Named) -> Node:
        return self._leaf(Phrase(_plain(token)) if token.is_quoted else Word(token.raw))

    def _leaf(self, leaf: Leaf) -> Node:
        if isinstance(leaf, Word) and leaf.text[:-1].casefold() in NAMES and leaf.text.endswith(":"):
            self.advise(Hint.NO_VALUE, leaf.text)
        return self._counted(leaf, 1)

    def _lone(self, operator: str) -> Node:
        self.advise(Hint.LONE_OPERATOR, operator)
        return self._counted(Phrase(operator), 1)

    def _counted(self, node: Node, leaves: int) -> Node:
        self.leaves += leaves
        if self.leaves > MOST_LEAVES:
            self.advise(Hint.TOO_MUCH)
            return NOTHING
        return node

    def _is_next(self, sign: Sign) -> bool:
        return bool(self.rest) and self.rest[-1] is sign


def _plain(token: Named) -> str:
    return f"{token.name}:{','.join(value.text for value in token.values)}"


def _value(kind: FieldKind, value: Leaf) -> Leaf | None:
    """As the field takes it; None where it means nothing there."""
    if kind.values is Values.CHOICE:
        chosen = value.text.casefold()
        chosen = chosen if chosen in kind.choices else chosen.removesuffix("s")
        return Word(chosen) if chosen in kind.choices and not isinstance(value, Prefix) else None
    if kind.values is Values.MEME:
        return value if memes.parse(value.text) and not isinstance(value, Prefix) else None
    if kind.values is Values.NUMBER:
        return value if isinstance(value, Word) and _NUMBER.fullmatch(value.text) else None
    if kind.values is Values.DATE:
        return value if stretch_of(value.text, _ANY_DAY) and not isinstance(value, Prefix) else None
    return value
